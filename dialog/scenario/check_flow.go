package scenario

import (
	"fmt"
	"slices"
	"strings"
)

// flow checks the ways through one flow.
func (c *checker) flow(f *flow) {
	if len(f.code) == 0 {
		c.warn(f.pos, "dead_end", "", "the flow %q has no steps", f.name)
		return
	}
	reached := c.reach(f)
	for pc, o := range f.code {
		if o.step != nil && !reached[pc] && (pc == 0 || reached[pc-1] || f.code[pc-1].step == nil) {
			c.warn(o.step.pos, "unreachable_step", "", "nothing leads to this step")
		}
	}
	if strings.HasPrefix(f.name, "@") && f.name != "@help" {
		for _, o := range f.code {
			if a, ok := actOf(o).(*askStep); ok {
				c.add(o.step.pos, "ask_outside", "start a flow with a button instead", "%s cannot ask for the slot %q", strings.TrimLeft(f.name, "@"), a.slot.v)
			}
			if a, ok := actOf(o).(*choiceStep); ok && !a.menu() {
				c.add(o.step.pos, "ask_outside", "options without then and value make a menu of sentences", "%s cannot wait for a choice", strings.TrimLeft(f.name, "@"))
			}
		}
	}
	c.cycles(f, reached)
}

// ways lists where the flow can go from a place, without and with an answer of the person. A step that
// always waits leads nowhere by itself; conditional tells whether it depends on a condition.
func (f *flow) ways(pc int) (next []int, conditional, waits bool) {
	end := len(f.code)
	o := f.code[pc]
	if o.step == nil {
		if o.to == endOfFlow {
			return []int{end}, false, false
		}
		return []int{o.to}, false, false
	}
	st := o.step
	for _, b := range st.act.blocks() {
		next = append(next, b.pc)
	}
	switch a := st.act.(type) {
	case *askStep:
		next, waits = append(next, st.next), true
	case *choiceStep:
		next, waits = append(next, st.next), !a.menu()
	case *ifStep:
		conditional = true
		if a.then == nil || a.els == nil {
			next = append(next, st.next)
		}
	case *switchStep:
		conditional = true
		if a.other == nil {
			next = append(next, st.next)
		}
	case *gotoStep:
		if to := a.target(f); to >= 0 {
			next = append(next, to)
		}
	case *jumpStep:
	case endStep:
		next = append(next, end)
	default:
		conditional = len(next) > 0
		next = append(next, st.next)
	}
	if st.when != nil {
		next, conditional = append(next, st.next), true
	}
	slices.Sort(next)
	return slices.Compact(next), conditional, waits
}

// reach marks the places that can be come to.
func (c *checker) reach(f *flow) []bool {
	reached := make([]bool, len(f.code)+1)
	todo := []int{0}
	for len(todo) > 0 {
		pc := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if pc > len(f.code) || reached[pc] {
			continue
		}
		if reached[pc] = true; pc < len(f.code) {
			next, _, _ := f.ways(pc)
			todo = append(todo, next...)
		}
	}
	return reached
}

// cycles finds circles that no answer of the person interrupts. A circle without any condition never
// ends; one with a condition may.
func (c *checker) cycles(f *flow, reached []bool) {
	state := make([]int, len(f.code)+1) // 0 new, 1 on the way, 2 done
	var way []int
	var visit func(pc int)
	visit = func(pc int) {
		if pc >= len(f.code) || state[pc] == 2 {
			return
		}
		if state[pc] == 1 {
			c.cycle(f, way[slices.Index(way, pc):])
			return
		}
		state[pc], way = 1, append(way, pc)
		if next, _, waits := f.ways(pc); !waits {
			for _, n := range next {
				visit(n)
			}
		}
		state[pc], way = 2, way[:len(way)-1]
	}
	for pc := range f.code {
		if reached[pc] {
			visit(pc)
		}
	}
	if strings.HasPrefix(f.name, "@") {
		return
	}
	circle := c.jumpCircle(f.name)
	if circle == nil {
		c.ownEvents(f)
	} else if c.firstOf(circle) == f.name {
		c.add(f.pos, "cycle", "let one of them wait for an answer", "the flows go round in a circle without an answer of the person: %s", strings.Join(circle, " → "))
	}
}

// ownEvents warns about a flow that raises an event it starts on itself: it runs inside itself then.
func (c *checker) ownEvents(f *flow) {
	for _, o := range f.code {
		if a, ok := actOf(o).(*eventStep); ok {
			if to, _ := c.listener(a.name.v); to == f {
				c.warn(o.step.pos, "cycle", fmt.Sprintf("goto: %s begins it again", f.name), "the flow %q starts on the event %q that it raises itself", f.name, a.name.v)
			}
		}
	}
}

func (c *checker) cycle(f *flow, places []int) {
	conditional := false
	var names []string
	var first *step
	for _, pc := range places {
		_, cond, _ := f.ways(pc)
		conditional = conditional || cond
		if st := f.code[pc].step; st != nil {
			names = append(names, fmt.Sprintf("%s (line %d)", st.kind, st.line))
			if _, ok := st.act.(*gotoStep); ok || first == nil {
				first = st // the place to mend, if there is one
			}
		}
	}
	if first == nil {
		return
	}
	if conditional {
		c.warn(first.pos, "cycle", fmt.Sprintf("a turn ends after %d steps", maxSteps), "the steps may go round in a circle without an answer of the person: %s", strings.Join(names, " → "))
		return
	}
	c.add(first.pos, "cycle", "let one of them wait for an answer", "the steps go round in a circle without an answer of the person: %s", strings.Join(names, " → "))
}

// jumpCircle finds flows that always lead to each other before they wait or end.
func (c *checker) jumpCircle(from string) []string {
	way := []string{from}
	for {
		next := c.certain(c.s.flows[way[len(way)-1]])
		switch {
		case next == "":
			return nil
		case next == from:
			return append(way, from)
		case slices.Contains(way, next):
			return nil // another flow's circle, told there
		}
		way = append(way, next)
	}
}

// firstOf is the flow that comes first in the files, so that a circle is told once.
func (c *checker) firstOf(circle []string) string {
	for _, name := range c.s.flowOrder {
		if slices.Contains(circle, name) {
			return name
		}
	}
	return ""
}

// certain is the flow that f leads to in any case without waiting; "" if there is none.
func (c *checker) certain(f *flow) string {
	if f == nil {
		return ""
	}
	pc := 0
	for range len(f.code) {
		if pc >= len(f.code) {
			return ""
		}
		if st := f.code[pc].step; st != nil {
			switch a := st.act.(type) {
			case *jumpStep:
				if st.when == nil {
					return a.flow.v
				}
			case *runStep:
				if st.when == nil {
					return a.flow.v
				}
			case *eventStep:
				if to, sure := c.listener(a.name.v); sure && st.when == nil {
					return to.name
				}
			}
		}
		next, conditional, waits := f.ways(pc)
		if waits || conditional || len(next) != 1 {
			return ""
		}
		pc = next[0]
	}
	return ""
}
