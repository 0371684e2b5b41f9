package slack

import (
	"encoding/json"
	"net/url"
	"testing"

	"dari/bot/message"
)

// tap is the callback of one action in a channel.
func tap(t *testing.T, action string) message.Inbound {
	t.Helper()
	payload := `{"type":"block_actions","user":{"id":"U1"},"team":{"id":"T1"},"channel":{"id":"C1","name":"general"},` +
		`"container":{"message_ts":"1.1","channel_id":"C1"},"actions":[` + action + `]}`
	body := url.Values{"payload": {payload}}.Encode()
	return parse(t, "application/x-www-form-urlencoded", []byte(body)).Events[0]
}

func TestPickedValuesComeBackAsPostbacks(t *testing.T) {
	for _, row := range []struct{ name, action, data, label string }{
		{"a button", `{"type":"button","action_id":"a","value":"v","text":{"text":"A &amp; B"}}`, "v", "A & B"},
		{"a button without a value", `{"type":"button","action_id":"a","text":{"text":"A"}}`, "a", "A"},
		{"an overflow menu", `{"type":"overflow","action_id":"a","selected_option":{"text":{"text":"A"},"value":"v"}}`, "v", "A"},
		{"several list entries", `{"type":"multi_static_select","action_id":"a","selected_options":[{"text":{"text":"A"},"value":"v"},{"text":{"text":"B"},"value":"w"}]}`, "v,w", "A, B"},
		{"a person", `{"type":"users_select","action_id":"a","selected_user":"U2"}`, "U2", ""},
		{"several people", `{"type":"multi_users_select","action_id":"a","selected_users":["U2","U3"]}`, "U2,U3", ""},
		{"a channel", `{"type":"channels_select","action_id":"a","selected_channel":"C2"}`, "C2", ""},
		{"a conversation", `{"type":"conversations_select","action_id":"a","selected_conversation":"D2"}`, "D2", ""},
		{"a date", `{"type":"datepicker","action_id":"a","selected_date":"2026-11-05"}`, "2026-11-05", ""},
		{"a time", `{"type":"timepicker","action_id":"a","selected_time":"14:00"}`, "14:00", ""},
		{"a date with a time", `{"type":"datetimepicker","action_id":"a","selected_date_time":1793000000}`, "1793000000", ""},
		{"a text", `{"type":"plain_text_input","action_id":"a","value":"안녕"}`, "안녕", ""},
		{"rich text", `{"type":"rich_text_input","action_id":"a","rich_text_value":{"type":"rich_text"}}`, `{"type":"rich_text"}`, ""},
		{"files", `{"type":"file_input","action_id":"a","files":[{"id":"F1"},{"id":"F2"}]}`, "F1,F2", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := tap(t, row.action)
			if in.Kind != message.KindPostback || in.Postback.Data != row.data || in.Postback.Label != row.label {
				t.Errorf("got %+v %+v", in, in.Postback)
			}
			if button := in.Postback.Params == nil; !button && in.Postback.Params["a"] != row.data {
				t.Errorf("params %v", in.Postback.Params)
			}
		})
	}
}

func TestATappedMessageButtonIsText(t *testing.T) {
	in := tap(t, `{"type":"button","action_id":"say:2","value":"도움말 보기","text":{"text":"도움말"}}`)
	if in.Kind != message.KindText || in.Text != "도움말 보기" || in.Postback != nil || !in.Mentioned {
		t.Errorf("got %+v", in)
	}
}

func TestATappedLinkNeedsNoAnswer(t *testing.T) {
	for _, action := range []string{
		`{"type":"button","action_id":"url:1","text":{"text":"안내"}}`,
		`{"type":"button","action_id":"other","url":"https://www.example.com/"}`,
	} {
		if in := tap(t, action); in.Kind != message.KindEvent || in.Ignore == "" {
			t.Errorf("got %+v", in)
		}
	}
}

// The talk must go on where the buttons were shown: what a slash command began in a channel does not
// move into a thread.
func TestAButtonOutsideOfThreadsIsAnsweredOutsideOfThreads(t *testing.T) {
	command := event1(t, "in_slash_command.form").Conversation
	if got := tap(t, `{"type":"button","action_id":"a","value":"v"}`).Conversation; got.ID != "C1" || got.Kind != command.Kind || got.Room != "" {
		t.Errorf("got %+v", got)
	}
}

func TestAnInteractionWithoutAnActionIsUnknown(t *testing.T) {
	if in := tap(t, ""); in.Kind != message.KindUnknown || len(in.Keys) == 0 {
		t.Errorf("got %+v", in)
	}
}

func TestInteractionsAsJSONAreReadLikeForms(t *testing.T) {
	form, err := url.ParseQuery(string(load(t, "in_view_submission.form")))
	if err != nil {
		t.Fatal(err)
	}
	in := parse(t, "application/json", []byte(form.Get("payload"))).Events[0]
	want := event1(t, "in_view_submission.form")
	in.Keys, in.Raw, want.Keys, want.Raw = nil, nil, nil, nil
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, in, raw)
}
