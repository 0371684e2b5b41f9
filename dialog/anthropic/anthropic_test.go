package anthropic

import (
	"errors"
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
		return func(t *testing.T) settings.Values { return values(dialogtest.NewStage(t, play).URL) }
	}
	always := func(a dialogtest.HTTPAnswer) func(*testing.T) settings.Values {
		return with(func(dialogtest.Call) (dialogtest.HTTPAnswer, error) { return a, nil })
	}
	dialogtest.Run(t, dialogtest.Kit{
		Type:     Type{},
		Settings: func(t *testing.T) settings.Values { return values(dialogtest.NewAnthropic(t).URL) },
		Hanging: func(t *testing.T, asked chan<- struct{}) settings.Values {
			return with(func(dialogtest.Call) (dialogtest.HTTPAnswer, error) {
				asked <- struct{}{}
				return dialogtest.HTTPAnswer{Hang: true}, nil
			})(t)
		},
		Streaming: func(t *testing.T, release <-chan struct{}) settings.Values {
			a := dialogtest.AnthropicStream("네")
			a.Hold = release
			return always(a)(t)
		},
		Memory: dialogtest.Memory{First: "저는 이두리예요", Second: "제 이름이 뭐죠?", Want: "이두리"},
		Broken: map[string]func(*testing.T) settings.Values{
			"an answer that is no JSON is an error":      always(dialogtest.HTTPAnswer{Body: "<html>"}),
			"an answer of other JSON is an error":        always(dialogtest.JSON(map[string]any{"choices": []any{}})),
			"an answer that breaks off is an error":      always(dialogtest.HTTPAnswer{Body: `{"type":"message"`, Cut: true}),
			"an empty answer is an error":                always(dialogtest.HTTPAnswer{}),
			"a status of 500 is an error":                always(dialogtest.HTTPAnswer{Status: 500, Body: dialogtest.LLMKey}),
			"a server that echoes the key is not quoted": always(dialogtest.HTTPAnswer{Status: 400, Body: `{"error":{"message":"bad key ` + dialogtest.LLMKey + `"}}`}),
			"a stream without its end is an error":       always(dialogtest.Stream(dialogtest.AnthropicEvent("message_start", map[string]any{}))),
			"a stream of nonsense is an error":           always(dialogtest.Stream("data: {")),
			"a stream that says nothing is an error":     always(dialogtest.Stream(`data: {"type":"message_stop"}`)),
			"a server that is not there is an error": func(t *testing.T) settings.Values {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				l.Close() // the port is free now and refuses connections
				return values("http://" + l.Addr().String())
			},
		},
	})
}

func values(base string) settings.Values {
	return settings.Values{"base_url": base, "api_key": dialogtest.LLMKey, "model": dialogtest.LLMModel}
}

// open makes an engine on a fake server, with settings beside the usual ones.
func open(t *testing.T, more settings.Values) (*dialogtest.Bench, *dialogtest.Anthropic) {
	t.Helper()
	fake := dialogtest.NewAnthropic(t)
	v := values(fake.URL)
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
				"stream": stream, "prompt": "너는 한빛물산의 상담 봇이다.", "tool_rounds": "1", "cache": "on",
				"mcp_servers": map[string]any{"orders": tools.URL}, "mcp_tokens": map[string]any{"orders": dialogtest.ToolToken},
			})
			fake.Script(dialogtest.AnthropicWhole("tool_use",
				map[string]any{"type": "thinking", "thinking": "hm"},
				map[string]any{"type": "text", "text": "확인해 볼게요."},
				dialogtest.AnthropicUse("toolu_01", "lookup_order", map[string]any{"order_no": "1234"}),
				dialogtest.AnthropicUse("toolu_02", "lookup_order", map[string]any{}),
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
			if len(q) != 2 || len(q[0].Tools) != 5 || q[0].ToolChoice != nil || q[1].ToolChoice == nil || q[1].ToolChoice.Type != "none" ||
				len(q[1].Tools) != 5 || q[0].System[0].Text != "너는 한빛물산의 상담 봇이다." || q[0].System[0].CacheControl["type"] != "ephemeral" {
				t.Fatalf("questions %+v", q)
			}
			last := q[1].Messages
			if len(last) != 3 || len(last[1].Content) != 3 || len(last[2].Content) != 2 || last[2].Content[0].IsError || !last[2].Content[1].IsError ||
				!strings.Contains(last[2].Content[0].Content, "in_transit") {
				t.Errorf("the model was told %+v", last)
			}
		})
	}
}

func TestARequestSaysWhatTheSettingsSay(t *testing.T) {
	b, fake := open(t, settings.Values{"temperature": "0", "max_tokens": "77", "send_user": "yes", "images": "url"})
	if _, err := b.Ask(t, t.Context(), dialogtest.TurnOf("c", dialogtest.Inbounds()["a full image"])); err != nil {
		t.Fatal(err)
	}
	q := fake.Questions(t)[0]
	content := q.Messages[0].Content
	if q.MaxTokens != 77 || q.Metadata == nil || len(q.Metadata.UserID) != 64 || q.System != nil || !q.Stream ||
		len(content) != 2 || content[0].Source["type"] != "url" || content[0].Source["url"] != "https://files.example.com/cat.jpg" {
		t.Errorf("asked %+v", q)
	}
	if body := string(fake.Last(t).Body); !strings.Contains(body, `"temperature":0`) || strings.Contains(body, "tools") {
		t.Errorf("asked %s", body)
	}
	t.Run("a picture may go along itself", func(t *testing.T) {
		files := dialogtest.NewStage(t, func(dialogtest.Call) (dialogtest.HTTPAnswer, error) {
			return dialogtest.HTTPAnswer{Body: "\x89PNG\r\n\x1a\n"}, nil
		})
		in := dialogtest.Inbounds()["a full image"]
		in.Attachments[0].URL = files.URL
		b, fake := open(t, settings.Values{"images": "inline"})
		if _, err := b.Ask(t, t.Context(), dialogtest.TurnOf("c", in)); err != nil {
			t.Fatal(err)
		}
		source := fake.Questions(t)[0].Messages[0].Content[0].Source
		if source["type"] != "base64" || source["media_type"] != "image/png" || source["data"] != "iVBORw0KGgo=" {
			t.Errorf("source %v", source)
		}
	})
}

func TestRefusalsAreTyped(t *testing.T) {
	fault := func(status int, kind, message string) dialogtest.HTTPAnswer {
		a := dialogtest.JSON(map[string]any{"type": "error", "error": map[string]any{"type": kind, "message": message}})
		a.Status = status
		return a
	}
	later := fault(429, "rate_limit_error", "slow down")
	later.Header.Set("Retry-After", "3600")
	for _, row := range []struct {
		name       string
		answer     dialogtest.HTTPAnswer
		code, said string
		calls      int
	}{
		{"a wrong key", fault(401, "authentication_error", "invalid x-api-key"), "refused", "invalid x-api-key", 1},
		{"an unknown model", fault(404, "not_found_error", "model: x"), "refused", "model: x", 1},
		{"a limit that lasts", later, "rate_limited", "slow down", 1},
		{"a failure", fault(500, "api_error", "internal"), "failed", "internal", 1},
		{"an overloaded server is asked again", fault(529, "overloaded_error", "overloaded"), "", "", 2},
		{"an error with a status of success", fault(0, "overloaded_error", "overloaded"), "failed", "overloaded", 1},
		{"a refusal to answer", dialogtest.AnthropicWhole("refusal"), "content_filter", "refused", 1},
		{"all tokens used up", dialogtest.AnthropicWhole("max_tokens"), "bad_answer", "raise max_tokens", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, fake := open(t, nil)
			fake.Script(row.answer)
			_, err := b.Ask(t, t.Context(), dialogtest.TextTurn("c", "안녕"))
			if row.code == "" && err != nil || row.code != "" && (err == nil || dialog.AsError(err).Code != row.code || !strings.Contains(err.Error(), row.said)) {
				t.Errorf("got %v, want %s with %q", err, row.code, row.said)
			}
			if n := len(fake.Calls()); n != row.calls {
				t.Errorf("%d calls", n)
			}
		})
	}
}

func TestTheCheckFindsWhatIsWrong(t *testing.T) {
	for _, row := range []struct {
		name   string
		more   settings.Values
		script []dialogtest.HTTPAnswer
		status check.Status
		code   string
	}{
		{"all is well", nil, nil, check.Pass, "engine.anthropic.ok"},
		{"a wrong key", settings.Values{"api_key": "sk-wrong-0123456789"}, nil, check.Fail, "engine.anthropic.key"},
		{"another model", settings.Values{"model": "hanbit-maxi"}, nil, check.Fail, "engine.anthropic.model_missing"},
		{"a failing server", nil, []dialogtest.HTTPAnswer{{Status: 500, Body: `{"error":{"message":"` + dialogtest.LLMKey + `"}}`}}, check.Fail, "engine.anthropic.refused"},
		{"nobody there", settings.Values{"base_url": "http://127.0.0.1:1"}, nil, check.Fail, "engine.anthropic.unreachable"},
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

func TestAnAddressMayBeWrittenInMoreThanOneWay(t *testing.T) {
	for base, want := range map[string]string{
		"":                               "https://api.anthropic.com/v1/messages",
		"https://llm.example.com/":       "https://llm.example.com/v1/messages",
		"https://llm.example.com/api/v1": "https://llm.example.com/api/v1/messages",
		"https://llm.example.com/v1/messages?key=a": "https://llm.example.com/v1/messages?key=a",
	} {
		u, err := parseBase(base)
		if err != nil {
			t.Fatal(err)
		}
		if got := (&model{base: u}).endpoint("/messages"); got != want {
			t.Errorf("%s: %s", base, got)
		}
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	for _, row := range []struct {
		field, code string
		v           settings.Values
	}{
		{"api_key", "required", settings.Values{"model": "m"}},
		{"api_key", "format", settings.Values{"model": "m", "api_key": "secret-key-1\n"}},
		{"model", "required", settings.Values{"api_key": "k"}},
		{"base_url", "format", settings.Values{"base_url": "ftp://secret-key-1"}},
		{"base_url", "credentials", settings.Values{"base_url": "https://u:secret-key-1@llm.example.com"}},
		{"temperature", "range", settings.Values{"api_key": "k", "model": "m", "temperature": "9"}},
	} {
		_, err := Type{}.New(row.v, dialogtest.Deps(&dialogtest.LogBuffer{}))
		var se *settings.Error
		if !errors.As(err, &se) || se.Field != row.field || se.Code != row.code || strings.Contains(err.Error(), "secret-key-1") {
			t.Errorf("got %v, want %s of %s", err, row.code, row.field)
		}
	}
	if _, err := (Type{}).New(settings.Values{"api_key": "k", "model": "m"}, dialog.Deps{}); err == nil {
		t.Error("an engine without a client was made")
	}
}
