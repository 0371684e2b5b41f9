package dify

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func TestConformance(t *testing.T) {
	with := func(play func(dialogtest.Call) (dialogtest.HTTPAnswer, error)) func(*testing.T) settings.Values {
		return func(t *testing.T) settings.Values { return values(dialogtest.NewStage(t, play).URL + "/v1") }
	}
	always := func(a dialogtest.HTTPAnswer) func(*testing.T) settings.Values {
		return with(func(dialogtest.Call) (dialogtest.HTTPAnswer, error) { return a, nil })
	}
	dialogtest.Run(t, dialogtest.Kit{
		Type:     Type{},
		Settings: func(t *testing.T) settings.Values { return values(dialogtest.NewDify(t).BaseURL()) },
		Hanging: func(t *testing.T, asked chan<- struct{}) settings.Values {
			return with(func(dialogtest.Call) (dialogtest.HTTPAnswer, error) {
				asked <- struct{}{}
				return dialogtest.HTTPAnswer{Hang: true}, nil
			})(t)
		},
		Streaming: func(t *testing.T, release <-chan struct{}) settings.Values {
			a := dialogtest.DifyStream("c-1", "네")
			a.Hold = release
			return always(a)(t)
		},
		Memory: dialogtest.Memory{First: "저는 이두리예요", Second: "제 이름이 뭐죠?", Want: "이두리"},
		Broken: map[string]func(*testing.T) settings.Values{
			"an answer that is no stream is an error":  always(dialogtest.HTTPAnswer{Body: "<html>"}),
			"a blocking answer is an error":            always(dialogtest.JSON(map[string]any{"event": "message", "answer": "네"})),
			"an answer that breaks off is an error":    always(dialogtest.HTTPAnswer{Body: `{"code"`, Cut: true}),
			"an empty answer is an error":              always(dialogtest.HTTPAnswer{}),
			"a status of 500 is an error":              always(dialogtest.HTTPAnswer{Status: 500, Body: "Bearer " + dialogtest.DifyKey}),
			"an app that echoes the key is not quoted": always(dialogtest.DifyRefusal(400, "invalid_param", dialogtest.DifyKey+" 영업1팀-0001")),
			"a refusal with status 200 is an error":    always(dialogtest.JSON(map[string]any{"code": "app_unavailable", "message": "no", "status": 400})),
			"a stream of nonsense is an error":         always(dialogtest.Stream("data: {")),
			"a stream without its end is an error":     always(dialogtest.Stream(dialogtest.DifyEvent("message", "c-1", map[string]any{"answer": "네"}))),
			"an app that says nothing is an error":     always(dialogtest.Stream(dialogtest.DifyEvent("message_end", "c-1", nil))),
			"a workflow that failed is an error":       always(dialogtest.Stream(workflow("failed")...)),
			"a conversation nobody knows is an error":  always(dialogtest.DifyRefusal(404, "not_found", "Conversation Not Exists.")),
			"a form for people is an error":            always(dialogtest.Stream(dialogtest.DifyEvent("human_input_required", "c-1", nil))),
			"an error inside a stream is an error":     always(dialogtest.Stream(inside(400, "provider_quota_exceeded", "no credit "+dialogtest.DifyKey))),
			"an app that is not there is an error": func(t *testing.T) settings.Values {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				l.Close() // the port is free now and refuses connections
				return values("http://" + l.Addr().String() + "/v1")
			},
		},
	})
}

// values are the usual settings. The department is nobody's business, like every input.
func values(base string) settings.Values {
	return settings.Values{"base_url": base, "api_key": dialogtest.DifyKey, "inputs": map[string]any{"dept": "영업1팀-0001"}}
}

// workflow are the events of a flow that ends with this status after its text.
func workflow(status string) []string {
	return []string{
		dialogtest.DifyEvent("workflow_started", "c-1", map[string]any{"data": map[string]any{"inputs": map[string]any{}}}),
		dialogtest.DifyEvent("message", "c-1", map[string]any{"answer": "연차는 "}),
		dialogtest.DifyEvent("node_finished", "c-1", map[string]any{"data": []any{"something else"}}),
		dialogtest.DifyEvent("message", "c-1", map[string]any{"answer": "15일입니다."}),
		dialogtest.DifyEvent("message_end", "c-1", map[string]any{"metadata": map[string]any{}}),
		dialogtest.DifyEvent("workflow_finished", "c-1", map[string]any{"data": map[string]any{"status": status, "error": "node 3 broke"}}),
	}
}

// inside is an error event of a stream.
func inside(status int, code, message string) string {
	return dialogtest.DifyEvent("error", "c-1", map[string]any{"status": status, "code": code, "message": message})
}

// open makes an engine on a fake app, with settings beside the usual ones.
func open(t *testing.T, more settings.Values) (*dialogtest.Bench, *dialogtest.Dify) {
	t.Helper()
	fake := dialogtest.NewDify(t)
	v := values(fake.BaseURL())
	for key, value := range more {
		v[key] = value
	}
	b := dialogtest.Open(t, Type{}, v)
	t.Cleanup(func() { b.Engine.(dialog.Closer).Close() })
	return b, fake
}

func TestTheQuestionIsThePersonsEvent(t *testing.T) {
	b, fake := open(t, settings.Values{"files": "url", "inputs": map[string]any{"dept": "{{channel}}", "lang": "{{locale}}"}})
	r, err := b.Ask(t, t.Context(), dialogtest.TurnOf("room", dialogtest.Inbounds()["a full file"]))
	if err != nil {
		t.Fatal(err)
	}
	q := fake.Questions(t)[0]
	if q.Query != "[file: 회의록.pdf]" || q.User != "nw-main:room" || q.Inputs["dept"] != "naverworks" || q.Inputs["lang"] != "ko-KR" ||
		len(q.Files) != 1 || q.Files[0].Type != "document" || q.Files[0].TransferMethod != "remote_url" || q.Files[0].URL != "https://files.example.com/%ED%9A%8C%EC%9D%98%EB%A1%9D.pdf" && q.Files[0].URL != "https://files.example.com/회의록.pdf" {
		t.Errorf("asked %+v", q)
	}
	for _, want := range []string{`"input_tokens":512`, `"output_tokens":24`, `"cost":{"amount":0.0012,"currency":"USD"}`, `"dataset_name":"사내규정"`, `"message_id":"m-1"`} {
		if !strings.Contains(string(r.Trace), want) {
			t.Errorf("%s is not in %s", want, r.Trace)
		}
	}
}

func TestAStaleConversationIsBegunAnewOnce(t *testing.T) {
	for _, row := range []struct {
		name      string
		answers   []dialogtest.HTTPAnswer
		state     string
		questions []string // their conversation ids
		code      string
	}{
		{"one that is not there", []dialogtest.HTTPAnswer{dialogtest.DifyRefusal(404, "not_found", "Conversation Not Exists.")}, "c-old", []string{"c-old", ""}, ""},
		{"one that is closed", []dialogtest.HTTPAnswer{dialogtest.DifyRefusal(400, "conversation_completed", "Conversation Completed.")}, "c-old", []string{"c-old", ""}, ""},
		{"one refused inside the stream", []dialogtest.HTTPAnswer{dialogtest.Stream(inside(404, "not_found", "Conversation Not Exists."))}, "c-old", []string{"c-old", ""}, ""},
		{"but only once", []dialogtest.HTTPAnswer{dialogtest.DifyRefusal(404, "not_found", "no"), dialogtest.DifyRefusal(404, "not_found", "no")}, "c-old", []string{"c-old", ""}, "refused"},
		{"not for another refusal", []dialogtest.HTTPAnswer{dialogtest.DifyRefusal(400, "invalid_param", "no")}, "c-old", []string{"c-old"}, "refused"},
		{"not without a conversation", []dialogtest.HTTPAnswer{dialogtest.DifyRefusal(404, "not_found", "no")}, "", []string{""}, "refused"},
		{"a state that is not ours is none", nil, `{"v":1,"x":[]}`, []string{""}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, fake := open(t, nil)
			fake.Script(row.answers...)
			turn := dialogtest.TextTurn("c", "연차는?")
			turn.State.Token = row.state
			r, err := b.Ask(t, t.Context(), turn)
			code := ""
			if err != nil {
				code = dialog.AsError(err).Code
			}
			var ids []string
			for _, q := range fake.Questions(t) {
				ids = append(ids, q.ConversationID)
			}
			if code != row.code || fmt.Sprint(ids) != fmt.Sprint(row.questions) {
				t.Errorf("asked for %q, %v", ids, err)
			}
			if err == nil && (r.State == nil || !strings.HasPrefix(r.State.Token, "4f1a0002-") || r.Text() != "연차는?") {
				t.Errorf("state %v, text %q", r.State, r.Text())
			}
		})
	}
}

func TestAConversationIsKeptFromItsFirstEventOn(t *testing.T) {
	for _, row := range []struct {
		name   string
		answer dialogtest.HTTPAnswer
		state  string // before the turn
		want   string // after it, "" when it stays as it is
		code   string
	}{
		{"an answer that breaks off", dialogtest.Stream(dialogtest.DifyEvent("message", "c-1", map[string]any{"answer": "네"})), "", "c-1", "bad_answer"},
		{"an error inside the stream", dialogtest.Stream(inside(400, "provider_quota_exceeded", "no credit")), "", "c-1", "failed"},
		{"a workflow that failed", dialogtest.Stream(workflow("failed")...), "", "c-1", "failed"},
		{"an answer without words", dialogtest.Stream(dialogtest.DifyEvent("message_end", "c-1", nil)), "", "c-1", "bad_answer"},
		{"an error that names no conversation", dialogtest.Stream(dialogtest.DifyEvent("error", "", map[string]any{"status": 500, "code": "internal_server_error"})), "", "", "failed"},
		{"a conversation that is gone and does not begin anew", dialogtest.Stream(inside(404, "not_found", "Conversation Not Exists.")), "c-old", "", "refused"},
		{"a refusal before any event", dialogtest.DifyRefusal(400, "invalid_param", "no"), "c-old", "", "refused"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, fake := open(t, nil)
			fake.Script(row.answer, row.answer)
			turn := dialogtest.TextTurn("c", "연차는?")
			turn.State.Token = row.state
			r, err := b.Ask(t, t.Context(), turn)
			if err == nil || dialog.AsError(err).Code != row.code {
				t.Fatalf("got %v, want %s", err, row.code)
			}
			if got := r.State; (got == nil) != (row.want == "") || got != nil && got.Token != row.want {
				t.Errorf("the state is %v, want %q", got, row.want)
			}
		})
	}
	t.Run("an answer that nobody took", func(t *testing.T) {
		b, _ := open(t, nil)
		stop := errors.New("nobody listens")
		res, err := b.Engine.Turn(t.Context(), dialogtest.TextTurn("c", "연차는?"), func(dialog.Output) error { return stop })
		if !errors.Is(err, stop) || res.State == nil || res.State.Token == "" {
			t.Errorf("state %v, %v", res.State, err)
		}
	})
}

func TestTheInputsTellTheTimeOfTheirZone(t *testing.T) {
	b, fake := open(t, settings.Values{"time_zone": "Asia/Seoul", "inputs": map[string]any{"now": "{{now}}"}})
	if _, err := b.Ask(t, t.Context(), dialogtest.TextTurn("c", "오늘 며칠이에요?")); err != nil {
		t.Fatal(err)
	}
	if got := fake.Questions(t)[0].Inputs["now"]; !strings.HasSuffix(got, " KST") {
		t.Errorf("it is %s", got)
	}
	_, err := Type{}.New(settings.Values{"api_key": "app-1", "time_zone": "Seoul"}, dialogtest.Deps(&dialogtest.LogBuffer{}))
	var se *settings.Error
	if !errors.As(err, &se) || se.Field != "time_zone" {
		t.Errorf("got %v", err)
	}
}

func TestNothingButPingsIsATimeOut(t *testing.T) {
	hold := make(chan struct{})
	defer close(hold)
	b, fake := open(t, settings.Values{"idle_timeout": "50ms"})
	answer := dialogtest.Stream(dialogtest.DifyPing+"\n\n"+dialogtest.DifyEvent("workflow_started", "c-1", nil), dialogtest.DifyPing, dialogtest.DifyPing, `data: {"event":"ping"}`, "data: {}")
	answer.Hold = hold
	fake.Script(answer)
	_, err := b.Ask(t, t.Context(), dialogtest.TextTurn("c", "연차는?"))
	if e := dialog.AsError(err); e.Code != "timeout" || !strings.Contains(e.Error(), "pings") {
		t.Errorf("got %v", err)
	}
	if err := b.Engine.(dialog.Closer).Close(); err != nil {
		t.Fatal(err)
	}
	last := fake.Last(t)
	if last.Path != "/v1/chat-messages/t-1/stop" || string(last.Body) != `{"user":"nw-main:c"}` {
		t.Errorf("the app was not stopped: %s %s", last.Path, last.Body)
	}
}

func TestAnAppThatHasStoppedIsNotStopped(t *testing.T) {
	b, fake := open(t, nil)
	fake.Script(dialogtest.Stream(inside(500, "internal_server_error", "no")))
	if _, err := b.Ask(t, t.Context(), dialogtest.TextTurn("c", "연차는?")); err == nil {
		t.Fatal("the turn did not fail")
	}
	b.Engine.(dialog.Closer).Close()
	if n := len(fake.Calls()); n != 1 {
		t.Errorf("%d calls", n)
	}
}

func TestThePicturesOfAToolAreShown(t *testing.T) {
	b, fake := open(t, nil)
	file := func(url, by string) string {
		return dialogtest.DifyEvent("message_file", "c-1", map[string]any{"type": "image", "url": url, "belongs_to": by})
	}
	fake.Script(dialogtest.Stream(
		dialogtest.DifyEvent("agent_message", "c-1", map[string]any{"answer": "그렸어요."}),
		file("https://files.example.com/1.png", "assistant"), file("/files/tools/2.png?sign=a", "assistant"),
		file("https://files.example.com/3.png", "user"), file("javascript:alert(1)", "assistant"), file("https://u:p@files.example.com/4.png", "assistant"),
		dialogtest.DifyEvent("message_end", "c-1", nil),
	))
	r, err := b.Ask(t, t.Context(), dialogtest.TextTurn("c", "그려 줘"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range r.Messages {
		got = append(got, string(m.Type)+" "+m.Text+m.URL)
	}
	want := []string{"text 그렸어요.", "image https://files.example.com/1.png", "image " + fake.URL + "/files/tools/2.png?sign=a"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRefusalsAreTyped(t *testing.T) {
	for _, row := range []struct {
		status     int
		code, want string
		calls      int
	}{
		{400, "invalid_param", "refused", 1},
		{401, "unauthorized", "refused", 1},
		{429, "too_many_requests", "", 2},
		{429, "rate_limit_error", "rate_limited", 1},
		{400, "provider_quota_exceeded", "refused", 1},
		{500, "internal_server_error", "failed", 1},
		{503, "", "", 2},
	} {
		b, fake := open(t, nil)
		fake.Script(dialogtest.DifyRefusal(row.status, row.code, "no"))
		_, err := b.Ask(t, t.Context(), dialogtest.TextTurn("c", "연차는?"))
		got := ""
		if err != nil {
			got = dialog.AsError(err).Code
		}
		if n := len(fake.Calls()); got != row.want || n != row.calls {
			t.Errorf("%d %s: %v, %d calls", row.status, row.code, err, n)
		}
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	for _, row := range []struct {
		field, code string
		v           settings.Values
	}{
		{"api_key", "required", settings.Values{}},
		{"api_key", "format", settings.Values{"api_key": "secret-key-1\n"}},
		{"base_url", "format", settings.Values{"base_url": "dify?secret-key-1"}},
		{"base_url", "credentials", settings.Values{"base_url": "https://u:secret-key-1@dify.example.com"}},
	} {
		_, err := Type{}.New(row.v, dialogtest.Deps(&dialogtest.LogBuffer{}))
		var se *settings.Error
		if !errors.As(err, &se) || se.Field != row.field || se.Code != row.code || strings.Contains(err.Error(), "secret-key-1") {
			t.Errorf("got %v, want %s of %s", err, row.code, row.field)
		}
	}
	if _, err := (Type{}).New(settings.Values{"api_key": "k"}, dialog.Deps{}); err == nil {
		t.Error("an engine without a client was made")
	}
}
