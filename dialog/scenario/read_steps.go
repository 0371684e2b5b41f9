package scenario

import (
	"maps"
	"slices"

	yaml "go.yaml.in/yaml/v4"
)

// stepReader reads the value of a step's key; whole is the mapping the key stands in.
type stepReader func(r *reader, val, whole *yaml.Node) action

// stepKinds are all steps by their key. It is no variable because the readers of blocks come back to it.
func stepKinds() map[string]stepReader {
	return map[string]stepReader{
		"say": readSay, "cards": readCards, "ask": readAsk, "choice": readChoice,
		"if": readIf, "switch": readSwitch, "set": readSet, "clear": readClear,
		"call": readCall, "jump": readJump, "run": readRun, "goto": readGoto,
		"lookup": readLookup, "llm": readLLM, "engine": readEngine, "handoff": readHandoff,
		"wait": readWait, "typing": readTyping, "event": readEvent, "end": readEnd,
	}
}

// besides are the keys that may stand beside a step's own.
var besides = []string{"id", "when", "then", "else"}

// block reads steps: one, several keys of one mapping (run in their order), or a list.
func (r *reader) block(n *yaml.Node, what string) *block {
	b := &block{}
	n = resolve(n)
	switch n.Kind {
	case yaml.SequenceNode:
		r.list(n, what, func(e *yaml.Node) { b.steps = append(b.steps, r.steps(e, what)...) })
	default:
		b.steps = r.steps(n, what)
	}
	return b
}

func (r *reader) blockInto(what string, dst **block) func(*yaml.Node) {
	return func(n *yaml.Node) { *dst = r.block(n, what) }
}

// steps reads the steps of one mapping, or a step without settings written as a word ("end").
func (r *reader) steps(n *yaml.Node, what string) (out []*step) {
	n = resolve(n)
	if n.Kind == yaml.ScalarNode {
		if n.Value != "end" && n.Value != "typing" {
			r.problem(n, "unknown_step", didYouMean(n.Value, []string{"end", "typing"}), "%q is not a step", clip(n.Value, 40))
			return nil
		}
		return []*step{{pos: r.at(n), kind: n.Value, act: r.kinds[n.Value](r, n, n)}}
	}
	var id string
	var when *expression
	r.entries(n, what, func(key, val *yaml.Node) {
		read, isStep := r.kinds[key.Value]
		switch {
		case isStep:
			if st := read(r, val, n); st != nil {
				out = append(out, &step{pos: r.at(key), kind: key.Value, act: st})
			}
		case key.Value == "id":
			r.str("id", &id)(val)
		case key.Value == "when":
			r.expr("when", true, nil, &when)(val)
		case (key.Value == "then" || key.Value == "else") && hasKey(n, "if"):
		default:
			known := slices.Sorted(maps.Keys(r.kinds))
			r.problem(key, "unknown_step", didYouMean(key.Value, append(known, besides...)), "there is no step %q", key.Value)
		}
	})
	if len(out) == 0 && n.Kind == yaml.MappingNode && len(n.Content) > 0 && id != "" {
		r.problem(n, "empty_step", "", "the step %q does nothing", id)
	}
	for i, st := range out {
		st.when = when
		if i == 0 {
			st.id = id
		}
	}
	return out
}

func hasKey(n *yaml.Node, key string) bool { return child(n, key) != nil }

// child is the value of a key of a mapping.
func child(n *yaml.Node, key string) *yaml.Node {
	n = resolve(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
