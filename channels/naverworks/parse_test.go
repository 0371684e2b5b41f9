package naverworks

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
)

const (
	member = "b7d1f2c4-5a90-4c3e-0a11-04e2c9d7f310"
	room   = "7f3c2a10-8e4b-8d21-c0de-6b1f5a90e2d4"
	fileID = "WAAAQExampleInboundFileIdNotRealX3v9Qe1mTz8kLrY5sUo="
	domain = "10400123"
)

var (
	direct = message.Conversation{ID: member, Kind: message.Direct, Tenant: domain}
	group  = message.Conversation{ID: room, Kind: message.Group, Tenant: domain}
	sender = message.User{ID: member}
)

func parse(t testing.TB, body string) message.Inbound {
	t.Helper()
	cb, err := bare("secret").Parse(&channels.Request{Header: http.Header{}, Body: []byte(body), ReceivedAt: now})
	if err != nil {
		t.Fatal(err)
	}
	if len(cb.Events) != 1 || cb.Answer.Status != 0 {
		t.Fatalf("got %+v", cb)
	}
	return cb.Events[0]
}

func file(name string, kind message.Kind) message.Inbound {
	in := message.Inbound{
		Kind: kind, Name: "message." + name, Sender: sender, Conversation: direct,
		Attachments: []message.Attachment{{Kind: kind, Ref: fileID}},
	}
	if name == "file" { // its fixture comes from a room
		in.Conversation = group
	}
	return in
}

func TestEveryFixtureIsNormalised(t *testing.T) {
	at := func(s string, in message.Inbound) message.Inbound {
		in.Time, _ = time.Parse(time.RFC3339, "2025-11-21T"+s+"Z")
		return in
	}
	rows := map[string]message.Inbound{
		"in_text.json": at("09:15:42.318", message.Inbound{
			Kind: message.KindText, Name: "message.text", Sender: sender, Conversation: direct,
			Text: "연차 며칠 남았는지 알려줘",
		}),
		"in_text_channel.json": at("09:15:42.318", message.Inbound{
			Kind: message.KindText, Name: "message.text", Sender: sender, Conversation: group,
			Text: "@총무봇 회의실 예약 부탁해요",
		}),
		"in_text_postback.json": at("09:16:03.007", message.Inbound{
			Kind: message.KindPostback, Name: "message.text", Sender: sender, Conversation: direct,
			Text: "휴가 신청", Postback: &message.Postback{Data: "flow=leave_request&step=1", Label: "휴가 신청"},
		}),
		"in_start.json": at("09:14:58.55", message.Inbound{
			Kind: message.KindPostback, Name: "message.text", Sender: sender, Conversation: direct,
			Text: "시작하기", Postback: &message.Postback{Data: "start", Label: "시작하기"},
		}),
		"in_location.json": at("09:17:10.224", message.Inbound{
			Kind: message.KindLocation, Name: "message.location", Sender: sender, Conversation: direct,
			Location: &message.Location{Lat: 37.359512, Lng: 127.105219, Address: "경기도 성남시 분당구 예시로 10"},
		}),
		"in_sticker.json": at("09:17:31.9", message.Inbound{
			Kind: message.KindSticker, Name: "message.sticker", Sender: sender, Conversation: direct,
			Sticker: &message.Sticker{Set: "1", ID: "2"},
		}),
		"in_image.json": at("09:18:02.411", file("image", message.KindImage)),
		"in_file.json":  at("09:18:40.066", file("file", message.KindFile)),
		"in_audio.json": at("09:19:11.73", file("audio", message.KindAudio)),
		"in_video.json": at("09:19:55.102", file("video", message.KindVideo)),
		"in_postback.json": at("09:20:14.645", message.Inbound{
			Kind: message.KindPostback, Name: "postback", Sender: sender, Conversation: group,
			Postback: &message.Postback{Data: "action=approve&request=LV-2025-0117"},
		}),
		"in_postback_no_channel.json": at("09:20:30.112", message.Inbound{
			Kind: message.KindPostback, Name: "postback", Sender: sender, Conversation: direct,
			Postback: &message.Postback{Data: "action=reject&request=LV-2025-0117"},
		}),
		"in_join.json":  at("09:21:05", message.Inbound{Kind: message.KindJoin, Name: "join", Conversation: group}),
		"in_leave.json": at("18:02:44.991", message.Inbound{Kind: message.KindLeave, Name: "leave", Conversation: group}),
		"in_joined.json": at("09:22:37.204", message.Inbound{
			Kind: message.KindMembersJoined, Name: "joined", Conversation: group,
			Members: []message.User{{ID: "c19e4b70-22d8-4f6a-1b07-03a8d15e6f92"}, {ID: "e402a6d5-7713-4c88-0d3e-0497bb21c058"}},
		}),
		"in_left.json": at("17:48:19.873", message.Inbound{
			Kind: message.KindMembersLeft, Name: "left", Conversation: group,
			Members: []message.User{{ID: "e402a6d5-7713-4c88-0d3e-0497bb21c058"}},
		}),
		"in_begin.json": at("09:14:55.12", message.Inbound{
			Kind: message.KindFollow, Name: "begin", Sender: sender, Conversation: direct,
		}),
		"in_end.json": at("18:30:00.412", message.Inbound{
			Kind: message.KindUnfollow, Name: "end", Sender: sender, Conversation: direct,
		}),
		"in_unknown_type.json": at("09:25:00", message.Inbound{
			Kind: message.KindUnknown, Name: "futureEvent", Conversation: group,
		}),
	}
	for _, f := range fixtures(t) {
		t.Run(f.Name, func(t *testing.T) {
			want, ok := rows[f.Name]
			if !ok {
				t.Fatal("the fixture has no row in this table")
			}
			got := parse(t, string(f.Body))
			if string(got.Raw) != string(f.Body) || len(got.Keys) != 1 {
				t.Errorf("raw %q, keys %v", got.Raw, got.Keys)
			}
			got.Raw, want.Keys = nil, got.Keys
			if g, w := marshal(t, got), marshal(t, want); g != w {
				t.Errorf("got\n%s, want\n%s", g, w)
			}
			delete(rows, f.Name)
		})
	}
	for name := range rows {
		t.Errorf("there is no fixture %s", name)
	}
}

func marshal(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// body fills the gaps of a message event.
func body(source, issued, content string) string {
	return `{"type":"message","source":{` + source + `},"issuedTime":` + issued + `,"content":` + content + `}`
}

func TestOddEventsAreReadAsFarAsPossible(t *testing.T) {
	const user, text = `"userId":"u1"`, `{"type":"text","text":"hi"}`
	for _, row := range []struct {
		name, body string
		check      func(message.Inbound) bool
	}{
		{"a domain id may be a string", body(user+`,"domainId":"77"`, `""`, text), func(in message.Inbound) bool { return in.Conversation.Tenant == "77" }},
		{"a domain id may be a number", body(user+`,"domainId":77`, `""`, text), func(in message.Inbound) bool { return in.Conversation.Tenant == "77" }},
		{"a domain id may be null", body(user+`,"domainId":null`, `""`, text), func(in message.Inbound) bool { return in.Conversation.Tenant == "" && in.Kind == message.KindText }},
		{"an empty channel id is a 1:1 chat", body(user+`,"channelId":""`, `""`, text), func(in message.Inbound) bool { return in.Conversation.Kind == message.Direct }},
		{"a time with an offset is brought to UTC", body(user, `"2025-11-21T18:15:42.5+09:00"`, text), func(in message.Inbound) bool {
			return in.Time.Equal(time.Date(2025, 11, 21, 9, 15, 42, 5e8, time.UTC)) && in.Time.Location() == time.UTC
		}},
		{"a time without a fraction is read", body(user, `"2025-11-21T09:15:42Z"`, text), func(in message.Inbound) bool { return in.Time.Second() == 42 }},
		{"a time that is none is unknown", body(user, `"yesterday"`, text), func(in message.Inbound) bool { return in.Time.IsZero() && in.Kind == message.KindText }},
		{"a year that JSON cannot carry is unknown", body(user, `"0000-01-01T00:00:00+09:00"`, text), func(in message.Inbound) bool { return in.Time.IsZero() }},
		{"a number as the time costs nothing else", body(user, `1763716542318`, text), func(in message.Inbound) bool { return in.Kind == message.KindText }},
		{"sticker ids may be numbers", body(user, `""`, `{"type":"sticker","packageId":1,"stickerId":2}`), func(in message.Inbound) bool { return in.Sticker.Set == "1" && in.Sticker.ID == "2" }},
		{"a location may have texts", body(user, `""`, `{"type":"location","latitude":"37.5","longitude":"127"}`), func(in message.Inbound) bool { return in.Location.Lat == 37.5 }},
		{"a location off the earth is unknown", body(user, `""`, `{"type":"location","latitude":91,"longitude":0}`), isUnknown},
		{"a location that is not a number is unknown", body(user, `""`, `{"type":"location","latitude":"NaN","longitude":0}`), isUnknown},
		{"a location without a place is unknown", body(user, `""`, `{"type":"location","address":"here"}`), isUnknown},
		{"an unknown content is named", body(user, `""`, `{"type":"hologram"}`), func(in message.Inbound) bool { return isUnknown(in) && in.Name == "message.hologram" }},
		{"a message without content is unknown", body(user, `""`, `null`), isUnknown},
		{"a content of another shape is unknown", body(user, `""`, `["x"]`), func(in message.Inbound) bool { return isUnknown(in) && in.Name == "message" }},
		{"a message from nobody is unknown", body(``, `""`, text), isUnknown},
		{"an object without anything is unknown", `{}`, func(in message.Inbound) bool { return isUnknown(in) && in.Name == "unknown" }},
		{"members beside begin are ignored", `{"type":"begin","source":{"userId":"u1","channelId":"c1"},"members":["u2"]}`, func(in message.Inbound) bool { return in.Kind == message.KindFollow && in.Members == nil }},
		{"white space around the object is allowed", "\n " + body(user, `""`, text) + "\r\n", func(in message.Inbound) bool { return in.Kind == message.KindText }},
		{"a button that says another text than its label is that text", body(user, `""`, `{"type":"text","text":"취소","postback":"dari.say:처음부터"}`), func(in message.Inbound) bool {
			return in.Kind == message.KindText && in.Text == "처음부터" && in.Postback == nil
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if in := parse(t, row.body); !row.check(in) {
				t.Errorf("got %s", marshal(t, in))
			}
		})
	}
}

func isUnknown(in message.Inbound) bool { return in.Kind == message.KindUnknown }

func TestABodyThatIsNotOneObjectIsMalformed(t *testing.T) {
	for _, b := range []string{"", " ", "[]", "null", "1", `"x"`, "{", "{}{}", "{} x", "[{}]", "\ufeff{}"} {
		_, err := bare("secret").Parse(&channels.Request{Body: []byte(b)})
		ref, ok := err.(*channels.Refusal)
		if !ok || ref.Status != http.StatusBadRequest || ref.Code != "malformed" {
			t.Errorf("%q: got %v", b, err)
		}
	}
}

func TestTheSameBodyToAnotherBotIsAnotherEvent(t *testing.T) {
	other := bare("secret")
	other.botID = "3009999"
	b := []byte(read(t, "in_text.json"))
	if bare("secret").eventKey(b) == other.eventKey(b) {
		t.Error("the keys are the same")
	}
	if bare("secret").eventKey(b) == bare("secret").eventKey([]byte(strings.Replace(string(b), ".318Z", ".319Z", 1))) {
		t.Error("a millisecond makes no difference")
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"in_text.json", "in_location.json", "in_joined.json", "in_begin.json", "in_unknown_type.json"} {
		f.Add([]byte(read(f, name)))
	}
	f.Add([]byte(body(`"userId":5,"domainId":{}`, `"9999-12-31T23:59:59-09:00"`, `{"type":"text","text":[],"postback":"dari.say:"}`)))
	f.Add([]byte(`{"type":{},"source":[],"members":{}}`))
	a := bare("secret")
	f.Fuzz(func(t *testing.T, b []byte) {
		cb, err := a.Parse(&channels.Request{Body: b, ReceivedAt: now})
		if err != nil {
			if ref, ok := err.(*channels.Refusal); !ok || ref.Status != http.StatusBadRequest {
				t.Fatalf("got %v", err)
			}
			return
		}
		in := cb.Events[0]
		if in.Name == "" || in.Keys[0] == "" || in.Kind != message.KindUnknown && in.Conversation.ID == "" {
			t.Errorf("not whole: %+v", in)
		}
		raw := marshal(t, in) // also fails for what JSON cannot carry
		if back, err := a.Parse(&channels.Request{Body: in.Raw}); err != nil || marshal(t, back.Events[0]) != raw {
			t.Errorf("its own payload parses to something else: %v", err)
		}
	})
}
