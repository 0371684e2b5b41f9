package scenario

import (
	"slices"
	"strings"
)

// start runs a flow from its beginning, on top of whatever waits.
func (r *run) start(to *flow, text string, args map[string]any) {
	f := &frame{Flow: to.name}
	if below := r.s.top(); below != nil {
		f.Dig = true
		r.room()
	}
	if !r.push(f) {
		r.s.Stack = nil
		r.push(f)
	}
	r.give(f, to, args)
	if text != "" {
		r.fillFrom(f, text)
	}
	r.defaults(f, to)
}

// room makes room for one more interruption: the flow that waits for the longest time is given up.
func (r *run) room() {
	for len(r.s.Stack) >= maxStack {
		next := slices.IndexFunc(r.s.Stack[1:], func(f *frame) bool { return f.Dig })
		if next < 0 {
			r.s.Stack = nil
			return
		}
		r.tr.warn("too many flows wait: %q was given up", r.s.Stack[0].Flow)
		r.s.Stack = r.s.Stack[next+1:]
		r.s.Stack[0].Dig = false
	}
	r.changed()
}

// enter starts a flow, or goes back to it when it waits already.
func (r *run) enter(to *flow, text string, args map[string]any) {
	r.success()
	r.s.Offer = nil
	for i, f := range r.s.Stack {
		if f.Flow != to.name || f.Ret > 0 {
			continue
		}
		r.s.Stack = r.s.Stack[:i+1]
		r.changed()
		if !f.Wait {
			return
		}
		r.note("%q was waiting and goes on", to.name)
		if len(r.fillFrom(f, text)) > 0 {
			f.Wait, f.Check = false, false
			return
		}
		r.show(f)
		return
	}
	if f := r.s.top(); f != nil && f.Wait && r.flowOf(f).noDig {
		r.note("%q allows no interruption", f.Flow)
		r.reprompt(f)
		return
	}
	r.start(to, text, args)
}

// resume goes back to a flow that was interrupted by one that has ended now.
func (r *run) resume(f, ended *frame) {
	mode := first(r.flowOf(f).resume, "ask")
	if own := r.p.flows[ended.Flow]; own != nil && own.resume != "" && !own.asksAnything() && mode != "never" {
		mode = own.resume // a flow that asks nothing is never interrupted: it says how to go back
	}
	switch {
	case r.handoff != nil:
	case mode == "never" && !strings.HasPrefix(ended.Flow, "@"):
		r.drop()
	case mode == "auto" || strings.HasPrefix(ended.Flow, "@") || strings.HasPrefix(f.Flow, "@"):
		r.show(f)
	default:
		r.s.Offer = &offer{Kind: "resume"}
		r.askResume(f)
	}
}

// asksAnything tells whether the flow has a question at which it could be interrupted.
func (f *flow) asksAnything() bool {
	return slices.ContainsFunc(f.code, func(o op) bool {
		switch a := actOf(o).(type) {
		case *askStep:
			return true
		case *choiceStep:
			return !a.menu()
		}
		return false
	})
}

// drop gives up the flow on top, with those that run it, and goes back to the one it interrupted.
func (r *run) drop() {
	for f := r.s.pop(); f != nil && f.Ret > 0; f = r.s.pop() {
	}
	r.changed()
	if f := r.s.top(); f != nil && f.Wait {
		r.resume(f, &frame{})
	}
}
