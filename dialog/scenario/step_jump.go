package scenario

import (
	"fmt"

	yaml "go.yaml.in/yaml/v4"
)

// gotoStep goes on at another step of the same flow, at its start, or at its end.
type gotoStep struct {
	leaf
	to word
}

func readGoto(r *reader, n, _ *yaml.Node) action {
	s := &gotoStep{}
	r.name("goto", &s.to)(n)
	return s
}

func (s *gotoStep) do(r *run, f *frame, _ *step) {
	f.PC = s.target(r.flowOf(f))
}

// target is the place that is meant; -1 if there is none.
func (s *gotoStep) target(f *flow) int {
	if pc, ok := f.labels[s.to.v]; ok {
		return pc
	}
	switch s.to.v {
	case "end":
		return len(f.code)
	case f.name, "start":
		return 0
	}
	return -1
}

// jumpStep leaves the flow for another one, for good; runStep comes back.
type jumpStep struct {
	leaf
	flow word
	args map[string]*expression
}

type runStep struct {
	jumpStep
	save []assignment
}

func readJump(r *reader, n, _ *yaml.Node) action {
	s := &jumpStep{}
	r.flowCall(n, "jump", s, nil)
	return s
}

func readRun(r *reader, n, _ *yaml.Node) action {
	s := &runStep{}
	r.flowCall(n, "run", &s.jumpStep, fields{"save": r.saves("save", resultScope, &s.save)})
	return s
}

func (r *reader) flowCall(n *yaml.Node, what string, s *jumpStep, more fields) {
	if resolve(n).Kind == yaml.ScalarNode {
		r.name(what, &s.flow)(n)
		return
	}
	f := fields{"flow": r.name("flow", &s.flow), "args": r.args("args", &s.args)}
	for k, read := range more {
		f[k] = read
	}
	r.object(n, what, f)
	if s.flow.v == "" {
		r.problem(n, "missing_key", "", "%s needs the key \"flow\"", what)
	}
}

func (s *jumpStep) do(r *run, f *frame, _ *step) {
	to := r.p.flows[s.flow.v]
	args := r.evalArgs(s.args)
	f.reset(to.name)
	r.give(f, to, args)
	r.defaults(f, to)
}

func (s *runStep) do(r *run, f *frame, st *step) {
	to := r.p.flows[s.flow.v]
	child := &frame{Flow: to.name, Ret: st.pc + 1}
	args := r.evalArgs(s.args)
	if !r.push(child) {
		r.fail(st, fmt.Errorf("flows run inside each other more than %d deep", maxStack))
		return
	}
	r.give(child, to, args)
	r.defaults(child, to)
}

// endStep ends the flow.
type endStep struct{ leaf }

func readEnd(*reader, *yaml.Node, *yaml.Node) action { return endStep{} }

func (endStep) do(r *run, f *frame, _ *step) { f.PC = len(r.flowOf(f).code) }
