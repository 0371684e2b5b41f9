package scenario

import (
	"slices"
)

// consume lets the open question take a sentence; false when it is not an answer.
func (r *run) consume(f *frame, text string) bool {
	st := r.stepOf(f)
	took := false
	switch q := st.act.(type) {
	case *askStep:
		took = r.consumeAsk(f, q, text)
	case *choiceStep:
		took = r.pick(f, q, st, text)
	}
	if took {
		r.tr.By = first(r.tr.By, "question")
		r.success()
	}
	return took
}

func (r *run) consumeAsk(f *frame, q *askStep, text string) bool {
	kind := r.p.kindOf(q.entity.v)
	switch {
	case f.Check:
		return r.checked(f, q, text)
	case kind == "yesno":
		return r.yesOrNo(f, text, func(yes bool) bool {
			r.take(f, q, value{Kind: kind, V: yes, Text: clip(text, 200)})
			r.fillFrom(f, text)
			return true
		})
	case kind == "text" && r.isOpen(q.entity.v):
		return r.answer(f, q, text)
	}
	s := r.read(f, text)
	if !(len(s.values[q.entity.v]) > 0 && s.onlyWith(asking, between)) && (r.elsewhere(f, text) || r.commandOf(text) != "") {
		return false
	}
	if r.correct(f, s, stated) {
		return true
	}
	if kind == "text" && r.meansMore(f, text) {
		return false
	}
	return r.answer(f, q, text)
}

// elsewhere tells whether a sentence is, word for word, one of another flow or of the FAQ. A question must not
// swallow it for a value somewhere in it.
func (r *run) elsewhere(f *frame, text string) bool {
	if r.flowOf(f).noDig {
		return false
	}
	if name := r.p.nlu.certain(text); name != "" {
		to := r.flowFor(name)
		return to != nil && !r.s.runs(to.name)
	}
	return r.p.nlu.faqExact[normalize(text)] != nil
}

// isFree tells whether an entity takes any sentence.
func (r *run) isFree(entity string) bool { return r.p.kindOf(entity) == "text" }

func (r *run) isOpen(entity string) bool {
	e := r.p.entities[entity]
	return e != nil && e.open
}

// meansMore tells whether a sentence is clearly not meant for a free-text question: another intent well above
// the threshold, small talk.
func (r *run) meansMore(f *frame, text string) bool {
	d := r.decide(text)
	if d.band == strong {
		to := r.flowFor(d.list[0].Intent)
		return to != nil && to.name != f.Flow
	}
	return d.faq != nil
}

// answer takes the value of an ask, and what else the sentence says about the flow.
func (r *run) answer(f *frame, q *askStep, text string) bool {
	e := q.entity.v
	s := r.read(f, text)
	switch r.p.kindOf(e) {
	case "text", "file", "pattern", "":
		v, ok := r.acceptText(e, text)
		if !ok {
			return false
		}
		r.take(f, q, v)
		if !r.isFree(e) {
			r.fillRest(f, s.without(e, found{}), e, nil)
		}
		return true
	}
	list := s.values[e]
	if len(list) == 0 && len(s.back[e]) == 0 && !s.hasNamed() {
		list = r.readAs(e, s.text).values[e]
	}
	if len(list) == 0 {
		return r.answerLoosely(f, q, s, text)
	}
	taken := list[0]
	v, rest := taken.single(), list[1:]
	if taken.until != nil && len(r.emptySlots(f, e)) > 1 {
		v, rest = taken.value, append([]found{{value: *taken.until}}, rest...)
	}
	r.take(f, q, v)
	r.fillRest(f, s.without(e, taken), e, rest)
	return true
}

// hasNamed tells whether the bot's own words were found: what stands inside of them is nothing else.
func (s *reading) hasNamed() bool {
	for _, list := range s.values {
		if slices.ContainsFunc(list, func(v found) bool { return v.Kind == "enum" || v.Kind == "pattern" }) {
			return true
		}
	}
	return false
}

// fillRest fills other slots from an answer: empty ones, and filled ones where the answer says otherwise. A
// number says too little for that.
func (r *run) fillRest(f *frame, s *reading, used string, rest []found) {
	r.fillWith(f, map[string][]found{used: rest})
	r.fillWith(f, s.values)
	for name := range s.values {
		if r.p.kindOf(name) == "number" {
			delete(s.values, name)
		}
	}
	if changes, _ := r.changesIn(f, s, differing); len(changes) > 0 && !f.Wait && r.change(f, changes) {
		r.again(f, changes)
	}
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

// checked takes the answer to "did I get that right?": yes, no, the right value, or another correction.
func (r *run) checked(f *frame, q *askStep, text string) bool {
	s := r.read(f, text)
	if list := s.values[q.entity.v]; len(list) == 1 && !list[0].same(f.Slots[q.slot.v]) && r.bare(text) {
		f.Check = false
		r.take(f, q, list[0].single())
		return true
	}
	if v, ok := r.bareValue(q.entity.v, text); ok && !v.same(f.Slots[q.slot.v]) {
		f.Check = false
		r.take(f, q, v)
		return true
	}
	return r.yesOrNo(f, text, func(yes bool) bool {
		r.confirmed(f, q, yes)
		return true
	})
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
