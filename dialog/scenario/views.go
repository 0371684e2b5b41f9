package scenario

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"dari/bot/message"
)

// view says how the values that people gave are put into a text.
type view int

const (
	plainView    view = iota
	markdownView      // their mark-up loses its meaning
	urlView           // escaped for an address
	callView          // for programs, with secrets
	callURLView       // both
)

// changed forgets the prepared views after something in them changed.
func (r *run) changed() { r.views = [2]map[string]any{} }

// exprEnv is what expressions see.
func (r *run) exprEnv(extra map[string]any) map[string]any {
	if r.views[0] == nil {
		r.views[0] = r.scopes(r.p.inExpr)
		now := r.now
		r.views[0]["now"] = func() time.Time { return now }
		r.views[0]["today"] = func() time.Time {
			y, m, d := now.Date()
			return time.Date(y, m, d, 0, 0, 0, 0, now.Location())
		}
		r.views[0]["days"] = func(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
		r.views[0]["misses"] = r.s.Misses
	}
	env := r.views[0]
	env["row"] = r.row
	if extra == nil {
		return env
	}
	out := make(map[string]any, len(env)+len(extra))
	for k, v := range env {
		out[k] = v
	}
	for k, v := range extra {
		out[k] = v
	}
	return out
}

// scopes are the names that expressions and templates share.
func (r *run) scopes(in func(value, string, *time.Location) any) map[string]any {
	slots := map[string]any{}
	if f := r.s.top(); f != nil {
		for name, v := range f.Slots {
			slots[name] = in(v, r.locale, r.p.bot.zone)
		}
	}
	user := map[string]any{"id": r.t.Inbound.Sender.ID, "name": r.t.Inbound.Sender.Name, "locale": r.locale}
	for k, v := range r.user {
		if _, own := user[k]; !own {
			user[k] = v
		}
	}
	bot := map[string]any{}
	for k, v := range r.p.bot.constants {
		bot[k] = v
	}
	bot["id"], bot["name"], bot["locale"] = r.t.Bot.ID, r.t.Bot.Name, r.p.bot.locale
	vars := r.s.Vars
	if vars == nil {
		vars = map[string]any{}
	}
	return map[string]any{
		"slots": slots, "vars": vars, "user": user, "bot": bot, "event": r.event,
		"channel": map[string]any{"id": r.t.Channel.ID, "type": r.t.Channel.Type, "group": r.t.Inbound.Conversation.Kind == message.Group || r.t.Inbound.Conversation.Kind == message.Thread},
	}
}

// data is what templates see.
func (r *run) data(v view) map[string]any {
	if r.views[1] == nil {
		r.views[1] = r.scopes(r.p.inText)
	}
	data := r.views[1]
	data["row"] = r.row
	if v == plainView {
		return data
	}
	escape := func(s string) string { return s }
	switch v {
	case markdownView:
		escape = escapeMarkdown
	case urlView, callURLView:
		escape = escapeURL
	}
	out := map[string]any{"bot": data["bot"]}
	for _, scope := range []string{"slots", "vars", "user", "event", "channel", "row"} {
		out[scope] = mapText(data[scope], escape)
	}
	if v == callView || v == callURLView {
		out["secrets"] = r.e.secretValues(r.mocks != nil, r.p)
	}
	return out
}

// escapeURL makes a value safe as one part of a path or query.
func escapeURL(s string) string {
	if s == "." || s == ".." {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

var markdownMarks = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "#", `\#`, "|", `\|`, "~", `\~`, "!", `\!`)

func escapeMarkdown(s string) string { return markdownMarks.Replace(s) }

// render fills in a template; what cannot be filled in is empty, and noted.
func (r *run) render(t *tmpl, v view) string {
	if t.t == nil {
		return t.src
	}
	data := r.data(v)
	r.warnMissing(t, data)
	s, err := t.render(data)
	if err != nil {
		r.tr.warn("%s:%d: template: %v", t.file, t.line, err)
		return ""
	}
	return s
}

// renderCall fills in a part of a call; a secret that is not set is an error.
func (r *run) renderCall(t *tmpl, v view) (string, error) {
	if t.t == nil {
		return t.src, nil
	}
	data := r.data(v)
	for _, p := range t.paths {
		if p[0] == "secrets" && len(p) > 1 && show(field(data, p...)) == "" {
			return "", fmt.Errorf("the secret %q is not set in the engine's settings", p[1])
		}
	}
	r.warnMissing(t, data)
	s, err := t.render(data)
	if err != nil {
		return "", errors.New("a template of the call cannot be filled in")
	}
	return s, nil
}

func (r *run) warnMissing(t *tmpl, data map[string]any) {
	for _, p := range t.needs {
		if p[0] != "secrets" && field(data, p...) == nil {
			r.tr.warn("%s:%d: .%s is empty", t.file, t.line, strings.Join(p, "."))
		}
	}
}

// eval runs an expression; what cannot be computed is nil, and noted.
func (r *run) eval(e *expression, extra map[string]any) any {
	if e == nil {
		return nil
	}
	v, err := e.eval(r.exprEnv(extra))
	if err != nil {
		r.tr.warn("%s:%d:%d: expression %q: %v", e.file, e.line, e.col, clip(e.src, 60), err)
		return nil
	}
	return v
}

func (r *run) truth(e *expression) bool { return r.truthIn(e, nil) }

func (r *run) truthIn(e *expression, extra map[string]any) bool {
	b, _ := r.eval(e, extra).(bool)
	return b
}

func (r *run) evalArgs(args map[string]*expression) map[string]any {
	if len(args) == 0 {
		return nil
	}
	out := map[string]any{}
	for name, e := range args {
		out[name] = plainValue(r.eval(e, nil))
	}
	return out
}

func (r *run) saveAll(f *frame, list []assignment, scope map[string]any) {
	for _, a := range list {
		r.assign(f, a, r.eval(a.val, scope))
	}
}

// assign sets a slot, a variable or a value of the person; nil clears it. Secrets never get in.
func (r *run) assign(f *frame, a assignment, v any) {
	defer r.changed()
	if a.scope == "slots" {
		if v == nil {
			delete(f.Slots, a.name)
			return
		}
		entity := ""
		if spec := r.flowOf(f).slots[a.name]; spec != nil {
			entity = spec.entity
		}
		r.setSlot(f, a.name, r.p.typed(entity, mapText(v, r.e.scrub.Text), r.p.bot.zone))
		return
	}
	v = mapText(plainValue(v), r.e.scrub.Text)
	to := &r.s.Vars
	if a.scope == "user" {
		to, r.userChanged = &r.user, true
	}
	if v == nil {
		delete(*to, a.name)
		return
	}
	if *to == nil {
		*to = map[string]any{}
	}
	(*to)[a.name] = v
}

func (r *run) setSlot(f *frame, name string, v value) {
	if v.V == nil {
		return
	}
	if f.Slots == nil {
		f.Slots = map[string]value{}
	}
	f.Slots[name] = v
	r.changed()
}

// people is a slot's value as a template prints it.
func (r *run) people(v value) any { return r.p.inText(v, r.locale, r.p.bot.zone) }
