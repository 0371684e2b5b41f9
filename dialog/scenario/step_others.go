package scenario

import (
	"errors"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"dari/bot/message"
	"dari/dialog"
)

// engineStep lets another engine of the same bot answer this turn, or (rest) all turns until it ends.
type engineStep struct {
	name    word
	rest    bool
	prompt  *text // llm: what to ask instead of the person's words
	tools   []string
	save    word
	at      assignment
	onError *block
}

func readEngine(r *reader, n, _ *yaml.Node) action { return r.engineStep(n, "engine", "name") }

func readLLM(r *reader, n, _ *yaml.Node) action { return r.engineStep(n, "llm", "engine") }

func (r *reader) engineStep(n *yaml.Node, what, key string) action {
	e := &engineStep{}
	if resolve(n).Kind == yaml.ScalarNode {
		r.name(what, &e.name)(n)
		return e
	}
	f := fields{key: r.name(key, &e.name), "save": r.name("save", &e.save), "on_error": r.blockInto("on_error", &e.onError)}
	if what == "engine" {
		f["rest"] = r.boolean("rest", &e.rest)
	} else {
		f["prompt"], f["tools"] = r.text("prompt", &e.prompt), r.strs("tools", &e.tools)
	}
	r.object(n, what, f)
	if e.name.v == "" {
		r.problem(n, "missing_key", "", "%s needs the key %q", what, key)
	}
	if e.save.v != "" {
		k := yaml.Node{Value: e.save.v, Line: e.save.line, Column: e.save.col}
		if !strings.Contains(k.Value, ".") {
			k.Value = "vars." + k.Value
		}
		e.at, _ = r.target(&k)
	}
	return e
}

func (e *engineStep) blocks() []*block {
	if e.onError == nil {
		return nil
	}
	return []*block{e.onError}
}

func (e *engineStep) do(r *run, f *frame, st *step) {
	in := r.t.Inbound
	if e.prompt != nil {
		in = message.Inbound{
			Kind: message.KindText, Text: r.sayText(e.prompt, 0), Keys: in.Keys, Time: in.Time,
			Conversation: in.Conversation, Sender: in.Sender, Locale: in.Locale, Timezone: in.Timezone,
		}
	}
	if len(e.tools) > 0 {
		r.tr.note("tools wanted: %s", strings.Join(e.tools, ", "))
	}
	said, ended, err := r.askEngine(e.name.v, in, e.save.v != "")
	if r.err != nil {
		return
	}
	if err != nil {
		if e.onError != nil {
			f.PC = e.onError.pc
			return
		}
		r.fail(st, err)
		return
	}
	if e.save.v != "" {
		r.assign(f, e.at, said)
	}
	if e.rest && !ended {
		r.s.Rest = e.name.v
		f.wait(st, false)
	}
}

// errNoEngine is the failure of a bot that has only this engine.
var errNoEngine = errors.New("the bot has no other engine")

// askEngine runs a turn of another engine. What it says is shown at once unless quiet; all of it is
// returned.
func (r *run) askEngine(name string, in message.Inbound, quiet bool) (said string, ended bool, err error) {
	if mock, ok := r.mocks[name]; ok {
		a, err := mock.answer()
		if err == nil && !quiet {
			r.say(message.Text(show(a.body)))
		}
		return show(a.body), true, err
	}
	if r.e.deps.Ask == nil {
		return "", false, errNoEngine
	}
	if !quiet {
		r.flush()
	}
	t := r.t
	t.Inbound, t.State = in, dialog.State{Token: r.s.Engines[name]}
	t.New = t.State.Token == ""
	var texts []string
	growing := ""
	hear := func(o dialog.Output) error {
		growing += o.Delta
		if o.Message != nil {
			texts = append(texts, o.Message.Text)
			growing = ""
		}
		if quiet {
			return nil
		}
		if err := r.emit(o); err != nil {
			r.halt(err)
			return err
		}
		return nil
	}
	began := r.e.deps.Now()
	res, err := r.e.deps.Ask(r.ctx, name, t, hear)
	note := callNote{Name: name, Method: "ENGINE", Attempts: 1, MS: r.e.deps.Now().Sub(began).Milliseconds(), Trace: res.Trace}
	if err != nil {
		note.Error = r.e.scrub.Text(err.Error())
	}
	r.tr.Calls = append(r.tr.Calls, note)
	if r.ctx.Err() != nil && r.err == nil {
		r.halt(err)
	}
	if err != nil || r.err != nil {
		r.keepEngine(name, dialog.Result{State: res.State}) // of a failed turn only that counts
		return "", false, err
	}
	if growing != "" && len(res.Reply.Messages) == 0 {
		texts = append(texts, growing)
	}
	for _, m := range res.Reply.Messages {
		texts = append(texts, m.Text)
		if !quiet {
			r.say(m)
		}
	}
	if !quiet {
		r.quick = append(r.quick, res.Reply.QuickReplies...)
	}
	r.keepEngine(name, res)
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), "\n"), res.End || res.Done || res.Handoff != nil, nil
}

// keepEngine keeps the state that another engine gave back.
func (r *run) keepEngine(name string, res dialog.Result) {
	switch {
	case res.End || res.State != nil && res.State.Token == "":
		delete(r.s.Engines, name)
	case res.State != nil:
		if r.s.Engines == nil {
			r.s.Engines = map[string]string{}
		}
		r.s.Engines[name] = res.State.Token
	}
	if res.Handoff != nil {
		r.handoff = res.Handoff
	}
}
