package scenario

import (
	"dari/bot/message"
)

// show prints the question.
func (a *askStep) show(r *run, f *frame) {
	text := r.textIn(a.prompt, plainView, f.Tries)
	switch r.ui(a) {
	case "buttons":
		r.sayButtons(text, false, r.options(a, f))
	case "list", "cards":
		r.say(message.Text(text))
		r.sayOptionCards(a, f)
	default:
		r.say(message.Text(text))
	}
}

// ui is how the question shows its choices.
func (r *run) ui(a *askStep) string {
	kind := r.p.kindOf(a.entity.v)
	switch {
	case a.ui != "":
		return a.ui
	case kind == "yesno":
		return "buttons"
	case kind == "enum" && len(r.p.entities[a.entity.v].values) <= maxButtons:
		return "buttons"
	}
	return "text"
}

// maxButtons is how many choices a question shows as buttons by itself.
const maxButtons = 10

// options are the buttons of a question.
func (r *run) options(a *askStep, f *frame) (out []message.Action) {
	button := func(label, id string) {
		if label = oneLine(label); label != "" {
			data := tap{kind: tapSlot, flow: f.Flow, key: a.slot.v, value: id}.encode()
			out = append(out, message.Action{Kind: message.ActionPostback, Label: label, Text: label, Data: data})
		}
	}
	switch r.p.kindOf(a.entity.v) {
	case "enum":
		for _, v := range r.p.entities[a.entity.v].values {
			button(r.label(v), v.id)
		}
	case "yesno":
		button(r.word("yes"), "yes")
		button(r.word("no"), "no")
	}
	return out
}

// sayOptionCards shows the choices of an enum with their pictures.
func (r *run) sayOptionCards(a *askStep, f *frame) {
	buttons := r.options(a, f)
	m := message.Message{Type: message.TypeCards, Layout: "carousel"}
	if a.ui == "list" {
		m.Layout = "list"
	}
	for i, b := range buttons {
		c := message.Card{Title: b.Label, Actions: []message.Action{b}}
		if e := r.p.entities[a.entity.v]; e != nil && i < len(e.values) {
			c.Subtitle, c.ImageURL = r.sayText(e.values[i].subtitle, 0), r.sayText(e.values[i].imageURL, 0)
		}
		m.Cards = append(m.Cards, c)
	}
	if len(m.Cards) > 0 {
		r.say(m)
	}
}

// askConfirm asks whether the value was understood.
func (r *run) askConfirm(a *askStep, f *frame) {
	text := ""
	if a.confirmText != nil {
		text = r.sayText(a.confirmText, f.Tries)
	} else {
		text = r.wordf("confirm_value", show(r.people(f.Slots[a.slot.v])))
	}
	yes := tap{kind: tapConfirm, flow: f.Flow, key: a.slot.v, value: "yes"}.encode()
	no := tap{kind: tapConfirm, flow: f.Flow, key: a.slot.v, value: "no"}.encode()
	r.sayButtons(text, false, []message.Action{
		{Kind: message.ActionPostback, Label: r.word("yes"), Text: r.word("yes"), Data: yes},
		{Kind: message.ActionPostback, Label: r.word("no"), Text: r.word("no"), Data: no},
	})
}

// sayInvalid says why an answer is refused, in another wording each time.
func (r *run) sayInvalid(t *text, f *frame) {
	if t == nil {
		r.say(message.Text(r.wordf("invalid_" + string(rune('1'+min(f.Tries, 1))))))
		return
	}
	r.say(message.Text(r.textIn(t, plainView, f.Tries)))
}
