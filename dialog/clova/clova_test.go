package clova

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dari/bot/check"
	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

// bench is an engine on a fake CLOVA, both with one clock that moves when the engine sleeps.
type bench struct {
	*dialogtest.Bench
	engine *engine
	fake   *dialogtest.Clova
	clock  time.Time
}

// moment is that of the samples.
var moment = time.UnixMilli(1795251600123)

func open(t *testing.T, change func(settings.Values)) *bench {
	t.Helper()
	b := &bench{fake: dialogtest.NewClova(t), clock: moment}
	v := settings.Values{"url": b.fake.InvokeURL(), "secret": dialogtest.ClovaSecret}
	if change != nil {
		change(v)
	}
	b.Bench = dialogtest.Open(t, Type{}, v)
	b.engine = b.Engine.(*engine)
	b.engine.Now = func() time.Time { return b.clock }
	b.engine.Sleep = func(_ context.Context, d time.Duration) error {
		b.clock = b.clock.Add(d)
		return nil
	}
	b.fake.Now = b.engine.Now
	return b
}

func (b *bench) ask(t *testing.T, channel string, in message.Inbound) (dialogtest.Replied, error) {
	t.Helper()
	turn := dialogtest.TurnOf("c1", in)
	turn.Channel.Type = channel
	turn.Deadline = b.clock.Add(8 * time.Second)
	return b.Ask(t, t.Context(), turn)
}

func text(s string) message.Inbound { return message.Inbound{Kind: message.KindText, Text: s} }

func tapped(a message.Action) message.Inbound {
	return message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: a.Data, Label: a.Label}}
}

func sample(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func asError(t *testing.T, err error, code string) *dialog.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	e := dialog.AsError(err)
	if e.Code != code {
		t.Fatalf("got code %s (%v), want %s", e.Code, err, code)
	}
	return e
}

func TestConformance(t *testing.T) {
	on := func(answers ...dialogtest.HTTPAnswer) func(*testing.T) settings.Values {
		return func(t *testing.T) settings.Values {
			fake := dialogtest.NewClova(t)
			fake.Script(answers...)
			return settings.Values{"url": fake.InvokeURL() + "?key=query-key-123456", "secret": dialogtest.ClovaSecret}
		}
	}
	dialogtest.Run(t, dialogtest.Kit{
		Type:     Type{},
		Settings: on(),
		Hanging: func(t *testing.T, asked chan<- struct{}) settings.Values {
			s := dialogtest.NewStage(t, func(dialogtest.Call) (dialogtest.HTTPAnswer, error) {
				asked <- struct{}{}
				return dialogtest.HTTPAnswer{Hang: true}, nil
			})
			return settings.Values{"url": s.URL, "secret": dialogtest.ClovaSecret}
		},
		Broken: map[string]func(*testing.T) settings.Values{
			"an answer that is no JSON is an error":     on(dialogtest.HTTPAnswer{Body: "<html>"}),
			"an answer that breaks off is an error":     on(dialogtest.HTTPAnswer{Body: `{"bubbles":[`, Cut: true}),
			"an answer without bubbles is an error":     on(dialogtest.HTTPAnswer{Body: `{"version":"v2","bubbles":[]}`}),
			"a refusal inside a 200 is an error":        on(dialogtest.HTTPAnswer{Body: `{"code":5000,"message":"unknown"}`}),
			"a refusal that echoes the secret is clean": on(dialogtest.HTTPAnswer{Status: 500, Body: `{"code":"4031","message":"` + dialogtest.ClovaSecret + ` query-key-123456"}`}),
			"a wrong secret is an error": func(t *testing.T) settings.Values {
				return settings.Values{"url": dialogtest.NewClova(t).InvokeURL(), "secret": "another-secret"}
			},
		},
	})
}

func TestTheSignatureVector(t *testing.T) {
	var v struct {
		Secret string `json:"secret_key"`
		Body   string `json:"body_utf8"`
		Want   string `json:"expected"`
	}
	if err := json.Unmarshal([]byte(sample(t, "clova_signature_vector.json")), &v); err != nil {
		t.Fatal(err)
	}
	if got := sign(v.Secret, []byte(v.Body)); got != v.Want {
		t.Errorf("signature %s, want %s", got, v.Want)
	}
	var body, header string
	s := dialogtest.NewStage(t, func(c dialogtest.Call) (dialogtest.HTTPAnswer, error) {
		body, header = string(c.Body), c.Header.Get("X-NCP-CHATBOT_SIGNATURE")
		return dialogtest.HTTPAnswer{Body: sample(t, "clova_response.json")}, nil
	})
	b := open(t, func(v settings.Values) { v["url"] = s.URL })
	b.engine.secret = v.Secret
	turn := dialogtest.TextTurn("c1", "배송 조회")
	turn.ConversationID, turn.Deadline = "nw-U7001", time.Time{}
	if _, err := b.Ask(t, t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	if body != v.Body || header != v.Want {
		t.Errorf("sent %s\nwith %s", body, header)
	}
}

func TestTheSignatureIsOverTheBytesThatAreSent(t *testing.T) {
	for _, said := range []string{`<b>&"\ 배송 조회`, "줄\n바\u2028꿈", "👩‍👩‍👧", strings.Repeat("가", 5000)} {
		b := open(t, nil)
		if _, err := b.ask(t, "naverworks", text(said)); err != nil {
			t.Errorf("%.20q: %v", said, err) // the fake verifies
		}
		if got := b.fake.Last(t).ClovaQuestion(t).Bubbles[0].Data.Description; got != said {
			t.Errorf("%.20q arrived as %.20q", said, got)
		}
	}
}

// failing is a transport to which nobody answers for the first call.
type failing struct {
	base   http.RoundTripper
	bodies []string
}

func (f *failing) RoundTrip(r *http.Request) (*http.Response, error) {
	f.bodies = append(f.bodies, r.Header.Get("X-NCP-CHATBOT_SIGNATURE"))
	if len(f.bodies) == 1 {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	return f.base.RoundTrip(r)
}

func TestARetryHasATimeAndASignatureOfItsOwn(t *testing.T) {
	b := open(t, nil)
	f := &failing{base: b.engine.HTTP.Transport}
	b.engine.HTTP.Transport = f
	if _, err := b.ask(t, "naverworks", text("배송 조회")); err != nil {
		t.Fatal(err)
	}
	if len(f.bodies) != 2 || f.bodies[0] == f.bodies[1] {
		t.Errorf("signatures %v", f.bodies)
	}
	if at := b.fake.Last(t).ClovaQuestion(t).Timestamp; at != moment.Add(250*time.Millisecond).UnixMilli() {
		t.Errorf("the time stamp is %d", at)
	}
}

func TestAnAnswerOfStatus500IsNotAskedForAgain(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(dialogtest.HTTPAnswer{Status: 503}, dialogtest.HTTPAnswer{Status: 503})
	_, err := b.ask(t, "naverworks", text("주문"))
	asError(t, err, "failed")
	if n := len(b.fake.Calls()); n != 1 {
		t.Errorf("%d calls: CLOVA may have moved on with the first", n)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer dialogtest.HTTPAnswer
		code   string
		want   string
	}{
		{"a clock that is off", dialogtest.HTTPAnswer{Status: 500, Body: `{"code":"4032","message":"timestamp exceeded time window","timestamp":1795251642123}`}, "clock", "off by about -42s"},
		{"a code that is a number", dialogtest.HTTPAnswer{Status: 500, Body: `{"code":4032}`}, "clock", "time server"},
		{"a wrong signature", dialogtest.HTTPAnswer{Status: 500, Body: `{"code":"4031","message":"x"}`}, "refused", "secret key"},
		{"no right", dialogtest.HTTPAnswer{Status: 500, Body: `{"code":"4010"}`}, "refused", "same domain"},
		{"an unknown domain", dialogtest.HTTPAnswer{Status: 500, Body: `{"code":"1001"}`}, "refused", "invoke URL"},
		{"a fault of theirs", dialogtest.HTTPAnswer{Status: 500, Body: `{"code":"5000"}`}, "failed", "builder"},
		{"a kind of answer that v2 lacks", dialogtest.HTTPAnswer{Status: 500, Body: `{"code":"5010"}`}, "failed", "protocol"},
		{"a gateway's refusal", dialogtest.HTTPAnswer{Status: 401, Body: `{"error":{"errorCode":"200","message":"Authentication Failed","details":"Invalid authentication information."}}`}, "refused", "Invalid authentication"},
		{"a gateway's page", dialogtest.HTTPAnswer{Status: 502, Body: `<html>`}, "failed", "502"},
		{"too many calls", dialogtest.HTTPAnswer{Status: 429}, "rate_limited", "429"},
		{"gone", dialogtest.HTTPAnswer{Status: 410}, "gone", "410"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			b.fake.Script(c.answer)
			_, err := b.ask(t, "naverworks", text("안녕"))
			if e := asError(t, err, c.code); !strings.Contains(e.Error(), c.want) {
				t.Errorf("got %v, want %q in it", e, c.want)
			}
			if hint := strings.Contains(b.Log.String(), "time server"); hint != (c.code == "clock") {
				t.Errorf("the log says %q", b.Log)
			}
		})
	}
}

func TestTheSampleError(t *testing.T) {
	var s struct {
		HTTP struct{ Status int }
		Body json.RawMessage
	}
	if err := json.Unmarshal([]byte(sample(t, "clova_error_response.json")), &s); err != nil {
		t.Fatal(err)
	}
	b := open(t, nil)
	b.fake.Script(dialogtest.HTTPAnswer{Status: s.HTTP.Status, Body: string(s.Body)})
	_, err := b.ask(t, "naverworks", text("안녕"))
	asError(t, err, "clock")
}

func TestWhatEventsBecome(t *testing.T) {
	for _, c := range []struct {
		name        string
		in          message.Inbound
		event, said string
	}{
		{"a text", text("배송 조회"), "send", "배송 조회"},
		{"an opened chat", message.Inbound{Kind: message.KindFollow}, "open", ""},
		{"an invitation", message.Inbound{Kind: message.KindJoin}, "open", ""},
		{"a mention without words", text(" "), "open", ""},
		{"a tap", tapped(message.Action{Data: "_T_반품 신청", Label: "반품"}), "send", "_T_반품 신청"},
		{"a tap that opens anew", tapped(message.Action{Data: "clova:open:처음"}), "open", "처음"},
		{"a tap that opens without a word", tapped(message.Action{Data: "clova:open:"}), "open", ""},
		{"whoever writes the mark says it", text("clova:open:처음"), "send", "clova:open:처음"},
		{"a picture", dialogtest.Inbounds()["a full audio"], "send", "https://files.example.com/cat.m4a"},
		{"a reaction", dialogtest.Inbounds()["a full reaction"], "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			if _, err := b.ask(t, "naverworks", c.in); err != nil {
				t.Fatal(err)
			}
			if c.event == "" {
				if n := len(b.fake.Calls()); n != 0 {
					t.Errorf("%d calls", n)
				}
				return
			}
			q := b.fake.Last(t).ClovaQuestion(t)
			said := ""
			if len(q.Bubbles) > 0 {
				said = q.Bubbles[0].Data.Description
			}
			if q.Event != c.event || said != c.said {
				t.Errorf("got %+v", q)
			}
		})
	}
}

func TestAnOpenedChatIsTheSample(t *testing.T) {
	b := open(t, nil)
	b.clock = time.UnixMilli(1795251599000)
	turn := dialogtest.TurnOf("c1", message.Inbound{Kind: message.KindFollow})
	turn.ConversationID, turn.Deadline = "nw-U7001", time.Time{}
	if _, err := b.Ask(t, t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	var want struct{ Body json.RawMessage }
	if err := json.Unmarshal([]byte(sample(t, "clova_open_request.json")), &want); err != nil {
		t.Fatal(err)
	}
	var same message.Raw
	if err := same.UnmarshalJSON(want.Body); err != nil || string(same) != string(b.fake.Last(t).Body) {
		t.Errorf("got %s, want %s", b.fake.Last(t).Body, same)
	}
}

func TestALongConversationIDIsShortened(t *testing.T) {
	b := open(t, nil)
	turn := dialogtest.TextTurn("c1", "안녕")
	turn.ConversationID, turn.Deadline = strings.Repeat("가", 257), time.Time{}
	if _, err := b.Ask(t, t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	if id := b.fake.Last(t).ClovaQuestion(t).UserID; len(id) != 64 {
		t.Errorf("user id %q", id)
	}
}

func TestSettings(t *testing.T) {
	for field, v := range map[string]settings.Values{
		"url":    {"url": "apigw", "secret": "s"},
		"secret": {"url": "https://x.apigw.ntruss.com/custom/v1/1/2"},
	} {
		_, err := Type{}.New(v, dialogtest.Deps(&dialogtest.LogBuffer{}))
		var e *settings.Error
		if !errors.As(err, &e) || e.Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer *dialogtest.HTTPAnswer
		status check.Status
		code   string
	}{
		{"a right domain", nil, check.Pass, "engine.clova.ok"},
		{"a clock that is off", &dialogtest.HTTPAnswer{Status: 500, Body: `{"code":"4032"}`}, check.Fail, "engine.clova.clock"},
		{"a wrong secret", &dialogtest.HTTPAnswer{Status: 500, Body: `{"code":"4031"}`}, check.Fail, "engine.clova.refused"},
		{"another server", &dialogtest.HTTPAnswer{Body: `<html>`}, check.Fail, "engine.clova.not_clova"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			if c.answer != nil {
				b.fake.Script(*c.answer)
			}
			got := b.Engine.(dialog.Checker).Check(t.Context())
			if len(got) != 1 || got[0].Status != c.status || got[0].Code != c.code {
				t.Errorf("got %+v", got)
			}
			if q := b.fake.Last(t).ClovaQuestion(t); q.Event != "getPersistentMenu" {
				t.Errorf("asked %+v", q)
			}
		})
	}
	b := open(t, func(v settings.Values) { v["url"] = "http://127.0.0.1:1/custom" })
	if got := b.Engine.(dialog.Checker).Check(t.Context()); got[0].Code != "engine.clova.unreachable" || got[0].Params["reason"] == "" {
		t.Errorf("got %+v", got)
	}
}
