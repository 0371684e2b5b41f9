package scenario

import (
	"slices"
	"strings"

	"dari/bot/message"
)

// postback answers a tapped button. A button of an old question is understood when it still can be, and
// explained when not.
func (r *run) postback(pb message.Postback) {
	r.tr.By = "postback"
	if t, ours := parseTap(pb.Data); ours {
		r.tap(t)
		return
	}
	if f := r.first(func(f *flow) bool { return slices.Contains(f.data, pb.Data) }); f != nil {
		r.s.Rest = ""
		r.enter(f, "", nil)
		return
	}
	if r.s.Rest != "" {
		r.rest(first(pb.Label, pb.Data))
		return
	}
	if r.pickedValue(pb) {
		return
	}
	r.tr.By = ""
	r.text(first(pb.Label, pb.Data)) // a button made elsewhere: its label is what the person means
}

func first(texts ...string) string {
	for _, s := range texts {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// pickedValue takes a date, time or list entry from the button's own control.
func (r *run) pickedValue(pb message.Postback) bool {
	f := r.s.top()
	if f == nil || !f.Wait {
		return false
	}
	q, ok := r.stepOf(f).act.(*askStep)
	if !ok {
		return false
	}
	for _, key := range []string{r.p.kindOf(q.entity.v), q.slot.v, "date", "time", "datetime"} {
		s, given := pb.Params[key]
		if !given {
			continue
		}
		if v := r.p.typed(q.entity.v, s, r.p.bot.zone); v.V != nil && v.V != "" {
			r.success()
			r.take(f, q, v)
			return true
		}
	}
	return false
}

func (r *run) tap(t tap) {
	switch t.kind {
	case tapSlot, tapConfirm:
		r.tapAnswer(t)
	case tapOption:
		r.tapOption(t)
	case tapIntent:
		text := ""
		if r.s.Offer != nil {
			text = r.s.Offer.Text
		}
		r.chose(t.flow, text)
	case tapNone:
		r.s.Offer = nil
		r.missed()
	case tapFlow:
		if to := r.p.flows[t.flow]; to != nil && !strings.HasPrefix(t.flow, "@") {
			r.s.Rest = ""
			r.enter(to, "", t.args)
			return
		}
		r.stale()
	case tapEvent:
		if to := r.listener(t.flow); to != nil {
			r.enter(to, "", t.args)
			return
		}
		r.stale()
	case tapWhich:
		r.tapWhichSlot(t)
	case tapResume:
		if r.s.Offer != nil && r.s.Offer.Kind == "resume" {
			r.resumeIf(t.value == "yes")
			return
		}
		r.stale()
	}
}

// tapAnswer takes a tapped value: for the open question, or as a correction of an earlier answer.
func (r *run) tapAnswer(t tap) {
	f := r.s.top()
	if f == nil || f.Flow != t.flow {
		r.stale()
		return
	}
	var q *askStep
	for _, a := range r.flowOf(f).asks {
		if a.slot.v == t.key {
			q = a
		}
	}
	if q == nil {
		r.stale()
		return
	}
	open, _ := actOf(r.flowOf(f).code[min(f.PC, len(r.flowOf(f).code)-1)]).(*askStep)
	isOpen := f.Wait && open != nil && open.slot.v == t.key
	if t.kind == tapConfirm {
		if !isOpen || !f.Check {
			r.stale()
			return
		}
		r.success()
		r.confirmed(f, open, t.value == "yes")
		return
	}
	v, ok := r.tapped(q, t.value)
	_, filled := f.Slots[t.key]
	switch {
	case !ok:
		r.stale()
	case isOpen:
		r.success()
		r.s.Offer = nil
		f.Check = false
		r.take(f, open, v)
	case filled && f.Wait:
		r.late(f, q, v)
	default:
		r.stale()
	}
}

// late changes an earlier answer by its old button, and goes on with the open question.
func (r *run) late(f *frame, q *askStep, v value) {
	old := f.Slots[q.slot.v]
	r.setSlot(f, q.slot.v, v)
	if !r.valid(q, f) {
		r.setSlot(f, q.slot.v, old)
		r.sayInvalid(q.invalid, f)
		r.show(f)
		return
	}
	r.success()
	r.s.Offer = nil
	r.tr.By = "correction"
	r.note("a tap on an earlier question: slot %q: %s → %s", q.slot.v, old, v)
	r.say(message.Text(r.wordf("corrected", show(r.people(v)))))
	r.show(f)
}

// tapped is the value behind the button of an ask.
func (r *run) tapped(q *askStep, id string) (value, bool) {
	switch r.p.kindOf(q.entity.v) {
	case "enum":
		e := r.p.entities[q.entity.v]
		if e.value(id) == nil {
			return value{}, false
		}
		return r.enumValue(q.entity.v, id, r.label(e.value(id))), true
	case "yesno":
		return value{Kind: "yesno", V: id == "yes"}, id == "yes" || id == "no"
	}
	return value{}, false
}

func (r *run) tapOption(t tap) {
	f := r.s.top()
	if f == nil || f.Flow != t.flow || !f.Wait {
		r.stale()
		return
	}
	st := r.stepOf(f)
	q, ok := st.act.(*choiceStep)
	if !ok || q.key(r, f) != t.key {
		r.stale()
		return
	}
	for _, o := range q.open(r) {
		if o.id() == t.value {
			r.success()
			r.s.Offer = nil
			q.take(r, f, st, o)
			return
		}
	}
	r.stale()
}

// stale explains that a button's question is over, and asks the open one again.
func (r *run) stale() {
	r.note("the button belongs to a question that is over")
	r.say(message.Text(r.word("stale")))
	if f := r.s.top(); f != nil && f.Wait {
		r.show(f)
	}
}
