package scenario

import (
	"slices"
	"strings"
	"time"

	"dari/bot/message"
)

// check compares what is expected with what happened.
func (k *tester) check(s testStep) {
	e, tr := s.expect, k.trace
	said := k.text()
	k.equal(s, "intent", e.intent, tr.Intent)
	k.equal(s, "locale", e.locale, tr.Locale)
	k.equal(s, "by", e.by, tr.By)
	if e.flow != "" && !slices.Contains(k.flows(), e.flow) {
		k.fault(s, "flow: want %q, got %s", e.flow, quoteAll(k.flows()))
	}
	for _, name := range sortedKeys(e.slots) {
		k.equal(s, "slot "+name, show(e.slots[name]), k.slot(name))
	}
	if e.call != "" && !slices.ContainsFunc(tr.Calls, func(c callNote) bool { return c.Name == e.call }) {
		k.fault(s, "call: want %q, got %s", e.call, tr.callNames())
	}
	if len(e.vars) > 0 {
		se, _ := decodeSession(k.state)
		for _, name := range sortedKeys(e.vars) {
			k.equal(s, "vars."+name, show(e.vars[name]), show(se.Vars[name]))
		}
	}
	switch {
	case e.noHandoff && tr.Handoff != "":
		k.fault(s, "handoff: want none, got %s", tr.Handoff)
	case e.handoff != "" && !e.noHandoff && tr.Handoff != "queue "+e.handoff && !(e.handoff == "true" && tr.Handoff != ""):
		k.fault(s, "handoff: want queue %q, got %q", e.handoff, strings.TrimPrefix(tr.Handoff, "queue "))
	}
	for _, want := range e.contains {
		if !strings.Contains(said, want) {
			k.fault(s, "the bot's words do not contain %q: %q", want, clip(said, 300))
		}
	}
	for _, bad := range e.lacks {
		if strings.Contains(said, bad) {
			k.fault(s, "the bot's words contain %q: %q", bad, clip(said, 300))
		}
	}
	for _, want := range e.buttons {
		if _, ok := k.button(want); !ok {
			k.fault(s, "buttons: want %q, got %s", want, quoteAll(labelsOf(k.shown())))
		}
	}
}

// flows lists the flows of the last turn: those that ran and the one that waits.
func (k *tester) flows() []string {
	out := slices.Clone(k.trace.Flows)
	if se, err := decodeSession(k.state); err == nil && se.top() != nil {
		out = append(out, se.top().Flow)
	}
	return slices.Compact(out)
}

// slot is the value after the turn. A date without a time is compared as a date.
func (k *tester) slot(name string) string {
	s := k.trace.After[name]
	if t, err := time.Parse(time.RFC3339, s); err == nil && t.Hour() == 0 && t.Minute() == 0 {
		return t.Format("2006-01-02")
	}
	return s
}

func (k *tester) equal(s testStep, what, want, got string) {
	if want != "" && want != got {
		k.fault(s, "%s: want %q, got %q", what, want, got)
	}
}

func (k *tester) text() string {
	var lines []string
	for _, m := range k.last {
		lines = append(lines, m.Text)
		for _, c := range m.Cards {
			lines = append(lines, c.Title, c.Subtitle, c.Text)
		}
	}
	return strings.Join(lines, "\n")
}

func labelsOf(list []message.Action) []string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.Label
	}
	return out
}
