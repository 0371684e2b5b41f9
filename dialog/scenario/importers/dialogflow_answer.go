package importers

import (
	"slices"
	"strings"
)

// answerOf collects what an intent says. Texts are taken in all languages; pictures, cards and buttons in the
// first one.
type answerOf struct {
	*places
	steps []step
	texts []int          // the steps that say a text
	nth   map[string]int // how many texts a language has had
}

// messages makes steps of the messages of an answer.
func (p *places) messages(answer *node) []step {
	a := &answerOf{places: p, nth: map[string]int{}}
	leading := ""
	for _, m := range answer.get("messages").list {
		locale := localeOf(m.get("lang").str())
		if leading == "" {
			leading = locale
		}
		if platform := m.get("platform").str(); platform != "" {
			p.d.noteOnce("platform "+platform, m.place, "what is said on %q only was left out", platform)
			continue
		}
		switch kind := m.get("type").str(); {
		case kind == "0", kind == "" && (m.has("speech") || m.has("text")):
			a.text(locale, m)
		case locale == leading:
			a.rich(kind, m)
		}
	}
	return slices.DeleteFunc(a.steps, func(s step) bool { return len(s.text) == 0 && s.image == "" && len(s.cards) == 0 })
}

// text adds a text: the nth of a language belongs to the nth of the others.
func (a *answerOf) text(locale string, m *node) {
	said := m.get("speech", "text")
	if said.kind == 'm' {
		said = said.get("text")
	}
	n := a.nth[locale]
	a.nth[locale]++
	if n == len(a.texts) {
		a.texts = append(a.texts, len(a.steps))
		a.steps = append(a.steps, step{text: texts{}})
	}
	for _, s := range said.strs() {
		a.steps[a.texts[n]].text.add(locale, a.places.text(m.place, s))
	}
}

// rich adds a card (1), quick replies (2) or a picture (3).
func (a *answerOf) rich(kind string, m *node) {
	image := m.get("imageUrl").str()
	if !strings.HasPrefix(image, "https://") && !strings.HasPrefix(image, "http://") {
		image = ""
	}
	switch {
	case kind == "1" && (m.get("title").str() != "" || image != ""):
		c := card{title: escape(oneLine(clean(m.get("title").str()))), subtitle: escape(oneLine(clean(m.get("subtitle").str()))), image: escape(image)}
		for _, b := range m.get("buttons").list {
			if one, ok := a.button(b); ok {
				c.buttons = append(c.buttons, one)
			}
		}
		a.steps = append(a.steps, step{cards: []card{c}})
	case kind == "2":
		s := step{text: plainText(first(m.get("title").str(), "…"))}
		for _, r := range m.get("replies").strs() {
			if label := plainText(oneLine(r)); len(label) > 0 {
				s.quick = append(s.quick, button{label: label})
			}
		}
		a.steps = append(a.steps, s)
	case kind == "3" && image != "":
		a.steps = append(a.steps, step{text: texts{}, image: escape(image)})
	default:
		a.d.note(m.place, "a message of the type %q was left out; write it into the flow by hand", clip(kind, 20))
	}
}

// button reads {text, postback}: an address is opened, anything else is said.
func (a *answerOf) button(n *node) (button, bool) {
	label, to := oneLine(clean(n.get("text").str())), oneLine(clean(n.get("postback").str()))
	b := button{label: plainText(label)}
	switch {
	case label == "":
		a.d.note(n.place, "the button has no text and was left out")
		return b, false
	case strings.HasPrefix(to, "https://"), strings.HasPrefix(to, "http://"):
		b.kind, b.to = "url", escape(to)
	case to != "":
		b.kind, b.to = "text", escape(to)
	}
	return b, true
}
