package httpengine

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/dialog"
)

// done decodes an answer of status done with these fields in its JSON object.
func done(t *testing.T, fields string) (res dialog.Result, notes []string) {
	t.Helper()
	res, f := from(200, "application/json", `{"status":"done",`+fields+`}`)
	if f != nil {
		t.Fatal(f.err)
	}
	var trace struct{ Notes []string }
	if len(res.Trace) > 0 {
		if err := json.Unmarshal(res.Trace, &trace); err != nil {
			t.Fatal(err)
		}
	}
	return res, trace.Notes
}

func TestMessagesAreTakenAsFarAsTheyCanBeShown(t *testing.T) {
	text := func(s string) []message.Message { return []message.Message{message.Text(s)} }
	for _, c := range []struct {
		name, messages string
		want           []message.Message
		notes          []string // part of each note
	}{
		{"a good text", `{"type":"text","text":"a"}`, text("a"), nil},
		{"unknown fields are no matter", `{"type":"text","text":"a","colour":"red"}`, text("a"), nil},
		{"an unknown type becomes its fallback", `{"type":"hologram","fallback_text":"a"}`, text("a"), []string{`messages[0].type: "hologram" is not known`}},
		{"an unknown type without one is left out", `{"type":"hologram"},{"type":"text","text":"b"}`, text("b"), []string{"messages[0].type"}},
		{"a blank fallback is none", `{"type":"hologram","fallback_text":" "}`, nil, []string{"left out"}},
		{"an invalid message becomes its fallback", `{"type":"buttons","text":"a","fallback_text":"b"}`, text("b"), []string{"messages[0].actions"}},
		{"an invalid message without one is left out", `{"type":"image"}`, nil, []string{"messages[0].url: missing; the message was left out"}},
		{"the field of a bad button is named", `{"type":"buttons","text":"a","actions":[{"kind":"url","label":"b"}]}`, nil, []string{"messages[0].actions[0].url: missing"}},
		{"the field of a bad card is named", `{"type":"cards","cards":[{"title":"a","actions":[{"kind":"x","label":"b"}]}]}`, nil, []string{"messages[0].cards[0].actions[0].kind"}},
		{"a field of the wrong type is named", `{"type":"text","text":5,"fallback_text":"a"}`, text("a"), []string{"messages[0].text: must not be a number"}},
		{"a string is no message", `"hello"`, nil, []string{"messages[0].type: missing"}},
		{"null is no message", `null`, nil, []string{"messages[0].type: missing"}},
		{"a fallback keeps the pause", `{"type":"x","fallback_text":"a","speak_after_ms":5}`, []message.Message{{Type: "text", Text: "a", SpeakAfterMS: 5}}, []string{"type"}},
		{
			"a bad suggestion does not spoil its message",
			`{"type":"text","text":"a","quick_replies":[{"kind":"message","label":"네"},{"kind":"postback","label":"b"},7]}`,
			[]message.Message{{Type: "text", Text: "a", QuickReplies: []message.Action{{Kind: "message", Label: "네"}}}},
			[]string{"messages[0].quick_replies[1].data: missing", "messages[0].quick_replies[2].label"},
		},
		{"a native message keeps its payload", `{"type":"native","channel":"line","payload":{"a": 1}}`, []message.Message{{Type: "native", Channel: "line", Payload: message.Raw(`{"a":1}`)}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, notes := done(t, `"messages":[`+c.messages+`]`)
			if !reflect.DeepEqual(res.Reply.Messages, c.want) {
				t.Errorf("got %+v, want %+v", res.Reply.Messages, c.want)
			}
			fits := slices.EqualFunc(notes, c.notes, strings.Contains)
			if !fits {
				t.Errorf("notes %q, want %q", notes, c.notes)
			}
		})
	}
}

func TestQuickRepliesAreTakenAsFarAsTheyCanBeShown(t *testing.T) {
	res, notes := done(t, `"messages":[],"quick_replies":[{"kind":"postback","label":"취소","data":"c"},{"kind":"dance","label":"춤"}]`)
	if len(res.Reply.QuickReplies) != 1 || len(notes) != 1 || !strings.Contains(notes[0], "quick_replies[1].kind") {
		t.Errorf("got %+v, notes %q", res.Reply.QuickReplies, notes)
	}
	res, notes = done(t, `"messages":[],"quick_replies":"네"`)
	if res.Reply.QuickReplies != nil || len(notes) != 1 || !strings.Contains(notes[0], "quick_replies: must be a list") {
		t.Errorf("got %+v, notes %q", res.Reply.QuickReplies, notes)
	}
}

func TestState(t *testing.T) {
	full := strings.Repeat("x", dialog.MaxState)
	for _, c := range []struct {
		name, fields string
		want         *dialog.State
	}{
		{"left out is kept", `"messages":[]`, nil},
		{"null is cleared", `"state":null`, &dialog.State{}},
		{"a token is stored", `"state":{"token":"a"}`, &dialog.State{Token: "a"}},
		{"the largest token is stored", `"state":{"token":"` + full + `"}`, &dialog.State{Token: full}},
		{"a token that is left out is kept", `"state":{}`, nil},
		{"a token of null is cleared", `"state":{"token":null}`, &dialog.State{}},
		{"an empty token is cleared", `"state":{"token":""}`, &dialog.State{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if res, _ := done(t, c.fields); !reflect.DeepEqual(res.State, c.want) {
				t.Errorf("got %v, want %v", res.State, c.want)
			}
		})
	}
}

func TestTheEndOfASession(t *testing.T) {
	if res, _ := done(t, `"session":{"end":true,"ttl_s":5}`); !res.End {
		t.Error("the session goes on")
	}
	if res, _ := done(t, `"session":null`); res.End {
		t.Error("the session ended")
	}
}

func TestWhatIsLostIsNoted(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat(`{"type":"text","text":"a"},`, maxMessages+1), ",")
	bad := strings.TrimSuffix(strings.Repeat(`{"type":"image"},`, maxNotes+5), ",")
	for _, c := range []struct{ name, fields, want string }{
		{"messages beyond the cap", `"messages":[` + many + `]`, fmt.Sprintf("messages: %d are too many", maxMessages+1)},
		{"notes beyond the cap", `"messages":[` + bad + `]`, "and 5 more"},
		{"a handoff that is none", `"handoff":"me"`, "handoff: must be an object"},
		{"an nlu too large to keep", `"nlu":"` + strings.Repeat("x", maxTrace) + `"`, "nlu: has 32770 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, notes := done(t, c.fields)
			if !strings.Contains(strings.Join(notes, "\n"), c.want) {
				t.Errorf("notes %q, want %q", notes, c.want)
			}
			if len(res.Reply.Messages) > maxMessages || len(notes) > maxNotes+1 {
				t.Errorf("%d messages, %d notes", len(res.Reply.Messages), len(notes))
			}
		})
	}
}

func TestNothingToNoteIsNoTrace(t *testing.T) {
	if res, _ := done(t, `"messages":[],"nlu":null,"handoff":null`); res.Trace != nil {
		t.Errorf("trace %s", res.Trace)
	}
}
