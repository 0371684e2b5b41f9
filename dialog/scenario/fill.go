package scenario

import "slices"

// empty tells whether a slot may be filled from a sentence: it holds nothing, or what its parameter has by
// default.
func (f *frame) empty(slot string) bool {
	v, filled := f.Slots[slot]
	return !filled || v.Default
}

// slotsOf are the slots of a flow that take values of an entity: those it asks for, then its parameters.
func (fl *flow) slotsOf(entity string) (out []string) {
	add := func(slot, of word) {
		if of.v == entity && !slices.Contains(out, slot.v) {
			out = append(out, slot.v)
		}
	}
	for _, a := range fl.asks {
		add(a.slot, a.entity)
	}
	for _, p := range fl.params {
		add(p.word, p.entity)
	}
	return out
}

// emptySlots are those of an entity that are not filled yet.
func (r *run) emptySlots(f *frame, entity string) []string {
	return slices.DeleteFunc(r.flowOf(f).slotsOf(entity), func(slot string) bool { return !f.empty(slot) })
}

// fillFrom fills empty slots of the flow from a sentence, where it is clear which value is which. It returns
// the values that it took.
func (r *run) fillFrom(f *frame, text string) []value { return r.fillWith(f, r.read(f, text).values) }

// fillWith fills empty slots with values by their entity.
func (r *run) fillWith(f *frame, values map[string][]found) (took []value) {
	for _, name := range sortedKeys(values) {
		empty := r.emptySlots(f, name)
		given := share(empty, values[name])
		for _, slot := range empty {
			if v, ok := given[slot]; ok {
				r.setSlot(f, slot, v)
				took = append(took, v)
			}
		}
	}
	return took
}

// share gives values to slots of one entity: a range to two slots, as many values as slots in their
// order, one value to the first slot. Anything else is unclear and left for the questions.
func share(slots []string, values []found) map[string]value {
	out := map[string]value{}
	switch {
	case len(slots) == 0 || len(values) == 0:
	case len(values) == 1 && values[0].until != nil && len(slots) > 1:
		out[slots[0]], out[slots[1]] = values[0].value, *values[0].until
	case len(values) == 1:
		out[slots[0]] = values[0].single()
	case len(values) <= len(slots):
		for i, v := range values {
			out[slots[i]] = v.single()
		}
	}
	return out
}

// give sets the parameters of a flow that another one starts.
func (r *run) give(f *frame, to *flow, args map[string]any) {
	r.changed()
	for name, v := range args {
		if spec := to.slots[name]; spec != nil && v != nil {
			r.setSlot(f, name, r.p.typed(spec.entity, v, r.p.bot.zone))
		}
	}
}

// defaults sets the parameters that neither the one who started the flow nor the sentence gave.
func (r *run) defaults(f *frame, to *flow) {
	for _, p := range to.params {
		if _, given := f.Slots[p.v]; given || p.def == nil {
			continue
		}
		if v := r.eval(p.def, nil); v != nil {
			set := r.p.typed(p.entity.v, v, r.p.bot.zone)
			set.Default = true
			r.setSlot(f, p.v, set)
		}
	}
}
