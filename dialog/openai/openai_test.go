package openai

import (
	"net"
	"strings"
	"testing"

	"dari/bot/check"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func TestConformance(t *testing.T) {
	with := func(play func(dialogtest.Call) (dialogtest.HTTPAnswer, error)) func(*testing.T) settings.Values {
		return func(t *testing.T) settings.Values {
			return values(dialogtest.NewStage(t, play).URL + "/v1")
		}
	}
	always := func(a dialogtest.HTTPAnswer) func(*testing.T) settings.Values {
		return with(func(dialogtest.Call) (dialogtest.HTTPAnswer, error) { return a, nil })
	}
	dialogtest.Run(t, dialogtest.Kit{
		Type:     Type{},
		Settings: func(t *testing.T) settings.Values { return values(dialogtest.NewOpenAI(t).BaseURL()) },
		Hanging: func(t *testing.T, asked chan<- struct{}) settings.Values {
			return with(func(dialogtest.Call) (dialogtest.HTTPAnswer, error) {
				asked <- struct{}{}
				return dialogtest.HTTPAnswer{Hang: true}, nil
			})(t)
		},
		Streaming: func(t *testing.T, release <-chan struct{}) settings.Values {
			a := dialogtest.OpenAIStream("네", true)
			a.Hold = release
			return always(a)(t)
		},
		Memory: dialogtest.Memory{First: "저는 이두리예요", Second: "제 이름이 뭐죠?", Want: "이두리"},
		Broken: map[string]func(*testing.T) settings.Values{
			"an answer that is no JSON is an error":      always(dialogtest.HTTPAnswer{Body: "<html>"}),
			"an answer of other JSON is an error":        always(dialogtest.JSON(map[string]any{"messages": []any{}})),
			"an answer that breaks off is an error":      always(dialogtest.HTTPAnswer{Body: `{"choices":[]`, Cut: true}),
			"an empty answer is an error":                always(dialogtest.HTTPAnswer{}),
			"a status of 500 is an error":                always(dialogtest.HTTPAnswer{Status: 500, Body: "Bearer " + dialogtest.LLMKey}),
			"a server that echoes the key is not quoted": always(dialogtest.HTTPAnswer{Status: 400, Body: `{"error":{"message":"bad key ` + dialogtest.LLMKey + `"}}`}),
			"a stream without its end is an error":       always(dialogtest.Stream(dialogtest.OpenAIChunk(dialogtest.OpenAIDelta(map[string]any{"content": "네"}, "")))),
			"a stream of nonsense is an error":           always(dialogtest.Stream("data: {", "data: [DONE]")),
			"a stream that says nothing is an error":     always(dialogtest.Stream("data: [DONE]")),
			"a server that is not there is an error": func(t *testing.T) settings.Values {
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

func values(base string) settings.Values {
	return settings.Values{"base_url": base, "api_key": dialogtest.LLMKey, "model": dialogtest.LLMModel}
}

// open makes an engine on a fake server, with settings beside the usual ones.
func open(t *testing.T, more settings.Values) (*dialogtest.Bench, *dialogtest.OpenAI) {
	t.Helper()
	fake := dialogtest.NewOpenAI(t)
	v := values(fake.BaseURL())
	for key, value := range more {
		v[key] = value
	}
	b := dialogtest.Open(t, Type{}, v)
	t.Cleanup(func() { b.Engine.(dialog.Closer).Close() })
	return b, fake
}

func TestTheToolLoopKeepsToTheProtocol(t *testing.T) {
	tools := dialogtest.NewToolServer(t, false)
	for _, stream := range []string{"auto", "off"} {
		t.Run("with stream "+stream, func(t *testing.T) {
			b, fake := open(t, settings.Values{
				"stream": stream, "prompt": "너는 한빛물산의 상담 봇이다.", "tool_rounds": "1",
				"mcp_servers": map[string]any{"orders": tools.URL}, "mcp_tokens": map[string]any{"orders": dialogtest.ToolToken},
			})
			fake.Script(dialogtest.OpenAICalls("확인해 볼게요.",
				dialogtest.ToolCall{ID: "call_01", Name: "lookup_order", Arguments: `{"order_no":"1234"}`},
				dialogtest.ToolCall{ID: "call_02", Name: "lookup_order", Arguments: `{"order_no":`},
			))
			r, err := b.Ask(t, t.Context(), dialogtest.TextTurn("c", "1234 주문 어디쯤이야?"))
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Messages) != 2 || r.Messages[0].Text != "확인해 볼게요." || r.Messages[1].Text != "1234 주문 어디쯤이야?" {
				t.Errorf("messages %+v", r.Messages)
			}
			for _, c := range fake.Calls() {
				if c.Refused != "" {
					t.Errorf("refused: %s", c.Refused)
				}
			}
			q := fake.Questions(t)
			if len(q) != 2 || len(q[0].Tools) != 5 || q[0].ToolChoice != "" || q[1].ToolChoice != "none" || q[0].Stream != (stream == "auto") {
				t.Fatalf("questions %+v", q)
			}
			last := q[1].Messages
			if len(last) != 5 || last[0].Role != "system" || last[2].ToolCalls[1].Function.Arguments != "{}" ||
				last[3].ToolCallID != "call_01" || !strings.Contains(string(last[3].Content), "in_transit") ||
				last[4].ToolCallID != "call_02" || !strings.Contains(string(last[4].Content), "error: ") {
				t.Errorf("the model was told %+v", last)
			}
		})
	}
}

func TestARequestSaysWhatTheSettingsSay(t *testing.T) {
	b, fake := open(t, settings.Values{"temperature": "0", "max_tokens": "77", "send_user": "yes", "prompt_ko": "한국어로", "prompt": "common"})
	turn := dialogtest.TextTurn("c", "안녕")
	turn.Inbound.Locale = "ko-KR"
	if _, err := b.Ask(t, t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	q := fake.Questions(t)[0]
	if q.Temperature == nil || *q.Temperature != 0 || q.MaxTokens != 77 || q.MaxCompletionTokens != 0 || len(q.SafetyIdentifier) != 64 ||
		q.StreamOptions == nil || !q.StreamOptions.IncludeUsage || string(q.Messages[0].Content) != `"한국어로"` {
		t.Errorf("asked %+v", q)
	}
	b, fake = open(t, settings.Values{"stream": "off"})
	if _, err := b.Ask(t, t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	body := string(fake.Last(t).Body)
	for _, absent := range []string{"temperature", "stream", "tools", "safety_identifier", "system"} {
		if strings.Contains(body, absent) {
			t.Errorf("%s is in %s", absent, body)
		}
	}
}

func TestWhatAServerDoesNotKnowIsLeftOut(t *testing.T) {
	for _, row := range []struct {
		unknown []string
		field   string // setting token_field
		calls   int    // for two turns
		failed  bool
	}{
		{nil, "auto", 2, false},
		{[]string{"stream_options"}, "auto", 3, false},
		{[]string{"max_tokens"}, "auto", 3, false},
		{[]string{"stream_options", "max_tokens"}, "auto", 4, false},
		{[]string{"max_tokens", "max_completion_tokens"}, "auto", 3, true},
		{[]string{"max_tokens"}, "max_tokens", 2, true},
		{[]string{"max_tokens"}, "max_completion_tokens", 2, false},
	} {
		b, fake := open(t, settings.Values{"token_field": row.field})
		fake.Unknown = row.unknown
		var err error
		for range 2 {
			_, err = b.Ask(t, t.Context(), dialogtest.TextTurn("c", "안녕"))
		}
		if n := len(fake.Calls()); n != row.calls || (err != nil) != row.failed {
			t.Errorf("%v with %s: %d calls, %v", row.unknown, row.field, n, err)
		}
	}
}

func TestAPictureIsAPartOfTheMessage(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n"
	files := dialogtest.NewStage(t, func(dialogtest.Call) (dialogtest.HTTPAnswer, error) { return dialogtest.HTTPAnswer{Body: png}, nil })
	in := dialogtest.Inbounds()["a full image"]
	in.Attachments[0].URL = files.URL + "/cat.png"
	for setting, want := range map[string]string{"url": files.URL + "/cat.png", "inline": "data:image/png;base64,iVBORw0KGgo="} {
		b, fake := open(t, settings.Values{"images": setting})
		fake.Script(dialogtest.OpenAIWhole("고양이예요"))
		if _, err := b.Ask(t, t.Context(), dialogtest.TurnOf("c", in)); err != nil {
			t.Fatal(err)
		}
		content := string(fake.Questions(t)[0].Messages[0].Content)
		if !strings.Contains(content, `{"type":"image_url","image_url":{"url":"`+want+`"}}`) || !strings.Contains(content, "보세요") {
			t.Errorf("%s: asked %s", setting, content)
		}
	}
}

func TestRefusalsAreTyped(t *testing.T) {
	fault := func(status int, message, kind, code string) dialogtest.HTTPAnswer {
		a := dialogtest.JSON(map[string]any{"error": map[string]any{"message": message, "type": kind, "code": code}})
		a.Status = status
		return a
	}
	for _, row := range []struct {
		name   string
		answer dialogtest.HTTPAnswer
		code   string
		said   string
		calls  int
	}{
		{"a wrong key", fault(401, "Incorrect API key provided", "invalid_request_error", "invalid_api_key"), "refused", "Incorrect API key", 1},
		{"a wrong key without words", dialogtest.HTTPAnswer{Status: 401}, "refused", "check its key", 1},
		{"an unknown model", fault(404, "The model does not exist", "invalid_request_error", "model_not_found"), "refused", "model does not exist", 1},
		{"no credit", fault(429, "You exceeded your current quota", "insufficient_quota", "insufficient_quota"), "refused", "billing", 1},
		{"the content filter of a cloud", fault(400, "The response was filtered", "", "content_filter"), "content_filter", "filtered", 1},
		{"Ollama's form", dialogtest.HTTPAnswer{Status: 400, Body: `{"error":"model requires more memory"}`}, "refused", "more memory", 1},
		{"vLLM's old form", dialogtest.HTTPAnswer{Status: 400, Body: `{"object":"error","message":"too long","code":400}`}, "refused", "too long", 1},
		{"FastAPI's form", dialogtest.HTTPAnswer{Status: 422, Body: `{"detail":[{"msg":"field required"}]}`}, "refused", "field required", 1},
		{"a redirect", dialogtest.HTTPAnswer{Status: 302}, "redirect", "final address", 1},
		{"a failure inside a whole answer", dialogtest.JSON(map[string]any{"error": map[string]any{"message": "out of memory", "type": "server_error"}}), "failed", "out of memory", 1},
		{"a limit inside a whole answer", dialogtest.JSON(map[string]any{"error": map[string]any{"message": "slow down", "code": "rate_limit_exceeded"}}), "rate_limited", "slow down", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, fake := open(t, nil)
			fake.Script(row.answer)
			_, err := b.Ask(t, t.Context(), dialogtest.TextTurn("c", "안녕"))
			e := dialog.AsError(err)
			if err == nil || e.Code != row.code || !strings.Contains(e.Error(), row.said) {
				t.Errorf("got %v, want %s with %q", err, row.code, row.said)
			}
			if n := len(fake.Calls()); n != row.calls {
				t.Errorf("%d calls", n)
			}
		})
	}
	t.Run("a busy server is asked again", func(t *testing.T) {
		b, fake := open(t, nil)
		fake.Script(fault(429, "slow down", "", "rate_limit_exceeded"))
		r, err := b.Ask(t, t.Context(), dialogtest.TextTurn("c", "안녕"))
		if err != nil || r.Text() != "안녕" || len(fake.Calls()) != 2 {
			t.Errorf("%q, %v, %d calls", r.Text(), err, len(fake.Calls()))
		}
	})
}

func TestTheCheckFindsWhatIsWrong(t *testing.T) {
	for _, row := range []struct {
		name   string
		more   settings.Values
		script []dialogtest.HTTPAnswer
		status check.Status
		code   string
	}{
		{"all is well", nil, nil, check.Pass, "engine.openai.ok"},
		{"a wrong key", settings.Values{"api_key": "sk-wrong-0123456789"}, nil, check.Fail, "engine.openai.key"},
		{"another model", settings.Values{"model": "hanbit-maxi"}, nil, check.Warn, "engine.openai.model_missing"},
		{"a tag left out", nil, []dialogtest.HTTPAnswer{{Body: `{"data":[{"id":"` + dialogtest.LLMModel + `:latest"}]}`}}, check.Pass, "engine.openai.ok"},
		{"a server without a list", nil, []dialogtest.HTTPAnswer{{Status: 404}}, check.Warn, "engine.openai.no_list"},
		{"a list of something else", nil, []dialogtest.HTTPAnswer{{Body: "<html>"}}, check.Warn, "engine.openai.no_list"},
		{"a failing server", nil, []dialogtest.HTTPAnswer{{Status: 500, Body: `{"error":"` + dialogtest.LLMKey + `"}`}}, check.Fail, "engine.openai.refused"},
		{"nobody there", settings.Values{"base_url": "http://127.0.0.1:1/v1"}, nil, check.Fail, "engine.openai.unreachable"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, fake := open(t, row.more)
			fake.Script(row.script...)
			got := b.Engine.(dialog.Checker).Check(t.Context())
			if len(got) != 1 || got[0].Status != row.status || got[0].Code != row.code {
				t.Fatalf("got %+v", got)
			}
			for _, value := range got[0].Params {
				b.NoSecret(t, "the check", value)
			}
			if len(fake.Questions(t)) != 0 {
				t.Error("the check asks for a paid answer")
			}
		})
	}
}
