package scenario

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"text/template"

	yaml "go.yaml.in/yaml/v4"
)

// maxRendered bounds what one template may print, in bytes.
const maxRendered = 64 << 10

// maxItems bounds how many elements a template walks through.
const maxItems = 1000

// tmpl is one text with places to fill in: "{{.slots.room.label}}". It sees maps, lists and plain values
// only, so that it can call nothing but the functions of the list below.
type tmpl struct {
	pos
	src   string
	block bool // written as a block ("|"): lines can be told apart
	flow  *flow
	call  bool // part of a call: may use secrets
	t     *template.Template
	paths [][]string // all values it names, for the checker
	needs [][]string // those it prints in any case, for the trace
}

func (r *reader) template(n *yaml.Node) *tmpl {
	t := &tmpl{pos: r.at(n), src: n.Value, flow: r.flow, block: n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0}
	r.s.tmpls = append(r.s.tmpls, t)
	return t
}

// allowed are the functions of templates. Those of text/template that format or call are not among them.
var allowed = []string{
	"and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "index", "slice",
	"date", "upper", "lower", "trim", "default", "join", "json", "number", "truncate",
}

// errTooLong ends a template that prints without end.
var errTooLong = fmt.Errorf("prints more than %d bytes", maxRendered)

// compile parses the template. The error's place is the one in the file.
func (t *tmpl) compile() (place pos, err error) {
	if !strings.Contains(t.src, "{{") {
		return t.pos, nil
	}
	parsed, err := template.New("t").Funcs(funcs).Parse(t.src)
	if err != nil {
		return t.place(err), errors.New(templateMessage(err))
	}
	w := &rewriter{t: t}
	if len(parsed.Templates()) > 1 {
		return t.pos, errors.New("define and block are not available in texts")
	}
	w.list(parsed.Root, true)
	if w.err != nil {
		return t.pos, w.err
	}
	t.t = parsed
	return t.pos, nil
}

var templateError = regexp.MustCompile(`^template: t:(\d+)(?::\d+)?: `)

func (t *tmpl) place(err error) pos {
	p := t.pos
	if m := templateError.FindStringSubmatch(err.Error()); m != nil && t.block {
		if line, _ := strconv.Atoi(m[1]); line > 0 {
			p.line += line
			p.col = 1
		}
	}
	return p
}

func templateMessage(err error) string {
	return templateError.ReplaceAllString(err.Error(), "")
}

// render fills the template in.
func (t *tmpl) render(data map[string]any) (string, error) {
	if t.t == nil {
		return t.src, nil
	}
	var b limited
	if err := t.t.Execute(&b, data); err != nil {
		return "", errors.New(templateMessage(err))
	}
	return b.String(), nil
}

type limited struct{ strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > maxRendered {
		return 0, errTooLong
	}
	return l.Builder.Write(p)
}

var _ io.Writer = (*limited)(nil)
