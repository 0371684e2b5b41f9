package scenario

import (
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// inText tells whether a key of the mapping n is the rest of a text behind a comma: {text: yes, please}
// is a key "please" without a value to YAML.
func inText(n, val *yaml.Node) bool {
	n = resolve(n)
	return n.Style&yaml.FlowStyle != 0 && val.Kind == yaml.ScalarNode && val.Tag == "!!null" && val.Value == ""
}

// mended takes {{…}} for the text that is meant. Without quotes it is a mapping to YAML, whose key is
// another one; this is said once, and the text is checked like any other.
func (r *reader) mended(n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.MappingNode || n.Style&yaml.FlowStyle == 0 || len(n.Content) == 0 || n.Content[0].Kind != yaml.MappingNode {
		return n
	}
	src := r.braced(n)
	if !strings.HasPrefix(src, "{{") || !strings.HasSuffix(src, "}}") {
		return n
	}
	r.problem(n, "needs_quotes", `write "`+clip(src, 60)+`"`, "a text that begins with {{ must stand in quotes")
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: src, Line: n.Line, Column: n.Column}
}

// braced is what stands in the file from the node's brace to the one that closes it, "" if that is in
// another line.
func (r *reader) braced(n *yaml.Node) string {
	if n.Line < 1 || n.Line > len(r.lines) {
		return ""
	}
	line := []rune(r.lines[n.Line-1])
	line = line[min(max(n.Column-1, 0), len(line)):]
	depth := 0
	for i, c := range line {
		switch c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return string(line[:i+1])
			}
		}
	}
	return ""
}
