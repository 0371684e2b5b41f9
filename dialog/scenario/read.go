package scenario

import (
	"fmt"
	"maps"
	"slices"

	yaml "go.yaml.in/yaml/v4"

	"dari/dialog"
)

// Limits of the files of a bot.
const (
	maxFile  = 4 << 20
	maxFiles = 16 << 20
	maxDepth = 60
	maxExtra = 20_000 // nodes that aliases may add to those of the file
)

// reader turns the nodes of one file into the script. It goes on after every mistake.
type reader struct {
	s     *script
	file  string
	lines []string
	out   *[]dialog.Problem
	flow  *flow // the one being read
	kinds map[string]stepReader

	nodes, budget, depth int
	spent                bool // the budget of nodes or the depth
}

func (r *reader) at(n *yaml.Node) pos { return pos{r.file, n.Line, n.Column} }

func (r *reader) word(n *yaml.Node) word { return word{n.Value, r.at(n)} }

func (r *reader) problem(n *yaml.Node, code, hint, format string, args ...any) {
	*r.out = append(*r.out, problemAt(r.at(n), code, hint, format, args...))
}

func problemAt(p pos, code, hint, format string, args ...any) dialog.Problem {
	return dialog.Problem{File: p.file, Line: p.line, Column: p.col, Code: code, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// fields says what to do with the value of each key of an object.
type fields map[string]func(*yaml.Node)

// object reads a mapping whose keys are all known.
func (r *reader) object(n *yaml.Node, what string, f fields) {
	r.entries(n, what, func(key, val *yaml.Node) {
		read, ok := f[key.Value]
		if !ok {
			r.unknown(key, what, f, inText(n, val))
			return
		}
		read(val)
	})
}

func (r *reader) unknown(key *yaml.Node, what string, f fields, comma bool) {
	hint := didYouMean(key.Value, slices.Sorted(maps.Keys(f)))
	if comma {
		hint = "put a text with a comma in quotes"
	}
	r.problem(key, "unknown_key", hint, "%s has no key %q", what, key.Value)
}

// entries calls each for every pair of a mapping, in the order of the file.
func (r *reader) entries(n *yaml.Node, what string, each func(key, val *yaml.Node)) {
	n = r.enter(n)
	defer r.leave()
	if n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.wrongType(n, what, "a mapping (key: value)")
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			r.wrongType(key, "a key of "+what, "a word")
			continue
		}
		if line, twice := seen[key.Value]; twice {
			r.problem(key, "duplicate_key", fmt.Sprintf("the first one stands in line %d", line), "%s has the key %q twice", what, key.Value)
			continue
		}
		seen[key.Value] = key.Line
		each(key, r.mended(n.Content[i+1]))
	}
}

// list calls each for every element of a sequence.
func (r *reader) list(n *yaml.Node, what string, each func(*yaml.Node)) {
	n = r.enter(n)
	defer r.leave()
	if n == nil {
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.wrongType(n, what, "a list")
		return
	}
	for _, c := range n.Content {
		each(r.mended(c))
	}
}

// oneOrMore calls each for a single value or for every element of a list of them.
func (r *reader) oneOrMore(n *yaml.Node, what string, each func(*yaml.Node)) {
	if t := resolve(n); t != nil && t.Kind == yaml.SequenceNode {
		r.list(n, what, each)
		return
	}
	each(n)
}

// enter follows an alias and keeps the budget; nil means that the budget is spent, which is said once.
func (r *reader) enter(n *yaml.Node) *yaml.Node {
	r.depth++
	if r.spent {
		return nil
	}
	r.nodes++
	switch {
	case r.depth > maxDepth:
		r.problem(n, "too_deep", "", "nested more than %d levels deep", maxDepth)
	case r.nodes > r.budget:
		r.problem(n, "too_many", "write out what the aliases stand for", "the aliases of the file multiply it")
	default:
		return resolve(n)
	}
	r.spent = true
	return nil
}

func (r *reader) leave() { r.depth-- }

func resolve(n *yaml.Node) *yaml.Node {
	for i := 0; n != nil && n.Kind == yaml.AliasNode && i < maxDepth; i++ {
		n = n.Alias
	}
	return n
}

func (r *reader) wrongType(n *yaml.Node, what, want string) {
	r.problem(n, "wrong_type", "", "%s must be %s", what, want)
}
