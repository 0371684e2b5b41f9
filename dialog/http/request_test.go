package httpengine

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
)

func TestTheSignatureVector(t *testing.T) {
	v := decodeJSON(t, read(t, "http_engine_signature_vector.json"))
	key, err := parseSecret("secret", v["secret"].(string))
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	sign(h, [][]byte{key}, v["webhook-id"].(string), now, []byte(v["body_utf8"].(string)))
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		if got, want := h.Get(name), v[name]; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestTheRequestIsTheOneOfTheSample(t *testing.T) {
	sample := decodeJSON(t, read(t, "http_engine_request.json"))["body"].(map[string]any)
	delete(sample, "history") // opt-in, not offered
	b := open(t, func(v settings.Values) { v["send_names"] = "yes" })
	in := turn()
	in.ReplyTo, in.ReplyUntil = "https://bot.hanbit.example/v1/engine-replies/turn_01JD3Z8Q7V", time.Date(2026, 11, 21, 9, 10, 0, 0, time.UTC)
	if _, err := b.Turn(t.Context(), in, nil); err != nil {
		t.Fatal(err)
	}
	if got := decodeJSON(t, b.fake.Requests()[0].Body); !reflect.DeepEqual(got, sample) {
		t.Errorf("got  %v\nwant %v", got, sample)
	}
}

func TestNamesAreSentOnlyWhenAllowed(t *testing.T) {
	in := turn()
	in.Inbound.Kind = message.KindMembersJoined
	in.Inbound.Members = []message.User{{ID: "U2", Name: "이두리"}}
	for allowed, want := range map[string]bool{"": false, "no": false, "yes": true} {
		b := open(t, func(v settings.Values) { v["send_names"] = allowed })
		if _, err := b.Turn(t.Context(), in, nil); err != nil {
			t.Fatal(err)
		}
		body := string(b.fake.Requests()[0].Body)
		for _, name := range []string{"김하나", "이두리"} {
			if strings.Contains(body, name) != want {
				t.Errorf("send_names %q: the body is %s", allowed, body)
			}
		}
	}
}

func TestTurnTypes(t *testing.T) {
	special := map[message.Kind]string{
		message.KindText: "turn.message", message.KindImage: "turn.message", message.KindVideo: "turn.message",
		message.KindAudio: "turn.message", message.KindFile: "turn.message", message.KindLocation: "turn.message",
		message.KindSticker: "turn.message", message.KindCommand: "turn.message", message.KindForm: "turn.message",
		message.KindPostback: "turn.postback",
		message.KindFollow:   "turn.open", message.KindUnfollow: "turn.close",
	}
	for _, kind := range append(slices.Clone(message.Kinds), "hologram") {
		want := special[kind]
		if want == "" {
			want = "turn.event"
		}
		if got := turnType(kind); got != want {
			t.Errorf("%s: got %s, want %s", kind, got, want)
		}
	}
}

func TestTheEventOfARequest(t *testing.T) {
	for _, c := range []struct {
		name string
		in   message.Inbound
		want string
	}{
		{
			"a picture has its attachments, without the channel's own handle",
			message.Inbound{Kind: message.KindImage, MessageID: "m1", Text: "보세요", Attachments: []message.Attachment{
				{Kind: message.KindImage, Ref: "r", URL: "https://f.example.com/a", Name: "a.jpg", MIME: "image/jpeg", Size: 3},
			}},
			`{"id":"m1","kind":"image","text":"보세요","postback":null,"attachments":[{"kind":"image","url":"https://f.example.com/a","name":"a.jpg","size":3,"mime":"image/jpeg"}]}`,
		},
		{
			"a postback without a message has the key as id",
			message.Inbound{Kind: message.KindPostback, Keys: []string{"k1", "k2"}, Postback: &message.Postback{Data: "a=1", Label: "예약", Params: map[string]string{"date": "2026-11-21"}}},
			`{"id":"k1","kind":"postback","text":"","postback":{"data":"a=1","label":"예약","params":{"date":"2026-11-21"}},"attachments":[]}`,
		},
		{
			"a location",
			message.Inbound{Kind: message.KindLocation, MessageID: "m1", Location: &message.Location{Lat: 1, Lng: 2, Title: "시청"}},
			`{"id":"m1","kind":"location","text":"","postback":null,"attachments":[],"location":{"lat":1,"lng":2,"title":"시청"}}`,
		},
		{
			"a sticker",
			message.Inbound{Kind: message.KindSticker, MessageID: "m1", Sticker: &message.Sticker{Set: "1", ID: "2"}},
			`{"id":"m1","kind":"sticker","text":"","postback":null,"attachments":[],"sticker":{"set":"1","id":"2"}}`,
		},
		{
			"a reaction has its own id and that of the message it is about",
			message.Inbound{Kind: message.KindReaction, MessageID: "m1", Keys: []string{"k1"}, Reaction: &message.Reaction{Name: "+1"}},
			`{"id":"k1","kind":"reaction","message_id":"m1","text":"","postback":null,"attachments":[],"reaction":{"name":"+1"}}`,
		},
		{
			"a command",
			message.Inbound{Kind: message.KindCommand, Keys: []string{"k1"}, Command: &message.Command{Name: "/ask", Args: "a"}},
			`{"id":"k1","kind":"command","text":"","postback":null,"attachments":[],"command":{"name":"/ask","args":"a"}}`,
		},
		{
			"a form",
			message.Inbound{Kind: message.KindForm, Keys: []string{"k1"}, Form: &message.Form{ID: "f", Values: map[string]string{"a": "1"}}},
			`{"id":"k1","kind":"form","text":"","postback":null,"attachments":[],"form":{"id":"f","values":{"a":"1"}}}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := json.Marshal((&engine{}).event(c.in))
			if err != nil || string(got) != c.want {
				t.Errorf("%v\ngot  %s\nwant %s", err, got, c.want)
			}
		})
	}
}

func TestAThreadIsAGroup(t *testing.T) {
	for kind, want := range map[message.ConversationKind]string{message.Direct: "direct", message.Group: "group", message.Thread: "group"} {
		if got := conversationKind(kind); got != want {
			t.Errorf("%s: got %s, want %s", kind, got, want)
		}
	}
}

func TestAnEventWithoutATimeHasThatOfTheRequest(t *testing.T) {
	b := open(t, nil)
	in := turn()
	in.Inbound.Time = time.Time{}
	in.Bot = dialog.Bot{ID: "b", Name: "한빛", Locale: "ko"}
	if _, err := b.Turn(t.Context(), in, nil); err != nil {
		t.Fatal(err)
	}
	got := b.fake.Requests()[0].Turn
	if got.Timestamp != "2026-11-21T09:00:00.123Z" || got.Bot.Locale != "ko" || got.Bot.Name != "한빛" {
		t.Errorf("got %+v", got)
	}
}
