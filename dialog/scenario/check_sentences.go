package scenario

import (
	"strings"
	"time"

	"dari/dialog/scenario/entity"
	"dari/dialog/scenario/intent"
)

// alike is what two sentences have in common that are the same to people.
func alike(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// owned is an example together with the intent it belongs to.
type owned struct {
	example
	intent string
}

func (c *checker) intents() {
	seen := map[string]owned{}
	for _, name := range c.s.intentOrder {
		in := c.s.intents[name]
		count := map[string]int{}
		for _, l := range sortedKeys(in.examples) {
			count[l] = len(in.examples[l])
			for _, ex := range in.examples[l] {
				key := alike(ex.v)
				if old, twice := seen[key]; twice && old.intent != name {
					c.add(ex.pos, "same_example", "", "the intent %q has the same example (%s:%d)", old.intent, old.file, old.line)
				}
				seen[key] = owned{ex, name}
				c.marks(ex, l)
				c.commandWord(ex.word, name)
			}
		}
		for _, l := range c.s.bot.locales {
			if n := count[l] + count[""]; n < 3 && len(in.patterns) == 0 && name != intent.OutOfScope {
				c.warn(in.pos, "few_examples", "write at least 3", "the intent %q has %d examples in %s", name, n, l)
			}
		}
	}
	c.faq(seen)
}

// faq compares the questions with each other and with the examples of the intents.
func (c *checker) faq(examples map[string]owned) {
	seen := map[string]word{}
	for _, q := range c.s.faq {
		for _, l := range sortedKeys(q.q) {
			for _, w := range q.q[l] {
				key := alike(w.v)
				if old, twice := seen[key]; twice {
					c.add(w.pos, "same_example", "", "the question stands in %s:%d already", old.file, old.line)
				}
				seen[key] = w
				if ex, taken := examples[key]; taken && ex.intent != intent.OutOfScope {
					c.warn(w.pos, "same_example", "keep it in one of the two", "the intent %q has the same example (%s:%d) and takes the sentence", ex.intent, ex.file, ex.line)
				}
				c.commandWord(w, "")
			}
		}
	}
}

// commandWord warns about an example of an intent, or a question of the FAQ, that never gets so far
// because it is a command. A flow that listens to both has it either way.
func (c *checker) commandWord(w word, of string) {
	name := c.commands[normalize(w.v)]
	if name == "" {
		return
	}
	for _, f := range c.s.flows {
		if of != "" && hasWord(f.intents, of) && (hasWord(f.commands, name) || hasWord(f.intents, name)) {
			return
		}
	}
	if of == "" {
		c.warn(w.pos, "command_word", "give the command other words in bot.commands", "%q is the command %q, which comes before the FAQ", w.v, name)
		return
	}
	c.warn(w.pos, "command_word", "let the flow start on the command, too (on: {command: "+name+"}), or give the command other words in bot.commands",
		"%q is the command %q, which comes before the intent %q", w.v, name, of)
}

// marks checks the mark-up of an example against its entities.
func (c *checker) marks(ex example, locale string) {
	for _, m := range ex.marks {
		e := c.s.entities[m.entity.v]
		switch kind := c.s.kindOf(m.entity.v); {
		case kind == "":
			c.undefined(m.entity, "entity", append(sortedKeys(c.s.entities), builtinEntities...))
		case kind == "enum" && !c.hasWord(e, m.text):
			c.add(m.entity.pos, "bad_markup", "add it to the synonyms of a value", "%q is no value of the entity %q", m.text, e.name)
		case kind == "pattern" && !e.pattern.MatchString(m.text):
			c.add(m.entity.pos, "bad_markup", "", "%q does not fit the pattern of the entity %q", m.text, e.name)
		case kind != "enum" && kind != "pattern" && !c.holds(m.text, kind, locale):
			c.warn(m.entity.pos, "bad_markup", "mark words that say one, or leave the mark-up out", "no %s is found in %q", kind, m.text)
		}
	}
}

// markTime is when the checker reads dates. It is always the same, so that the same files have the same
// problems, and in a leap year, so that every day of the calendar exists.
var markTime = time.Date(2024, 1, 1, 10, 0, 0, 0, time.UTC)

// holds tells whether a value of a built-in kind is found in a text.
func (c *checker) holds(text, kind, locale string) bool {
	switch kind {
	case "text":
		return true
	case "file":
		return false
	}
	b := &c.s.bot
	if locale == "" {
		locale = b.locale
	}
	return len(entity.Extract(text, entity.Options{
		Locale: locale, Now: markTime, Kinds: []entity.Kind{entity.Kind(kind)}, BusinessFrom: b.hoursFrom, BusinessTo: b.hoursTo,
	})) > 0
}

func (c *checker) hasWord(e *entitySpec, word string) bool {
	for _, v := range e.values {
		for _, w := range append(append([]string{v.id}, v.label.spellings()...), v.synonyms...) {
			if strings.EqualFold(strings.Join(strings.Fields(w), ""), strings.Join(strings.Fields(word), "")) {
				return true
			}
		}
	}
	return false
}
