package webchat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"dari/bot/check"
	"dari/bot/message"
	"dari/bot/settings"
	"dari/bot/words"
	"dari/channels"
)

// The suite of channeltest wants a platform to call and to fail. This type has none, so its sentences
// that apply are proved here.

const session = "q7Xn2rW0bTz_5kLmC-9eYA" // 22 characters: 132 bits

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func open(t *testing.T) channels.Adapter {
	t.Helper()
	a, err := Type{}.New(settings.Values{}, channels.Deps{ChannelID: "chat"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func request(body string) *channels.Request {
	return &channels.Request{
		Header:      http.Header{"Content-Type": {"application/json"}},
		ContentType: "application/json", Body: []byte(body), ReceivedAt: now,
	}
}

func posted(fields string) string {
	return fmt.Sprintf(`{"session":%q,"id":"m1",%s}`, session, fields)
}

func one(t *testing.T, a channels.Adapter, body string) message.Inbound {
	t.Helper()
	cb, err := a.Parse(request(body))
	if err != nil || len(cb.Events) != 1 {
		t.Fatalf("%s: %v, %d events", body, err, len(cb.Events))
	}
	return cb.Events[0]
}

func TestTheLimitsNameEveryMessageType(t *testing.T) {
	l := Type{}.Limits()
	for _, typ := range message.Types {
		level, ok := l.Messages[typ]
		want := channels.Unsupported
		if typ == message.TypeText || typ == message.TypeButtons {
			want = channels.Full
		}
		if !ok || level != want {
			t.Errorf("%s: level %d, want %d", typ, level, want)
		}
	}
	if l.TextMax != 20_000 || l.TextUnit != channels.CodePoint || l.PerCall != 1 || l.MarksMentions {
		t.Errorf("limits %+v", l)
	}
}

func TestNoSettingIsRequired(t *testing.T) {
	for _, f := range (Type{}).Setup().Fields {
		if f.Required {
			t.Errorf("%s is required", f.Key)
		}
	}
}

func TestVerify(t *testing.T) {
	hello := posted(`"text":"안녕"`)
	for _, c := range []struct {
		name        string
		contentType string
		body        string
		status      int // 0 passes
		code        string
	}{
		{"a page's callback passes", "application/json", hello, 0, ""},
		{"a charset does no harm", "application/json; charset=utf-8", hello, 0, ""},
		{"the opening of a chat passes", "application/json", posted(`"open":true`), 0, ""},
		{"a tapped button passes", "application/json", posted(`"postback":{"data":"a=1","label":"예"}`), 0, ""},
		{"a longer session passes", "application/json", `{"session":"` + strings.Repeat("a", 64) + `","id":"1","text":"x"}`, 0, ""},
		{"a form of another site is 401", "text/plain", hello, 401, "content_type"},
		{"a callback without a type is 401", "", hello, 401, "content_type"},
		{"a callback without a session is 401", "application/json", `{"id":"m1","text":"x"}`, 401, "session"},
		{"a session that could be guessed is 401", "application/json", `{"session":"` + strings.Repeat("a", 21) + `","id":"1","text":"x"}`, 401, "session"},
		{"a session that is too long is 401", "application/json", `{"session":"` + strings.Repeat("a", 65) + `","id":"1","text":"x"}`, 401, "session"},
		{"a session of other letters is 401", "application/json", `{"session":"` + strings.Repeat("가", 22) + `","id":"1","text":"x"}`, 401, "session"},
		{"the stored form is 401", "application/json", `{"conversation":"` + ConversationID("chat", session) + `","id":"1","text":"x"}`, 401, "session"},
		{"a conversation beside the session is 401", "application/json", posted(`"conversation":"x","text":"x"`), 401, "session"},
		{"a conversation in capitals is 401", "application/json", posted(`"CONVERSATION":"x","text":"x"`), 401, "session"},
		{"a body that is no JSON is 400", "application/json", "{", 400, "malformed"},
		{"an empty body is 400", "application/json", "", 400, "malformed"},
		{"a text that is too long is 400", "application/json", posted(`"text":"` + strings.Repeat("가", 10_001) + `"`), 400, "malformed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := request(c.body)
			r.ContentType = c.contentType
			err := open(t).Verify(context.Background(), r)
			if c.status == 0 {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var ref *channels.Refusal
			if !errors.As(err, &ref) || ref.Status != c.status || ref.Code != c.code {
				t.Fatalf("got %v, want %d %s", err, c.status, c.code)
			}
			if strings.Contains(ref.Error(), session) || strings.Contains(string(r.Body), session) {
				t.Errorf("the session stays in what the owner sees: %v\n%s", ref, r.Body)
			}
		})
	}
}

func TestTheSessionLeavesARefusedBodyThatIsNoJSON(t *testing.T) {
	for _, body := range []string{
		`{"session" : "` + session + `","text":`, `{"session":"` + session, `{"Session":"` + session + `"}}`,
	} {
		r := request(body)
		if err := open(t).Verify(context.Background(), r); err == nil {
			t.Fatalf("%s passed", body)
		}
		if strings.Contains(string(r.Body), session) {
			t.Errorf("left in %s", r.Body)
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		name   string
		fields string
		check  func(message.Inbound) bool
	}{
		{"a text is a text in a direct conversation", `"text":"안녕 👋","locale":"ko-KR"`, func(in message.Inbound) bool {
			return in.Kind == message.KindText && in.Text == "안녕 👋" && in.Locale == "ko-KR" &&
				in.Conversation.Kind == message.Direct && in.Sender.ID != "" && in.Ignore == ""
		}},
		{"a tapped button is a postback", `"postback":{"data":"room=a&day=1","label":"예약"}`, func(in message.Inbound) bool {
			return in.Kind == message.KindPostback && in.Postback.Data == "room=a&day=1" && in.Postback.Label == "예약"
		}},
		{"a chat opened first is a follow", `"open":true`, func(in message.Inbound) bool { return in.Kind == message.KindFollow }},
		{"an odd locale is dropped", `"text":"hi","locale":"en-US@posix"`, func(in message.Inbound) bool { return in.Locale == "" }},
		{"an unknown event is recorded, not refused", `"typing":true`, func(in message.Inbound) bool { return in.Kind == message.KindUnknown }},
		{"a text of 10,000 characters is taken", `"text":"` + strings.Repeat("가", 10_000) + `"`, func(in message.Inbound) bool {
			return in.Kind == message.KindText
		}},
		{"text stays text", `"text":"<b>&\u2028\\u0041"`, func(in message.Inbound) bool { return in.Text == "<b>&\u2028\\u0041" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := open(t)
			in := one(t, a, posted(c.fields))
			if !c.check(in) {
				t.Errorf("got %s", asJSON(in))
			}
			wellFormed(t, in)
			again := one(t, a, string(in.Raw))
			if asJSON(again) != asJSON(in) || string(again.Raw) != string(in.Raw) {
				t.Errorf("parsed from its raw payload it differs:\n%s %s\n%s %s", asJSON(again), again.Raw, asJSON(in), in.Raw)
			}
		})
	}
}

func wellFormed(t *testing.T, in message.Inbound) {
	t.Helper()
	if len(in.Keys) == 0 || slices.Contains(in.Keys, "") || len(in.Raw) == 0 || in.Name == "" {
		t.Errorf("keys, raw payload or name missing: %s", asJSON(in))
	}
	if !slices.Contains(message.Kinds, in.Kind) {
		t.Errorf("kind %q is not in the vocabulary", in.Kind)
	}
	if strings.Contains(asJSON(in)+string(in.Raw), session) {
		t.Errorf("the session is in %s\n%s", asJSON(in), in.Raw)
	}
}

func TestARedeliveryHasTheSameKeysAndAnotherMessageHasOthers(t *testing.T) {
	a := open(t)
	first := one(t, a, posted(`"text":"hi"`))
	if again := one(t, a, posted(`"text":"hi"`)); !slices.Equal(again.Keys, first.Keys) {
		t.Errorf("keys %v and %v", first.Keys, again.Keys)
	}
	other := one(t, a, strings.Replace(posted(`"text":"hi"`), `"m1"`, `"m2"`, 1))
	stranger := one(t, a, strings.Replace(posted(`"text":"hi"`), session, strings.Repeat("b", 22), 1))
	for _, in := range []message.Inbound{other, stranger} {
		if in.Keys[0] == first.Keys[0] {
			t.Errorf("shares the key %q", in.Keys[0])
		}
	}
}

func TestMalformedBodiesAre400(t *testing.T) {
	for name, body := range map[string]string{
		"nothing": "", "a brace": "{", "a list": "[]", "null": "null", "a string": `"x"`, "no UTF-8": "\xff\xfe",
		"a broken text":        posted(`"text":"` + "\xff" + `"`),
		"a number for a text":  posted(`"text":1`),
		"an empty text":        posted(`"text":" \n"`),
		"a long text":          posted(`"text":"` + strings.Repeat("a", 10_001) + `"`),
		"empty data":           posted(`"postback":{"data":""}`),
		"long data":            posted(`"postback":{"data":"` + strings.Repeat("a", 10_001) + `"}`),
		"a long label":         posted(`"postback":{"data":"a","label":"` + strings.Repeat("a", 10_001) + `"}`),
		"two things at once":   posted(`"text":"a","open":true`),
		"no id":                `{"session":"` + session + `","text":"a"}`,
		"an id with blanks":    `{"session":"` + session + `","id":"a b","text":"a"}`,
		"a long id":            `{"session":"` + session + `","id":"` + strings.Repeat("a", 65) + `","text":"a"}`,
		"no session":           `{"id":"1","text":"a"}`,
		"a made-up id":         `{"conversation":"../etc","id":"1","text":"a"}`,
		"both forms at once":   posted(`"text":"a","conversation":"` + ConversationID("chat", session) + `"`),
		"an empty stored form": `{"conversation":"","id":"1","text":"a"}`,
	} {
		_, err := open(t).Parse(request(body))
		var ref *channels.Refusal
		if !errors.As(err, &ref) || ref.Status != http.StatusBadRequest {
			t.Errorf("%s: got %v, want a refusal with 400", name, err)
		}
	}
}

func TestAConversationBelongsToOneChannelAndOneSession(t *testing.T) {
	id := ConversationID("chat", session)
	if len(id) != 26 || strings.ToLower(id) != id {
		t.Errorf("id %q", id)
	}
	if id != ConversationID("chat", session) {
		t.Error("the id changes")
	}
	if id == ConversationID("chat-2", session) || id == ConversationID("chat", strings.Repeat("b", 22)) {
		t.Error("two conversations share an id")
	}
	if in := one(t, open(t), posted(`"text":"a"`)); in.Conversation.ID != id {
		t.Errorf("the page's events belong to %q", in.Conversation.ID)
	}
}

func TestSendLeavesTheDeliveryToThePage(t *testing.T) {
	out := channels.Outgoing{
		Conversation: message.Conversation{ID: ConversationID("chat", session), Kind: message.Direct},
		Messages:     []message.Message{message.Text("안녕하세요")}, Attempt: 1,
	}
	receipt, err := open(t).Send(context.Background(), out)
	if err != nil || receipt.Route != "page" {
		t.Errorf("got %+v, %v", receipt, err)
	}
}

func TestAVisitorIsWrittenToFirstByTheSendersId(t *testing.T) {
	a := open(t)
	in := one(t, a, posted(`"text":"hi"`))
	conv, _, err := a.(channels.Opener).Open(context.Background(), in.Sender.ID)
	if err != nil || conv != in.Conversation {
		t.Errorf("got %+v, %v", conv, err)
	}
	for _, user := range []string{"", "somebody", session} {
		_, _, err := a.(channels.Opener).Open(context.Background(), user)
		if se := channels.AsSendError(err); err == nil || se.Kind != channels.Rejected || se.Code == "" || strings.Contains(err.Error(), session) {
			t.Errorf("%q: got %v", user, err)
		}
	}
	_, err = a.Send(context.Background(), channels.Outgoing{User: "somebody"})
	if se := channels.AsSendError(err); err == nil || se.Kind != channels.Rejected {
		t.Errorf("sent to nobody: %v", err)
	}
}

func TestTheCheckPasses(t *testing.T) {
	r := open(t).Check(context.Background())
	if len(r.Checks) != 1 || r.Checks[0].Status != check.Pass || words.Check("en", r.Checks[0]) == "" {
		t.Errorf("got %+v", r)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(posted(`"text":"안녕"`))
	f.Add(posted(`"postback":{"data":"a"}`))
	f.Add(`{"conversation":"` + ConversationID("chat", session) + `","id":"1","open":true}`)
	a := adapter{"chat"}
	f.Fuzz(func(t *testing.T, body string) {
		cb, err := a.Parse(request(body))
		if err != nil {
			return
		}
		in := cb.Events[0]
		again, err := a.Parse(request(string(in.Raw)))
		if err != nil || asJSON(again.Events[0]) != asJSON(in) {
			t.Errorf("%q does not survive its raw form: %v", body, err)
		}
	})
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
