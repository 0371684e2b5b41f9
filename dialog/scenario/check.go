package scenario

import (
	"slices"
	"strings"

	"dari/dialog"
)

// checker finds the mistakes that show only when everything has been read.
type checker struct {
	s     *script
	out   *[]dialog.Problem
	files []string

	commands map[string]string // a sentence that is a command → its name
	told     map[*tmpl]bool    // texts that are used more than once are judged once
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
	c.commands, c.told = c.s.commandList(), map[*tmpl]bool{}
	c.syntax()
	c.locales()
	c.texts()
	c.entities()
	c.intents()
	c.names()
	c.compile()
	c.usage()
	c.starts()
	c.options()
	c.addresses()
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
