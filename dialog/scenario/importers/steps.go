package importers

// step is one step of a flow: a question, cards, or something said.
type step struct {
	ask            *ask
	cards          []card
	text           texts
	image          string
	buttons, quick []button
}

type ask struct {
	slot, entity string
	prompt       texts
}

type card struct {
	title, subtitle, image string
	buttons                []button
}

// button leads to what its kind says: url, phone, text, flow or intent; "" says the label.
type button struct {
	label    texts
	kind, to string
}

func plainText(s string) texts {
	t := texts{}
	t.add("", escape(s))
	return t
}
