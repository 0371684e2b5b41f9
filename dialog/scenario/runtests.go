package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"dari/bot/message"
	"dari/dialog"
)

// TestResult is how one test of a bot's files went.
type TestResult struct {
	Name   string   `json:"name"`
	File   string   `json:"file"`
	Line   int      `json:"line"`
	Passed bool     `json:"passed"`
	Faults []string `json:"faults,omitempty"` // each begins with file:line
}

// RunTests runs the "tests" of a bot's files. No call leaves the machine: calls need a mock, and a call
// without one is a fault. Files with mistakes give an error.
func RunTests(ctx context.Context, files map[string][]byte) ([]TestResult, error) {
	_, out, err := runTests(ctx, files)
	return out, err
}

func runTests(ctx context.Context, files map[string][]byte) (*program, []TestResult, error) {
	p, problems, err := compile(ctx, files, Revision(files))
	if err != nil {
		return nil, nil, err
	}
	if p == nil {
		return nil, nil, invalid(problems)
	}
	var out []TestResult
	for _, t := range p.tests {
		out = append(out, p.runTest(ctx, t))
	}
	return p, out, nil
}

// tester plays one test.
type tester struct {
	p      *program
	e      *engine
	spec   *testSpec
	now    time.Time
	state  string
	user   string
	turns  int
	mocks  map[string]mock
	last   []message.Message
	quick  []message.Action
	trace  trace
	result TestResult
}

func (p *program) runTest(ctx context.Context, t *testSpec) TestResult {
	k := &tester{p: p, spec: t, now: t.now, mocks: map[string]mock{}, result: TestResult{Name: t.name, File: t.file, Line: t.line}}
	if k.now.IsZero() {
		k.now = time.Now()
	}
	if t.now.Location() == floating {
		n := t.now
		k.now = time.Date(n.Year(), n.Month(), n.Day(), n.Hour(), n.Minute(), 0, 0, p.bot.zone)
	}
	deps := dialog.Deps{BotID: p.bot.id, Now: func() time.Time { return k.now }, Log: slog.New(slog.DiscardHandler)}
	k.e = &engine{deps: deps, src: &source{fixed: p}}
	for i, s := range t.steps {
		maps.Copy(k.mocks, s.mocks)
		if s.kind != "check" && s.kind != "wait" {
			for _, later := range t.steps[i+1:] { // a mock may stand behind the sentence that needs it
				if later.kind != "check" {
					break
				}
				maps.Copy(k.mocks, later.mocks)
			}
			k.act(ctx, s)
		}
		if s.kind == "wait" {
			k.now = k.now.Add(s.wait)
		}
		k.check(s)
	}
	k.result.Passed = len(k.result.Faults) == 0
	return k.result
}

func (k *tester) fault(s testStep, format string, args ...any) {
	k.result.Faults = append(k.result.Faults, fmt.Sprintf("%s:%d: ", s.file, s.line)+fmt.Sprintf(format, args...))
}

// inbound is what the person does.
func (k *tester) inbound(s testStep) (message.Inbound, bool) {
	in := message.Inbound{Kind: message.KindText, Text: s.say, Locale: k.spec.locale}
	switch s.kind {
	case "event":
		in.Kind, in.Name = message.KindEvent, s.event
		if slices.Contains(message.Kinds, message.Kind(s.event)) {
			in.Kind, in.Name = message.Kind(s.event), ""
		}
	case "command":
		in.Kind, in.Text = message.KindCommand, ""
		name, args, _ := strings.Cut(s.command, " ")
		in.Command = &message.Command{Name: name, Args: args}
	case "tap":
		a, ok := k.button(s.tap)
		if !ok {
			return in, false
		}
		if a.Kind == message.ActionMessage {
			in.Text = a.Says()
			break
		}
		in.Kind, in.Text, in.Postback = message.KindPostback, "", &message.Postback{Data: a.Data, Label: a.Label}
	}
	return in, true
}

// shown lists the buttons of the last turn.
func (k *tester) shown() (out []message.Action) {
	for _, m := range k.last {
		out = append(out, m.Actions...)
		out = append(out, m.QuickReplies...)
		for _, c := range m.Cards {
			out = append(out, c.Actions...)
		}
	}
	return append(out, k.quick...)
}

func (k *tester) button(label string) (message.Action, bool) {
	for _, a := range k.shown() {
		if a.Label == label || a.Data == label {
			return a, true
		}
	}
	return message.Action{}, false
}

func (k *tester) act(ctx context.Context, s testStep) {
	in, ok := k.inbound(s)
	if !ok {
		k.fault(s, "there is no button %q; there are %s", s.tap, quoteAll(labelsOf(k.shown())))
		return
	}
	k.turns++
	in.Conversation = message.Conversation{ID: "test", Kind: message.Direct}
	in.Sender = message.User{ID: first(k.spec.user, "test-user"), Name: "test"}
	k.last, k.quick = nil, nil
	turn := dialog.Turn{
		ID: fmt.Sprintf("test-%d", k.turns), Inbound: in, New: k.turns == 1, State: dialog.State{Token: k.state}, User: dialog.State{Token: k.user},
		Bot: dialog.Bot{ID: k.p.bot.id, Name: k.p.bot.id}, Channel: dialog.Channel{ID: "test", Type: "web"}, ConversationID: "test",
	}
	r, err := k.e.open(ctx, turn, func(o dialog.Output) error {
		if o.Message != nil {
			k.last = append(k.last, *o.Message)
		}
		return nil
	})
	if err != nil {
		k.fault(s, "the turn failed: %v", err)
		return
	}
	r.mocks = k.mocks
	r.turn()
	res, err := r.close()
	if err != nil {
		k.fault(s, "the turn failed: %v", err)
		return
	}
	k.last = append(k.last, res.Reply.Messages...)
	k.quick = res.Reply.QuickReplies
	k.state = res.State.Token
	if res.User != nil {
		k.user = res.User.Token
	}
	k.trace = trace{}
	if err := json.Unmarshal(res.Trace, &k.trace); err != nil {
		k.fault(s, "the trace cannot be read: %v", err)
	}
	for _, c := range k.trace.Calls {
		if strings.Contains(c.Error, "has no mock") {
			k.fault(s, "%s", c.Error)
		}
	}
}
