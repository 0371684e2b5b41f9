package scenario

import "dari/bot/message"

// askWhich asks which of several questions a value answers.
func (r *run) askWhich(f *frame, list []which) {
	w := list[0]
	r.tr.By = "correction"
	r.success()
	r.s.Offer = &offer{Kind: "slot", Slots: w.slots, Value: &w.v}
	var buttons []message.Action
	for _, slot := range w.slots {
		label := r.slotLabel(f, slot)
		buttons = append(buttons, message.Action{Kind: message.ActionPostback, Label: label, Text: label, Data: tap{kind: tapWhich, flow: f.Flow, key: slot}.encode()})
	}
	r.sayButtons(r.wordf("which", show(r.people(w.v))), false, buttons)
}

// slotLabel is what people read for a slot: the question it is asked with.
func (r *run) slotLabel(f *frame, slot string) string {
	for _, a := range r.flowOf(f).asks {
		if a.slot.v == slot {
			return first(oneLine(r.sayText(a.prompt, 0)), slot)
		}
	}
	return slot
}

// whichOffered takes the answer to askWhich; false when the sentence is none.
func (r *run) whichOffered(o *offer, text string) bool {
	f := r.s.top()
	if f == nil || !f.Wait {
		return false
	}
	c := choosing{r: r, text: text}
	for _, slot := range o.Slots {
		c.options = append(c.options, squeezed(r.slotLabel(f, slot), slot))
	}
	i := c.any()
	if i < 0 {
		return false
	}
	r.choseSlot(f, o, o.Slots[i])
	return true
}

// choseSlot puts the value where it belongs.
func (r *run) choseSlot(f *frame, o *offer, slot string) {
	r.s.Offer = nil
	if q, ok := r.stepOf(f).act.(*askStep); ok && q.slot.v == slot && f.empty(slot) {
		r.success()
		r.take(f, q, *o.Value)
		return
	}
	changes := []change{{slot, *o.Value}}
	if r.change(f, changes) {
		r.again(f, changes)
	}
}

// tapWhichSlot takes a tap on one of the questions.
func (r *run) tapWhichSlot(t tap) {
	f, o := r.s.top(), r.s.Offer
	if o == nil || o.Kind != "slot" || o.Value == nil || f == nil || !f.Wait || f.Flow != t.flow || r.flowOf(f).slots[t.key] == nil {
		r.stale()
		return
	}
	r.choseSlot(f, o, t.key)
}
