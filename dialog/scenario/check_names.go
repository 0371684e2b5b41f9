package scenario

import (
	"net/url"
	"slices"
	"strings"
)

func (c *checker) undefined(w word, what string, known []string) {
	c.add(w.pos, "undefined_"+what, didYouMean(w.v, known), "there is no %s %q", what, w.v)
}

// publicFlows are the flows that have a name of their own.
func (s *script) publicFlows() (out []string) {
	for _, n := range s.flowOrder {
		if !strings.HasPrefix(n, "@") {
			out = append(out, n)
		}
	}
	return out
}

// names checks that everything that is named exists.
func (c *checker) names() {
	b := &c.s.bot
	if b.welcome.v != "" && c.s.flows[b.welcome.v] == nil {
		c.undefined(b.welcome, "flow", c.s.publicFlows())
	}
	for _, w := range b.carryOver {
		if !c.s.varSet[w.v] {
			c.warn(w.pos, "unused_var", didYouMean(w.v, sortedKeys(c.s.varSet)), "nothing sets vars.%s", w.v)
			c.s.varSet[w.v] = true
		}
	}
	for _, w := range b.channels {
		if _, ok := channelLimits()[w.v]; !ok {
			c.add(w.pos, "bad_value", didYouMean(w.v, sortedKeys(channelLimits())), "there is no channel type %q", w.v)
		}
	}
	for _, name := range c.s.flowOrder {
		f := c.s.flows[name]
		for _, w := range f.intents {
			if c.s.intents[w.v] == nil && !slices.Contains(commandNames, w.v) {
				c.undefined(w, "intent", append(slices.Clone(c.s.intentOrder), commandNames...))
			}
		}
		for _, p := range f.params {
			c.entity(p.entity)
		}
		ids := map[string]*step{}
		for _, o := range f.code {
			if o.step == nil {
				continue
			}
			if old := ids[o.step.id]; old != nil && o.step.id != "" {
				c.add(o.step.pos, "duplicate_id", "", "the step %q stands in line %d already", o.step.id, old.line)
			}
			ids[o.step.id] = o.step
			c.stepNames(f, o.step)
		}
	}
}

func (c *checker) entity(w word) {
	if w.v != "" && c.s.kindOf(w.v) == "" && c.s.entities[w.v] == nil {
		c.undefined(w, "entity", append(sortedKeys(c.s.entities), builtinEntities...))
	}
}

// stepNames checks the names in one step.
func (c *checker) stepNames(f *flow, st *step) {
	switch a := st.act.(type) {
	case *askStep:
		c.entity(a.entity)
	case *gotoStep:
		if a.target(f) < 0 {
			known := append(sortedKeys(f.labels), "end", f.name)
			hint := didYouMean(a.to.v, known)
			if c.s.flows[a.to.v] != nil {
				hint = "goto stays in its flow; use jump to reach another one"
			}
			c.add(a.to.pos, "undefined_step", hint, "the flow has no step %q", a.to.v)
		}
	case *jumpStep:
		c.flowArgs(a)
	case *runStep:
		c.flowArgs(&a.jumpStep)
	case *clearStep:
		for _, n := range a.names {
			if n.scope == "slots" && f.slots[n.name] == nil {
				c.undefined(word{n.name, n.at}, "slot", sortedKeys(f.slots))
			}
			if n.scope == "vars" && !c.s.varSet[n.name] {
				c.undefined(word{n.name, n.at}, "var", sortedKeys(c.s.varSet))
			}
		}
	case *lookupStep:
		if a.table.v != "" && c.s.tables[a.table.v] == nil {
			c.undefined(a.table, "table", sortedKeys(c.s.tables))
		}
	case *eventStep:
		if a.name.v != "" && !c.listens(a.name.v) {
			c.warn(a.name.pos, "undefined_event", didYouMean(a.name.v, c.events()), "no flow listens to the event %q", a.name.v)
		}
	case *callStep:
		c.callURL(a)
	case *engineStep:
		if len(a.tools) > 0 {
			c.warn(st.pos, "useless_key", "name them in the settings of an engine openai or anthropic, and ask that engine with the step engine", "tools (%s) cannot be handed to the engine %q by a step", strings.Join(a.tools, ", "), a.name.v)
		}
	}
	c.buttonNames(buttonsOf(st.act))
}

func (c *checker) flowArgs(a *jumpStep) {
	to := c.s.flows[a.flow.v]
	if to == nil || strings.HasPrefix(a.flow.v, "@") {
		if a.flow.v != "" {
			c.undefined(a.flow, "flow", c.s.publicFlows())
		}
		return
	}
	for _, name := range sortedKeys(a.args) {
		if to.slots[name] == nil {
			c.add(a.args[name].pos, "undefined_slot", didYouMean(name, sortedKeys(to.slots)), "the flow %q has no slot or parameter %q", to.name, name)
		}
	}
}

func (c *checker) buttonNames(list []*button) {
	for _, b := range list {
		if b.flow.v != "" && (c.s.flows[b.flow.v] == nil || strings.HasPrefix(b.flow.v, "@")) {
			c.undefined(b.flow, "flow", c.s.publicFlows())
		}
		if b.intent.v != "" && c.s.intents[b.intent.v] == nil {
			c.undefined(b.intent, "intent", c.s.intentOrder)
		}
		if b.event.v != "" && !c.listens(b.event.v) {
			c.warn(b.event.pos, "undefined_event", didYouMean(b.event.v, c.events()), "no flow listens to the event %q", b.event.v)
		}
		if to := c.s.flows[b.flow.v]; to != nil {
			for _, name := range sortedKeys(b.args) {
				if to.slots[name] == nil {
					c.add(b.args[name].pos, "undefined_slot", didYouMean(name, sortedKeys(to.slots)), "the flow %q has no slot or parameter %q", to.name, name)
				}
			}
		}
	}
}

func (c *checker) listens(event string) bool { return slices.Contains(c.events(), event) }

func (c *checker) events() (out []string) {
	for _, f := range c.s.flows {
		for _, w := range f.events {
			out = append(out, w.v)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// callURL checks the fixed part of a call's address.
func (c *checker) callURL(a *callStep) {
	if a.url == nil {
		return
	}
	fixed, _, filled := strings.Cut(a.url.src, "{{")
	if filled && fixed == "" {
		return
	}
	u, err := url.Parse(fixed)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" && !filled {
		c.add(a.url.pos, "bad_url", "write https://HOST/PATH, or start with a secret or a constant", "%q is not the start of an address", clip(fixed, 60))
	}
}
