package scenario

import (
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// setStep sets slots ("room"), variables ("vars.x") and what is kept of the person ("user.x").
type setStep struct {
	leaf
	sets []assignment
}

type assignment struct {
	scope, name string
	at          pos
	val         *expression
	tmpl        *tmpl
}

func readSet(r *reader, n, _ *yaml.Node) action {
	s := &setStep{}
	r.entries(n, "set", func(key, val *yaml.Node) {
		a, ok := r.target(key)
		v := r.scalar(val, "set")
		if !ok || v == nil {
			return
		}
		if strings.Contains(v.Value, "{{") {
			a.tmpl = r.template(v)
		} else {
			a.val = r.newExpr(v, false, nil)
		}
		s.sets = append(s.sets, a)
	})
	return s
}

// target reads the name of something that can be set, and declares it.
func (r *reader) target(key *yaml.Node) (assignment, bool) {
	scope, name, dotted := strings.Cut(key.Value, ".")
	if !dotted {
		scope, name = "slots", key.Value
	}
	a := assignment{scope: scope, name: name, at: r.at(key)}
	switch {
	case name == "" || strings.Contains(name, "."):
		r.problem(key, "bad_name", "", "%q is not a name", key.Value)
		return a, false
	case scope == "slots":
		r.slot(word{name, a.at}, word{})
	case scope == "vars":
		r.s.varSet[name] = true
	case scope == "user" && !slices.Contains([]string{"id", "name", "locale"}, name):
		r.s.usrSet[name] = true
	default:
		r.problem(key, "read_only", "a slot, vars.NAME or user.NAME can be set", "%q cannot be set", key.Value)
		return a, false
	}
	return a, true
}

func (s *setStep) do(r *run, f *frame, _ *step) {
	for _, a := range s.sets {
		if a.tmpl != nil {
			r.assign(f, a, r.render(a.tmpl, plainView))
			continue
		}
		r.assign(f, a, r.eval(a.val, nil))
	}
}

// clearStep empties slots, variables and what is kept of the person.
type clearStep struct {
	leaf
	names []assignment
}

func readClear(r *reader, n, _ *yaml.Node) action {
	s := &clearStep{}
	r.oneOrMore(n, "clear", func(e *yaml.Node) {
		if e := r.scalar(e, "clear"); e != nil {
			scope, name, dotted := strings.Cut(e.Value, ".")
			if !dotted {
				scope, name = "slots", e.Value
			}
			if !slices.Contains([]string{"slots", "vars", "user"}, scope) {
				r.problem(e, "read_only", "a slot, vars.NAME or user.NAME can be cleared", "%q cannot be cleared", e.Value)
				return
			}
			s.names = append(s.names, assignment{scope: scope, name: name, at: r.at(e)})
		}
	})
	return s
}

func (s *clearStep) do(r *run, f *frame, _ *step) {
	for _, a := range s.names {
		r.assign(f, a, nil)
		f.Asked = slices.DeleteFunc(f.Asked, func(pc int) bool {
			ask, ok := r.flowOf(f).code[pc].step.act.(*askStep)
			return ok && a.scope == "slots" && ask.slot.v == a.name
		})
	}
}
