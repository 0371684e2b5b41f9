package slack

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

var update = flag.Bool("update", false, "write what is the case now to testdata")

// parse is Parse of a fixture, without an adapter's settings, which it does not need.
func parse(t testing.TB, contentType string, body []byte) channels.Callback {
	t.Helper()
	cb, err := (&adapter{}).Parse(&channels.Request{ContentType: contentType, Body: body, ReceivedAt: now})
	if err != nil {
		t.Fatal(err)
	}
	return cb
}

// event1 is the one event of a fixture.
func event1(t testing.TB, name string) message.Inbound {
	t.Helper()
	f := fixture(t, name)
	cb := parse(t, f.ContentType, f.Body)
	if len(cb.Events) != 1 {
		t.Fatalf("%s: %d events, want 1", name, len(cb.Events))
	}
	return cb.Events[0]
}

// TestEveryFixtureIsRead compares with testdata/want.json, which holds the events and the answer of
// each fixture.
func TestEveryFixtureIsRead(t *testing.T) {
	type result struct {
		Events []message.Inbound `json:"events"`
		Answer string            `json:"answer,omitempty"`
	}
	got := map[string]result{}
	for _, f := range fixtures(t) {
		cb := parse(t, f.ContentType, f.Body)
		got[f.Name] = result{cb.Events, string(cb.Answer.Body)}
		for _, in := range cb.Events {
			if !bytes.Equal(in.Raw, f.Body) {
				t.Errorf("%s: raw is not the whole body", f.Name)
			}
		}
	}
	if *update {
		writeJSON(t, "testdata/want.json", got)
	}
	var want map[string]json.RawMessage
	if err := json.Unmarshal(load(t, "want.json"), &want); err != nil {
		t.Fatal(err)
	}
	for name, g := range got {
		t.Run(name, func(t *testing.T) { sameJSON(t, g, want[name]) })
	}
	if len(want) != len(got) {
		t.Errorf("%d results for %d fixtures", len(want), len(got))
	}
}

func writeJSON(t *testing.T, path string, v any) {
	t.Helper()
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// sameJSON compares values, not spellings.
func sameJSON(t *testing.T, got any, want []byte) {
	t.Helper()
	var a, b any
	raw, err := json.Marshal(got)
	if err == nil {
		err = errors.Join(json.Unmarshal(raw, &a), json.Unmarshal(want, &b))
	}
	x, _ := json.MarshalIndent(a, "", "  ")
	y, _ := json.MarshalIndent(b, "", "  ")
	if err != nil || !bytes.Equal(x, y) {
		t.Errorf("got %s\nwant %s\n%v", x, y, err)
	}
}

func TestAMentionAndItsMessageShareAKey(t *testing.T) {
	mention, duplicate := event1(t, "in_app_mention.json"), event1(t, "in_app_mention_as_message_duplicate.json")
	shared := slices.ContainsFunc(mention.Keys, func(k string) bool { return slices.Contains(duplicate.Keys, k) })
	if !shared || mention.Keys[0] == duplicate.Keys[0] {
		t.Errorf("keys %v and %v", mention.Keys, duplicate.Keys)
	}
	if mention.Text != duplicate.Text || mention.Conversation != duplicate.Conversation || !mention.Mentioned || !duplicate.Mentioned {
		t.Errorf("the same words differ:\n%+v\n%+v", mention, duplicate)
	}
}

func TestTheBotLearnsItsOwnIDWhereSlackDoesNotTell(t *testing.T) {
	channelMessage := func(words string) string {
		return `{"type":"message","channel":"C1","channel_type":"channel","user":"U1","ts":"1.2","text":"` + words + `"}`
	}
	mention := `{"type":"app_mention","channel":"C1","user":"U1","ts":"1.2","text":"<@U07BOTU9K2L> 안녕"}`
	for _, row := range []struct {
		name, authorizations string
		asked                int
	}{
		{"no authorizations", ``, 1},
		{"a person's authorization", `"authorizations":[{"user_id":"U1","is_bot":false}],`, 1},
		{"its own authorization", `"authorizations":[{"user_id":"U07BOTU9K2L","is_bot":true}],`, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			parse := func(event string) message.Inbound {
				body := `{"type":"event_callback","team_id":"T1","event_id":"Ev` + event[9:12] + `",` + row.authorizations + `"event":` + event + `}`
				cb, err := b.Adapter.Parse(&channels.Request{ContentType: "application/json", Body: []byte(body), ReceivedAt: now})
				if err != nil || len(cb.Events) != 1 {
					t.Fatalf("%+v, %v", cb, err)
				}
				return cb.Events[0]
			}
			parse(channelMessage("안녕"))
			if n := len(b.Platform.Calls("/api/auth.test")); n != 0 {
				t.Errorf("asked %d times for a message that mentions nobody", n)
			}
			said, told := parse(channelMessage("<@U07BOTU9K2L> 안녕")), parse(mention)
			if !said.Mentioned || said.Text != "안녕" || told.Text != "안녕" || said.Keys[1] != told.Keys[1] {
				t.Errorf("%+v\n%+v", said, told)
			}
			if n := len(b.Platform.Calls("/api/auth.test")); n != row.asked {
				t.Errorf("asked %d times, want %d", n, row.asked)
			}
		})
	}
	t.Run("while Slack does not tell, a mention is no repetition of its message", func(t *testing.T) {
		b := kit(t).Open(t)
		b.Platform.FailNext("/api/auth.test", channeltest.Fault{Status: 500})
		for _, event := range []string{channelMessage("<@U07BOTU9K2L> 안녕"), mention} {
			cb, err := b.Adapter.Parse(&channels.Request{ContentType: "application/json", Body: []byte(`{"type":"event_callback","event_id":"Ev` + event[9:12] + `","event":` + event + `}`), ReceivedAt: now})
			if err != nil {
				t.Fatal(err)
			}
			if in := cb.Events[0]; slices.Contains(in.Keys, "msg:C1:1.2") != in.Mentioned {
				t.Errorf("mentioned %v with keys %v", in.Mentioned, in.Keys)
			}
		}
		if n := len(b.Platform.Calls("/api/auth.test")); n != 1 {
			t.Errorf("asked %d times within a minute", n)
		}
	})
}

func TestAnEditSharesNoKeyWithItsMessage(t *testing.T) {
	edit := event1(t, "in_message_changed.json")
	if slices.ContainsFunc(edit.Keys, func(k string) bool { return strings.HasPrefix(k, "msg:") }) {
		t.Errorf("keys %v", edit.Keys)
	}
}

// wrap puts an inner event into an envelope.
func wrap(event string) []byte {
	return []byte(`{"type":"event_callback","team_id":"T1","event_id":"Ev1","event_time":1793000000,` +
		`"authorizations":[{"user_id":"UBOT","is_bot":true}],"event":` + event + `}`)
}

func TestMessagesThatNoFixtureShows(t *testing.T) {
	rows := []struct {
		name, event string
		check       func(in message.Inbound) bool
	}{
		{"a badly typed block does not cost the message", `{"type":"message","user":"U1","ts":"1.2","channel":"D1","text":"hi","blocks":[{"type":"section","text":"x"}]}`, func(in message.Inbound) bool { return in.Kind == message.KindText && in.Text == "hi" }},
		{"a field of another type is left empty", `{"type":"message","user":{"id":"U1"},"ts":"1.2","channel":"D1","text":"hi"}`, func(in message.Inbound) bool { return in.Kind == message.KindText && in.Sender.ID == "" }},
		{"a message without a channel is unknown", `{"type":"message","user":"U1","ts":"1.2","text":"hi"}`, func(in message.Inbound) bool { return in.Kind == message.KindUnknown }},
		{"a thread in a direct chat stays direct", `{"type":"message","user":"U1","ts":"1.2","thread_ts":"1.1","channel":"D1","channel_type":"im","text":"hi"}`, func(in message.Inbound) bool {
			return in.Conversation == message.Conversation{ID: "D1:1.1", Kind: message.Direct, Room: "D1", Tenant: "T1"} && in.ReplyTo == "1.1"
		}},
		{"the first message to an agent app starts a thread", `{"type":"message","user":"U1","ts":"1.2","channel":"D1","channel_type":"im","text":"hi","app_context":{}}`, func(in message.Inbound) bool { return in.Conversation.ID == "D1:1.2" && in.ReplyTo == "" }},
		{"a message of Slackbot is a bot's", `{"type":"message","user":"USLACKBOT","ts":"1.2","channel":"D1","text":"hi"}`, func(in message.Inbound) bool { return in.Ignore == botMessage && in.Sender.Bot }},
		{"the bot's own message is ignored without a bot id", `{"type":"message","user":"UBOT","ts":"1.2","channel":"D1","text":"hi"}`, func(in message.Inbound) bool { return in.Ignore == botMessage }},
		{"a bot's mention is ignored", `{"type":"app_mention","user":"U2","bot_id":"B2","ts":"1.2","channel":"C1","text":"<@UBOT> hi"}`, func(in message.Inbound) bool { return in.Ignore == botMessage }},
		{"the bot's own edit is ignored", `{"type":"message","subtype":"message_changed","channel":"C1","message":{"user":"UBOT","bot_id":"B1","ts":"1.1","text":"b","edited":{}},"previous_message":{"ts":"1.1","text":"a"}}`, func(in message.Inbound) bool { return in.Kind == message.KindEdit && in.Ignore == botMessage }},
		{"a link preview is no edit", `{"type":"message","subtype":"message_changed","channel":"C1","message":{"user":"U1","ts":"1.1","text":"a"},"previous_message":{"ts":"1.1","text":"a"}}`, func(in message.Inbound) bool { return in.Kind == message.KindEvent && in.Ignore == notAnEdit }},
		{"an edit without its message is no edit", `{"type":"message","subtype":"message_changed","channel":"C1"}`, func(in message.Inbound) bool { return in.Kind == message.KindEvent }},
		{"a delete without its message names the time stamp", `{"type":"message","subtype":"message_deleted","channel":"C1","deleted_ts":"1.1"}`, func(in message.Inbound) bool {
			return in.Kind == message.KindDelete && in.MessageID == "1.1" && in.Conversation.ID == "C1:1.1"
		}},
		{"a picture with words is a picture", `{"type":"message","subtype":"file_share","user":"U1","ts":"1.2","channel":"D1","text":"see","files":[{"id":"F1","mimetype":"image/png"},{"id":"F2","mimetype":"audio/mp4"},{"id":"F3","mimetype":"video/mp4"}]}`, func(in message.Inbound) bool {
			return in.Kind == message.KindImage && in.Text == "see" && len(in.Attachments) == 3 && in.Attachments[1].Kind == message.KindAudio && in.Attachments[2].Kind == message.KindVideo
		}},
		{"a deleted file is left out", `{"type":"message","subtype":"file_share","user":"U1","ts":"1.2","channel":"D1","text":"see","files":[{"id":"F1","mode":"tombstone"}]}`, func(in message.Inbound) bool { return in.Kind == message.KindText && len(in.Attachments) == 0 }},
		{"a forwarded message brings its text", `{"type":"message","user":"U1","ts":"1.2","channel":"D1","text":"","attachments":[{"text":"A &amp; B"}]}`, func(in message.Inbound) bool { return in.Kind == message.KindText && in.Text == "A & B" }},
		{"a removed reaction is told", `{"type":"reaction_removed","user":"U1","reaction":"eyes","item":{"channel":"C1","ts":"1.1"}}`, func(in message.Inbound) bool {
			return in.Reaction != nil && in.Reaction.Removed && in.MessageID == "1.1"
		}},
		{"the bot's own reaction is ignored", `{"type":"reaction_added","user":"UBOT","reaction":"eyes","item":{"channel":"C1","ts":"1.1"}}`, func(in message.Inbound) bool { return in.Ignore == botMessage }},
		{"another member joins", `{"type":"member_joined_channel","user":"U1","channel":"C1","inviter":"U2"}`, func(in message.Inbound) bool {
			return in.Kind == message.KindMembersJoined && in.Members[0].ID == "U1" && in.Sender.ID == "U2"
		}},
		{"the bot leaves", `{"type":"member_left_channel","user":"UBOT","channel":"C1"}`, func(in message.Inbound) bool { return in.Kind == message.KindLeave }},
		{"a documented event that needs no care is an event", `{"type":"channel_archive","channel":"C1"}`, func(in message.Inbound) bool {
			return in.Kind == message.KindEvent && in.Name == "channel_archive" && in.Conversation.ID == "C1"
		}},
		{"an inner event without a type is unknown", `{"text":"x"}`, func(in message.Inbound) bool { return in.Kind == message.KindUnknown && in.Name == "event_callback" }},
		{"an inner event that is no object is unknown", `"x"`, func(in message.Inbound) bool { return in.Kind == message.KindUnknown }},
		{"an odd time stamp is no time", `{"type":"message","user":"U1","ts":"soon","event_ts":"99999999999999","channel":"D1","text":"hi"}`, func(in message.Inbound) bool { return in.Time.Unix() == 1793000000 }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if in := parse(t, "application/json", wrap(row.event)).Events[0]; !row.check(in) {
				t.Errorf("got %+v", in)
			}
		})
	}
}

// A person's authorization must not pass for the bot's: that person's messages would be ignored.
func TestAPersonsAuthorizationIsNotTheBot(t *testing.T) {
	body := strings.Replace(string(load(t, "in_message_im.json")), `"user_id": "U07BOTU9K2L",
      "is_bot": true`, `"user_id": "U06MINA81PQ",
      "is_bot": false`, 1)
	in := parse(t, "application/json", []byte(body)).Events[0]
	if !strings.Contains(body, `"is_bot": false`) || in.Ignore != "" {
		t.Errorf("got %+v", in)
	}
}

func TestAnEnvelopeWithoutAnIDIsKnownByItsBody(t *testing.T) {
	body := []byte(`{"type":"event_callback","event":{"type":"app_uninstalled"}}`)
	one, again := parse(t, "application/json", body).Events[0], parse(t, "application/json", body).Events[0]
	other := parse(t, "application/json", append(body, '\n')).Events[0]
	if one.Keys[0] != again.Keys[0] || one.Keys[0] == other.Keys[0] {
		t.Errorf("keys %v %v %v", one.Keys, again.Keys, other.Keys)
	}
}

func TestBodiesThatAreNoCallbackAre400(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	for _, row := range []struct{ name, contentType, body string }{
		{"an object without a type", "application/json", `{}`},
		{"a type that is no text", "application/json", `{"type":1}`},
		{"a URL check without a challenge", "application/json", `{"type":"url_verification"}`},
		{"cut JSON", "application/json", `{"type":"event_callback","event":{`},
		{"an empty form", form, ""},
		{"a form of something else", form, "a=b"},
		{"a form with broken escapes", form, "payload=%zz"},
		{"a payload that is no JSON", form, "payload=x"},
		{"a payload that is a list", form, "payload=%5B%5D"},
		{"a payload without a type", form, "payload=%7B%7D"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := (&adapter{}).Parse(&channels.Request{ContentType: row.contentType, Body: []byte(row.body)})
			var refusal *channels.Refusal
			if !errors.As(err, &refusal) || refusal.Status != http.StatusBadRequest {
				t.Errorf("got %v, want a refusal with 400", err)
			}
		})
	}
}

// Slack tells of every opening of the messages tab; the person is greeted at the first one.
func TestTheFirstOpeningOfTheMessagesTabIsAFollow(t *testing.T) {
	open := func(id, channel, tab string) message.Inbound {
		body := strings.Replace(string(wrap(`{"type":"app_home_opened","user":"U1","channel":"`+channel+`","tab":"`+tab+`"}`)), "Ev1", id, 1)
		return parse(t, "application/json", []byte(body)).Events[0]
	}
	first, again, other := open("Ev1", "D1", "messages"), open("Ev2", "D1", "messages"), open("Ev3", "D2", "messages")
	shares := func(a, b message.Inbound) bool {
		return slices.ContainsFunc(a.Keys, func(k string) bool { return slices.Contains(b.Keys, k) })
	}
	if first.Kind != message.KindFollow || first.Conversation.ID != "D1" || first.Sender.ID != "U1" || first.Ignore != "" || !first.Once || !again.Once {
		t.Errorf("got %+v", first)
	}
	if !shares(first, again) || shares(first, other) {
		t.Errorf("keys %v, %v, %v", first.Keys, again.Keys, other.Keys)
	}
	for _, tab := range []string{"home", "about", ""} {
		if in := open("Ev4", "D1", tab); in.Kind != message.KindEvent || in.Ignore == "" || in.Once || shares(in, first) {
			t.Errorf("tab %q: %+v", tab, in)
		}
	}
	if in := open("Ev5", "", "messages"); in.Kind != message.KindEvent || in.Ignore == "" {
		t.Errorf("without a chat: %+v", in)
	}
}

func TestTheNewThreadOfAnAssistantIsAFollow(t *testing.T) {
	in := event1(t, "in_assistant_thread_started.json")
	if in.Kind != message.KindFollow || in.Once || in.Conversation != (message.Conversation{ID: "D07DMCHN2V8:1793001702.817534", Kind: message.Direct, Room: "D07DMCHN2V8", Tenant: "T06H2K9QZ4A"}) {
		t.Errorf("got %+v", in)
	}
}

// A growing text in a channel has to name the person whom it answers.
func TestAnAddressNamesThePersonOutsideOfDirectChats(t *testing.T) {
	for _, row := range []struct{ name, event, want string }{
		{"in a channel", `{"type":"message","user":"U1","team":"T1","ts":"1.2","channel":"C1","text":"hi"}`, `{"user":"U1","team":"T1"}`},
		{"of another organisation", `{"type":"message","user":"U1","team":"T1","user_team":"T2","ts":"1.2","channel":"C1","text":"hi"}`, `{"user":"U1","team":"T2"}`},
		{"without a team", `{"type":"app_mention","user":"U1","ts":"1.2","channel":"C1","text":"hi"}`, `{"user":"U1","team":"T1"}`},
		{"in a direct chat", `{"type":"message","user":"U1","team":"T1","ts":"1.2","channel":"D1","text":"hi"}`, ""},
		{"of a bot", `{"type":"message","user":"U1","bot_id":"B1","ts":"1.2","channel":"C1","text":"hi"}`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if in := parse(t, "application/json", wrap(row.event)).Events[0]; string(in.Address) != row.want {
				t.Errorf("got %s, want %s", in.Address, row.want)
			}
		})
	}
}
