package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"html/template"
	"strconv"
	"strings"
)

// Bounds of a tree: how deep it stands open, how deep it goes, and how much it shows.
const (
	treeOpen  = 2
	treeDepth = 32
	treeNodes = 2_000
)

// tree shows JSON as a tree that folds without a script; what is no JSON is shown as it is.
func tree(raw []byte) template.HTML {
	if len(raw) == 0 {
		return ""
	}
	var t treeWriter
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := t.value(dec, "", 0); err != nil || dec.More() {
		return template.HTML("<pre class=\"raw\">" + html.EscapeString(string(raw)) + "</pre>")
	}
	return template.HTML("<div class=\"tree\">" + t.b.String() + "</div>")
}

type treeWriter struct {
	b     strings.Builder
	nodes int
}

func (t *treeWriter) value(dec *json.Decoder, name string, depth int) error {
	tok, err := dec.Token()
	if err != nil {
		return err
	}
	if t.nodes++; t.nodes > treeNodes || depth > treeDepth {
		return errors.New("too large for a tree")
	}
	d, nested := tok.(json.Delim)
	if !nested {
		t.leaf(name, tok)
		return nil
	}
	t.b.WriteString("<details")
	if depth < treeOpen {
		t.b.WriteString(" open")
	}
	t.b.WriteString("><summary>" + label(name))
	inside := treeWriter{nodes: t.nodes}
	n := 0
	for ; dec.More(); n++ {
		key := strconv.Itoa(n)
		if d == '{' {
			k, err := dec.Token()
			if err != nil {
				return err
			}
			key, _ = k.(string)
		}
		if err := inside.value(dec, key, depth+1); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return err
	}
	t.nodes = inside.nodes
	open, closing := "{", "}"
	if d == '[' {
		open, closing = "[", "]"
	}
	t.b.WriteString("<span class=\"size\">" + open + strconv.Itoa(n) + closing + "</span></summary>" + inside.b.String() + "</details>")
	return nil
}

func (t *treeWriter) leaf(name string, tok json.Token) {
	class, text := "null", "null"
	switch v := tok.(type) {
	case string:
		class, text = "string", v
	case json.Number:
		class, text = "number", v.String()
	case bool:
		class, text = "bool", strconv.FormatBool(v)
	}
	t.b.WriteString("<p>" + label(name) + "<span class=\"" + class + "\">" + html.EscapeString(text) + "</span></p>")
}

func label(name string) string {
	if name == "" {
		return ""
	}
	return "<b>" + html.EscapeString(name) + "</b> "
}
