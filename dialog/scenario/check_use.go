package scenario

import "dari/dialog/scenario/intent"

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
	switch a := a.(type) {
	case *jumpStep:
		out = append(out, a.flow.v)
	case *runStep:
		out = append(out, a.flow.v)
	}
	for _, b := range buttonsOf(a) {
		out = append(out, b.flow.v)
	}
	return out
}
