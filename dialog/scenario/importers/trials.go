package importers

import "strings"

// maxTests is how many conversations are written down; they are to show that the import works, and go on
// showing it while the bot is changed.
const maxTests = 300

// trials writes tests: a sentence of every intent that is answered, every question, and ways through menus.
func (b *bot) trials() {
	flowOf := map[string]*flow{}
	for _, f := range b.flows {
		for _, name := range f.intents {
			if flowOf[name] == nil {
				flowOf[name] = f
			}
		}
	}
	var tests []test
	labels := map[string]bool{}
	for _, in := range b.intents {
		for _, list := range in.label {
			for _, l := range list {
				labels[b.Same(l)] = true
			}
		}
		if e := usable(in.examples); e != nil && flowOf[in.name] != nil && !in.silent {
			tests = append(tests, test{name: in.name, locale: e.locale, said: e.plain, intent: in.name, flow: flowOf[in.name].name})
		}
	}
	for _, q := range b.questions {
		e := usable(q.asked)
		if e == nil || labels[b.Same(e.plain)] {
			continue
		}
		tests = append(tests, test{name: clip(e.plain, 60), locale: e.locale, said: e.plain, by: "faq", contains: beginning(q.answer, e.locale)})
	}
	for _, t := range b.tests { // ways through a menu begin with a sentence that asks for it
		if len(t.menu.intents) == 0 {
			continue
		}
		if e := usable(b.intentOf[t.menu.intents[0]].examples); e != nil {
			t.locale, t.said = e.locale, e.plain
			tests = append(tests, t)
		}
	}
	b.tests = tests[:min(len(tests), maxTests)]
}

// usable is a sentence that reaches its intent.
func usable(list []example) *example {
	for i := range list {
		if !list[i].command {
			return &list[i]
		}
	}
	return nil
}

// beginning is how an answer with one wording begins; "" when it has several or is filled in.
func beginning(t texts, locale string) string {
	list := t[locale]
	if len(list) == 0 {
		list = t[""]
	}
	if len(list) != 1 || strings.Contains(list[0], "{{") {
		return ""
	}
	line, _, _ := strings.Cut(list[0], "\n")
	if r := []rune(line); len(r) > 40 {
		line = string(r[:40])
	}
	return strings.TrimSpace(line)
}
