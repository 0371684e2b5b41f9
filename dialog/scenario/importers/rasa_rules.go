package importers

import (
	"slices"
	"strings"
)

// rule is one of Rasa's rules or stories.
type rule struct {
	place
	name  string
	steps []*node
	loop  string // the form that has to be active
}

func (r *rasa) ruleList(n *node) {
	for _, e := range n.list {
		x := rule{place: e.place, name: first(e.get("rule").str(), e.get("story").str()), steps: e.get("steps").list}
		for _, c := range e.get("condition").list {
			if c.has("active_loop") {
				x.loop = c.get("active_loop").str()
			} else {
				r.note(c.place, "%q: the condition was left out; write it as \"when\" of the flow", x.name)
			}
		}
		r.rules = append(r.rules, x)
	}
}

// answers makes flows of rules and stories that lead from an intent to what is said.
func (r *rasa) answers() {
	ends := map[string]*rule{} // form → the rule behind it
	for i := range r.rules {
		if x := &r.rules[i]; x.loop != "" {
			ends[x.loop] = x
		}
	}
	started := map[string]bool{}
	for i := range r.rules {
		x := &r.rules[i]
		if x.loop != "" || len(x.steps) == 0 {
			continue
		}
		name := x.steps[0].get("intent").str()
		in := r.intentOf[oneLine(clean(name))]
		switch {
		case name == "":
			r.note(x.place, "%q does not begin with an intent and was left out", x.name)
		case in == nil && strings.Contains(name, "/"), in == nil && r.retrieval(name):
		case in == nil:
			r.note(x.place, "%q begins with the intent %q, which has no examples; it was left out", x.name, name)
		case started[in.name]:
			r.note(x.place, "%q was left out: the intent %q begins another rule already; write both as one flow", x.name, in.name)
		default:
			started[in.name] = true
			f := r.newFlow(x.place, in.name)
			f.intents = []string{in.name}
			r.follow(f, x.steps[1:], x.name, ends)
		}
	}
	r.retrievals(started)
}

// retrieval tells whether an intent has sub-intents.
func (r *rasa) retrieval(name string) bool {
	return slices.ContainsFunc(r.intents, func(in *intent) bool { return strings.HasPrefix(in.name, name+"/") })
}

// follow adds the steps of a rule up to the next word of the person.
func (r *rasa) follow(f *flow, steps []*node, name string, ends map[string]*rule) {
	for _, s := range steps {
		action := s.get("action").str()
		switch {
		case s.has("intent") || s.has("user") || s.has("or") || s.has("checkpoint"):
			r.note(s.place, "%q: what follows the next answer of the person was left out; write it as ask or choice in the flow %q", name, f.name)
			return
		case action == "action_listen", s.has("active_loop"), s.has("slot_was_set") && action == "":
		case strings.HasPrefix(action, "utter_"):
			if st, ok := r.say(f, action, s.place); ok {
				f.steps = append(f.steps, st)
			}
		case r.forms[action] != nil:
			r.asks(f, action)
			if end := ends[action]; end != nil {
				r.follow(f, slices.DeleteFunc(slices.Clone(end.steps), func(n *node) bool { return n.get("action").str() == action }), end.name, nil)
			}
		case action != "":
			r.note(s.place, "the action %q is code; write what it does into the flow %q, as a call or set", action, f.name)
		}
	}
}

// asks adds the questions of a form.
func (r *rasa) asks(f *flow, name string) {
	form := r.forms[name]
	for _, slot := range form.slots {
		a := &ask{slot: variable(slot), entity: r.slotEntity(slot), prompt: texts{}}
		if a.entity == "" {
			a.entity = "text"
			r.note(form.place, "%s: no entity fills the slot %q; the whole answer is taken", name, slot)
		}
		for _, key := range []string{"utter_ask_" + name + "_" + slot, "utter_ask_" + slot} {
			if p := r.responses[key]; p != nil && len(a.prompt) == 0 {
				for _, v := range p.variants {
					a.prompt.add("", fill(v, curly, func(s string) string { return r.slotValue(f, s, p.place) }))
				}
			}
		}
		if len(a.prompt) == 0 {
			r.note(form.place, "%s: there is no response utter_ask_%s; the question is the slot's name", name, slot)
			a.prompt.add("", escape(slot)+"?")
		}
		if !slices.ContainsFunc(f.steps, func(s step) bool { return s.ask != nil && s.ask.slot == a.slot }) {
			f.params = slices.DeleteFunc(f.params, func(p param) bool { return p.name == a.slot })
			f.steps = append(f.steps, step{ask: a})
		}
	}
}

// retrievals makes questions of intents "faq/opening_hours", whose responses are called "utter_faq/opening_hours".
func (r *rasa) retrievals(started map[string]bool) {
	r.intents = slices.DeleteFunc(r.intents, func(in *intent) bool {
		p := r.responses["utter_"+in.name]
		if !strings.Contains(in.name, "/") || p == nil || started[in.name] {
			return false
		}
		q := &question{place: in.place, id: in.name, asked: in.examples, answer: texts{}}
		for _, v := range p.variants {
			q.answer.add("", escape(v))
		}
		if len(q.answer) == 0 {
			return false
		}
		for i := range q.asked {
			for j := range q.asked[i].parts {
				q.asked[i].parts[j].entity = ""
			}
		}
		r.questions = append(r.questions, q)
		delete(r.intentOf, in.name)
		return true
	})
}
