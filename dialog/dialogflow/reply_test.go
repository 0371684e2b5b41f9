package dialogflow

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/dialogtest"
	"dari/dialog/foreign"
)

// answered reads an answer of that edition for a channel.
func answered(t *testing.T, edition, channel, platform, body string) (dialog.Result, seen) {
	t.Helper()
	e := &engine{config: config{edition: edition, platform: platform}}
	res, err := e.result([]byte(body), &reply{Answer: foreign.Answer{Channel: channel}})
	if err != nil {
		t.Fatal(err)
	}
	var s seen
	if err := json.Unmarshal(res.Trace, &s); err != nil {
		t.Fatal(err)
	}
	return res, s
}

func TestTheSampleOfES(t *testing.T) {
	body := string(read(t, "dialogflow_es_response.json"))
	res, s := answered(t, es, "naverworks", "", body)
	want := message.Reply{
		Messages:     []message.Message{message.Text("어느 회의실을 예약할까요?")},
		QuickReplies: []message.Action{says("대회의실")},
	}
	if !reflect.DeepEqual(res.Reply, want) {
		t.Errorf("got  %+v\nwant %+v", res.Reply, want)
	}
	if s.Intent != "room.book" || s.Confidence != 0.83 || s.Action != "room.book" || !strings.Contains(string(s.Parameters), "date-time") {
		t.Errorf("trace %+v", s)
	}
	for channel, platform := range map[string]string{"line": "", "naverworks": "LINE"} {
		res, _ = answered(t, es, channel, platform, body)
		want = message.Reply{
			Messages: []message.Message{
				message.Text("회의실"),
				{Type: message.TypeCards, Cards: []message.Card{{
					Title: "대회의실", Subtitle: "20명", ImageURL: "https://cdn.hanbit.example/room-a.png",
					Actions: []message.Action{{Kind: message.ActionPostback, Label: "예약", Data: "대회의실", Text: "예약"}},
				}}},
			},
			QuickReplies: []message.Action{says("대회의실"), says("소회의실")},
		}
		if !reflect.DeepEqual(res.Reply, want) {
			t.Errorf("%s: got  %+v\nwant %+v", channel, res.Reply, want)
		}
	}
}

func TestTheSampleOfCX(t *testing.T) {
	res, s := answered(t, cx, "naverworks", "", string(read(t, "dialogflow_cx_response.json")))
	want := message.Reply{
		Messages:     []message.Message{message.Text("어느 회의실을 예약할까요?")},
		QuickReplies: []message.Action{says("대회의실"), says("소회의실")},
	}
	if !reflect.DeepEqual(res.Reply, want) || !res.End || res.Handoff == nil || *res.Handoff != (dialog.Handoff{Queue: "ga"}) {
		t.Errorf("got %+v, handoff %+v", res, res.Handoff)
	}
	if s.Intent != "room.book" || s.Confidence != 0.91 || s.MatchType != "INTENT" || s.Page != "Collect Room" || s.Flow != "Booking" || s.Fallback {
		t.Errorf("trace %+v", s)
	}
}

func TestMessagesOfES(t *testing.T) {
	text := func(s string) []message.Message { return []message.Message{message.Text(s)} }
	for _, c := range []struct {
		name, messages string
		want           message.Reply
		note           string
	}{
		{"the first of several texts", `{"text":{"text":["","하나","둘"]}}`, message.Reply{Messages: text("하나")}, ""},
		{"the old text where there is nothing else", ``, message.Reply{Messages: text("legacy")}, ""},
		{"an unspecified platform is none", `{"platform":"PLATFORM_UNSPECIFIED","text":{"text":["a"]}}`, message.Reply{Messages: text("a")}, ""},
		{"a picture", `{"image":{"imageUri":"https://f.example.com/a.png","accessibilityText":"방"}}`, message.Reply{Messages: []message.Message{{Type: message.TypeImage, URL: "https://f.example.com/a.png", Alt: "방"}}}, ""},
		{"two cards are one carousel", `{"card":{"title":"A"}},{"card":{"title":"B","buttons":[{"text":"열기","postback":"https://a.example.com"},{"text":"전화","postback":"tel:02-1"},{"text":"네"}]}}`, message.Reply{Messages: []message.Message{{Type: message.TypeCards, Cards: []message.Card{
			{Title: "A"},
			{Title: "B", Actions: []message.Action{{Kind: message.ActionURL, Label: "열기", URL: "https://a.example.com"}, {Kind: message.ActionPhone, Label: "전화", Number: "02-1"}, says("네")}},
		}}}}, ""},
		{"a card with nothing in it", `{"card":{}},{"text":{"text":["a"]}}`, message.Reply{Messages: text("a")}, "cards[0]"},
		{"simple responses", `{"simpleResponses":{"simpleResponses":[{"textToSpeech":"a"},{"displayText":"b","textToSpeech":"c"}]}}`, message.Reply{Messages: append(text("a"), text("b")...)}, ""},
		{"a basic card", `{"basicCard":{"title":"A","formattedText":"t","image":{"imageUri":"https://f.example.com/a"},"buttons":[{"title":"열기","openUriAction":{"uri":"https://a.example.com"}}]}}`, message.Reply{Messages: []message.Message{{Type: message.TypeCards, Cards: []message.Card{{Title: "A", Text: "t", ImageURL: "https://f.example.com/a", Actions: []message.Action{{Kind: message.ActionURL, Label: "열기", URL: "https://a.example.com"}}}}}}}, ""},
		{"suggestions", `{"text":{"text":["a"]}},{"suggestions":{"suggestions":[{"title":"네"},{"title":""}]}},{"linkOutSuggestion":{"destinationName":"웹","uri":"https://a.example.com"}}`, message.Reply{Messages: text("a"), QuickReplies: []message.Action{says("네"), {Kind: message.ActionURL, Label: "웹", URL: "https://a.example.com"}}}, "label"},
		{"a list to select from", `{"listSelect":{"title":"방","items":[{"title":"대회의실","description":"20명"}]}}`, message.Reply{Messages: []message.Message{message.Text("방"), {Type: message.TypeCards, Layout: "list", Cards: []message.Card{{Title: "대회의실", Text: "20명", Actions: []message.Action{says("대회의실")}}}}}}, ""},
		{"a kind of the future", `{"hologram":{}},{"text":{"text":["a"]}}`, message.Reply{Messages: text("a")}, "does not know"},
		{"a field of another type", `{"text":"a"}`, message.Reply{Messages: text("legacy")}, "another type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, s := answered(t, es, "slack", "", `{"queryResult":{"fulfillmentText":"legacy","fulfillmentMessages":[`+c.messages+`]}}`)
			if !reflect.DeepEqual(res.Reply, c.want) {
				t.Errorf("got  %+v\nwant %+v", res.Reply, c.want)
			}
			if notes := strings.Join(s.Notes, "\n"); !strings.Contains(notes, c.note) || (c.note == "") != (notes == "") {
				t.Errorf("notes %q, want %q", notes, c.note)
			}
		})
	}
}

func TestMessagesOfCX(t *testing.T) {
	for _, c := range []struct {
		name, messages string
		want           []message.Message
		handoff        *dialog.Handoff
		note           string
	}{
		{"speech is text", `{"outputAudioText":{"text":"a"}}`, []message.Message{message.Text("a")}, nil, ""},
		{"a sound", `{"playAudio":{"audioUri":"https://f.example.com/a.mp3"}}`, []message.Message{{Type: message.TypeAudio, URL: "https://f.example.com/a.mp3"}}, nil, ""},
		{"a call", `{"telephonyTransferCall":{"phoneNumber":"+8221"}}`, []message.Message{{Type: message.TypeButtons, Text: "+8221", Actions: []message.Action{{Kind: message.ActionPhone, Label: "+8221", Number: "+8221"}}}}, nil, ""},
		{"a handoff with other metadata", `{"liveAgentHandoff":{"metadata":{"vip":true}}}`, nil, &dialog.Handoff{Note: `{"vip":true}`}, ""},
		{"a handoff without any", `{"liveAgentHandoff":{}}`, nil, &dialog.Handoff{}, ""},
		{"a success", `{"conversationSuccess":{}}`, nil, nil, "success"},
		{"a kind of the future", `{"hologram":{}}`, nil, nil, "does not know"},
		{"a field of another type", `{"text":"a"}`, nil, nil, "another type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, s := answered(t, cx, "slack", "", `{"queryResult":{"responseMessages":[`+c.messages+`],"match":{"matchType":"NO_MATCH"}}}`)
			if !reflect.DeepEqual(res.Reply.Messages, c.want) || !reflect.DeepEqual(res.Handoff, c.handoff) || !s.Fallback {
				t.Errorf("got %+v, handoff %+v, %+v", res.Reply.Messages, res.Handoff, s)
			}
			if notes := strings.Join(s.Notes, "\n"); !strings.Contains(notes, c.note) || (c.note == "") != (notes == "") {
				t.Errorf("notes %q, want %q", notes, c.note)
			}
		})
	}
}

func TestPayloads(t *testing.T) {
	for _, c := range []struct {
		name, payload string
		want          message.Reply
		note          string
	}{
		{"a message of Dari's", `{"type":"buttons","text":"a","actions":[{"kind":"postback","label":"b","data":"c"}]}`, message.Reply{Messages: []message.Message{{Type: message.TypeButtons, Text: "a", Actions: []message.Action{{Kind: message.ActionPostback, Label: "b", Data: "c"}}}}}, ""},
		{"a message of the future with a fallback", `{"type":"hologram","fallback_text":"a"}`, message.Reply{Messages: []message.Message{message.Text("a")}}, ""},
		{"a message of the future", `{"type":"hologram"}`, message.Reply{}, "hologram"},
		{"several messages", `{"messages":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"quick_replies":["네",{"kind":"postback","label":"b","data":"c"},7]}`, message.Reply{Messages: []message.Message{message.Text("a"), message.Text("b")}, QuickReplies: []message.Action{says("네"), {Kind: message.ActionPostback, Label: "b", Data: "c"}}}, "suggestion"},
		{"what was written for the channel", `{"slack":{"blocks": []},"line":{"type":"flex"}}`, message.Reply{Messages: []message.Message{{Type: message.TypeNative, Channel: "slack", Payload: message.Raw(`{"blocks": []}`)}}}, ""},
		{"what was written for another channel", `{"line":{"type":"flex"}}`, message.Reply{}, "left out"},
		{"a payload of one's own", `{"type":5}`, message.Reply{}, "left out"},
		{"a rich card", `{"richContent":[[{"type":"image","rawUrl":"https://f.example.com/a"},{"type":"info","title":"A","subtitle":"b","actionLink":"https://a.example.com"},{"type":"description","title":"t","text":["u","v"]},{"type":"button","text":"예약","event":{"name":"BOOK"}}]]}`, message.Reply{Messages: []message.Message{{Type: message.TypeCards, Cards: []message.Card{{
			Title: "A", Subtitle: "b", Text: "t\nu\nv", ImageURL: "https://f.example.com/a",
			Actions: []message.Action{{Kind: message.ActionURL, Label: "A", URL: "https://a.example.com"}, {Kind: message.ActionPostback, Label: "예약", Data: "event:BOOK", Text: "예약"}},
		}}}}}, ""},
		{"a rich list", `{"richContent":[[{"type":"list","title":"A","event":{"event":"E"}},{"type":"divider"},{"type":"list","title":"B"}]]}`, message.Reply{QuickReplies: []message.Action{{Kind: message.ActionPostback, Label: "A", Data: "event:E", Text: "A"}, says("B")}}, ""},
		{"a rich picture", `{"richContent":[[{"type":"image","rawUrl":"https://f.example.com/a"}]]}`, message.Reply{Messages: []message.Message{{Type: message.TypeImage, URL: "https://f.example.com/a"}}}, ""},
		{"chips", `{"richContent":[[{"type":"description","text":["고르세요"]},{"type":"chips","options":[{"text":"네"},{"text":"웹","anchor":{"href":"https://a.example.com"}}]}]]}`, message.Reply{Messages: []message.Message{message.Text("고르세요")}, QuickReplies: []message.Action{says("네"), {Kind: message.ActionURL, Label: "웹", URL: "https://a.example.com"}}}, ""},
		{"two rich frames", `{"richContent":[[{"type":"info","title":"A"}],[{"type":"accordion","title":"B","text":"t","image":{"src":{"rawUrl":"https://f.example.com/b"}}}]]}`, message.Reply{Messages: []message.Message{{Type: message.TypeCards, Cards: []message.Card{{Title: "A"}, {Title: "B", Text: "t", ImageURL: "https://f.example.com/b"}}}}}, ""},
		{"a rich element of the future", `{"richContent":[[{"type":"hologram"}]]}`, message.Reply{}, "hologram"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, s := answered(t, cx, "slack", "", `{"queryResult":{"responseMessages":[{"payload":`+c.payload+`}]}}`)
			if !reflect.DeepEqual(res.Reply, c.want) {
				t.Errorf("got  %+v\nwant %+v", res.Reply, c.want)
			}
			if notes := strings.Join(s.Notes, "\n"); !strings.Contains(notes, c.note) || (c.note == "") != (notes == "") {
				t.Errorf("notes %q, want %q", notes, c.note)
			}
		})
	}
}

func TestAPayloadMayHandOver(t *testing.T) {
	res, _ := answered(t, es, "slack", "", `{"queryResult":{"fulfillmentMessages":[{"payload":{"handoff":{"queue":"ga","note":"급함"}}},{"payload":{"handoff":null,"messages":[]}}]}}`)
	if res.Handoff == nil || *res.Handoff != (dialog.Handoff{Queue: "ga", Note: "급함"}) {
		t.Errorf("got %+v", res.Handoff)
	}
}

func TestWhatFailedAtTheAgentIsNoted(t *testing.T) {
	for edition, body := range map[string]string{
		es: `{"queryResult":{"fulfillmentText":"a"},"webhookStatus":{"code":14,"message":"webhook down"}}`,
		cx: `{"queryResult":{"webhookStatuses":[{},{"code":14,"message":"webhook down"}]}}`,
	} {
		if _, s := answered(t, edition, "", "", body); !strings.Contains(strings.Join(s.Notes, ""), "webhook down") {
			t.Errorf("%s: notes %q", edition, s.Notes)
		}
	}
	big := `{"queryResult":{"fulfillmentText":"a","parameters":{"a":"` + strings.Repeat("x", maxTrace) + `"}}}`
	if res, s := answered(t, es, "", "", big); len(res.Trace) > 1000 || !strings.Contains(s.Notes[0], "parameters") {
		t.Errorf("%d bytes, notes %q", len(res.Trace), s.Notes)
	}
	many := strings.TrimSuffix(strings.Repeat(`{"text":{"text":["a"]}},`, 80), ",")
	if res, _ := answered(t, es, "", "", `{"queryResult":{"fulfillmentMessages":[`+many+`]}}`); len(res.Reply.Messages) != 50 {
		t.Errorf("%d messages", len(res.Reply.Messages))
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(true, read(f, "dialogflow_cx_response.json"))
	f.Add(false, read(f, "dialogflow_es_response.json"))
	f.Add(true, []byte(`{"queryResult":{"responseMessages":[{"payload":{"richContent":[[{"type":"info","options":[{}]}]]}},{"payload":{"messages":[1]}}]}}`))
	f.Fuzz(func(t *testing.T, isCX bool, body []byte) {
		e := &engine{config: config{edition: es}}
		if isCX {
			e.edition = cx
		}
		res, err := e.result(body, &reply{Answer: foreign.Answer{Channel: "line"}})
		if err != nil {
			return
		}
		for _, problem := range dialogtest.Problems(dialogtest.Replied{Result: res, Messages: res.Reply.Messages}) {
			t.Error(problem)
		}
	})
}
