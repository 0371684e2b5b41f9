package message

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// filled returns a T in which every exported field is set, so that a round trip misses none.
func filled[T any]() T {
	var v T
	fill(reflect.ValueOf(&v).Elem())
	return v
}

func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 11, 22, 1, 2, 3, 4e6, time.UTC)))
		return
	case json.RawMessage, Raw:
		v.SetBytes([]byte(`{"a":[1,"나"]}`))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("가 <&> \u2028 값")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(1 << 50)
	case reflect.Float64:
		v.SetFloat(37.566535)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("key"), reflect.ValueOf("value"))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" {
				fill(v.Field(i))
			}
		}
	}
}

func roundTrip[T any](t *testing.T) {
	t.Helper()
	in := filled[T]()
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out T
	if err := json.Unmarshal(b, &out); err != nil || !reflect.DeepEqual(in, out) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, out, in)
	}
}

func TestTheVocabularySurvivesJSON(t *testing.T) {
	t.Run("inbound", roundTrip[Inbound])
	t.Run("message", roundTrip[Message])
	t.Run("reply", roundTrip[Reply])
}

func TestAnInboundNeverShowsItsRawPayload(t *testing.T) {
	b, err := json.Marshal(Inbound{Raw: []byte("the raw payload")})
	if err != nil || strings.Contains(string(b), "raw payload") {
		t.Errorf("%s, %v", b, err)
	}
}

func TestValidateNamesTheFieldAtFault(t *testing.T) {
	button := Action{Kind: ActionPostback, Label: "a", Data: "d"}
	for want, m := range map[string]Message{
		"":                             {Type: TypeText, Text: "x"},
		"text: missing":                {Type: TypeText},
		"type: missing":                {},
		`type: "hologram" is not`:      {Type: "hologram"},
		"url: missing":                 {Type: TypeImage},
		"lat, lng: not a place":        {Type: TypeLocation, Lat: 91},
		"id: missing":                  {Type: TypeSticker, Set: "1"},
		"actions: a buttons message":   {Type: TypeButtons, Text: "x"},
		"actions[1].label: missing":    {Type: TypeButtons, Text: "x", Actions: []Action{button, {Kind: ActionMessage}}},
		`actions[0].kind: "dance"`:     {Type: TypeButtons, Text: "x", Actions: []Action{{Kind: "dance", Label: "l"}}},
		"cards[0]: has no title":       {Type: TypeCards, Cards: []Card{{}}},
		"cards[0].actions[0].url":      {Type: TypeCards, Cards: []Card{{Title: "t", Actions: []Action{{Kind: ActionURL, Label: "l"}}}}},
		"quick_replies[0].data":        {Type: TypeText, Text: "x", QuickReplies: []Action{{Kind: ActionPostback, Label: "l"}}},
		"payload: missing":             {Type: TypeNative, Channel: "line"},
		"cards: at least one":          {Type: TypeCards},
		"actions[0].number: missing":   {Type: TypeButtons, Text: "x", Actions: []Action{{Kind: ActionPhone, Label: "l"}}},
		"actions[0].text: missing":     {Type: TypeButtons, Text: "x", Actions: []Action{{Kind: ActionCopy, Label: "l"}}},
		"quick_replies[0].url: missin": {Type: TypeText, Text: "x", QuickReplies: []Action{{Kind: ActionURL, Label: "l"}}},
	} {
		err := m.Validate()
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%+v: got %v, want %q", m, err, want)
		}
	}
}

func FuzzMessage(f *testing.F) {
	whole, _ := json.Marshal(filled[Message]())
	f.Add(whole)
	f.Add([]byte(`{"type":"native","channel":"line","payload":{"a" : 1 },"fallback_text":"x"}`))
	f.Add([]byte(`{"type":"text","text":"\ud83d","lat":1e308,"actions":null,"payload":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var m Message
		if json.Unmarshal(b, &m) != nil {
			return
		}
		_ = m.Validate()
		once, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var again Message
		if err := json.Unmarshal(once, &again); err != nil {
			t.Fatalf("%v\n%s", err, once)
		}
		twice, err := json.Marshal(again)
		if err != nil || string(once) != string(twice) {
			t.Errorf("%v\n%s\n%s", err, once, twice)
		}
	})
}
