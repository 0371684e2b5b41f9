package scenario

import (
	"slices"

	yaml "go.yaml.in/yaml/v4"
)

// defaultReprompts is how often a question is asked again before on_fail.
const defaultReprompts = 2

// askStep asks for a slot that is still empty.
type askStep struct {
	at           pos
	slot, entity word
	prompt       *text
	invalid      *text
	ui           string
	always       bool
	validate     *expression
	max          int
	onFail       *block
	confirm      string // "", "always" or "ambiguous"
	confirmText  *text

	about  phrases // words that say nothing beside its answer: its own, and what its kind is called
	called phrases // words of its own by which it is told from other questions for the same entity
}

func readAsk(r *reader, n, _ *yaml.Node) action {
	a := &askStep{at: r.at(resolve(n)), max: defaultReprompts}
	r.object(n, "ask", fields{
		"slot": r.name("slot", &a.slot), "entity": r.name("entity", &a.entity),
		"prompt": r.text("prompt", &a.prompt), "invalid": r.text("invalid", &a.invalid),
		"ui":     r.oneOf("ui", &a.ui, "text", "buttons", "list", "cards"),
		"always": r.boolean("always", &a.always), "validate": r.expr("validate", true, nil, &a.validate),
		"max_reprompts": r.integer("max_reprompts", &a.max, 0, 10),
		"on_fail":       r.blockInto("on_fail", &a.onFail),
		"confirm":       func(v *yaml.Node) { r.confirm(a, v) },
	})
	for key, missing := range map[string]bool{"slot": a.slot.v == "", "prompt": a.prompt == nil} {
		if missing {
			r.problem(n, "missing_key", "", "ask needs the key %q", key)
		}
	}
	if a.slot.v == "" {
		return a
	}
	if a.entity.v == "" {
		a.entity = word{a.slot.v, a.slot.pos} // a slot named like its entity needs no second name
	}
	r.slot(a.slot, a.entity)
	if r.flow != nil {
		r.flow.asks = append(r.flow.asks, a)
	}
	return a
}

func (r *reader) confirm(a *askStep, n *yaml.Node) {
	switch t := resolve(n); {
	case t.Kind == yaml.ScalarNode && t.Value == "true":
		a.confirm = "always"
	case t.Kind == yaml.ScalarNode && t.Value == "false":
	case t.Kind == yaml.ScalarNode && t.Value == "ambiguous":
		a.confirm = "ambiguous"
	default:
		a.confirm, a.confirmText = "always", r.readText(n, "confirm")
	}
}

// slot declares a slot of the flow being read.
func (r *reader) slot(name, entity word) {
	if r.flow == nil {
		return
	}
	known := r.flow.slots[name.v]
	switch {
	case known == nil:
		r.flow.slots[name.v] = &slotSpec{name.pos, entity.v}
	case known.entity == "":
		known.entity = entity.v
	case entity.v != "" && known.entity != entity.v:
		*r.out = append(*r.out, problemAt(entity.pos, "slot_entity", "one slot has one entity", "the slot %q is a %s already (line %d)", name.v, known.entity, known.line))
	}
}

func (a *askStep) blocks() []*block {
	if a.onFail == nil {
		return nil
	}
	return []*block{a.onFail}
}

func (a *askStep) last() *block { return a.onFail }

// do asks unless the slot holds a good value.
func (a *askStep) do(r *run, f *frame, st *step) {
	if v, filled := f.Slots[a.slot.v]; filled && (!a.always || slices.Contains(f.Asked, st.pc)) {
		if r.valid(a, f) {
			if a.confirm == "" || f.OK == a.slot.v || a.confirm == "ambiguous" && !v.Unsure {
				f.OK, f.Tries = "", 0
				return
			}
			f.wait(st, true)
			r.askConfirm(a, f)
			return
		}
		r.note("slot %q was refused by validate", a.slot.v)
		delete(f.Slots, a.slot.v)
		r.changed()
		r.sayInvalid(a.invalid, f)
	}
	f.wait(st, false)
	r.show(f)
}

// valid runs the ask's own condition on a filled slot.
func (r *run) valid(a *askStep, _ *frame) bool {
	return a.validate == nil || r.truth(a.validate)
}
