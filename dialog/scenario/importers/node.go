package importers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// node is a value of a JSON or YAML file that knows its line.
type node struct {
	place
	kind  byte // s scalar, l list, m mapping, 0 null
	text  string
	block bool // text of several lines that begins in the line below
	list  []*node
	keys  []string // of a mapping, in their order
	of    map[string]*node
}

// Limits of trees. maxCopies is what aliases may add to a file.
const (
	maxDepth  = 60
	maxNodes  = 2_000_000
	maxCopies = 20_000
)

// get is the value of a key; a node without anything when there is none.
func (n *node) get(keys ...string) *node {
	for _, key := range keys {
		if v := n.of[key]; v != nil {
			return v
		}
	}
	return &node{place: n.place}
}

func (n *node) has(key string) bool { return n.of[key] != nil }

// str is the text of a scalar, else "".
func (n *node) str() string { return n.text }

func (n *node) isTrue() bool { return n.text == "true" }

// strs are the texts of a list, or the one text.
func (n *node) strs() (out []string) {
	for _, e := range n.list {
		if e.kind == 's' {
			out = append(out, e.text)
		}
	}
	if n.kind == 's' {
		out = append(out, n.text)
	}
	return out
}

// readYAML reads a YAML file.
func (b *bot) readYAML(f File) *node {
	b.utf8(f)
	var doc yaml.Node
	if err := parseYAML(f.Data, &doc); err != nil {
		line := 1
		var le *yaml.LoadError
		message := strings.TrimPrefix(err.Error(), "yaml: ")
		if errors.As(err, &le) {
			message, line = le.Message, le.Mark.Line
		}
		b.fail(place{f.Name, line}, "the file is not YAML: %s", message)
	}
	if len(doc.Content) == 0 {
		return &node{place: place{f.Name, 1}}
	}
	c := &converter{b: b, file: f.Name, left: yamlNodes(&doc, 0) + maxCopies}
	return c.convert(doc.Content[0], 0)
}

// parseYAML guards against documents that make the parser itself give up.
func parseYAML(data []byte, doc *yaml.Node) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the parser gave up on it")
		}
	}()
	return yaml.Unmarshal(data, doc)
}

func yamlNodes(n *yaml.Node, depth int) int {
	total := 1
	for _, c := range n.Content {
		if depth < 4*maxDepth {
			total += yamlNodes(c, depth+1)
		}
	}
	return total
}

// converter follows aliases as far as its budget lasts.
type converter struct {
	b    *bot
	file string
	left int
}

func (c *converter) convert(y *yaml.Node, depth int) *node {
	n := &node{place: place{c.file, max(y.Line, 1)}}
	if c.left--; c.left < 0 {
		c.b.fail(n.place, "the aliases of the file multiply it; write out what they stand for")
	}
	if depth > maxDepth {
		c.b.fail(n.place, "nested more than %d levels deep", maxDepth)
	}
	switch y.Kind {
	case yaml.AliasNode:
		return c.convert(y.Alias, depth+1)
	case yaml.SequenceNode:
		n.kind = 'l'
		for _, e := range y.Content {
			n.list = append(n.list, c.convert(e, depth+1))
		}
	case yaml.MappingNode:
		n.kind, n.of = 'm', map[string]*node{}
		for i := 0; i+1 < len(y.Content); i += 2 {
			n.put(c.convert(y.Content[i], depth+1).text, c.convert(y.Content[i+1], depth+1))
		}
	case yaml.ScalarNode:
		if y.Tag != "!!null" {
			n.kind, n.text = 's', y.Value
		}
		n.block = y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
	}
	return n
}

// put keeps the first of two values of a key.
func (n *node) put(key string, v *node) {
	if n.of[key] == nil {
		n.keys = append(n.keys, key)
		n.of[key] = v
	}
}

// readJSON reads a JSON file.
func (b *bot) readJSON(f File) *node {
	b.utf8(f)
	data := bytes.TrimPrefix(f.Data, []byte("\xef\xbb\xbf"))
	j := &jsonReader{b: b, file: f.Name, data: data, dec: json.NewDecoder(bytes.NewReader(data)), line: 1}
	j.dec.UseNumber()
	n := j.value(0)
	if _, err := j.dec.Token(); !errors.Is(err, io.EOF) {
		b.fail(j.at(), "there is something behind the end of the JSON")
	}
	return n
}

type jsonReader struct {
	b     *bot
	file  string
	data  []byte
	dec   *json.Decoder
	line  int
	upTo  int // the offset that line is of
	nodes int
}

// at is the place of what was read last.
func (j *jsonReader) at() place {
	if to := int(j.dec.InputOffset()); to > j.upTo {
		j.line += bytes.Count(j.data[j.upTo:min(to, len(j.data))], []byte("\n"))
		j.upTo = to
	}
	return place{j.file, j.line}
}

func (j *jsonReader) token() json.Token {
	t, err := j.dec.Token()
	if err != nil {
		j.b.fail(j.at(), "the file is not JSON: %v", err)
	}
	return t
}

func (j *jsonReader) value(depth int) *node {
	t := j.token()
	n := &node{place: j.at()}
	if j.nodes++; j.nodes > maxNodes || depth > maxDepth {
		j.b.fail(n.place, "the file is too large or nested too deeply")
	}
	switch t := t.(type) {
	case json.Delim:
		j.inside(n, t, depth)
	case string:
		n.kind, n.text = 's', t
	case json.Number:
		n.kind, n.text = 's', t.String()
	case bool:
		n.kind, n.text = 's', map[bool]string{true: "true", false: "false"}[t]
	}
	return n
}

func (j *jsonReader) inside(n *node, open json.Delim, depth int) {
	n.kind, n.of = 'l', nil
	if open == '{' {
		n.kind, n.of = 'm', map[string]*node{}
	}
	for j.dec.More() {
		if n.kind == 'l' {
			n.list = append(n.list, j.value(depth+1))
			continue
		}
		key, _ := j.token().(string)
		n.put(key, j.value(depth+1))
	}
	j.token()
}
