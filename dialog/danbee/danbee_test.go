package danbee

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"dari/bot/check"
	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

// bench is an engine on a fake Danbee.
type bench struct {
	*dialogtest.Bench
	fake  *dialogtest.Danbee
	state dialog.State
	slept []time.Duration
}

func open(t *testing.T, change func(settings.Values)) *bench {
	t.Helper()
	b := &bench{fake: dialogtest.NewDanbee(t)}
	v := settings.Values{"chatbot_id": dialogtest.DanbeeChatbot, "base_url": b.fake.BaseURL()}
	if change != nil {
		change(v)
	}
	b.Bench = dialogtest.Open(t, Type{}, v)
	b.Engine.(*engine).Sleep = func(_ context.Context, d time.Duration) error {
		b.slept = append(b.slept, d)
		return nil
	}
	return b
}

// ask runs a turn of one conversation that keeps its state.
func (b *bench) ask(t *testing.T, in message.Inbound) (dialogtest.Replied, error) {
	t.Helper()
	turn := dialogtest.TurnOf("c1", in)
	turn.State = b.state
	got, err := b.Ask(t, t.Context(), turn)
	if err == nil && got.State != nil {
		b.state = *got.State
	}
	return got, err
}

func (b *bench) say(t *testing.T, text string) dialogtest.Replied {
	t.Helper()
	got, err := b.ask(t, message.Inbound{Kind: message.KindText, Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// tap taps the button of that label in an answer.
func (b *bench) tap(t *testing.T, in dialogtest.Replied, label string) (dialogtest.Replied, error) {
	t.Helper()
	for _, m := range in.Messages {
		actions := append(append([]message.Action(nil), m.Actions...), m.QuickReplies...)
		for _, c := range m.Cards {
			actions = append(actions, c.Actions...)
		}
		for _, a := range actions {
			if a.Label == label {
				return b.ask(t, message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: a.Data, Label: a.Label}})
			}
		}
	}
	t.Fatalf("there is no button %q in %+v", label, in.Messages)
	return dialogtest.Replied{}, nil
}

func sample(t testing.TB, name string) dialogtest.HTTPAnswer {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return dialogtest.HTTPAnswer{Body: string(b)}
}

// answering is an answer with one bubble and that status.
func answering(code, comment string, bubbles ...map[string]any) dialogtest.HTTPAnswer {
	return dialogtest.JSON(map[string]any{"responseSet": map[string]any{"code": "success", "result": map[string]any{
		"session_id": 7, "result": bubbles, "resultStatus": map[string]string{"resultCode": code, "resultCmt": comment},
	}}})
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
	on := func(script func(*dialogtest.Danbee)) func(*testing.T) settings.Values {
		return func(t *testing.T) settings.Values {
			fake := dialogtest.NewDanbee(t)
			if script != nil {
				script(fake)
			}
			return settings.Values{
				"chatbot_id": dialogtest.DanbeeChatbot, "base_url": fake.BaseURL(),
				"parameters": map[string]any{"company": "한빛물산-본사"},
			}
		}
	}
	always := func(a dialogtest.HTTPAnswer) func(*testing.T) settings.Values {
		return on(func(d *dialogtest.Danbee) { d.Script(a, a, a) })
	}
	dialogtest.Run(t, dialogtest.Kit{
		Type:     Type{},
		Settings: on(nil),
		Hanging: func(t *testing.T, asked chan<- struct{}) settings.Values {
			s := dialogtest.NewStage(t, func(dialogtest.Call) (dialogtest.HTTPAnswer, error) {
				asked <- struct{}{}
				return dialogtest.HTTPAnswer{Hang: true}, nil
			})
			return settings.Values{"chatbot_id": dialogtest.DanbeeChatbot, "base_url": s.URL + "/chatflow"}
		},
		Memory: dialogtest.Memory{First: "회의실 예약", Second: "대회의실", Want: "언제"},
		Broken: map[string]func(*testing.T) settings.Values{
			"an answer that is no JSON is an error":            always(dialogtest.HTTPAnswer{Body: "<html>"}),
			"an answer of another API is an error":             always(dialogtest.HTTPAnswer{Body: `{"ok":true}`}),
			"an answer that breaks off is an error":            always(dialogtest.HTTPAnswer{Body: `{"responseSet":`, Cut: true}),
			"an answer with status 500 is an error":            always(dialogtest.HTTPAnswer{Status: 500, Body: dialogtest.DanbeeChatbot}),
			"a failure that the vendor's proxy makes up is":    always(dialogtest.HTTPAnswer{Body: `{"responseSet":{"code":"failure","result":{"result":[]}}}`}),
			"an unknown chatbot inside a 200 is an error":      always(sample(t, "danbee_error_response.json")),
			"an answer that echoes the chatbot id is scrubbed": always(answering("500", dialogtest.DanbeeChatbot)),
		},
	})
}

func TestRequestsAreTheSamples(t *testing.T) {
	for name, c := range map[string]struct {
		state string
		in    message.Inbound
	}{
		"danbee_request.json":         {`{"session_id":80441207}`, message.Inbound{Kind: message.KindText, Text: "회의실 예약하고 싶어요"}},
		"danbee_welcome_request.json": {"", message.Inbound{Kind: message.KindFollow, Locale: "ko"}},
	} {
		t.Run(name, func(t *testing.T) {
			var want struct {
				HTTP struct{ URL string }
				Body map[string]any
			}
			if err := json.Unmarshal([]byte(sample(t, name).Body), &want); err != nil {
				t.Fatal(err)
			}
			b := open(t, func(v settings.Values) {
				v["parameters"] = map[string]any{"company": "한빛물산"}
				if strings.Contains(name, "welcome") {
					v["parameters"] = map[string]any{"company": "한빛물산", "lang": "{locale}"}
				}
			})
			b.state.Token = c.state
			c.in.Sender.ID = "U7001"
			if _, err := b.ask(t, c.in); err != nil {
				t.Fatal(err)
			}
			call := b.fake.Last(t)
			var got map[string]any
			if err := json.Unmarshal(call.Body, &got); err != nil {
				t.Fatal(err)
			}
			got["user_id"] = strings.Replace(got["user_id"].(string), "nw-main:", "nw:", 1)
			if !reflect.DeepEqual(got, want.Body) || !strings.HasSuffix(want.HTTP.URL, strings.TrimPrefix(call.Path, "/chatflow")) {
				t.Errorf("path %s\ngot  %v\nwant %v", call.Path, got, want.Body)
			}
		})
	}
}

func TestTheCursorIsEchoedOverThreeQuestions(t *testing.T) {
	for _, textSessions := range []bool{false, true} {
		b := open(t, nil)
		b.fake.TextSessions = textSessions
		b.say(t, "회의실 예약")
		b.say(t, "대회의실")
		b.say(t, "내일")
		got := b.say(t, "다섯 명")
		if got.Text() != "대회의실, 내일, 다섯 명 예약했어요." {
			t.Errorf("text sessions %v: got %q", textSessions, got.Text())
		}
		session := string(b.fake.Last(t).Question(t).SessionID)
		if want := map[bool]string{false: "80441207", true: `"s-1"`}[textSessions]; session != want {
			t.Errorf("the session went back as %s, want %s", session, want)
		}
	}
}

func TestFailuresInsideAnAnswerOfStatus200(t *testing.T) {
	talk := map[string]any{"message": "다시 말씀해 주세요"}
	for _, c := range []struct {
		name   string
		answer dialogtest.HTTPAnswer
		code   string // "" when the bubble is shown
		want   string
	}{
		{"an unknown chatbot", answering("404", "Not Found Chatbot", talk), "refused", "chatbot_id"},
		{"an intent that was not understood, with a fallback bubble", answering("400", "", talk), "", ""},
		{"an intent that was not understood, in silence", answering("400", ""), "no_answer", "not understood"},
		{"no flow for the intent", answering("404", "no flow"), "failed", "10 nodes"},
		{"a flow that is not set up right", answering("405", "x"), "failed", "not set up"},
		{"a status nobody knows", answering("777", "odd"), "failed", "777: odd"},
		{"a flow that says nothing", answering("200", ""), "no_answer", "without saying"},
		{"a bubble with nothing in it", answering("200", "", map[string]any{"message": " <p></p> "}), "no_answer", "without saying"},
		{"the proxy's failure", dialogtest.HTTPAnswer{Body: `{"responseSet":{"code":"failure","result":{"result":[]}}}`}, "failed", "failure"},
		{"a redirect", dialogtest.HTTPAnswer{Status: 302, Header: http.Header{"Location": {"/login"}}}, "redirect", "302"},
		{"too many calls", dialogtest.HTTPAnswer{Status: 429}, "rate_limited", "429"},
		{"an address that is gone", dialogtest.HTTPAnswer{Status: 410}, "gone", "410"},
		{"a list in place of the bubble list", dialogtest.HTTPAnswer{Body: `{"responseSet":{"result":{"result":{}}}}`}, "bad_answer", "result.result: must not be an object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			b.fake.Script(c.answer)
			got, err := b.ask(t, message.Inbound{Kind: message.KindText, Text: "안녕"})
			if c.code == "" {
				if err != nil || got.Text() != "다시 말씀해 주세요" {
					t.Errorf("got %+v, %v", got, err)
				}
				return
			}
			e := asError(t, err, c.code)
			if !strings.Contains(e.Error(), c.want) || e.Gone != (c.code == "gone") {
				t.Errorf("got %v, gone %v", e, e.Gone)
			}
			if n := len(b.fake.Calls()); n != 1 {
				t.Errorf("%d calls: a turn must not be asked twice", n)
			}
		})
	}
}

func TestWhatPeopleSendOtherThanText(t *testing.T) {
	for _, c := range []struct {
		name     string
		in       message.Inbound
		call     string // "" when nobody is asked
		sentence string
		param    string
	}{
		{"an opened chat is a welcome", message.Inbound{Kind: message.KindFollow}, "welcome.do", "", ""},
		{"so is an invitation to a room", message.Inbound{Kind: message.KindJoin}, "welcome.do", "", ""},
		{"and a mention without words", message.Inbound{Kind: message.KindText, Text: " "}, "welcome.do", "", ""},
		{"a picture is announced as the vendor's window does it", dialogtest.Inbounds()["a full image"], "message.do", "보세요", "FROGUE_IMAGE=https://files.example.com/cat.jpg"},
		{"a file is, too", dialogtest.Inbounds()["a full file"], "message.do", "FROGUE_FILE", "FROGUE_FILE=https://files.example.com/회의록.pdf"},
		{"a place is its name", dialogtest.Inbounds()["a full location"], "message.do", "서울시청 서울 중구", ""},
		{"a command is what stands behind it", dialogtest.Inbounds()["a full command"], "message.do", "회의실", ""},
		{"a menu's own data is said", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: "메뉴"}}, "message.do", "메뉴", ""},
		{"a reaction is nobody's business", dialogtest.Inbounds()["a full reaction"], "", "", ""},
		{"nor is somebody who leaves", dialogtest.Inbounds()["a full members_left"], "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			if _, err := b.ask(t, c.in); err != nil {
				t.Fatal(err)
			}
			if c.call == "" {
				if n := len(b.fake.Calls()); n != 0 {
					t.Errorf("%d calls", n)
				}
				return
			}
			call := b.fake.Last(t)
			q := call.Question(t)
			if !strings.HasSuffix(call.Path, c.call) || q.InputSentence != c.sentence {
				t.Errorf("%s %+v", call.Path, q)
			}
			if name, value, ok := strings.Cut(c.param, "="); ok && q.Parameters[name] != value {
				t.Errorf("parameters %v", q.Parameters)
			}
		})
	}
	t.Run("a sticker without words is refused, not swallowed", func(t *testing.T) {
		_, err := open(t, nil).ask(t, message.Inbound{Kind: message.KindSticker})
		asError(t, err, "unsupported")
	})
}

// slow is a transport that answers after a while.
type slow struct {
	wait time.Duration
	body string
}

func (s slow) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-time.After(s.wait):
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(s.body)), Request: r}, nil
}

func TestASleepNodeHoldsTheAnswerForTwelveSeconds(t *testing.T) {
	body := answering("200", "", map[string]any{"message": "기다려 주셔서 고마워요"}).Body
	for timeout, code := range map[string]string{"": "", "10s": "timeout"} { // "" is the default
		synctest.Test(t, func(t *testing.T) {
			v, err := settings.Clean(Type{}.Fields(), settings.Values{"chatbot_id": "id", "timeout": timeout}, nil)
			if err != nil {
				t.Fatal(err)
			}
			e, err := Type{}.New(v, dialog.Deps{HTTP: &http.Client{Transport: slow{12 * time.Second, body}}})
			if err != nil {
				t.Fatal(err)
			}
			turn := dialogtest.TextTurn("c1", "안녕")
			turn.Deadline = time.Now().Add(time.Minute)
			res, err := e.Turn(t.Context(), turn, nil)
			if code != "" {
				asError(t, err, code)
			} else if err != nil || res.Reply.Messages[0].Text != "기다려 주셔서 고마워요" {
				t.Errorf("got %+v, %v", res, err)
			}
		})
	}
}

// refusing is a transport to which nobody answers for the first calls.
type refusing struct {
	base  http.RoundTripper
	times int
}

func (r *refusing) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.times--; r.times >= 0 {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	return r.base.RoundTrip(req)
}

func TestOnlyAQuestionThatNeverLeftIsAskedAgain(t *testing.T) {
	for _, c := range []struct {
		times int
		code  string
	}{{0, ""}, {2, ""}, {3, "unreachable"}} {
		b := open(t, nil)
		client := b.Engine.(*engine).HTTP
		client.Transport = &refusing{client.Transport, c.times}
		_, err := b.ask(t, message.Inbound{Kind: message.KindText, Text: "안녕"})
		if c.code != "" {
			asError(t, err, c.code)
		} else if err != nil {
			t.Error(err)
		}
		if len(b.slept) != min(c.times, 2) {
			t.Errorf("%d failures: slept %v", c.times, b.slept)
		}
	}
}

func TestMoreButtonsThanTheStateHoldsStillWork(t *testing.T) {
	var options []any
	for range 400 {
		options = append(options, map[string]any{"type": "callFlow", "label": strings.Repeat("가", 20), "value": strings.Repeat("v", 40)})
	}
	b := open(t, nil)
	b.fake.Script(answering("200", "", map[string]any{"message": "많아요", "optionList": options}))
	got := b.say(t, "시작")
	if len(got.Messages[0].Actions) != 400 || len(got.State.Token) > dialog.MaxState || len(got.State.Token) < 1000 {
		t.Errorf("%d buttons, %d bytes of state", len(got.Messages[0].Actions), len(got.State.Token))
	}
	if !strings.Contains(string(got.Trace), "400 buttons") {
		t.Errorf("trace %s", got.Trace)
	}
}

func TestAForeignStateBeginsAnew(t *testing.T) {
	b := open(t, nil)
	for _, token := range []string{"", "x", "null", `{"session_id":{}}`, `[1]`} {
		b.state.Token = token
		b.say(t, "안녕")
		if s := string(b.fake.Last(t).Question(t).SessionID); s != `""` {
			t.Errorf("%q: session %s", token, s)
		}
	}
}

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		name, field string
		values      settings.Values
	}{
		{"a chatbot id is needed", "chatbot_id", settings.Values{}},
		{"an address is no chatbot id", "chatbot_id", settings.Values{"chatbot_id": "https://danbee.ai/x"}},
		{"the address must be one", "base_url", settings.Values{"chatbot_id": "id", "base_url": "danbee"}},
		{"the address holds no password", "base_url", settings.Values{"chatbot_id": "id", "base_url": "https://u:p@danbee.ai"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Type{}.New(c.values, dialogtest.Deps(&dialogtest.LogBuffer{}))
			var e *settings.Error
			if !errors.As(err, &e) || e.Field != c.field {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer *dialogtest.HTTPAnswer
		status check.Status
		code   string
	}{
		{"a bot that greets", nil, check.Pass, "engine.danbee.ok"},
		{"a bot that does not", &dialogtest.HTTPAnswer{Body: answering("200", "").Body}, check.Warn, "engine.danbee.no_greeting"},
		{"a wrong chatbot id", &dialogtest.HTTPAnswer{Body: answering("404", "Not Found Chatbot").Body}, check.Fail, "engine.danbee.unknown_chatbot"},
		{"another server", &dialogtest.HTTPAnswer{Body: `{"hello":"world"}`}, check.Fail, "engine.danbee.not_danbee"},
		{"a server that refuses", &dialogtest.HTTPAnswer{Status: 403}, check.Fail, "engine.danbee.refused"},
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
			if q := b.fake.Last(t).Question(t); q.UserID != "dari-check" {
				t.Errorf("asked as %q", q.UserID)
			}
			for _, p := range got[0].Params {
				b.NoSecret(t, "the check", p)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		b := open(t, func(v settings.Values) { v["base_url"] = "http://127.0.0.1:1/chatflow" })
		got := b.Engine.(dialog.Checker).Check(t.Context())
		if got[0].Code != "engine.danbee.unreachable" || !strings.Contains(got[0].Params["reason"], "127.0.0.1:1") {
			t.Errorf("got %+v", got)
		}
	})
}
