package scenario

import (
	"slices"

	yaml "go.yaml.in/yaml/v4"
)

// ifStep goes one of two ways.
type ifStep struct {
	cond      *expression
	then, els *block
}

func readIf(r *reader, n, whole *yaml.Node) action {
	s := &ifStep{}
	r.expr("if", true, nil, &s.cond)(n)
	if v := child(whole, "then"); v != nil {
		s.then = r.block(v, "then")
	}
	if v := child(whole, "else"); v != nil {
		s.els = r.block(v, "else")
	}
	if s.then == nil && s.els == nil {
		r.problem(n, "missing_key", "", "if needs the key \"then\" or \"else\"")
	}
	return s
}

func (s *ifStep) blocks() (out []*block) {
	for _, b := range []*block{s.then, s.els} {
		if b != nil {
			out = append(out, b)
		}
	}
	return out
}

func (s *ifStep) do(r *run, f *frame, _ *step) {
	b := s.els
	if s.cond != nil && r.truth(s.cond) {
		b = s.then
	}
	if b != nil {
		f.PC = b.pc
	}
}

// switchStep goes the way of the first case that fits: equal to the value of "on", or a condition.
type switchStep struct {
	on    *expression
	cases []switchCase
	other *block
}

type switchCase struct {
	is   []string
	when *expression
	then *block
}

func readSwitch(r *reader, n, _ *yaml.Node) action {
	s := &switchStep{}
	r.object(n, "switch", fields{
		"on": r.expr("on", false, nil, &s.on), "default": r.blockInto("default", &s.other),
		"cases": func(v *yaml.Node) {
			r.list(v, "cases", func(e *yaml.Node) {
				c := switchCase{}
				r.object(e, "a case", fields{
					"is": r.strs("is", &c.is), "when": r.expr("when", true, nil, &c.when), "then": r.blockInto("then", &c.then),
				})
				if c.then == nil || (c.when == nil) == (len(c.is) == 0) {
					r.problem(e, "missing_key", "", "a case needs \"is\" or \"when\", with \"then\"")
					return
				}
				if len(c.is) > 0 && s.on == nil && !hasKey(n, "on") {
					r.problem(e, "missing_key", "", "\"is\" compares with \"on\", which is missing")
				}
				s.cases = append(s.cases, c)
			})
		},
	})
	if len(s.cases) == 0 {
		r.problem(n, "missing_key", "", "switch needs cases")
	}
	return s
}

func (s *switchStep) blocks() (out []*block) {
	for _, c := range s.cases {
		out = append(out, c.then)
	}
	if s.other != nil {
		out = append(out, s.other)
	}
	return out
}

func (s *switchStep) do(r *run, f *frame, _ *step) {
	on := ""
	if s.on != nil {
		on = machine(plainValue(r.eval(s.on, nil)))
	}
	for _, c := range s.cases {
		if c.when != nil && r.truth(c.when) || c.when == nil && slices.Contains(c.is, on) {
			f.PC = c.then.pc
			return
		}
	}
	if s.other != nil {
		f.PC = s.other.pc
	}
}
