package scenario

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
	yaml "go.yaml.in/yaml/v4"
)

// Limits of one expression.
const (
	maxExprNodes  = 500
	maxExprMemory = 100_000
)

// expression is a condition or a value in expr-lang, https://expr-lang.org/docs/language-definition.
type expression struct {
	pos
	src   string
	style yaml.Style
	raw   string // the file's line it starts in, to find columns inside quotes
	flow  *flow
	extra map[string]types.Type // names beyond those of every expression
	cond  bool
	prog  *vm.Program
}

func (r *reader) expr(what string, cond bool, extra map[string]types.Type, dst **expression) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n := r.scalar(n, what); n != nil {
			*dst = r.newExpr(n, cond, extra)
		}
	}
}

func (r *reader) newExpr(n *yaml.Node, cond bool, extra map[string]types.Type) *expression {
	e := &expression{pos: r.at(n), src: n.Value, style: n.Style, flow: r.flow, cond: cond, extra: extra}
	if n.Line > 0 && n.Line <= len(r.lines) {
		e.raw = r.lines[n.Line-1]
	}
	r.s.exprs = append(r.s.exprs, e)
	return e
}

// compile checks the expression against the names it may use. The error's place is the one in the file.
func (e *expression) compile(s *script) (pos, error) {
	if strings.TrimSpace(e.src) == "" {
		return e.pos, errors.New("the expression is empty")
	}
	options := []expr.Option{
		expr.Env(s.env(e)), expr.MaxNodes(maxExprNodes), expr.DisableBuiltin("now"),
	}
	if e.cond {
		options = append(options, expr.AsBool())
	}
	prog, err := expr.Compile(e.src, options...)
	if err == nil {
		e.prog = prog
		return e.pos, nil
	}
	var fe *file.Error
	if errors.As(err, &fe) {
		return e.place(fe.Line, fe.Column), errors.New(fe.Message)
	}
	message, _, _ := strings.Cut(err.Error(), "\n")
	return e.pos, errors.New(message)
}

// place finds the line (from 1) and column (runes from 0) of the source in the file.
func (e *expression) place(line, col int) pos {
	p := e.pos
	switch {
	case e.style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		p.line += line
		p.col = col + 1
	case line > 1: // a scalar folded over several lines: the start is as near as one can get
	case e.style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		p.col += 1 + e.escapes(col)
	default:
		p.col += col
	}
	return p
}

// escapes is how many runes of the raw line the first n runes of the source take.
func (e *expression) escapes(n int) int {
	raw := []rune(e.raw)
	i := min(e.col, len(raw)) // behind the opening quote
	start := i
	for range n {
		switch {
		case i+1 < len(raw) && raw[i] == '\'' && raw[i+1] == '\'' && e.style&yaml.SingleQuotedStyle != 0:
			i += 2
		case i+1 < len(raw) && raw[i] == '\\' && e.style&yaml.DoubleQuotedStyle != 0:
			i += 2
		default:
			i++
		}
	}
	return i - start
}

// eval runs the expression.
func (e *expression) eval(env map[string]any) (any, error) {
	if e.prog == nil {
		return nil, errors.New("the expression was not compiled")
	}
	machine := vm.VM{MemoryBudget: maxExprMemory}
	v, err := machine.Run(e.prog, env)
	if err != nil {
		message, _, _ := strings.Cut(err.Error(), "\n")
		return nil, errors.New(message)
	}
	return v, nil
}

// clip cuts a text for a message to people who build the bot.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n]) + "…"
}

func quoteAll(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = fmt.Sprintf("%q", w)
	}
	return strings.Join(out, ", ")
}
