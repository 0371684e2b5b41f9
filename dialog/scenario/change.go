package scenario

import (
	"slices"
	"strings"

	"dari/bot/message"
)

// change is a slot and its new value.
type change struct {
	slot string
	v    value
}

// change sets slots; false when one of the new values is refused: then all is as before, and the question is
// asked again.
func (r *run) change(f *frame, changes []change) bool {
	old := map[string]value{}
	for _, c := range changes {
		old[c.slot] = f.Slots[c.slot]
		r.setSlot(f, c.slot, c.v)
	}
	for _, a := range r.flowOf(f).asks {
		if _, changed := old[a.slot.v]; !changed || r.valid(a, f) {
			continue
		}
		for slot, v := range old {
			r.setSlot(f, slot, v)
		}
		r.sayInvalid(a.invalid, f)
		if f.Wait {
			r.show(f)
		}
		return false
	}
	r.tr.By = "correction"
	r.success()
	var said []string
	for _, c := range changes {
		r.note("slot %q: %s → %s", c.slot, old[c.slot], c.v)
		said = append(said, show(r.people(c.v)))
	}
	r.say(message.Text(r.wordf("corrected", strings.Join(said, ", "))))
	return true
}

// again asks the open question after a change. The steps since the question whose answer changed are run again
// where that is harmless, because what they worked out may not be true any more.
func (r *run) again(f *frame, changes []change) {
	from := f.PC
	for _, a := range r.flowOf(f).code[:f.PC+1] {
		q, ok := actOf(a).(*askStep)
		if ok && slices.ContainsFunc(changes, func(c change) bool { return c.slot == q.slot.v }) {
			from = min(from, a.step.pc)
		}
	}
	for _, o := range r.flowOf(f).code[from:f.PC] {
		if o.step == nil || repeatable(o.step.act) {
			continue
		}
		if f.Wait {
			r.show(f)
		}
		return
	}
	f.PC, f.Wait, f.Check, f.OK, f.Tries = from, false, false, "", 0
}

// repeatable tells whether a step may run twice: it neither asks anything else, nor talks to a system, nor
// counts on from what it did before.
func repeatable(a action) bool {
	switch a := a.(type) {
	case *askStep:
		return a.confirm == ""
	case *setStep:
		return !slices.ContainsFunc(a.sets, func(set assignment) bool {
			name := set.scope + "." + set.name
			return set.val != nil && strings.Contains(set.val.src, name) || set.tmpl != nil && strings.Contains(set.tmpl.src, name)
		})
	case *ifStep, *switchStep, *lookupStep, *clearStep, *sayStep, *cardsStep, *gotoStep, *waitStep, *typingStep, endStep:
		return true
	}
	return false
}
