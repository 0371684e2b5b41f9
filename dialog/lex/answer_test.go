package lex

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

const session = "abcdefghijklmnopqrstuvwxyz234567"

// heard reads an answer for Slack.
func heard(t *testing.T, body string) (res dialog.Result, notes string) {
	t.Helper()
	res, err := (&engine{}).result([]byte(body), session, &reply{Answer: foreign.Answer{Channel: "slack"}, locale: "ko_KR"})
	if err != nil {
		t.Fatal(err)
	}
	var trace struct{ Notes []string }
	if err := json.Unmarshal(res.Trace, &trace); err != nil {
		t.Fatal(err)
	}
	return res, strings.Join(trace.Notes, "\n")
}

func TestTheSampleAnswer(t *testing.T) {
	res, notes := heard(t, string(read(t, "lex_v2_response.json")))
	says := func(label string) message.Action { return message.Action{Kind: message.ActionMessage, Label: label} }
	want := message.Reply{
		Messages: []message.Message{
			message.Text("어느 회의실을 예약할까요?"),
			{Type: message.TypeCards, Cards: []message.Card{{
				Title: "회의실 선택", Subtitle: "빈 회의실", ImageURL: "https://cdn.hanbit.example/rooms.png",
				Actions: []message.Action{says("대회의실"), says("소회의실")},
			}}},
		},
		QuickReplies: []message.Action{says("취소")},
	}
	if !reflect.DeepEqual(res.Reply, want) || notes != "" {
		t.Errorf("got  %+v\nwant %+v\n%s", res.Reply, want, notes)
	}
	for _, part := range []string{`"intent":"BookRoom"`, `"confidence":0.87`, `"dialog_action":"ElicitSlot"`, `"slot_to_elicit":"Room"`, `"FallbackIntent"`, `"locale":"ko_KR"`} {
		if !strings.Contains(string(res.Trace), part) {
			t.Errorf("the trace lacks %s: %s", part, res.Trace)
		}
	}
	var k kept
	if err := json.Unmarshal([]byte(res.State.Token), &k); err != nil || k.Session != session {
		t.Fatalf("%v: %s", err, res.State.Token)
	}
	for part, in := range map[string]bool{`"slotToElicit":"Room"`: true, `"interpretedValue":"2026-11-22"`: true, `"userName":"김하나"`: true, "originatingRequestId": false} {
		if strings.Contains(strings.ReplaceAll(strings.ReplaceAll(string(k.State), ": ", ":"), "\n", ""), part) != in {
			t.Errorf("%s in the state is %v: %s", part, !in, k.State)
		}
	}
}

func TestTheStateThatGoesBack(t *testing.T) {
	const attributes = `"sessionAttributes":{"a":"b"},"activeContexts":[{"name":"c"}]`
	big := strings.Repeat("x", dialog.MaxState)
	for _, c := range []struct{ name, state, want, note string }{
		{"an open question goes back whole", `{"dialogAction":{"type":"ElicitSlot"},"intent":{"name":"i"},` + attributes + `}`, `{"dialogAction":{"type":"ElicitSlot"},"intent":{"name":"i"},"activeContexts":[{"name":"c"}],"sessionAttributes":{"a":"b"}}`, ""},
		{"a task that ended leaves its attributes", `{"dialogAction":{"type":"Close"},"intent":{"name":"i","state":"Fulfilled"},` + attributes + `}`, `{"activeContexts":[{"name":"c"}],"sessionAttributes":{"a":"b"}}`, ""},
		{"nothing to keep", `{"dialogAction":{"type":"Close"}}`, ``, ""},
		{"slots too large are left to Lex", `{"dialogAction":{"type":"ElicitSlot"},"intent":{"slots":"` + big + `"},"sessionAttributes":{"a":"b"}}`, `{"sessionAttributes":{"a":"b"}}`, "session state has"},
		{"attributes too large are left to Lex", `{"dialogAction":{"type":"ElicitSlot"},"sessionAttributes":{"a":"` + big + `"}}`, ``, "session state has"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, notes := heard(t, `{"sessionState":`+c.state+`}`)
			var k kept
			if err := json.Unmarshal([]byte(res.State.Token), &k); err != nil || k.Session != session || string(k.State) != c.want {
				t.Errorf("%v: got %s, want %s", err, k.State, c.want)
			}
			if !strings.Contains(notes, c.note) || (c.note == "") != (notes == "") {
				t.Errorf("notes %q, want %q", notes, c.note)
			}
		})
	}
}

func TestATaskThatEndedIsTheEnd(t *testing.T) {
	for _, c := range []struct {
		name, action, intent string
		want                 bool
	}{
		{"a task that was fulfilled", "Close", "Fulfilled", true},
		{"a task that failed", "Close", "Failed", true},
		{"a task that the bot's owner has to fulfil", "Close", "ReadyForFulfillment", false},
		{"a task that waits", "Close", "Waiting", false},
		{"a task that was fulfilled and asks for the next one", "ElicitIntent", "Fulfilled", false},
		{"an open question", "ElicitSlot", "InProgress", false},
		{"an answer without an intent", "Close", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, _ := heard(t, `{"sessionState":{"dialogAction":{"type":"`+c.action+`"},"intent":{"name":"i","state":"`+c.intent+`"}}}`)
			if res.Done != c.want || res.End || res.State == nil {
				t.Errorf("done %v, end %v, state %v", res.Done, res.End, res.State)
			}
		})
	}
}

func TestTheStateReachesTheNextTurn(t *testing.T) {
	b := open(t, nil)
	b.fake.Answer = func(q dialogtest.LexCall) dialogtest.HTTPAnswer {
		return dialogtest.HTTPAnswer{Body: `{"sessionState":{"dialogAction":{"type":"ElicitSlot","slotToElicit":"Room"},"intent":{"name":"BookRoom"}}}`}
	}
	first, err := b.Turn(t.Context(), turn(), nil)
	if err != nil {
		t.Fatal(err)
	}
	next := turn()
	next.ID, next.State = "turn_2", *first.State
	if _, err := b.Turn(t.Context(), next, nil); err != nil {
		t.Fatal(err)
	}
	calls := b.fake.Calls()
	if calls[0].Path != calls[1].Path || !strings.Contains(string(calls[1].Body), `"slotToElicit":"Room"`) {
		t.Errorf("first %s\nthen %s %s", calls[0].Path, calls[1].Path, calls[1].Body)
	}
	next.ID, next.State = "turn_3", dialog.State{}
	if _, err := b.Turn(t.Context(), next, nil); err != nil || b.fake.Last(t).Path == calls[0].Path {
		t.Errorf("a conversation that was reset goes on at %s, %v", b.fake.Last(t).Path, err)
	}
}

func TestMessages(t *testing.T) {
	text := func(s string) []message.Message { return []message.Message{message.Text(s)} }
	custom := func(payload string) string {
		content, err := json.Marshal(payload)
		if err != nil {
			t.Fatal(err)
		}
		return `{"contentType":"CustomPayload","content":` + string(content) + `}`
	}
	for _, c := range []struct {
		name, messages string
		want           message.Reply
		note           string
	}{
		{"speech is stripped", `{"contentType":"SSML","content":"<speak>안녕 <break time=\"1s\"/>하나 &amp; <emphasis level=\"strong\">둘</emphasis></speak>"}`, message.Reply{Messages: text("안녕 하나 & 둘")}, ""},
		{"speech of two paragraphs", `{"contentType":"SSML","content":"<speak><p>하나</p><p>둘</p></speak>"}`, message.Reply{Messages: text("하나 둘")}, ""},
		{"two cards are one carousel", `{"contentType":"ImageResponseCard","imageResponseCard":{"title":"A"}},{"contentType":"ImageResponseCard","imageResponseCard":{"title":"B","buttons":[{"text":"네","value":"yes"},{"text":""}]}}`, message.Reply{Messages: []message.Message{{Type: message.TypeCards, Cards: []message.Card{{Title: "A"}, {Title: "B", Actions: []message.Action{{Kind: message.ActionPostback, Label: "네", Data: "yes", Text: "네"}}}}}}}, "label"},
		{"a card that is none", `{"contentType":"ImageResponseCard"}`, message.Reply{}, "without a card"},
		{"a type of the future", `{"contentType":"Hologram","content":"a"}`, message.Reply{}, "Hologram"},
		{"a payload that is a text", custom("그냥 글"), message.Reply{Messages: text("그냥 글")}, ""},
		{"a payload that is a number", custom("5"), message.Reply{Messages: text("5")}, ""},
		{"a payload that is a message", custom(`{"type":"image","url":"https://f.example.com/a"}`), message.Reply{Messages: []message.Message{{Type: message.TypeImage, URL: "https://f.example.com/a"}}}, ""},
		{"a payload that is a list of messages", custom(`[{"type":"text","text":"a"},{"type":"hologram","fallback_text":"b"},{"type":"x"}]`), message.Reply{Messages: append(text("a"), text("b")...)}, `"x"`},
		{"a payload with suggestions", custom(`{"messages":[{"type":"text","text":"a"}],"quick_replies":[{"kind":"postback","label":"b","data":"c"},{"kind":"x"},5]}`), message.Reply{Messages: text("a"), QuickReplies: []message.Action{{Kind: message.ActionPostback, Label: "b", Data: "c"}}}, "suggestion"},
		{"a payload for the channel", custom(`{"slack":{"blocks":[]}}`), message.Reply{Messages: []message.Message{{Type: message.TypeNative, Channel: "slack", Payload: message.Raw(`{"blocks":[]}`)}}}, ""},
		{"a payload for another channel", custom(`{"line":{"type":"flex"}}`), message.Reply{}, "left out"},
		{"a payload whose type is a number", custom(`{"type":5}`), message.Reply{}, "left out"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, notes := heard(t, `{"messages":[`+c.messages+`],"sessionState":{}}`)
			if !reflect.DeepEqual(res.Reply, c.want) {
				t.Errorf("got  %+v\nwant %+v", res.Reply, c.want)
			}
			if !strings.Contains(notes, c.note) || (c.note == "") != (notes == "") {
				t.Errorf("notes %q, want %q", notes, c.note)
			}
		})
	}
	t.Run("a payload that hands over", func(t *testing.T) {
		res, _ := heard(t, `{"messages":[`+custom(`{"handoff":{"queue":"ga","note":"급함"}}`)+`],"sessionState":{}}`)
		if res.Handoff == nil || *res.Handoff != (dialog.Handoff{Queue: "ga", Note: "급함"}) {
			t.Errorf("got %+v", res.Handoff)
		}
	})
	t.Run("slots too large to keep", func(t *testing.T) {
		if _, notes := heard(t, `{"sessionState":{"intent":{"slots":"`+strings.Repeat("x", maxTrace)+`"}}}`); !strings.Contains(notes, "slots: has") {
			t.Errorf("notes %q", notes)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	f.Add(read(f, "lex_v2_response.json"))
	f.Add([]byte(`{"messages":[{"contentType":"CustomPayload","content":"[1,{\"type\":\"x\"}]"},{"contentType":"SSML","content":"<a"}],"sessionState":{"dialogAction":5,"intent":"x"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		res, err := (&engine{}).result(body, session, &reply{Answer: foreign.Answer{Channel: "line"}})
		if err != nil {
			return
		}
		for _, problem := range dialogtest.Problems(dialogtest.Replied{Result: res, Messages: res.Reply.Messages}) {
			t.Error(problem)
		}
	})
}
