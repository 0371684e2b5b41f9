package httpengine

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

const otherSecret = "whsec_HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

func TestTheSampleOfALateReply(t *testing.T) {
	sample := decodeJSON(t, read(t, "http_engine_callback_request.json"))
	body, _ := json.Marshal(sample["body"])
	b := open(t, nil)
	got, err := b.Late(dialogtest.SignedHeader(dialogtest.Secret, "rep_01JD400000", now, body), body, now)
	want := dialog.LateReply{
		ID: "rep_01JD400000", TurnID: "turn_01JD3Z8Q7V", Seq: 1, Final: true,
		Result: dialog.Result{
			Reply: message.Reply{Messages: []message.Message{message.Text("대회의실을 예약했습니다.")}},
			State: &dialog.State{Token: "opaque-engine-state-3"},
		},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
	}
}

func TestLateReplies(t *testing.T) {
	text := []message.Message{message.Text("네")}
	for _, c := range []struct {
		name, body string
		want       dialog.LateReply // without ID and trace
		fault      string           // of a bad answer
	}{
		{"a part of several", `{"type":"reply.messages","turn_id":"t1","seq":2,"messages":[{"type":"text","text":"네"}]}`, dialog.LateReply{TurnID: "t1", Seq: 2, Result: dialog.Result{Reply: message.Reply{Messages: text}}}, ""},
		{"without a number it is the first", `{"type":"reply.messages","turn_id":"t1","messages":[]}`, dialog.LateReply{TurnID: "t1", Seq: 1}, ""},
		{"a handoff", `{"type":"reply.handoff","turn_id":"t1","handoff":{"queue":"ga"},"final":true}`, dialog.LateReply{TurnID: "t1", Seq: 1, Final: true, Result: dialog.Result{Handoff: &dialog.Handoff{Queue: "ga"}}}, ""},
		{"a handoff to anybody", `{"type":"reply.handoff","turn_id":"t1"}`, dialog.LateReply{TurnID: "t1", Seq: 1, Result: dialog.Result{Handoff: &dialog.Handoff{}}}, ""},
		{"an end is final", `{"type":"reply.end","turn_id":"t1","seq":3}`, dialog.LateReply{TurnID: "t1", Seq: 3, Final: true, Result: dialog.Result{End: true}}, ""},
		{"an end with last words", `{"type":"reply.end","turn_id":"t1","messages":[{"type":"text","text":"네"}]}`, dialog.LateReply{TurnID: "t1", Seq: 1, Final: true, Result: dialog.Result{End: true, Reply: message.Reply{Messages: text}}}, ""},
		{"no JSON", `hello`, dialog.LateReply{}, "not JSON"},
		{"another version", `{"version":"2","type":"reply.end","turn_id":"t1"}`, dialog.LateReply{}, "version"},
		{"an unknown type", `{"type":"reply.dance","turn_id":"t1"}`, dialog.LateReply{}, `type: "reply.dance"`},
		{"no turn", `{"type":"reply.end"}`, dialog.LateReply{}, "turn_id"},
		{"a turn without measure", `{"type":"reply.end","turn_id":"` + strings.Repeat("x", 300) + `"}`, dialog.LateReply{}, "turn_id"},
		{"a number before the first", `{"type":"reply.end","turn_id":"t1","seq":0}`, dialog.LateReply{}, "seq: must be 1"},
		{"a number that is none", `{"type":"reply.end","turn_id":"t1","seq":"one"}`, dialog.LateReply{}, "seq"},
		{"no messages", `{"type":"reply.messages","turn_id":"t1"}`, dialog.LateReply{}, "messages: missing"},
		{"a bad state", `{"type":"reply.end","turn_id":"t1","state":[]}`, dialog.LateReply{}, "state"},
		{"too much", `{"type":"reply.end"}` + strings.Repeat(" ", maxBody), dialog.LateReply{}, "1 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := open(t, nil).Late(dialogtest.SignedHeader(dialogtest.Secret, "rep_1", now, []byte(c.body)), []byte(c.body), now)
			if c.fault != "" {
				if e := asError(t, err, "bad_answer"); !strings.Contains(e.Error(), c.fault) {
					t.Errorf("%v does not say %q", err, c.fault)
				}
				return
			}
			c.want.ID = "rep_1"
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%v\ngot  %+v\nwant %+v", err, got, c.want)
			}
		})
	}
}

func TestALateReplyMustBeSigned(t *testing.T) {
	body := []byte(`{"type":"reply.end","turn_id":"t1"}`)
	for _, c := range []struct {
		name     string
		secret   string // that signs
		previous string // of the settings
		change   func(http.Header)
		at       time.Duration
		ok       bool
	}{
		{"by the secret", dialogtest.Secret, "", nil, 0, true},
		{"by the previous secret while it is being changed", otherSecret, otherSecret, nil, 0, true},
		{"by a secret that is none", otherSecret, "", nil, 0, false},
		{"one of two signatures is enough", dialogtest.Secret, "", func(h http.Header) {
			h.Set("webhook-signature", "v1,AAAA "+h.Get("webhook-signature"))
		}, 0, true},
		{"another version is none", dialogtest.Secret, "", func(h http.Header) {
			h.Set("webhook-signature", "v2"+h.Get("webhook-signature")[2:])
		}, 0, false},
		{"for its own id", dialogtest.Secret, "", func(h http.Header) { h.Set("webhook-id", "rep_2") }, 0, false},
		{"with an id", dialogtest.Secret, "", func(h http.Header) { h.Del("webhook-id") }, 0, false},
		{"with a time", dialogtest.Secret, "", func(h http.Header) { h.Set("webhook-timestamp", "soon") }, 0, false},
		{"five minutes ago", dialogtest.Secret, "", nil, 5 * time.Minute, true},
		{"not longer ago", dialogtest.Secret, "", nil, 5*time.Minute + time.Second, false},
		{"not in the future", dialogtest.Secret, "", nil, -5*time.Minute - time.Second, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, func(v settings.Values) { v["secret_previous"] = c.previous })
			signed := now.Truncate(time.Second)
			h := dialogtest.SignedHeader(c.secret, "rep_1", signed, body)
			if c.change != nil {
				c.change(h)
			}
			_, err := b.Late(h, body, signed.Add(c.at))
			if c.ok && err != nil {
				t.Fatal(err)
			}
			if !c.ok {
				asError(t, err, "signature")
			}
		})
	}
}

func TestLateAnswersAreAwaitedOnlyWhereTheyCanCome(t *testing.T) {
	accepted := dialogtest.HTTPAnswer{Status: 202, Body: `{"status":"accepted","messages":[{"type":"text","text":"확인하고 있어요…"}]}`}
	for _, c := range []struct {
		name    string
		replyTo string
		answer  dialogtest.HTTPAnswer
		want    bool
	}{
		{"a notice first", "https://dari.example/r/1", accepted, true},
		{"no notice", "https://dari.example/r/1", dialogtest.HTTPAnswer{Status: 202}, true},
		{"a notice without a status", "https://dari.example/r/1", dialogtest.HTTPAnswer{Status: 202, Body: `{"messages":[]}`}, true},
		{"a whole answer", "https://dari.example/r/1", dialogtest.Done(), false},
		{"no address", "", accepted, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			b.fake.Script(c.answer)
			in := turn()
			in.ReplyTo, in.ReplyUntil = c.replyTo, now.Add(10*time.Minute)
			res, err := b.Turn(t.Context(), in, nil)
			if err != nil || res.Later != c.want {
				t.Errorf("later %v, %v", res.Later, err)
			}
			offered := b.fake.Requests()[0].Turn.ReplyTo
			if (offered != nil) != (c.replyTo != "") || offered != nil && (offered.URL != c.replyTo || !offered.ExpiresAt.Equal(in.ReplyUntil.Truncate(time.Second))) {
				t.Errorf("reply_to %+v", offered)
			}
		})
	}
}

func TestBothSecretsSignWhileOneIsBeingChanged(t *testing.T) {
	b := open(t, func(v settings.Values) { v["secret_previous"] = otherSecret })
	for _, secret := range []string{dialogtest.Secret, otherSecret} {
		b.fake.Secret = secret
		if _, err := b.Turn(t.Context(), turn(), nil); err != nil {
			t.Errorf("an engine with %s: %v", secret, err)
		}
	}
}

func FuzzLate(f *testing.F) {
	f.Add([]byte(`{"type":"reply.messages","turn_id":"t1","seq":2,"messages":[{"type":"text","text":"a"}],"handoff":{"queue":1}}`))
	f.Add([]byte(`{"type":"reply.end","turn_id":"t1","state":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		reply, err := readLate(body)
		if err != nil {
			return
		}
		if reply.TurnID == "" || reply.Seq < 1 {
			t.Errorf("got %+v", reply)
		}
		for _, problem := range dialogtest.Problems(dialogtest.Replied{Result: reply.Result, Messages: reply.Result.Reply.Messages}) {
			t.Error(problem)
		}
	})
}
