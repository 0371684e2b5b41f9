package scenario

import (
	"slices"
	"strings"
	"time"

	"dari/bot/message"
)

// turn is the turn algorithm: time-out, then by kind of event; a text goes to the open question, the
// commands, the intents, the FAQ and the fallback, in this order.
func (r *run) turn() {
	in := r.t.Inbound
	r.tr.Before = snapshot(r.s.top())
	if !in.Kind.FromUser() {
		r.happened()
		r.loop()
		return
	}
	r.expire()
	r.s.At, r.s.Locale = r.now.Unix(), r.locale
	r.line("user: ", spoken(in))
	switch {
	case in.Postback != nil && in.Kind == message.KindPostback:
		r.postback(*in.Postback)
	case in.Command != nil && in.Kind == message.KindCommand:
		r.slash(*in.Command)
	case in.Form != nil && in.Kind == message.KindForm:
		r.form(*in.Form)
	case in.Kind == message.KindText || in.Text != "" && len(in.Attachments) == 0:
		r.text(in.Text)
	default:
		r.thing()
	}
	r.loop()
}

// spoken is the line of the transcript for an event.
func spoken(in message.Inbound) string {
	switch {
	case in.Text != "":
		return in.Text
	case in.Postback != nil && in.Postback.Label != "":
		return in.Postback.Label
	}
	return "[" + string(in.Kind) + "]"
}

// expire ends what was going on when the person was away for too long. It says so only when something
// half done is lost.
func (r *run) expire() {
	if r.s.At == 0 || r.now.Sub(time.Unix(r.s.At, 0)) <= r.p.bot.idle {
		return
	}
	lost := !r.s.idle()
	for name := range r.s.Vars {
		if !slices.ContainsFunc(r.p.bot.carryOver, func(w word) bool { return w.v == name }) {
			delete(r.s.Vars, name)
		}
	}
	r.s.Stack, r.s.Offer, r.s.Rest, r.s.Misses, r.s.Engines, r.s.Said = nil, nil, "", 0, nil, nil
	r.changed()
	r.note("idle for longer than %s", short(r.p.bot.idle))
	switch block := r.p.bot.onTimeout; {
	case !lost:
	case block != nil:
		r.push(&frame{Flow: block.name})
		r.loop()
		r.s.Stack = nil
		r.changed()
	default:
		r.say(message.Text(r.word("timeout")))
	}
}

// happened answers an event that is not a word of a person: a follow, a join, an alarm.
func (r *run) happened() {
	in := r.t.Inbound
	if in.Kind == message.KindUnknown {
		return
	}
	for _, name := range []string{in.Name, string(in.Kind)} {
		if f := r.listener(name); f != nil {
			r.tr.By = "event"
			r.start(f, "", nil)
			return
		}
	}
	if in.Kind == message.KindFollow || in.Kind == message.KindJoin {
		r.welcome()
	}
}

// welcome greets; false when the bot has no greeting.
func (r *run) welcome() bool {
	f := r.p.flows[r.p.bot.welcome.v]
	if f == nil || r.s.top() != nil {
		return false
	}
	r.tr.By = "welcome"
	r.start(f, "", nil)
	return true
}

// listener is the flow that an event starts now.
func (r *run) listener(event string) *flow {
	return r.first(func(f *flow) bool { return hasWord(f.events, event) })
}

// first is the first flow that fits and whose condition holds.
func (r *run) first(fits func(*flow) bool) *flow {
	for _, name := range r.p.flowOrder {
		if f := r.p.flows[name]; fits(f) && (f.when == nil || r.truth(f.when)) {
			return f
		}
	}
	return nil
}

func hasWord(list []word, s string) bool {
	return s != "" && slices.ContainsFunc(list, func(w word) bool { return w.v == s })
}

// text answers a sentence.
func (r *run) text(text string) {
	r.tr.Text = normalize(text)
	f := r.s.top()
	switch {
	case strings.TrimSpace(text) == "":
		r.nothing()
	case r.typedButton(text):
	case r.s.Rest != "":
		r.rest(text)
	case r.s.Offer != nil && r.offered(text):
	case f != nil && f.Wait && r.consume(f, text):
	case r.commanded(text):
	case f != nil && f.Wait && r.correct(f, r.read(f, text), likely):
	default:
		r.understand(text)
	}
}

// commanded runs the command that a sentence means. Where there is nothing to cancel, the person may mean an
// intent.
func (r *run) commanded(text string) bool {
	name := r.commandOf(text)
	if name == "cancel" && r.s.idle() && r.leadsAway(text) {
		return false
	}
	return r.command(name)
}

// nothing answers a mention without words.
func (r *run) nothing() {
	if f := r.s.top(); f != nil && f.Wait {
		r.show(f)
		return
	}
	if !r.welcome() {
		r.help()
	}
}

// thing answers a picture, a file, a place, a sticker.
func (r *run) thing() {
	in := r.t.Inbound
	f := r.s.top()
	if f != nil && f.Wait && r.takeFile(f) {
		r.tr.By = "question"
		return
	}
	if r.s.Rest != "" {
		r.rest("")
		return
	}
	if to := r.listener(string(in.Kind)); to != nil {
		r.tr.By = "event"
		r.enter(to, "", nil)
		return
	}
	text := in.Text
	if in.Sticker != nil && text == "" {
		text = in.Sticker.Text
	}
	if strings.TrimSpace(text) != "" {
		r.text(text)
		return
	}
	r.missed()
}

// slash answers a command of the messenger ("/help").
func (r *run) slash(c message.Command) {
	name := strings.ToLower(strings.TrimPrefix(c.Name, "/"))
	if f := r.first(func(f *flow) bool {
		return slices.ContainsFunc(f.commands, func(w word) bool { return strings.TrimPrefix(w.v, "/") == name })
	}); f != nil && name != "" {
		r.tr.By = "command"
		r.enter(f, c.Args, map[string]any{"args": c.Args})
		return
	}
	if r.command(name) {
		return
	}
	r.text(strings.TrimSpace(c.Args))
}

// form answers a submitted dialog: its data like a postback, its values as slots.
func (r *run) form(f message.Form) {
	r.args = map[string]any{}
	for k, v := range f.Values {
		r.args[k] = v
	}
	if top := r.s.top(); top != nil && top.Wait && r.fillForm(top) {
		r.tr.By = "question"
		return
	}
	for _, name := range []string{f.Data, f.ID} {
		if to := r.first(func(fl *flow) bool { return name != "" && slices.Contains(fl.data, name) }); to != nil {
			r.tr.By = "postback"
			r.enter(to, "", r.args)
			return
		}
	}
	if to := r.listener("form"); to != nil {
		r.tr.By = "event"
		r.enter(to, "", r.args)
		return
	}
	r.missed()
}

// fillForm takes values whose names are slots of the running flow.
func (r *run) fillForm(f *frame) bool {
	took := false
	for name, v := range r.args {
		spec := r.flowOf(f).slots[name]
		if spec == nil {
			continue
		}
		val, ok := r.acceptText(spec.entity, show(v))
		if spec.entity == "" {
			val, ok = value{V: v}, true
		}
		if ok {
			r.setSlot(f, name, val)
			took = true
		}
	}
	if took {
		f.Wait, f.Check = false, false
		r.success()
	}
	return took
}

// success forgets the sentences that were not understood.
func (r *run) success() { r.s.Misses = 0 }
