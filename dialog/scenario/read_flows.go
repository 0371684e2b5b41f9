package scenario

import (
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

func (r *reader) newFlow(name string, n *yaml.Node) *flow {
	f := &flow{pos: r.at(resolve(n)), name: name, labels: map[string]int{}, slots: map[string]*slotSpec{}, body: &block{}}
	if strings.HasPrefix(name, "@") {
		r.s.flows[name] = f
		r.s.flowOrder = append(r.s.flowOrder, name)
	}
	return f
}

func (r *reader) flows(n *yaml.Node) {
	r.entries(n, "flows", func(key, val *yaml.Node) {
		if old := r.s.flows[key.Value]; old != nil {
			r.twice(key, "flow", old.pos)
			return
		}
		if strings.HasPrefix(key.Value, "@") || key.Value == "end" || key.Value == "start" {
			r.problem(key, "bad_name", "", "%q cannot be the name of a flow", key.Value)
			return
		}
		f := r.newFlow(key.Value, val)
		f.pos = r.at(key)
		r.flow = f
		r.object(val, "a flow", fields{
			"label": r.text("label", &f.label), "on": r.starts(f), "when": r.expr("when", true, nil, &f.when),
			"params": r.params(f), "digressions": r.digressions(f), "steps": r.blockInto("steps", &f.body),
		})
		r.flow = nil
		r.s.flows[f.name] = f
		r.s.flowOrder = append(r.s.flowOrder, f.name)
		f.lay(f.body)
	})
}

func (r *reader) starts(f *flow) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.object(n, "on", fields{
			"intent": r.names("intent", &f.intents), "event": r.names("event", &f.events),
			"postback": r.strs("postback", &f.data), "command": r.names("command", &f.commands),
		})
	}
}

func (r *reader) digressions(f *flow) func(*yaml.Node) {
	return func(n *yaml.Node) {
		allow := true
		r.object(n, "digressions", fields{
			"allow": r.boolean("allow", &allow), "resume": r.oneOf("resume", &f.resume, "ask", "auto", "never"),
		})
		f.noDig = !allow
	}
}

// params reads {name: default} or {name: {entity, default}}.
func (r *reader) params(f *flow) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.entries(n, "params", func(key, val *yaml.Node) {
			p := param{word: r.word(key)}
			switch t := resolve(val); {
			case t.Kind == yaml.MappingNode:
				r.object(val, "a parameter", fields{"entity": r.name("entity", &p.entity), "default": r.expr("default", false, nil, &p.def)})
			case t.Tag != "!!null":
				r.expr("a parameter", false, nil, &p.def)(val)
			}
			f.params = append(f.params, p)
			r.slot(p.word, p.entity)
		})
	}
}
