package llm

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"dari/bot/check"
	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
	"dari/dialog/remote"
)

// script is a model that answers by script, and with its last line for ever.
type script struct {
	mu       sync.Mutex
	answers  []Answer
	requests []Request
}

func (s *script) Next(_ context.Context, r Request, say func(string) error) (Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Messages = slices.Clone(r.Messages)
	s.requests = append(s.requests, r)
	a := s.answers[min(len(s.requests), len(s.answers))-1]
	a.Calls = slices.Clone(a.Calls)
	if a.Text == "" {
		return a, nil
	}
	return a, say(a.Text)
}

func (*script) Check(context.Context) []check.Check { return nil }

// results returns what the model was told in its last request about its calls.
func (s *script) results(t *testing.T) []Result {
	t.Helper()
	last := s.requests[len(s.requests)-1]
	m := last.Messages[len(last.Messages)-1]
	if m.Role != Results {
		t.Fatalf("the last message is %+v", m)
	}
	return m.Results
}

// bench is an engine with a scripted model and a tool server.
type bench struct {
	*Engine
	model *script
	tools *dialogtest.ToolServer
	log   *dialogtest.LogBuffer
}

func open(t *testing.T, v settings.Values, answers ...Answer) *bench {
	t.Helper()
	b := &bench{model: &script{answers: answers}, log: &dialogtest.LogBuffer{}, tools: dialogtest.NewToolServer(t, false)}
	all := settings.Values{
		"mcp_servers": map[string]string{"orders": b.tools.URL}, "mcp_tokens": map[string]string{"orders": dialogtest.ToolToken},
	}
	for key, value := range v {
		all[key] = value
	}
	clean, err := settings.Clean(Fields("openai"), all, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Read(clean, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.Engine = New(s, b.model, dialogtest.Deps(b.log))
	t.Cleanup(func() { b.Close() })
	return b
}

func (b *bench) ask(t *testing.T, turn dialog.Turn) (dialogtest.Replied, error) {
	t.Helper()
	return (&dialogtest.Bench{Engine: b.Engine, Log: b.log}).Ask(t, t.Context(), turn)
}

func calls(names ...string) Answer {
	a := Answer{End: ToCall, Usage: Usage{Input: 100, Output: 10}}
	for i, n := range names {
		name, arguments, _ := strings.Cut(n, " ")
		a.Calls = append(a.Calls, Call{fmt.Sprintf("c%d", i), name, arguments})
	}
	return a
}

func words(text string) Answer {
	return Answer{Model: "m", Text: text, End: Done, Usage: Usage{Input: 200, Output: 20}}
}

func decodeTrace(t *testing.T, r dialogtest.Replied) trace {
	t.Helper()
	var tr trace
	if err := json.Unmarshal(r.Trace, &tr); err != nil {
		t.Fatalf("%v in %s", err, r.Trace)
	}
	return tr
}

func TestWordsBeforeAToolAreAMessageOfTheirOwn(t *testing.T) {
	first := calls(`lookup_order {"order_no":"1"}`)
	first.Text = " 확인해 볼게요.\n"
	b := open(t, settings.Values{"prompt": "너는 상담 봇이다."}, first, words("내일 도착해요."))
	r, err := b.ask(t, dialogtest.TextTurn("c", "주문 1 어디예요?"))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Messages) != 2 || r.Messages[0].Text != "확인해 볼게요." || r.Messages[1].Text != "내일 도착해요." {
		t.Errorf("messages %+v", r.Messages)
	}
	next := dialogtest.TextTurn("c", "고마워요")
	next.State = *r.State
	b.model.answers = []Answer{words("네")}
	if _, err := b.ask(t, next); err != nil {
		t.Fatal(err)
	}
	got := b.model.requests[len(b.model.requests)-1]
	want := []Message{
		{Role: User, Text: "주문 1 어디예요?"},
		{Role: Assistant, Text: "확인해 볼게요.\n\n내일 도착해요."},
		{Role: User, Text: "고마워요"},
	}
	if fmt.Sprint(got.Messages) != fmt.Sprint(want) || got.System != "너는 상담 봇이다." {
		t.Errorf("asked %+v", got)
	}
}

func TestAModelsTextIsNeverAnythingButText(t *testing.T) {
	for _, text := range []string{
		"<!channel> <@U1> <https://evil.example|click>", `{"type":"native","channel":"line","payload":{}}`, "<at>everyone</at> @all",
		`<img src=x onerror="alert(1)">`, "[link](javascript:alert(1))",
	} {
		b := open(t, nil, words(text))
		r, err := b.ask(t, dialogtest.TextTurn("c", "repeat after me: "+text))
		if err != nil || len(r.Messages) != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		m := r.Messages[0]
		if m.Type != message.TypeText || m.Format != "markdown" || m.Text != text || m.Payload != nil || m.Actions != nil || r.Reply.QuickReplies != nil {
			t.Errorf("%q became %+v", text, m)
		}
	}
}

func TestFailuresOfTheModelAreTyped(t *testing.T) {
	for _, row := range []struct {
		name   string
		answer Answer
		code   string
	}{
		{"nothing said", Answer{End: Done}, "bad_answer"},
		{"only space said", Answer{End: Done, Text: " \n"}, "bad_answer"},
		{"all tokens used up for thoughts", Answer{End: Cut}, "bad_answer"},
		{"a refusal", Answer{End: Filtered, Text: "I"}, "content_filter"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, nil, row.answer)
			r, err := b.ask(t, dialogtest.TextTurn("c", "안녕"))
			if err == nil || dialog.AsError(err).Code != row.code || r.State != nil {
				t.Errorf("got %v, state %v", err, r.State)
			}
		})
	}
}

func TestTheTraceTellsWhatATurnTook(t *testing.T) {
	b := open(t, settings.Values{"price_input": "2", "price_output": "10", "currency": "KRW"},
		Answer{Model: "hanbit-mini", Text: "반쯤", End: Cut, Usage: Usage{Input: 500_000, Output: 100_000}})
	turn := dialogtest.TextTurn("c", "안녕")
	turn.State.Token = "another engine's"
	r, err := b.ask(t, turn)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"model":"hanbit-mini"`, `"rounds":1`, `"finish":"length"`, `"input_tokens":500000`, `"output_tokens":100000`,
		`"cost":{"amount":2,"currency":"KRW"}`, "raise max_tokens", "starts anew",
	} {
		if !strings.Contains(string(r.Trace), want) {
			t.Errorf("%s is not in %s", want, r.Trace)
		}
	}
}

func TestAHistoryOfNothingIsNoState(t *testing.T) {
	b := open(t, settings.Values{"history": "0"}, words("네"))
	turn := dialogtest.TextTurn("c", "안녕")
	turn.State = remember([]exchange{{"전에", "네"}}, 10)
	r, err := b.ask(t, turn)
	if err != nil || r.State != nil || len(b.model.requests[0].Messages) != 1 {
		t.Errorf("state %v, %v, asked %+v", r.State, err, b.model.requests[0])
	}
}

func TestAPersonsIdIsSentOnlyAsAPseudonym(t *testing.T) {
	for setting, want := range map[string]int{"no": 0, "yes": 64} {
		b := open(t, settings.Values{"send_user": setting}, words("네"))
		for _, conversation := range []string{"a", "b"} {
			if _, err := b.ask(t, dialogtest.TextTurn(conversation, "안녕")); err != nil {
				t.Fatal(err)
			}
		}
		got := b.model.requests
		if len(got[0].Person) != want || got[0].Person != got[1].Person || strings.Contains(got[0].Person, "U7001") {
			t.Errorf("%s: %q, %q", setting, got[0].Person, got[1].Person)
		}
	}
}

func TestAnEmitThatFailsEndsTheTurn(t *testing.T) {
	b := open(t, nil, words("네"))
	_, err := b.Turn(t.Context(), dialogtest.TextTurn("c", "안녕"), func(dialog.Output) error {
		return remote.Failf("cancelled", "gone")
	})
	if err == nil || dialog.AsError(err).Code != "cancelled" {
		t.Errorf("got %v", err)
	}
	if _, err := b.Turn(t.Context(), dialogtest.TextTurn("c", "안녕"), nil); err != nil {
		t.Errorf("without anybody to listen: %v", err)
	}
}
