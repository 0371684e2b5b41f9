package scenario

import (
	"slices"
	"strings"

	"dari/dialog"
	"dari/dialog/scenario/intent"
)

// checker finds the mistakes that show only when everything has been read.
type checker struct {
	s     *script
	out   *[]dialog.Problem
	files []string
}

func (c *checker) add(p pos, code, hint, format string, args ...any) {
	*c.out = append(*c.out, problemAt(p, code, hint, format, args...))
}

func (c *checker) warn(p pos, code, hint, format string, args ...any) {
	*c.out = append(*c.out, warning(p, code, hint, format, args...))
}

func warning(p pos, code, hint, format string, args ...any) dialog.Problem {
	pr := problemAt(p, code, hint, format, args...)
	pr.Warning = true
	return pr
}

func (c *checker) run() {
	c.locales()
	c.texts()
	c.entities()
	c.intents()
	c.faq()
	c.names()
	c.compile()
	c.usage()
	for _, name := range c.s.flowOrder {
		c.flow(c.s.flows[name])
	}
	c.sizes()
}

// locales settles which languages the bot speaks.
func (c *checker) locales() {
	b := &c.s.bot
	c.section()
	if b.locale == "" && len(b.locales) > 0 {
		b.locale = b.locales[0]
	}
	if b.locale == "" {
		b.locale = "ko"
	}
	if len(b.locales) == 0 {
		b.locales = []string{b.locale}
	}
	if !slices.Contains(b.locales, b.locale) && b.line > 0 {
		c.add(b.pos, "bad_value", "", "default_locale %q is not among the locales %s", b.locale, quoteAll(b.locales))
	}
}

// section misses the section "bot", unless it may stand in a file that could not be read.
func (c *checker) section() {
	unread := slices.ContainsFunc(*c.out, func(p dialog.Problem) bool { return p.Code == "yaml_syntax" || p.Code == "too_large" })
	if c.s.bot.line > 0 || unread {
		return
	}
	file := "bot.yaml"
	if len(c.files) > 0 {
		file = c.files[0]
	}
	c.add(pos{file, 1, 1}, "missing_section", "", "no file has the section \"bot\"")
}

// texts connects references and looks for languages that are missing.
func (c *checker) texts() {
	b := &c.s.bot
	for _, t := range c.s.texts {
		if t.ref.v != "" {
			if t.to = c.s.messages[t.ref.v]; t.to == nil {
				c.add(t.ref.pos, "undefined_message", didYouMean(t.ref.v, sortedKeys(c.s.messages)), "there is no message %q", t.ref.v)
			}
			continue
		}
		for _, l := range sortedKeys(t.by) {
			if l != "" && !slices.Contains(b.locales, l) {
				c.warn(t.pos, "useless_locale", "known are "+strings.Join(b.locales, ", "), "the bot does not speak %q", l)
			}
		}
		missing := t.missing(b.locales)
		switch {
		case slices.Contains(missing, b.locale):
			c.add(t.pos, "missing_locale", "", "the text is missing in %s, the bot's default", b.locale)
		case len(missing) > 0:
			c.warn(t.pos, "missing_locale", "", "the text is missing in %s", strings.Join(missing, ", "))
		}
	}
}

func (c *checker) entities() {
	for _, name := range c.s.entityOrder {
		e := c.s.entities[name]
		seen := map[string]*enumValue{}
		for _, v := range e.values {
			for _, w := range append(append([]string{v.id}, v.label.spellings()...), v.synonyms...) {
				key := strings.ToLower(strings.TrimSpace(w))
				if old := seen[key]; old != nil && old != v {
					c.warn(v.pos, "same_word", "", "%q names the value %q of %s, too (line %d)", w, old.id, name, old.line)
				}
				seen[key] = v
			}
		}
	}
}

func (c *checker) intents() {
	seen := map[string]example{}
	owner := map[string]string{}
	for _, name := range c.s.intentOrder {
		in := c.s.intents[name]
		count := map[string]int{}
		for _, l := range sortedKeys(in.examples) {
			count[l] = len(in.examples[l])
			for _, ex := range in.examples[l] {
				key := strings.ToLower(strings.Join(strings.Fields(ex.v), " "))
				if old, twice := seen[key]; twice && owner[key] != name {
					c.add(ex.pos, "same_example", "", "the intent %q has the same example (%s:%d)", owner[key], old.file, old.line)
				}
				seen[key], owner[key] = ex, name
				c.marks(ex)
			}
		}
		for _, l := range c.s.bot.locales {
			if n := count[l] + count[""]; n < 3 && len(in.patterns) == 0 && name != intent.OutOfScope {
				c.warn(in.pos, "few_examples", "write at least 3", "the intent %q has %d examples in %s", name, n, l)
			}
		}
	}
}

// marks checks the mark-up of an example against its entities.
func (c *checker) marks(ex example) {
	for _, m := range ex.marks {
		e := c.s.entities[m.entity.v]
		kind := c.s.kindOf(m.entity.v)
		switch {
		case kind == "":
			c.undefined(m.entity, "entity", append(sortedKeys(c.s.entities), builtinEntities...))
		case kind == "enum" && !c.hasWord(e, m.text):
			c.add(m.entity.pos, "bad_markup", "add it to the synonyms of a value", "%q is no value of the entity %q", m.text, e.name)
		case kind == "pattern" && !e.pattern.MatchString(m.text):
			c.add(m.entity.pos, "bad_markup", "", "%q does not fit the pattern of the entity %q", m.text, e.name)
		}
	}
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

func (c *checker) faq() {
	seen := map[string]word{}
	for _, q := range c.s.faq {
		for _, l := range sortedKeys(q.q) {
			for _, w := range q.q[l] {
				key := strings.ToLower(strings.Join(strings.Fields(w.v), " "))
				if old, twice := seen[key]; twice {
					c.add(w.pos, "same_example", "", "the question stands in %s:%d already", old.file, old.line)
				}
				seen[key] = w
			}
		}
	}
}
