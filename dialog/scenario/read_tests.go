package scenario

import (
	"time"

	yaml "go.yaml.in/yaml/v4"
)

// testSpec is one entry of "tests": a conversation and what is expected of it.
type testSpec struct {
	pos
	name   string
	locale string
	now    time.Time
	user   string
	steps  []testStep
}

// testStep is one thing that a person does or that is expected of the bot.
type testStep struct {
	pos
	say, tap, event, command string
	kind                     string // which of them: user, tap, event, command, wait, check, mock
	wait                     time.Duration
	expect                   expectation
	mocks                    map[string]mock
}

// expectation is what must be true after a turn. Empty fields expect nothing.
type expectation struct {
	flow, intent, call, handoff, locale, by string
	slots, vars                             map[string]any
	contains, lacks, buttons                []string
	noHandoff                               bool
}

// mock is the answer of a call in a test.
type mock struct {
	status int
	body   any
	fail   string
}

func (m mock) answer() (answer, error) {
	if m.fail != "" {
		return answer{}, errMock(m.fail)
	}
	status := m.status
	if status == 0 {
		status = 200
	}
	return answer{status: status, body: m.body, headers: map[string]any{}}, nil
}

type errMock string

func (e errMock) Error() string { return string(e) }

func (r *reader) tests(n *yaml.Node) {
	r.list(n, "tests", func(e *yaml.Node) {
		t := &testSpec{pos: r.at(resolve(e)), locale: ""}
		r.object(e, "a test", fields{
			"name": r.str("name", &t.name), "locale": r.str("locale", &t.locale), "user": r.str("user", &t.user),
			"now": func(v *yaml.Node) {
				if v = r.scalar(v, "now"); v == nil {
					return
				}
				for _, l := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
					if at, err := time.ParseInLocation(l, v.Value, time.UTC); err == nil {
						t.now = at
						if l != time.RFC3339 { // the bot's own clock; its zone may be read later
							t.now = at.In(floating)
						}
						return
					}
				}
				r.problem(v, "bad_value", "write 2026-11-22T10:00", "%q is not a time", clip(v.Value, 40))
			},
			"steps": func(v *yaml.Node) {
				r.list(v, "steps", func(s *yaml.Node) { t.steps = append(t.steps, r.testStep(s)) })
			},
		})
		if t.name == "" {
			r.problem(e, "missing_key", "", "a test needs the key \"name\"")
		}
		r.s.tests = append(r.s.tests, t)
	})
}

// floating marks a test's time that is meant in the bot's own zone.
var floating = time.FixedZone("floating", 0)

func (r *reader) testStep(n *yaml.Node) testStep {
	s := testStep{pos: r.at(resolve(n)), kind: "check", mocks: map[string]mock{}}
	act := func(kind string, dst *string) func(*yaml.Node) {
		read := r.str(kind, dst)
		return func(v *yaml.Node) {
			s.kind = kind
			read(v)
		}
	}
	r.object(n, "a step of a test", fields{
		"user": act("user", &s.say), "tap": act("tap", &s.tap), "event": act("event", &s.event), "command": act("command", &s.command),
		"wait": func(v *yaml.Node) {
			s.kind = "wait"
			r.duration("wait", &s.wait, time.Second, 60*24*time.Hour)(v)
		},
		"expect":           func(v *yaml.Node) { r.expectation(&s.expect, v) },
		"bot_contains":     r.strs("bot_contains", &s.expect.contains),
		"bot_not_contains": r.strs("bot_not_contains", &s.expect.lacks),
		"mock":             func(v *yaml.Node) { r.mockList(s.mocks, v) },
	})
	return s
}

func (r *reader) expectation(e *expectation, n *yaml.Node) {
	values := func(dst *map[string]any) func(*yaml.Node) {
		return func(v *yaml.Node) {
			m, ok := r.plain(v).(map[string]any)
			if !ok {
				r.wrongType(v, "it", "a mapping (name: value)")
				return
			}
			*dst = m
		}
	}
	r.object(n, "expect", fields{
		"flow": r.str("flow", &e.flow), "intent": r.str("intent", &e.intent), "call": r.str("call", &e.call), "by": r.str("by", &e.by),
		"locale": r.str("locale", &e.locale), "buttons": r.strs("buttons", &e.buttons),
		"slots": values(&e.slots), "vars": values(&e.vars),
		"handoff": func(v *yaml.Node) {
			if v = r.scalar(v, "handoff"); v != nil {
				e.handoff, e.noHandoff = v.Value, v.Value == "false"
			}
		},
		"contains": r.strs("contains", &e.contains), "not_contains": r.strs("not_contains", &e.lacks),
	})
}

func (r *reader) mockList(dst map[string]mock, n *yaml.Node) {
	r.entries(n, "mock", func(key, val *yaml.Node) {
		m := mock{}
		r.object(val, "a mock", fields{
			"status": r.integer("status", &m.status, 100, 599), "body": func(v *yaml.Node) { m.body = r.plain(v) },
			"error": r.str("error", &m.fail),
		})
		dst[key.Value] = m
	})
}
