package foreign

import (
	"encoding/json"
	"strings"
	"testing"

	"dari/bot/message"
)

func TestAPayloadWrittenByHandIsRead(t *testing.T) {
	for _, row := range []struct {
		name, payload string
		messages      []message.Type
		quick         int
		handoff, note string
	}{
		{"a message", `{"type": "text", "text": "a"}`, []message.Type{message.TypeText}, 0, "", ""},
		{"several, with suggestions and a handoff", `{"messages": [{"type": "text", "text": "a"}, {"type": "image", "url": "https://a.example.com/b.png"}], "quick_replies": ["yes", {"kind": "message", "label": "no"}], "handoff": {"queue": "desk"}}`, []message.Type{message.TypeText, message.TypeImage}, 2, "desk", ""},
		{"suggestions alone", `{"type": "quick_replies", "items": ["yes", 7]}`, nil, 1, "", "a suggestion was left out"},
		{"what the channel alone knows", `{"line": {"type": "flex"}}`, []message.Type{message.TypeNative}, 0, "", ""},
		{"what another channel knows", `{"slack": {"blocks": []}}`, nil, 0, "", "it has no cards, and nothing under the name"},
		{"a message that cannot be shown, with its fallback", `{"type": "image", "fallback_text": "a picture"}`, []message.Type{message.TypeText}, 0, "", ""},
		{"a message that cannot be shown", `{"type": "image"}`, nil, 0, "", "a message of a payload was left out"},
		{"a field of another type", `{"messages": 3}`, nil, 0, "", "a payload was left out"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := Answer{Channel: "line"}
			a.Payload(json.RawMessage(row.payload), "cards")
			var got []string
			for _, m := range a.Messages {
				got = append(got, string(m.Type))
			}
			var want []string
			for _, m := range row.messages {
				want = append(want, string(m))
			}
			if strings.Join(got, " ") != strings.Join(want, " ") || len(a.Quick) != row.quick {
				t.Errorf("messages %q, %d quick replies", got, len(a.Quick))
			}
			if row.handoff != "" && (a.Handoff == nil || a.Handoff.Queue != row.handoff) {
				t.Errorf("handoff %+v", a.Handoff)
			}
			if notes := strings.Join(a.Notes, "\n"); !strings.Contains(notes, row.note) || row.note == "" && notes != "" {
				t.Errorf("notes %q", notes)
			}
		})
	}
}

func TestAnAnswerKeepsFiftyMessages(t *testing.T) {
	var a Answer
	for range maxMessages + 5 {
		a.Text("a")
	}
	if len(a.Messages) != maxMessages || len(a.Notes) != 5 {
		t.Errorf("%d messages, %q", len(a.Messages), a.Notes)
	}
}
