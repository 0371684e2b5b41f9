package rasa

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"dari/bot/check"
	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

// bench is an engine on a fake Rasa.
type bench struct {
	*dialogtest.Bench
	fake *dialogtest.Rasa
}

func open(t *testing.T, change func(settings.Values)) *bench {
	t.Helper()
	b := &bench{fake: dialogtest.NewRasa(t)}
	v := settings.Values{"url": b.fake.URL, "token": dialogtest.RasaToken}
	if change != nil {
		change(v)
	}
	b.Bench = dialogtest.Open(t, Type{}, v)
	b.Engine.(*engine).Sleep = func(context.Context, time.Duration) error { return nil }
	return b
}

func streaming(v settings.Values) { v["stream"] = "yes" }

func (b *bench) ask(t *testing.T, in message.Inbound) (dialogtest.Replied, error) {
	t.Helper()
	return b.Ask(t, t.Context(), dialogtest.TurnOf("c1", in))
}

func text(s string) message.Inbound { return message.Inbound{Kind: message.KindText, Text: s} }

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
	for _, stream := range []string{"no", "yes"} {
		on := func(answers ...dialogtest.HTTPAnswer) func(*testing.T) settings.Values {
			return func(t *testing.T) settings.Values {
				fake := dialogtest.NewRasa(t)
				fake.Script(answers...)
				return settings.Values{
					"url": fake.URL, "token": dialogtest.RasaToken, "stream": stream, "welcome": "/greet",
					"headers": map[string]any{"Authorization": "Bearer header-key-123456"},
				}
			}
		}
		said := func(release <-chan struct{}) dialogtest.HTTPAnswer {
			return dialogtest.HTTPAnswer{Events: []string{`{"text":"하나"}`, `{"text":"둘"}`}, Hold: release}
		}
		var streaming func(*testing.T, <-chan struct{}) settings.Values
		if stream == "yes" {
			streaming = func(t *testing.T, release <-chan struct{}) settings.Values { return on(said(release))(t) }
		}
		t.Run("streaming is "+stream, func(t *testing.T) {
			dialogtest.Run(t, dialogtest.Kit{
				Type:      Type{},
				Settings:  on(),
				Streaming: streaming,
				Hanging: func(t *testing.T, asked chan<- struct{}) settings.Values {
					s := dialogtest.NewStage(t, func(dialogtest.Call) (dialogtest.HTTPAnswer, error) {
						asked <- struct{}{}
						return dialogtest.HTTPAnswer{Hang: true}, nil
					})
					return settings.Values{"url": s.URL, "stream": stream}
				},
				Broken: map[string]func(*testing.T) settings.Values{
					"an answer that is no JSON is an error":    on(dialogtest.HTTPAnswer{Body: "<html>"}),
					"an answer that breaks off is an error":    on(dialogtest.HTTPAnswer{Body: `[{"text":`, Cut: true}),
					"an empty answer is an error":              on(dialogtest.HTTPAnswer{Body: `[]`}),
					"a message with nothing in it is an error": on(dialogtest.HTTPAnswer{Body: `[{"recipient_id":"x"}]`}),
					"an endless answer is an error":            on(dialogtest.HTTPAnswer{Body: strings.Repeat(`{"text":"a"}`+"\n", 1<<17)}),
					"an error that echoes the token is clean":  on(dialogtest.HTTPAnswer{Status: 500, Body: `{"message":"` + dialogtest.RasaToken + ` header-key-123456"}`}),
					"a custom payload with the token is clean": on(dialogtest.HTTPAnswer{Body: `[{"custom":{"` + dialogtest.RasaToken + `":1}}]`}),
					"a wrong token is an error": func(t *testing.T) settings.Values {
						return settings.Values{"url": dialogtest.NewRasa(t).URL, "token": "another-token", "stream": stream}
					},
				},
			})
		})
	}
}

func TestTheRequestHasTheFieldsOfTheSample(t *testing.T) {
	b := open(t, nil)
	turn := dialogtest.TurnOf("c1", message.Inbound{Kind: message.KindText, Text: "회의실 예약", MessageID: "m-81", Locale: "ko"})
	turn.ConversationID = "nw-10001-U7001"
	if _, err := b.Ask(t, t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	call := b.fake.Last(t)
	var want struct{ Body dialogtest.RasaQuestion }
	if err := json.Unmarshal([]byte(sample(t, "rasa_rest_request.json")), &want); err != nil {
		t.Fatal(err)
	}
	got := call.RasaQuestion(t)
	for name, value := range want.Body.Metadata {
		if got.Metadata[name] != value {
			t.Errorf("metadata.%s: got %v, want %v", name, got.Metadata[name], value)
		}
	}
	got.Metadata, want.Body.Metadata = nil, nil
	if !reflect.DeepEqual(got, want.Body) || call.Query != "token="+dialogtest.RasaToken || call.Path != "/webhooks/rest/webhook" {
		t.Errorf("got %+v at %s?%s", got, call.Path, call.Query)
	}
}

func TestTheSampleAnswer(t *testing.T) {
	for name, change := range map[string]func(settings.Values){"at once": nil, "as a stream": streaming} {
		t.Run(name, func(t *testing.T) {
			b := open(t, change)
			body := sample(t, "rasa_rest_response.json")
			if change != nil {
				var flat bytes.Buffer
				if err := json.Compact(&flat, []byte(body)); err != nil {
					t.Fatal(err)
				}
				body = flat.String()
			}
			b.fake.Script(dialogtest.HTTPAnswer{Body: body})
			got, err := b.ask(t, text("회의실 예약"))
			if err != nil {
				t.Fatal(err)
			}
			want := []message.Message{
				{Type: message.TypeButtons, Text: "어느 날짜로 예약할까요?", Actions: []message.Action{
					{Kind: message.ActionPostback, Label: "오늘", Text: "오늘", Data: `/inform{"date":"today"}`},
					{Kind: message.ActionPostback, Label: "내일", Text: "내일", Data: `/inform{"date":"tomorrow"}`},
				}},
				{Type: message.TypeImage, URL: "https://cdn.hanbit.example/rooms.png"},
				{Type: message.TypeCards, Layout: "carousel", Cards: []message.Card{{Title: "대회의실"}}},
			}
			if !reflect.DeepEqual(got.Messages, want) {
				t.Errorf("got  %+v\nwant %+v", got.Messages, want)
			}
			if !strings.Contains(string(got.Trace), `"sender":"nw-main:c1","items":3`) {
				t.Errorf("trace %s", got.Trace)
			}
		})
	}
}

func TestAButtonsPayloadComesBackAsItWas(t *testing.T) {
	for _, payload := range []string{`/inform{"date":"today","who":"김 & <b>"}`, `/SetSlots(room=a)`, "그냥 말"} {
		b := open(t, nil)
		b.fake.Script(dialogtest.JSON([]any{map[string]any{"text": "골라요", "buttons": []any{map[string]string{"title": "오늘", "payload": payload}}}}))
		got, err := b.ask(t, text("예약"))
		if err != nil {
			t.Fatal(err)
		}
		tapped := got.Messages[0].Actions[0]
		if _, err := b.ask(t, message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: tapped.Data}}); err != nil {
			t.Fatal(err)
		}
		if q := b.fake.Last(t).RasaQuestion(t); q.Message != payload {
			t.Errorf("got %q, want %q", q.Message, payload)
		}
	}
}

func TestEveryOtherItem(t *testing.T) {
	for _, c := range []struct{ name, item, want string }{
		{"a text and a picture", `{"text":"보세요","image":"https://c.example/a.png"}`, `[{"type":"text","text":"보세요"},{"type":"image","url":"https://c.example/a.png"}]`},
		{"buttons without a text", `{"buttons":[{"title":"a"}]}`, `[{"type":"buttons","text":"…","actions":[{"kind":"postback","label":"a","data":"a","text":"a"}]}]`},
		{"buttons that open pages", `{"text":"t","buttons":[{"title":"a","type":"web_url","url":"https://h.example"},{"title":"b","payload":"https://h.example/b"},{"title":"c","url":"app://x"},{"payload":"/x"}]}`, `[{"type":"buttons","text":"t","actions":[{"kind":"url","label":"a","url":"https://h.example"},{"kind":"url","label":"b","url":"https://h.example/b"}]}]`},
		{"quick replies", `{"text":"t","quick_replies":[{"title":"a","payload":"/a"}]}`, `[{"type":"text","text":"t","quick_replies":[{"kind":"postback","label":"a","data":"/a","text":"a"}]}]`},
		{"quick replies alone", `{"quick_replies":[{"title":"a"}]}`, `[{"type":"text","text":"…","quick_replies":[{"kind":"postback","label":"a","data":"a","text":"a"}]}]`},
		{"an attached address", `{"attachment":"https://c.example/a.pdf"}`, `[{"type":"file","url":"https://c.example/a.pdf"}]`},
		{"an attached film", `{"attachment":{"type":"video","payload":{"src":"https://c.example/a.mp4"}}}`, `[{"type":"video","url":"https://c.example/a.mp4"}]`},
		{"an attached file", `{"attachment":{"type":"file","payload":{"url":"https://c.example/a.pdf","title":"회의록"}}}`, `[{"type":"file","url":"https://c.example/a.pdf","name":"회의록"}]`},
		{"attached cards", `{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"가","subtitle":"나","image_url":"https://c.example/a.png","buttons":[{"title":"b","payload":"/b"}]},{"subtitle":"다"}]}}}`, `[{"type":"cards","cards":[{"title":"가","subtitle":"나","image_url":"https://c.example/a.png","actions":[{"kind":"postback","label":"b","data":"/b","text":"b"}]},{"title":"다"}]}]`},
		{"cards", `{"elements":[{"title":"가"}]}`, `[{"type":"cards","cards":[{"title":"가"}]}]`},
		{"a place of Dari's own making", `{"custom":{"type":"location","lat":37.5,"lng":127,"title":"시청"}}`, `[{"type":"location","lat":37.5,"lng":127,"title":"시청"}]`},
		{"a list of Dari's own making", `{"custom":{"type":"list","cards":[{"title":"가"}]}}`, `[{"type":"cards","layout":"list","cards":[{"title":"가"}]}]`},
		{"a text that is a number", `{"text":7}`, `[{"type":"text","text":"7"}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, stream := range []bool{false, true} {
				b := open(t, nil)
				b.Engine.(*engine).stream = stream
				body := "[" + c.item + "]"
				if stream {
					body = c.item + "\n"
				}
				b.fake.Script(dialogtest.HTTPAnswer{Body: body})
				got, err := b.ask(t, text("안녕"))
				if err != nil {
					t.Fatal(err)
				}
				raw, _ := json.Marshal(got.Messages)
				var x, y any
				if json.Unmarshal(raw, &x) != nil || json.Unmarshal([]byte(c.want), &y) != nil || !reflect.DeepEqual(x, y) {
					t.Errorf("streaming %v\ngot  %s\nwant %s", stream, raw, c.want)
				}
			}
		})
	}
}

func TestWhatCannotBeShownIsNoted(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(dialogtest.HTTPAnswer{Body: `[{"text":"보임"},{"custom":{"widget":"calendar"}},{"image":""},{"attachment":[1]},{"attachment":{"type":"image"}},7,{"custom":null,"attachment":null,"text":null}]`})
	got, err := b.ask(t, text("안녕"))
	if err != nil || len(got.Messages) != 1 {
		t.Fatalf("got %+v, %v", got.Messages, err)
	}
	for _, part := range []string{`"custom":[{"widget":"calendar"}]`, "attachment: ", "url: missing", "message 6", `"items":7`} {
		if !strings.Contains(string(got.Trace), part) {
			t.Errorf("the trace lacks %q: %s", part, got.Trace)
		}
	}
}

func TestAnEmptyAnswer(t *testing.T) {
	for _, c := range []struct {
		name, setting string
		in            message.Inbound
		code          string
	}{
		{"is a failure by default", "", text("안녕"), "no_answer"},
		{"may be meant", "silence", text("안녕"), ""},
		{"is nothing odd when a chat is opened", "", message.Inbound{Kind: message.KindFollow}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, stream := range []string{"no", "yes"} {
				b := open(t, func(v settings.Values) { v["empty"], v["welcome"], v["stream"] = c.setting, "/greet", stream })
				body := "[]"
				if stream == "yes" {
					body = "\n"
				}
				b.fake.Script(dialogtest.HTTPAnswer{Body: body})
				got, err := b.ask(t, c.in)
				if c.code != "" {
					asError(t, err, c.code)
				} else if err != nil || len(got.Messages) != 0 {
					t.Errorf("got %+v, %v", got, err)
				}
				if lines := strings.Count(b.Log.String(), "\n"); lines != map[string]int{"": 0, "no_answer": 1}[c.code] {
					t.Errorf("%d lines in the log: %s", lines, b.Log)
				}
			}
		})
	}
}

func TestAStreamIsSaidLineByLine(t *testing.T) {
	b := open(t, streaming)
	b.fake.Script(dialogtest.HTTPAnswer{Body: "{\"text\":\"하나\"}\n\n: still there\ndata: {\"text\":\"둘\"}\r\n{\"text\":", Cut: true})
	got, err := b.ask(t, text("안녕"))
	asError(t, err, "bad_answer")
	if got.Text() != "하나\n둘" {
		t.Errorf("said %q before the stream broke off", got.Text())
	}
	if q := b.fake.Last(t).Query; !strings.Contains(q, "stream=true") {
		t.Errorf("query %q", q)
	}
}

func TestAnEndedTurnEndsItsStream(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var s speech
	body := &cutBy{cancel: cancel, text: "{\"text\":\"하나\"}\n{\"te"}
	err := s.listen(ctx, body, func(message.Message) error { return nil })
	asError(t, err, "cancelled")
	if s.said != 1 {
		t.Errorf("said %d", s.said)
	}
}

// cutBy is a body that ends when its turn does.
type cutBy struct {
	cancel func()
	text   string
}

func (c *cutBy) Read(p []byte) (int, error) {
	if c.text == "" {
		c.cancel()
		return 0, context.Canceled
	}
	n := copy(p, c.text)
	c.text = c.text[n:]
	return n, nil
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		answer     dialogtest.HTTPAnswer
		code, want string
	}{
		{dialogtest.HTTPAnswer{Status: 401, Body: `{"status":"failure","message":"User is not authenticated."}`}, "refused", "not authenticated"},
		{dialogtest.HTTPAnswer{Status: 404, Body: `Not Found`}, "refused", "check the address"},
		{dialogtest.HTTPAnswer{Status: 409, Body: `{"reason":"Conflict"}`}, "refused", "Conflict"},
		{dialogtest.HTTPAnswer{Status: 500, Body: `{"message":7}`}, "failed", "7"},
		{dialogtest.HTTPAnswer{Status: 503}, "failed", "503"},
		{dialogtest.HTTPAnswer{Status: 429}, "rate_limited", "429"},
		{dialogtest.HTTPAnswer{Status: 410}, "gone", "410"},
		{dialogtest.HTTPAnswer{Body: `{"status":"failure","message":"no model"}`}, "bad_answer", "no model"},
	} {
		for _, stream := range []string{"no", "yes"} {
			if stream == "yes" && c.answer.Status == 0 {
				continue // one object is one message there
			}
			b := open(t, func(v settings.Values) { v["stream"] = stream })
			b.fake.Script(c.answer, c.answer)
			_, err := b.ask(t, text("안녕"))
			if e := asError(t, err, c.code); !strings.Contains(e.Error(), c.want) || e.Gone != (c.code == "gone") {
				t.Errorf("%d: got %v", c.answer.Status, e)
			}
			if n := len(b.fake.Calls()); n != 1 {
				t.Errorf("%d: %d calls", c.answer.Status, n)
			}
		}
	}
}

func TestWhatPeopleSendOtherThanText(t *testing.T) {
	b := open(t, func(v settings.Values) { v["welcome"], v["input_channel"] = "/greet", "dari" })
	for _, c := range []struct {
		name    string
		in      message.Inbound
		said    string // "" when nobody is asked
		about   string // a field of the metadata
		contain string
	}{
		{"an opened chat", message.Inbound{Kind: message.KindFollow}, "/greet", "", ""},
		{"a mention without words", text(""), "/greet", "", ""},
		{"a picture with a caption", dialogtest.Inbounds()["a full image"], "보세요", "attachments", "cat.jpg"},
		{"a place", dialogtest.Inbounds()["a full location"], "서울시청 서울 중구", "location", "37.5665"},
		{"a form", dialogtest.Inbounds()["a full form"], "a", "form", "room"},
		{"somebody who leaves", dialogtest.Inbounds()["a full leave"], "", "", ""},
	} {
		before := len(b.fake.Calls())
		if _, err := b.ask(t, c.in); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if c.said == "" {
			if n := len(b.fake.Calls()); n != before {
				t.Errorf("%s: %d calls", c.name, n-before)
			}
			continue
		}
		q := b.fake.Last(t).RasaQuestion(t)
		about, _ := json.Marshal(q.Metadata[c.about])
		if q.Message != c.said || q.InputChannel != "dari" || !strings.Contains(string(about), c.contain) {
			t.Errorf("%s: got %+v", c.name, q)
		}
	}
	if _, err := open(t, nil).ask(t, text(" ")); err == nil || dialog.AsError(err).Code != "unsupported" {
		t.Errorf("a mention without words and without a welcome: %v", err)
	}
}

func TestTheWholeAddressMeansTheSame(t *testing.T) {
	for _, tail := range []string{"", "/", "/webhooks/rest/webhook"} {
		b := open(t, nil)
		b.Bench = dialogtest.Open(t, Type{}, settings.Values{"url": b.fake.URL + tail, "token": dialogtest.RasaToken})
		if _, err := b.ask(t, text("안녕")); err != nil {
			t.Errorf("%q: %v", tail, err)
		}
	}
}

func TestSettings(t *testing.T) {
	for field, v := range map[string]settings.Values{
		"url":     {"url": "rasa:5005"},
		"headers": {"url": "https://rasa.example.com", "headers": map[string]string{"a b": "c"}},
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
		{"a server that is well", nil, check.Pass, "engine.rasa.ok"},
		{"another server", &dialogtest.HTTPAnswer{Body: `{"status":"down"}`}, check.Fail, "engine.rasa.not_rasa"},
		{"a server without the REST channel", &dialogtest.HTTPAnswer{Status: 404}, check.Fail, "engine.rasa.no_rest_channel"},
		{"a server that refuses", &dialogtest.HTTPAnswer{Status: 401}, check.Fail, "engine.rasa.refused"},
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
			if call := b.fake.Last(t); call.Method != "GET" || len(call.Body) > 0 {
				t.Errorf("asked by %s", call.Method)
			}
		})
	}
	b := open(t, func(v settings.Values) { v["url"] = "http://127.0.0.1:1" })
	if got := b.Engine.(dialog.Checker).Check(t.Context()); got[0].Code != "engine.rasa.unreachable" || got[0].Params["reason"] == "" {
		t.Errorf("got %+v", got)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(sample(f, "rasa_rest_response.json")))
	f.Add([]byte("{\"text\":\"a\"}\ndata: {\"custom\":{\"type\":\"carousel\"}}\n[{\"elements\":[{}]}]"))
	f.Add([]byte(`[{"attachment":{"type":"template","payload":{"elements":[{}]}},"quick_replies":[{"title":"a"}],"custom":{"type":"native"}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var whole, streamed speech
		var said []message.Message
		errs := []error{whole.read(nil, body), streamed.listen(t.Context(), bytes.NewReader(body), func(m message.Message) error {
			said = append(said, m)
			return nil
		})}
		for _, err := range errs {
			if err != nil && dialog.AsError(err).Code != "bad_answer" {
				t.Error(err)
			}
		}
		for _, r := range []dialogtest.Replied{
			{Result: dialog.Result{Reply: whole.reply, Trace: whole.trace("s")}, Messages: whole.reply.Messages},
			{Result: dialog.Result{Trace: streamed.trace("s")}, Messages: said},
		} {
			for _, problem := range dialogtest.Problems(r) {
				t.Error(problem)
			}
		}
	})
}
