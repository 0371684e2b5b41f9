package scenario

import (
	"slices"
	"strings"

	"dari/bot/message"
)

// correct re-sets a slot that is filled already ("아니, 소회의실"), when it is clear which. With marked
// it does so only for sentences that begin like a correction.
func (r *run) correct(f *frame, text string, marked bool) bool {
	rest, isMarked := correction(text)
	if marked && !isMarked {
		return false
	}
	type change struct {
		slot string
		v    value
	}
	var changes []change
	fl := r.flowOf(f)
	found := r.extract(rest, r.entitiesOf(f, true))
	for _, a := range fl.asks {
		_, filled := f.Slots[a.slot.v]
		if !filled || slices.ContainsFunc(changes, func(c change) bool { return c.slot == a.slot.v }) {
			continue
		}
		vals := found[a.entity.v]
		if len(vals) != 1 || !isMarked && !mostly(rest, vals[0].Text) {
			continue
		}
		changes = append(changes, change{a.slot.v, vals[0].value})
	}
	if len(changes) != 1 {
		return false
	}
	c := changes[0]
	old := f.Slots[c.slot]
	r.setSlot(f, c.slot, c.v)
	for _, a := range fl.asks {
		if a.slot.v == c.slot && !r.valid(a, f) {
			r.setSlot(f, c.slot, old)
			r.sayInvalid(a.invalid, f)
			r.show(f)
			return true
		}
	}
	r.tr.By = "correction"
	r.note("slot %q: %s → %s", c.slot, old, c.v)
	r.success()
	r.say(message.Text(r.wordf("corrected", show(r.people(c.v)))))
	r.show(f)
	return true
}

// mostly tells whether a found text is at least half of a sentence.
func mostly(sentence, found string) bool {
	return 2*len([]rune(strings.TrimSpace(found))) >= len([]rune(strings.TrimSpace(sentence)))
}
