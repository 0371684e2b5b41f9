package importers

import (
	"regexp"
	"slices"
	"strings"
)

// maxTyped is how many labels of a menu are also understood when they are typed.
const maxTyped = 500

// flows makes a flow of every entry that says something.
func (m *menu) flows() {
	m.root.flow = m.newFlow(m.root.place, "menu")
	m.root.flow.events = []string{"follow", "join"}
	m.menus = append(m.menus, m.root.flow)
	if m.welcome == "" {
		m.welcome = m.root.flow.name
	}
	for _, it := range m.all {
		if it.id == "" {
			m.note(it.place, "the entry %q has no row of its own; it shows what is below it", it.label)
			it.id = "row" + itoa(it.line)
		}
		if it.kind != "" && len(it.under) > 0 {
			m.note(it.place, "the entry %q does something, so what is below it is not shown", it.label)
		}
		if it.kind == "" {
			it.flow = m.newFlow(it.place, "menu_"+it.id)
			it.flow.label = plainText(it.label)
		}
	}
	m.typed()
	m.show(m.root)
	for _, it := range m.all {
		if it.flow != nil {
			m.show(it)
		}
	}
	m.walk()
}

// typed makes labels that name one entry only mean it, also without a tap.
func (m *menu) typed() {
	count := map[string]int{}
	for _, it := range m.all {
		count[m.Same(it.label)]++
	}
	for _, words := range menuOpening {
		for _, w := range words {
			count[m.Same(w)]++
		}
	}
	m.sentences(func(e *example) { count[m.Same(e.text())] += 2 })
	n := 0
	for _, it := range m.all {
		if it.flow == nil || count[m.Same(it.label)] > 1 || m.Same(it.label) == "" || m.Command(it.label) || m.intentOf[it.flow.name] != nil || n == maxTyped {
			continue
		}
		n++
		in := m.intent(it.place, it.flow.name)
		in.label = plainText(it.label)
		in.patterns = []string{`(?i)^\s*` + regexp.QuoteMeta(it.label) + `\s*[.!?。]?\s*$`}
		it.flow.intents = []string{in.name}
	}
}

// show makes what an entry says: its message, and what is below it. Messages become quick replies; where there is
// an action among them all become buttons, so that they stay in their order. The ways back are quick replies.
func (m *menu) show(it *item) {
	s := step{text: texts{}}
	s.text.add("", m.danbeeText(it.place, it.value, nil))
	switch {
	case len(s.text) > 0:
	case len(it.under) > 0:
		s.text = menuPick
	default:
		m.note(it.place, "the entry %q has neither a message nor entries below it; it says its own name", it.label)
		s.text = plainText(it.label)
	}
	mixed := slices.ContainsFunc(it.under, func(sub *item) bool { return sub.flow == nil })
	for _, sub := range it.under {
		b, ok := button{plainText(sub.label), "flow", ""}, true
		if sub.flow != nil {
			b.to = sub.flow.name
		} else {
			b, ok = m.action(sub)
		}
		switch {
		case ok && mixed:
			s.buttons = append(s.buttons, b)
		case ok:
			s.quick = append(s.quick, b)
		}
	}
	if it.up != nil {
		s.quick = append(s.quick, button{menuFirst, "flow", m.root.flow.name})
		if it.up != m.root {
			s.quick = append(s.quick, button{menuBack, "flow", m.shown(it.up).name})
		}
	}
	it.flow.steps = []step{s}
}

// shown is the flow of an entry, or of the next one above it that has one.
func (m *menu) shown(it *item) *flow {
	for it.flow == nil {
		it = it.up
	}
	return it.flow
}

// action is the button of an entry that does something.
func (m *menu) action(it *item) (button, bool) {
	b := button{label: plainText(it.label), kind: it.kind, to: it.to}
	switch it.kind {
	case "url", "app":
		b.kind = "url"
		if !strings.HasPrefix(it.to, "https://") && !strings.HasPrefix(it.to, "http://") {
			m.note(it.place, "%q is no web address; the entry %q was left out", clip(it.to, 80), it.label)
			return b, false
		}
		b.to = escape(it.to)
	case "phone":
		b.to = strings.Map(func(c rune) rune {
			if strings.ContainsRune("+0123456789-", c) {
				return c
			}
			return -1
		}, it.to)
		if len(b.to) < 3 {
			m.note(it.place, "%q is no telephone number; the entry %q was left out", clip(it.to, 40), it.label)
			return b, false
		}
	case "intent":
		in := m.intentOf[it.to]
		if in == nil {
			m.note(it.place, "there is no intent %q; import its file together with the menu, or give the entry %q a flow", clip(it.to, 60), it.label)
			b.kind = ""
			break
		}
		b.to = in.name
	case "row":
		to := m.ids[it.to]
		if to == nil || to.flow == nil {
			m.note(it.place, "no row with a message has the ID %q; the entry %q was left out", clip(it.to, 60), it.label)
			return b, false
		}
		b.kind, b.to = "flow", to.flow.name
	case "faq":
		b.kind = ""
		for _, q := range m.questions {
			if q.id == it.to && len(q.asked) > 0 {
				b.kind, b.to = "text", escape(q.asked[0].text())
			}
		}
		if b.kind == "" {
			m.note(it.place, "there is no FAQ+ answer %q; import its table together with the menu, or give the entry %q an answer", clip(it.to, 60), it.label)
		}
	}
	return b, true
}

// walk makes tests that tap through the menu.
func (m *menu) walk() {
	for _, it := range m.all {
		if it.flow == nil || !m.reachable(it) {
			continue
		}
		var taps []string
		for at := it; at.up != nil; at = at.up {
			taps = append([]string{at.label}, taps...)
		}
		m.tests = append(m.tests, test{name: strings.Join(taps, " > "), menu: m.root.flow, taps: taps, flow: it.flow.name})
	}
}

// reachable tells whether taps on labels lead to an entry: no entry above it is an action or shares its label.
func (m *menu) reachable(it *item) bool {
	for at := it; at.up != nil; at = at.up {
		if at.up.up != nil && at.up.flow == nil {
			return false
		}
		for _, words := range []texts{menuFirst, menuBack} {
			for _, list := range words {
				if list[0] == at.label {
					return false
				}
			}
		}
	}
	return true
}
