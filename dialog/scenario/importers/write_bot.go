package importers

import (
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// zones are those of a language when the source does not name one.
var zones = map[string]string{"ko": "Asia/Seoul", "ja": "Asia/Tokyo"}

func (b *bot) botNode() *yaml.Node {
	var fallback *yaml.Node
	if len(b.fallback) > 0 {
		fallback = list(mapping("say", b.text(b.fallback)))
	}
	return mapping(
		"id", scalar(first(slug(b.name), "imported")), "default_locale", scalar(b.locale), "locales", inline(words(b.locales)),
		"timezone", scalar(first(b.zone, zones[b.locale], "UTC")), "welcome", maybe(b.welcome), "fallback", fallback,
	)
}

// slug is a name for machines.
func slug(s string) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			return c
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		}
		return '-'
	}, s)
	return strings.Trim(s, "-")
}

func (b *bot) entityNodes() (out []entry) {
	for _, e := range b.entities {
		if e.kind == "pattern" {
			out = append(out, entry{e.name, mapping("type", scalar("pattern"), "pattern", scalar(e.pattern))})
			continue
		}
		values := mapping()
		for _, v := range e.values {
			words := inline(words(v.synonyms))
			values.Content = append(values.Content, scalar(v.id), inline(mapping("synonyms", words)))
		}
		var fuzzy *yaml.Node
		if e.fuzzy {
			fuzzy = scalar("jamo")
		}
		out = append(out, entry{e.name, mapping("type", scalar("enum"), "fuzzy", fuzzy, "values", values)})
	}
	return out
}

// byLanguage groups sentences.
func (b *bot) byLanguage(of []example) *yaml.Node {
	groups := map[string]*yaml.Node{}
	n := mapping()
	for _, e := range of {
		if groups[e.locale] == nil {
			groups[e.locale] = list()
			n.Content = append(n.Content, scalar(e.locale), groups[e.locale])
		}
		groups[e.locale].Content = append(groups[e.locale].Content, scalar(e.marked))
	}
	return n
}

func (b *bot) intentNodes() (out []entry) {
	for _, in := range b.intents {
		var examples, patterns *yaml.Node
		if len(in.examples) > 0 {
			examples = b.byLanguage(in.examples)
		}
		if len(in.patterns) > 0 {
			patterns = words(in.patterns)
		}
		out = append(out, entry{in.name, mapping("label", b.text(in.label), "examples", examples, "patterns", patterns)})
	}
	return out
}

func (b *bot) faqNodes() (out []entry) {
	for _, q := range b.questions {
		for i := range q.asked {
			q.asked[i].marked = q.asked[i].plain
		}
		out = append(out, entry{"", mapping("q", b.byLanguage(q.asked), "a", b.text(q.answer))})
	}
	return out
}

func (b *bot) testNodes() (out []entry) {
	for _, t := range b.tests {
		steps := list(mapping("user", scalar(t.said)))
		for _, l := range t.taps {
			steps.Content = append(steps.Content, mapping("tap", scalar(l)))
		}
		steps.Content = append(steps.Content, mapping("expect", inline(mapping("intent", maybe(t.intent), "flow", maybe(t.flow), "by", maybe(t.by)))))
		if t.contains != "" {
			steps.Content = append(steps.Content, mapping("bot_contains", scalar(t.contains)))
		}
		out = append(out, entry{"", mapping("name", scalar(t.name), "locale", scalar(t.locale), "steps", steps)})
	}
	return out
}

func (b *bot) counts() (c Counts) {
	for _, in := range b.intents {
		c.Examples += len(in.examples)
	}
	for _, q := range b.questions {
		c.Examples += len(q.asked)
	}
	c.Intents, c.Entities, c.Questions, c.Flows, c.Tests = len(b.intents), len(b.entities), len(b.questions), len(b.flows), len(b.tests)
	return c
}
