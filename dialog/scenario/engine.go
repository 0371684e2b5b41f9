// Package scenario is the default dialog engine: it answers from text files that a bot builder writes.
//
// One directory (or one published revision) of YAML files is one bot: intents with example sentences,
// entities, flows of steps, messages in several languages, questions with answers, and tests. The schema
// is documented in docs/engines/scenario.md.
package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/remote"
)

// Type is the scenario engine.
type Type struct{}

// Name implements dialog.Type.
func (Type) Name() string { return "scenario" }

// Fields implements dialog.Type.
func (Type) Fields() []settings.Field {
	return []settings.Field{
		{Key: "path", Kind: settings.Text, Help: "scenario.path", Example: "/srv/bots/helpdesk"},
		{Key: "secrets", Kind: settings.Map, Help: "scenario.secrets"},
	}
}

// New implements dialog.Type. Files are read with the first turn.
func (Type) New(v settings.Values, d dialog.Deps) (dialog.Engine, error) {
	if v.Text("path") != "" && d.Revisions != nil {
		d.Revisions = nil // files on the server take the place of what was published
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	var hidden []string
	for _, s := range v.Map("secrets") {
		hidden = append(hidden, s)
	}
	return &engine{
		deps: d, secrets: v.Map("secrets"), scrub: remote.NewScrubber(hidden...),
		src: newSource(v.Text("path"), d),
	}, nil
}

// Validate implements dialog.Author.
func (Type) Validate(files map[string][]byte) []dialog.Problem { return Check(files) }

type engine struct {
	deps    dialog.Deps
	secrets map[string]string
	scrub   remote.Scrubber
	src     *source
}

// secretValues are what templates of calls see as .secrets. A test run has stand-ins for all of them.
func (e *engine) secretValues(testing bool, p *program) map[string]any {
	out := map[string]any{}
	if testing {
		for _, name := range p.secrets {
			out[name] = "test-" + name
		}
	}
	for k, v := range e.secrets {
		out[k] = v
	}
	return out
}

// userState is what is kept of a person, over all conversations.
type userState struct {
	Vars map[string]any `json:"v,omitempty"`
}

// Turn implements dialog.Engine.
func (e *engine) Turn(ctx context.Context, t dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
	if err := ctx.Err(); err != nil {
		return dialog.Result{}, remote.Ended(err)
	}
	r, err := e.open(ctx, t, emit)
	if err != nil {
		return dialog.Result{}, turnError(err)
	}
	r.turn()
	return r.close()
}

// turnError makes sure that what leaves the engine is a *dialog.Error.
func turnError(err error) error {
	var e *dialog.Error
	switch {
	case errors.As(err, &e):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return remote.Ended(err)
	}
	return &dialog.Error{Code: "failed", Err: err}
}

// open prepares a turn: the right revision, the memory, the language.
func (e *engine) open(ctx context.Context, t dialog.Turn, emit dialog.Emit) (*run, error) {
	if emit == nil {
		emit = func(dialog.Output) error { return nil }
	}
	r := &run{ctx: ctx, e: e, t: t, tr: &trace{}, emit: emit}
	var err error
	if r.s, err = decodeSession(t.State.Token); err != nil {
		r.tr.warn("%v", err)
	}
	if r.p, err = e.src.program(ctx, r.s, r.tr); err != nil {
		return nil, err
	}
	var u userState
	if t.User.Token != "" && json.Unmarshal([]byte(t.User.Token), &u) != nil {
		r.tr.warn("what is kept of the person is not of this engine")
	}
	r.user = u.Vars
	r.now = e.deps.Now().In(r.p.bot.zone)
	r.locale = r.p.pickLocale(t.Inbound, r.s.Locale, t.Bot.Locale)
	r.tr.Revision, r.tr.Locale = r.p.rev, r.locale
	r.event = eventOf(t.Inbound)
	return r, nil
}

// close writes down what the turn left.
func (r *run) close() (dialog.Result, error) {
	if r.err == nil && r.ctx.Err() != nil {
		r.err = remote.Ended(r.ctx.Err())
	}
	if r.err != nil {
		return dialog.Result{}, turnError(r.err)
	}
	r.remember(r.out)
	if r.tr.After = snapshot(r.s.top()); r.s.top() == nil {
		r.tr.After = snapshot(r.last)
	}
	r.tr.Misses = r.s.Misses
	if r.handoff != nil {
		r.tr.Handoff = "queue " + r.handoff.Queue
	}
	r.quick = slices.DeleteFunc(r.quick, func(a message.Action) bool { return a.Validate() != nil })
	res := dialog.Result{
		Reply: message.Reply{Messages: r.out, QuickReplies: r.quick}, Handoff: r.handoff,
	}
	if len(r.out) == 0 {
		res.Reply.QuickReplies = nil
	}
	if r.showed(r.out); len(r.out) > 0 || len(r.shown) > 0 {
		r.remind(res.Reply.QuickReplies)
		r.s.Shown = r.shown
	}
	token, err := r.s.encode()
	if err != nil {
		return dialog.Result{}, &dialog.Error{Code: "state_too_large", UserMessage: r.word("error"), Err: err}
	}
	res.State = &dialog.State{Token: token}
	if r.userChanged {
		b, err := json.Marshal(userState{r.user})
		if err != nil || len(b) > dialog.MaxState {
			r.tr.warn("what is kept of the person is too large and was not changed")
		} else {
			res.User = &dialog.State{Token: string(b)}
		}
	}
	res.Trace = r.e.scrub.Trace(r.tr.encode())
	return res, nil
}

// Close implements dialog.Closer.
func (e *engine) Close() error {
	e.src.close()
	return nil
}

var (
	_ dialog.Author = Type{}
	_ dialog.Closer = (*engine)(nil)
	_ fmt.Stringer  = value{}
)
