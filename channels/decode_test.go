package channels

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// sample has the shapes that the adapters decode into.
type sample struct {
	Type   string            `json:"type"`
	Time   int64             `json:"timestamp"`
	Lat    float64           `json:"latitude"`
	Flag   bool              `json:"flag"`
	Raw    json.RawMessage   `json:"raw"`
	List   []json.RawMessage `json:"events"`
	Names  []string          `json:"names"`
	Map    map[string]string `json:"map"`
	Source *struct {
		UserID string      `json:"userId"`
		Number json.Number `json:"number"`
	} `json:"source"`
	Inner struct {
		Text string `json:"text"`
	} `json:"inner"`
	Any any `json:"any"`
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"type":"message","timestamp":1795312800000,"raw":{"a":[1, 2]},"events":[{"x":1},null],"source":{"userId":"U1","number":12}}`,
		`{"TYPE":"x","type":"y","names":["가","\ud83d\ude00","\ud83d","\u0000"],"map":{"a":"b","a":"c"},"any":[1e400,null,{"b":[]}]}`,
		`{"latitude":-0.0,"flag":true,"inner":null,"source":null,"timestamp":1.5}`,
		`{"timestamp":9223372036854775808,"inner":{"Text":"k"}}`, `[]`, `null`, `"x"`, ` {} `, `{"type":1}`, "{\"type\":\"\xff\"}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var got, want sample
		gotErr, wantErr := Decode(b, &got), json.Unmarshal(b, &want)
		if (gotErr == nil) != (wantErr == nil) {
			t.Fatalf("error %v, encoding/json says %v", gotErr, wantErr)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
}

// A body that is no JSON must be refused however it is broken. The seed is fixed: the run is the same
// every time.
func TestDecodeRefusesWhateverEncodingJSONRefuses(t *testing.T) {
	good := []byte(`{"type":"message","timestamp":1795312800000,"latitude":-1.5e3,"flag":true,"raw":{"a":[1, 2,null]},` +
		`"events":[{"x":1},{"y":"가\u0041\ud83d\ude00"}],"names":["a","b"],"map":{"a":"b"},"source":{"userId":"U1","number":12},` +
		`"inner":{"text":"\"quoted\\"},"any":{"b":[false,"x"]},"unknown":{"deep":[[{"z":[]}]]}}`)
	odd := []byte("{}[]:,\"\\0123456789eE+-.tfn u/\x00\n\x7f\xff")
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		b := bytes.Clone(good)
		for range 1 + rnd.IntN(2) {
			at := rnd.IntN(len(b))
			switch rnd.IntN(3) {
			case 0:
				b[at] = odd[rnd.IntN(len(odd))]
			case 1:
				b = slices.Delete(b, at, at+1)
			case 2:
				b = slices.Insert(b, at, odd[rnd.IntN(len(odd))])
			}
		}
		var got, want sample
		gotErr, wantErr := Decode(b, &got), json.Unmarshal(b, &want)
		if (gotErr == nil) != (wantErr == nil) {
			t.Fatalf("error %v, encoding/json says %v:\n%q", gotErr, wantErr, b)
		}
		if wantErr == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q\ngot  %+v\nwant %+v", b, got, want)
		}
	}
}
