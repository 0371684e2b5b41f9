package importers

import "slices"

// leastShare is the share of the sentences from which on a language counts as one of the bot's: a Korean FAQ
// with a question in English is no bot in two languages.
const leastShare = 0.2

// languages settles which languages the bot speaks. A sentence without one gets it by its letters.
func (b *bot) languages() {
	said, named, all := map[string]int{}, map[string]bool{}, 0
	b.sentences(func(e *example) {
		e.locale = first(e.locale, b.Locale)
		if all++; e.locale != "" {
			named[e.locale] = true
			said[e.locale]++
			return
		}
		said[script(e.text())]++
	})
	if all == 0 { // a menu has labels only
		for _, f := range b.flows {
			for _, s := range f.steps {
				for _, t := range s.text[""] {
					said[script(t)]++
					all++
				}
			}
		}
	}
	delete(said, "")
	b.locale = first(b.Locale, b.locale, mostOf(said), "ko")
	b.locales = []string{b.locale}
	for _, l := range append(sortedKeys(said), b.Locales...) {
		counts := named[l] || slices.Contains(b.Locales, l) || float64(said[l]) >= leastShare*float64(all)
		if l != "" && counts && !slices.Contains(b.locales, l) {
			b.locales = append(b.locales, l)
		}
	}
	b.sentences(func(e *example) {
		if e.locale == "" {
			if e.locale = script(e.text()); !slices.Contains(b.locales, e.locale) {
				e.locale = b.locale
			}
		}
	})
}

// sentences calls each for every example and question.
func (b *bot) sentences(each func(*example)) {
	for _, in := range b.intents {
		for i := range in.examples {
			each(&in.examples[i])
		}
	}
	for _, q := range b.questions {
		for i := range q.asked {
			each(&q.asked[i])
		}
	}
}

// mostOf is the language with the most sentences, of equals the first by name.
func mostOf(said map[string]int) (best string) {
	for _, l := range sortedKeys(said) {
		if best == "" || said[l] > said[best] {
			best = l
		}
	}
	return best
}

// openings lets people ask for a menu in the bot's languages.
func (b *bot) openings() {
	for _, f := range b.menus {
		name := f.name
		for b.intentOf[name] != nil {
			name += "_open"
		}
		in := b.intent(f.place, name)
		f.intents = []string{in.name}
		for _, l := range b.locales {
			for _, s := range menuOpening[l] {
				b.example(in, example{place: f.place, locale: l, parts: []part{{text: s}}})
			}
		}
		if len(in.examples) == 0 {
			b.example(in, example{place: f.place, locale: b.locale, parts: []part{{text: "main menu"}}})
		}
	}
}
