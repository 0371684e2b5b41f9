package scenario

import (
	"strconv"

	yaml "go.yaml.in/yaml/v4"

	"dari/bot/message"
)

// choiceStep offers options and goes on with the steps of the one that is taken. Options without steps,
// value and slot make a menu: they say their label, which is then understood like any sentence.
type choiceStep struct {
	at      pos
	prompt  *text
	invalid *text
	slot    word
	options []*option
	ui      string
	max     int
	onFail  *block
}

type option struct {
	label  *text
	value  string
	when   *expression
	then   *block
	number int
}

func readChoice(r *reader, n, _ *yaml.Node) action {
	c := &choiceStep{at: r.at(resolve(n)), max: defaultReprompts}
	list := func(v *yaml.Node) {
		r.list(v, "options", func(e *yaml.Node) { c.options = append(c.options, r.option(e, len(c.options)+1)) })
	}
	if resolve(n).Kind == yaml.SequenceNode {
		list(n)
	} else {
		r.object(n, "choice", fields{
			"prompt": r.text("prompt", &c.prompt), "invalid": r.text("invalid", &c.invalid),
			"slot": r.name("slot", &c.slot), "options": list,
			"ui":            r.oneOf("ui", &c.ui, "buttons", "list", "cards", "quick"),
			"max_reprompts": r.integer("max_reprompts", &c.max, 0, 10),
			"on_fail":       r.blockInto("on_fail", &c.onFail),
		})
	}
	if len(c.options) == 0 {
		r.problem(n, "missing_key", "", "choice needs at least one option")
	}
	if c.slot.v != "" {
		r.slot(c.slot, word{})
	}
	return c
}

func (r *reader) option(n *yaml.Node, number int) *option {
	n = resolve(n)
	o := &option{number: number}
	if n.Kind != yaml.MappingNode || !hasKey(n, "label") {
		o.label = r.readText(n, "an option")
		return o
	}
	r.object(n, "an option", fields{
		"label": r.text("label", &o.label), "value": r.str("value", &o.value),
		"when": r.expr("when", true, nil, &o.when), "then": r.blockInto("then", &o.then),
	})
	return o
}

// id names the option in the data of its button.
func (o *option) id() string {
	if o.value != "" {
		return o.value
	}
	return "#" + strconv.Itoa(o.number)
}

func (c *choiceStep) menu() bool {
	for _, o := range c.options {
		if o.then != nil || o.value != "" {
			return false
		}
	}
	return c.slot.v == ""
}

func (c *choiceStep) blocks() (out []*block) {
	for _, o := range c.options {
		if o.then != nil {
			out = append(out, o.then)
		}
	}
	if c.onFail != nil {
		out = append(out, c.onFail)
	}
	return out
}

func (c *choiceStep) last() *block { return c.onFail }

func (c *choiceStep) do(r *run, f *frame, st *step) {
	if c.menu() {
		c.show(r, f)
		return
	}
	f.wait(st, false)
	r.show(f)
}

// open are the options that are offered now.
func (c *choiceStep) open(r *run) (out []*option) {
	for _, o := range c.options {
		if o.when == nil || r.truth(o.when) {
			out = append(out, o)
		}
	}
	return out
}

func (c *choiceStep) show(r *run, f *frame) {
	var buttons []message.Action
	for _, o := range c.open(r) {
		label := oneLine(r.sayText(o.label, 0))
		b := message.Action{Kind: message.ActionPostback, Label: label, Text: label}
		if c.menu() {
			b.Kind = message.ActionMessage
		} else {
			b.Data = tap{kind: tapOption, flow: f.Flow, key: c.key(r, f), value: o.id()}.encode()
		}
		if label != "" {
			buttons = append(buttons, b)
		}
	}
	switch {
	case c.ui == "quick":
		if c.prompt != nil {
			r.say(message.Text(r.textIn(c.prompt, plainView, f.Tries)))
		}
		r.quick = append(r.quick, buttons...)
	case c.ui == "list" || c.ui == "cards":
		c.showCards(r, f, buttons)
	case c.prompt == nil:
		r.attach(buttons)
	default:
		r.sayButtons(r.textIn(c.prompt, plainView, f.Tries), false, buttons)
	}
}

func (c *choiceStep) showCards(r *run, f *frame, buttons []message.Action) {
	if c.prompt != nil {
		r.say(message.Text(r.textIn(c.prompt, plainView, f.Tries)))
	}
	m := message.Message{Type: message.TypeCards, Layout: map[string]string{"list": "list"}[c.ui]}
	for _, b := range buttons {
		m.Cards = append(m.Cards, message.Card{Title: b.Label, Actions: []message.Action{b}})
	}
	if len(m.Cards) > 0 {
		r.say(m)
	}
}

// key names the choice within its flow: its id, its slot, or its place.
func (c *choiceStep) key(r *run, f *frame) string {
	st := r.flowOf(f).code[f.PC].step
	switch {
	case st != nil && st.id != "":
		return st.id
	case c.slot.v != "":
		return c.slot.v
	}
	return strconv.Itoa(f.PC)
}

// take goes on with an option.
func (c *choiceStep) take(r *run, f *frame, st *step, o *option) {
	f.answered()
	if c.slot.v != "" {
		v := o.value
		if v == "" {
			v = oneLine(r.sayText(o.label, 0))
		}
		r.setSlot(f, c.slot.v, value{V: v, Text: oneLine(r.sayText(o.label, 0))})
	}
	f.PC = st.next
	if o.then != nil {
		f.PC = o.then.pc
	}
}
