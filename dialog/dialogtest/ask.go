package dialogtest

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"dari/bot/message"
	"dari/dialog"
)

// Replied is all that one turn said.
type Replied struct {
	dialog.Result
	// Messages are those emitted and those of the result, in order; text that only grew and was never
	// finished is the last of the emitted ones.
	Messages []message.Message
	// Deltas are the emitted pieces of growing text.
	Deltas []string
}

// Text joins the text of all messages.
func (r Replied) Text() string {
	var texts []string
	for _, m := range r.Messages {
		texts = append(texts, m.Text)
	}
	return strings.Join(texts, "\n")
}

// Ask runs one turn and checks that everything it says can be shown and kept. It may be called from
// any goroutine.
func (b *Bench) Ask(t *testing.T, ctx context.Context, turn dialog.Turn) (Replied, error) {
	t.Helper()
	var mu sync.Mutex // engines may emit from a goroutine of their own
	var r Replied
	var err error
	growing := ""
	r.Result, err = b.Engine.Turn(ctx, turn, func(o dialog.Output) error {
		mu.Lock()
		defer mu.Unlock()
		if o.Delta != "" {
			growing += o.Delta
			r.Deltas = append(r.Deltas, o.Delta)
		}
		if o.Message != nil {
			growing = ""
			r.Messages = append(r.Messages, *o.Message)
		}
		return nil
	})
	mu.Lock()
	defer mu.Unlock()
	if growing != "" && len(r.Reply.Messages) == 0 {
		r.Messages = append(r.Messages, message.Text(growing))
	}
	r.Messages = append(r.Messages, r.Reply.Messages...)
	for _, problem := range Problems(r) {
		t.Error(problem)
	}
	b.NoSecret(t, "the trace", string(r.Trace))
	return r, err
}

// Problems lists what an engine must not hand to the runtime.
func Problems(r Replied) []string {
	var out []string
	for _, m := range r.Messages {
		if err := m.Validate(); err != nil {
			out = append(out, "invalid message: "+err.Error())
		}
		if !slices.Contains(message.Types, m.Type) {
			out = append(out, "message of unknown type "+string(m.Type))
		}
		out = append(out, actionProblems(m.QuickReplies)...)
	}
	out = append(out, actionProblems(r.Reply.QuickReplies)...)
	if r.State != nil && len(r.State.Token) > dialog.MaxState {
		out = append(out, "the state is too large")
	}
	if len(r.Trace) > 0 && !json.Valid(r.Trace) {
		out = append(out, "the trace is not JSON")
	}
	return out
}

// actionProblems applies the rules of the message package, which come with a message around the action.
func actionProblems(actions []message.Action) []string {
	if len(actions) == 0 {
		return nil
	}
	m := message.Message{Type: message.TypeButtons, Text: "-", Actions: actions}
	if err := m.Validate(); err != nil {
		return []string{"invalid quick reply: " + err.Error()}
	}
	return nil
}
