package scenario

import (
	"slices"
	"strings"
)

// starts warns about flows that never start because an earlier one, without a condition, starts on the
// same thing.
func (c *checker) starts() {
	first := map[string]*flow{}
	for _, name := range c.s.publicFlows() {
		f := c.s.flows[name]
		told := map[string]bool{}
		for _, on := range c.startsOf(f) {
			key := on.what + " " + on.v
			if old := first[key]; old != nil && old != f && !told[key] {
				told[key] = true
				c.warn(on.pos, "same_start", "give the first of them \"when\", or start one with jump or run", "the flow %q always starts on the %s %q before this one (%s:%d)", old.name, on.what, on.v, old.file, old.line)
			}
			if f.when == nil && first[key] == nil {
				first[key] = f
			}
		}
	}
}

// start is one thing that a flow starts on.
type start struct {
	word
	what string
}

func (c *checker) startsOf(f *flow) (out []start) {
	for _, w := range f.intents {
		if slices.Contains(commandNames, w.v) && c.s.intents[w.v] == nil {
			out = append(out, start{w, "command"}) // another spelling of it
			continue
		}
		out = append(out, start{w, "intent"})
	}
	for _, w := range f.commands {
		out = append(out, start{w, "command"})
	}
	for _, w := range f.events {
		out = append(out, start{w, "event"})
	}
	for _, data := range f.data {
		out = append(out, start{word{data, f.pos}, "postback"})
	}
	return out
}

// options warns about options that are called alike: who types the label gets the first of them. Those with
// a condition may take each other's place.
func (c *checker) options() {
	for _, st := range c.steps() {
		a, ok := st.act.(*choiceStep)
		if !ok {
			continue
		}
		for i, o := range a.options {
			if old, label := c.namesake(a.options[:i], o); old != nil {
				c.warn(o.label.pos, "same_label", "", "the option in line %d is called %q, too, and typing it chooses that one", old.label.line, label)
			}
		}
	}
}

// namesake is one of the options that has the same label in some language, and the label; nil if there is
// none.
func (c *checker) namesake(among []*option, o *option) (old *option, label string) {
	for _, old = range among {
		if old.when != nil || o.when != nil || old.label == nil || o.label == nil {
			continue
		}
		for _, l := range c.s.bot.locales {
			a, b := old.label.plain(l, c.s.bot.locale), o.label.plain(l, c.s.bot.locale)
			if normalize(a) == normalize(b) && strings.TrimSpace(a) != "" && !strings.Contains(a, "{{") {
				return old, b
			}
		}
	}
	return nil, ""
}

// listener is the flow that an event starts, and whether that is certain; nil if there is none.
func (c *checker) listener(event string) (f *flow, certain bool) {
	for _, name := range c.s.flowOrder {
		if f := c.s.flows[name]; hasWord(f.events, event) {
			return f, f.when == nil
		}
	}
	return nil, false
}
