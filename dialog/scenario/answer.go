package scenario

import (
	"slices"
	"strings"

	"dari/bot/message"
)

// consume lets the open question take a sentence; false when it is not an answer.
func (r *run) consume(f *frame, text string) bool {
	st := r.stepOf(f)
	took := false
	switch q := st.act.(type) {
	case *askStep:
		if f.Check {
			took = r.checked(f, q, text)
			break
		}
		if r.isFree(q.entity.v) && !r.isOpen(q.entity.v) && r.meansMore(f, text) {
			return false
		}
		if r.p.kindOf(q.entity.v) == "yesno" && r.correct(f, text, true) {
			return true
		}
		took = r.answer(f, q, text)
	case *choiceStep:
		took = r.pick(f, q, st, text)
	}
	if took {
		r.tr.By = "question"
		r.success()
	}
	return took
}

// isFree tells whether an entity takes any sentence.
func (r *run) isFree(entity string) bool { return r.p.kindOf(entity) == "text" }

func (r *run) isOpen(entity string) bool {
	e := r.p.entities[entity]
	return e != nil && e.open
}

// meansMore tells whether a sentence is clearly not meant for a free-text question: a command, another
// intent well above the threshold, small talk.
func (r *run) meansMore(f *frame, text string) bool {
	if commandOf(r.p, text) != "" {
		return true
	}
	d := r.decide(text)
	if d.band == strong {
		to := r.flowFor(d.list[0].Intent)
		return to != nil && to.name != f.Flow
	}
	return d.faq != nil
}

// answer takes the value of an ask, and of other empty slots that the sentence fills.
func (r *run) answer(f *frame, q *askStep, text string) bool {
	v, ok := r.acceptText(q.entity.v, text)
	if id, picked := r.ordinal(q, text); !ok && picked {
		r.take(f, q, r.enumValue(q.entity.v, id, text)) // the number is spent: "두 번째" is not two people
		return true
	}
	if !ok {
		return false
	}
	r.take(f, q, v)
	if !r.isFree(q.entity.v) {
		r.fillFrom(f, text, q.entity.v)
	}
	return true
}

// take fills the slot of the open question. A value that validate refuses counts as one more try.
func (r *run) take(f *frame, q *askStep, v value) {
	r.setSlot(f, q.slot.v, v)
	if !r.valid(q, f) {
		r.note("slot %q was refused by validate", q.slot.v)
		delete(f.Slots, q.slot.v)
		r.changed()
		r.reprompt(f)
		return
	}
	tries := f.Tries
	f.answered()
	if q.confirm != "" {
		f.Tries = tries
	}
}

// checked takes the answer to "did I get that right?": yes, no, or the right value.
func (r *run) checked(f *frame, q *askStep, text string) bool {
	if v, ok := r.acceptText(q.entity.v, text); ok && !r.isFree(q.entity.v) && v.V != f.Slots[q.slot.v].V {
		f.Check = false
		r.take(f, q, v)
		return true
	}
	yes, ok := r.yesNo(text)
	if ok {
		r.confirmed(f, q, yes)
	}
	return ok
}

func (r *run) confirmed(f *frame, q *askStep, yes bool) {
	if yes {
		f.OK = q.slot.v
		f.answered()
		return
	}
	delete(f.Slots, q.slot.v)
	r.changed()
	f.Check = false
	if f.Tries++; f.Tries > q.max {
		r.giveUp(f, q.onFail)
		return
	}
	r.show(f)
}

// ordinal finds the choice that "1", "첫 번째" or "一番目" means.
func (r *run) ordinal(q *askStep, text string) (string, bool) {
	e := r.p.entities[q.entity.v]
	if e == nil || e.kind != "enum" {
		return "", false
	}
	if n := ordinalOf(text, len(e.values)); n > 0 {
		return e.values[n-1].id, true
	}
	return "", false
}

func (r *run) enumValue(entity, id, text string) value {
	return value{Kind: "enum", Entity: entity, V: id, Text: text}
}

// pick takes an option by its label, value, or number.
func (r *run) pick(f *frame, q *choiceStep, st *step, text string) bool {
	open := q.open(r)
	want := normalize(text)
	for _, o := range open {
		labels := append(o.label.spellings(), r.sayText(o.label, 0))
		if o.value != "" {
			labels = append(labels, o.value)
		}
		if slices.ContainsFunc(labels, func(l string) bool { return normalize(l) == want && want != "" }) {
			q.take(r, f, st, o)
			return true
		}
	}
	if n := ordinalOf(text, len(open)); n > 0 {
		q.take(r, f, st, open[n-1])
		return true
	}
	for _, o := range open { // the label inside a sentence, when it is the only one
		if l := normalize(r.sayText(o.label, 0)); len([]rune(l)) >= 2 && strings.Contains(want, l) {
			others := slices.ContainsFunc(open, func(p *option) bool {
				return p != o && strings.Contains(want, normalize(r.sayText(p.label, 0)))
			})
			if !others {
				q.take(r, f, st, o)
				return true
			}
		}
	}
	return false
}

// reprompt asks the open question again, in another wording, until it has been asked often enough.
func (r *run) reprompt(f *frame) {
	limit, onFail := defaultReprompts, (*block)(nil)
	var invalid *text
	switch q := r.stepOf(f).act.(type) {
	case *askStep:
		limit, onFail, invalid = q.max, q.onFail, q.invalid
	case *choiceStep:
		limit, onFail, invalid = q.max, q.onFail, q.invalid
	}
	if f.Tries++; f.Tries > limit {
		r.giveUp(f, onFail)
		return
	}
	f.Tries--
	r.sayInvalid(invalid, f)
	f.Tries++
	r.show(f)
}

// giveUp runs on_fail, which ends the flow unless it leads elsewhere.
func (r *run) giveUp(f *frame, onFail *block) {
	r.note("the question was asked often enough")
	f.Wait, f.Check, f.Tries = false, false, 0
	if onFail != nil {
		f.PC = onFail.pc
		return
	}
	r.say(message.Text(r.word("give_up")))
	f.PC = len(r.flowOf(f).code)
}

// takeFile fills a file slot from what was sent.
func (r *run) takeFile(f *frame) bool {
	q, ok := r.stepOf(f).act.(*askStep)
	if !ok || r.p.kindOf(q.entity.v) != "file" || len(r.t.Inbound.Attachments) == 0 {
		return false
	}
	a := r.t.Inbound.Attachments[0]
	r.success()
	r.take(f, q, value{Kind: "file", V: map[string]any{
		"name": clip(a.Name, 200), "url": clip(a.URL, 1000), "ref": clip(a.Ref, 500), "mime": a.MIME, "kind": string(a.Kind), "size": float64(a.Size),
	}})
	return true
}
