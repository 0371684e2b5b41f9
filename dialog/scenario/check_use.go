package scenario

import (
	"slices"
	"strings"
	"unicode/utf8"

	"dari/dialog/scenario/intent"
)

// usage warns about what nothing leads to.
func (c *checker) usage() {
	used := map[string]bool{c.s.bot.welcome.v: true}
	started := map[string]bool{}
	for _, f := range c.s.flows {
		for _, w := range f.intents {
			started[w.v] = true
		}
		if len(f.intents)+len(f.events)+len(f.data)+len(f.commands) > 0 {
			used[f.name] = true
		}
		for _, o := range f.code {
			for _, name := range flowsOf(actOf(o)) {
				used[name] = true
			}
		}
	}
	for _, name := range c.s.publicFlows() {
		if !used[name] {
			c.warn(c.s.flows[name].pos, "unused_flow", "give it \"on\", or reach it with jump or run", "nothing starts the flow %q", name)
		}
	}
	for _, name := range c.s.intentOrder {
		switch {
		case name == intent.OutOfScope && started[name]:
			c.warn(c.s.intents[name].pos, "dead_end", "rename the intent if a flow is to answer it", "sentences like those of %q are refused and start no flow", name)
		case name == intent.OutOfScope:
		case !started[name]:
			c.warn(c.s.intents[name].pos, "dead_end", "", "no flow starts on the intent %q", name)
		}
	}
}

// flowsOf lists the flows that a step leads to.
func flowsOf(a action) (out []string) {
	buttons := func(list []*button) {
		for _, b := range list {
			out = append(out, b.flow.v)
		}
	}
	switch a := a.(type) {
	case *jumpStep:
		out = append(out, a.flow.v)
	case *runStep:
		out = append(out, a.flow.v)
	case *sayStep:
		buttons(a.buttons)
		buttons(a.quick)
	case *cardsStep:
		for _, one := range append(slices.Clone(a.cards), a.as) {
			if one != nil {
				buttons(one.buttons)
			}
		}
	}
	return out
}

// channelLimits are the longest text and button label that a type of channel takes in one message.
//
//	naverworks https://developers.worksmobile.com/kr/docs/bot-send-text
//	line       https://developers.line.biz/en/reference/messaging-api/#text-message
//	slack      https://api.slack.com/reference/block-kit/blocks
//	teams      https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
var channelLimits = map[string]struct{ text, label int }{
	"naverworks": {2000, 20}, "line": {5000, 20}, "slack": {4000, 75}, "teams": {20000, 200}, "web": {20000, 200},
}

// sizes warns about texts that a configured channel would have to cut or split.
func (c *checker) sizes() {
	for _, w := range c.s.bot.channels {
		limit, ok := channelLimits[w.v]
		if !ok {
			continue
		}
		for _, t := range c.s.tmpls {
			if n := utf8.RuneCountInString(t.src); n > limit.text && !t.call {
				c.warn(t.pos, "too_long", "", "the text has %d characters, and %s takes %d in one message", n, w.v, limit.text)
			}
		}
		for _, label := range c.labels() {
			for _, s := range label.spellings() {
				if n := utf8.RuneCountInString(s); n > limit.label && !strings.Contains(s, "{{") {
					c.warn(label.pos, "too_long", "", "the label %q has %d characters, and %s takes %d", clip(s, 30), n, w.v, limit.label)
				}
			}
		}
	}
}

// labels are all texts that stand on buttons.
func (c *checker) labels() (out []*text) {
	add := func(t *text) {
		if t != nil {
			out = append(out, t)
		}
	}
	for _, e := range c.s.entities {
		for _, v := range e.values {
			add(v.label)
		}
	}
	for _, in := range c.s.intents {
		add(in.label)
	}
	for _, f := range c.s.flows {
		add(f.label)
		for _, o := range f.code {
			switch a := actOf(o).(type) {
			case *choiceStep:
				for _, opt := range a.options {
					add(opt.label)
				}
			case *sayStep:
				for _, b := range append(slices.Clone(a.buttons), a.quick...) {
					add(b.label)
				}
			}
		}
	}
	return out
}
