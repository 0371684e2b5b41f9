package scenario

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// Change is one difference between two versions of a bot's files, in the bot builder's words.
type Change struct {
	What string `json:"what"` // added, removed, changed
	Kind string `json:"kind"` // flow, intent, entity, message, faq, table, test, bot, file
	Name string `json:"name"`
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
}

func (c Change) String() string {
	return fmt.Sprintf("%s %s %s (%s:%d)", c.What, c.Kind, c.Name, c.File, c.Line)
}

// Diff lists what is different between two versions: flows, intents, messages and so on by their names,
// wherever they stand. Comments, order and layout are no difference. A file that is no YAML is compared
// as a whole.
func Diff(before, after map[string][]byte) []Change {
	a, b := parts(before), parts(after)
	var out []Change
	for key, p := range b {
		old, was := a[key]
		switch {
		case !was:
			p.What = "added"
		case old.hash != p.hash:
			p.What = "changed"
		default:
			continue
		}
		out = append(out, p.Change)
	}
	for key, p := range a {
		if _, is := b[key]; !is {
			p.What = "removed"
			out = append(out, p.Change)
		}
	}
	slices.SortFunc(out, func(x, y Change) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Name, y.Name), cmp.Compare(x.What, y.What))
	})
	return out
}

type part struct {
	Change
	hash [sha256.Size]byte
}

// singular names the entries of a section.
var singular = map[string]string{"flows": "flow", "intents": "intent", "entities": "entity", "messages": "message", "tables": "table", "bot": "bot"}

func parts(files map[string][]byte) map[string]part {
	out := map[string]part{}
	for _, name := range sortedKeys(files) {
		var doc yaml.Node
		isYAML := slices.Contains([]string{".yaml", ".yml"}, strings.ToLower(path.Ext(name)))
		if !isYAML || len(files[name]) > maxFile || parseYAML(files[name], &doc) != nil || len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
			out["file "+name] = part{Change{Kind: "file", Name: name, File: name, Line: 1}, sha256.Sum256(files[name])}
			continue
		}
		top := doc.Content[0]
		for i := 0; i+1 < len(top.Content); i += 2 {
			section(out, name, top.Content[i].Value, resolve(top.Content[i+1]))
		}
	}
	return out
}

func section(out map[string]part, file, name string, n *yaml.Node) {
	kind := singular[name]
	switch {
	case kind != "" && n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			out[kind+" "+key.Value] = part{Change{Kind: kind, Name: key.Value, File: file, Line: key.Line}, hashOf(n.Content[i+1])}
		}
	case n.Kind == yaml.SequenceNode:
		kind := strings.TrimSuffix(name, "s")
		for _, e := range n.Content {
			label := entryName(e)
			out[kind+" "+label] = part{Change{Kind: kind, Name: label, File: file, Line: e.Line}, hashOf(e)}
		}
	default:
		out["file "+file+" "+name] = part{Change{Kind: "file", Name: name, File: file, Line: n.Line}, hashOf(n)}
	}
}

// entryName is what people know an entry of a list by.
func entryName(n *yaml.Node) string {
	for _, key := range []string{"name", "q"} {
		v := child(n, key)
		for v = resolve(v); v != nil && v.Kind != yaml.ScalarNode && len(v.Content) > 0; v = resolve(v.Content[len(v.Content)-1]) {
		}
		if v != nil {
			return clip(v.Value, 60)
		}
	}
	return fmt.Sprintf("in line %d", n.Line)
}

// hashOf is a hash of what a node says, without its layout.
func hashOf(n *yaml.Node) (sum [sha256.Size]byte) {
	h := sha256.New()
	left := countNodes(n, 0) + maxExtra
	write(h, n, &left)
	h.Sum(sum[:0])
	return sum
}

// write writes out a node, following aliases as far as left lasts.
func write(w io.Writer, n *yaml.Node, left *int) {
	n = resolve(n)
	if *left--; n == nil || *left < 0 {
		return
	}
	fmt.Fprintf(w, "%d %d %q\n", n.Kind, len(n.Content), n.Value)
	for _, c := range n.Content {
		write(w, c, left)
	}
}
