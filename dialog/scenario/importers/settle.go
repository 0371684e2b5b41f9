package importers

import (
	"slices"
	"strings"
)

// builtin are the kinds of entity that need no definition.
var builtin = []string{"date", "time", "datetime", "duration", "number", "money", "phone", "email", "yesno", "file", "text"}

// settle makes one bot of what the readers found: a language for what has none, every sentence once, every mark
// with an entity that knows its words, and no name that leads nowhere.
func (b *bot) settle() {
	b.entities = slices.DeleteFunc(b.entities, func(e *entity) bool {
		empty := e.kind == "enum" && len(e.values) == 0
		if empty {
			delete(b.entityOf, e.name)
		}
		return empty
	})
	b.languages()
	b.openings()
	seen := map[string]string{} // a sentence as it is compared → whose it is
	for _, in := range b.intents {
		in.examples = b.unique(in.examples, "the intent "+in.name, seen)
	}
	for _, q := range b.questions {
		q.asked = b.unique(q.asked, "the question in line "+itoa(q.line), seen)
	}
	b.questions = slices.DeleteFunc(b.questions, func(q *question) bool { return len(q.asked) == 0 })
	b.slots()
	b.connect()
	b.trials()
}

// unique keeps the sentences that nothing else has, and writes their marks.
func (b *bot) unique(list []example, owner string, seen map[string]string) (out []example) {
	for _, e := range list {
		b.mark(&e)
		key := b.Same(e.plain)
		other, twice := seen[key]
		switch {
		case key == "":
			b.note(e.place, "the sentence has neither letters nor digits and was left out")
		case twice && other != owner:
			b.note(e.place, "%q was left out of %s: %s has it already", clip(e.plain, 60), owner, other)
		case twice:
		default:
			seen[key] = owner
			if b.Command(e.plain) {
				b.note(e.place, "%q is a command that works everywhere, so it does not reach %s; give its flow the command, or change bot.commands", clip(e.plain, 60), owner)
				e.command = true
			}
			out = append(out, e)
		}
	}
	return out
}

// mark writes a sentence with its marks, as far as their entities know the words.
func (b *bot) mark(e *example) {
	var plain, marked strings.Builder
	for _, p := range e.parts {
		text := strings.NewReplacer("\n", " ", "\t", " ").Replace(clean(p.text))
		plain.WriteString(text)
		if p.entity != "" && !b.fits(p.entity, text) {
			b.note(e.place, "%q is no value of the entity %q; the words stay unmarked", clip(text, 60), p.entity)
		} else if p.entity != "" {
			inner := strings.TrimSpace(text)
			lead, _, _ := strings.Cut(text, inner)
			text = lead + "[" + inner + "](" + p.entity + ")" + text[len(lead)+len(inner):]
		}
		marked.WriteString(text)
	}
	e.plain, e.marked = oneLine(plain.String()), oneLine(marked.String())
	if strings.Contains(e.plain, "](") { // would be read as a mark itself
		e.plain = strings.ReplaceAll(e.plain, "](", "] (")
		e.marked = e.plain
	}
}

// fits tells whether an example may mark the words.
func (b *bot) fits(name, text string) bool {
	if strings.TrimSpace(text) == "" || strings.ContainsAny(text, "[]") {
		return false
	}
	e := b.entityOf[name]
	switch {
	case e == nil:
		return slices.Contains(builtin, name)
	case e.kind == "pattern":
		return matches(e.pattern, text)
	}
	return e.words[fold(text)] != nil
}

// slots takes entities that do not exist out of the flows.
func (b *bot) slots() {
	for _, f := range b.flows {
		for i, p := range f.params {
			if p.entity != "" && b.entityOf[p.entity] == nil && !slices.Contains(builtin, p.entity) {
				b.note(f.place, "there is no entity %q; the parameter %q of the flow %q takes no value by itself", p.entity, p.name, f.name)
				f.params[i].entity = ""
			}
		}
		for _, s := range f.steps {
			if s.ask != nil && b.entityOf[s.ask.entity] == nil && !slices.Contains(builtin, s.ask.entity) {
				b.note(f.place, "there is no entity %q; the flow %q takes the whole answer for %q", s.ask.entity, f.name, s.ask.slot)
				s.ask.entity = "text"
			}
		}
	}
}

// connect leaves out what says nothing, and tells which intents nothing answers.
func (b *bot) connect() {
	b.intents = slices.DeleteFunc(b.intents, func(in *intent) bool {
		empty := len(in.examples) == 0 && len(in.patterns) == 0
		if empty {
			b.note(in.place, "the intent %q has no sentence of its own and was left out", in.name)
			b.intentOf[in.name] = nil
		}
		return empty
	})
	answered := map[string]bool{}
	b.flows = slices.DeleteFunc(b.flows, func(f *flow) bool {
		f.intents = slices.DeleteFunc(f.intents, func(name string) bool { return b.intentOf[name] == nil })
		empty := len(f.steps) == 0
		if empty && b.welcome == f.name {
			b.welcome = ""
		}
		for _, name := range f.intents {
			answered[name] = answered[name] || !empty
		}
		return empty
	})
	for _, in := range b.intents {
		if !answered[in.name] && !in.silent {
			b.note(in.place, "nothing answers the intent %q yet; write a flow with on: {intent: %s}", in.name, in.name)
		}
	}
	for _, f := range b.flows {
		for i := range f.steps {
			b.targets(f.steps[i].buttons)
			b.targets(f.steps[i].quick)
		}
	}
}

// targets makes buttons whose intent is gone say their label.
func (b *bot) targets(list []button) {
	for i := range list {
		if list[i].kind == "intent" && b.intentOf[list[i].to] == nil {
			list[i].kind, list[i].to = "", ""
		}
	}
}
