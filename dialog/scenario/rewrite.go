package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"
)

// rewriter makes a parsed template safe: values that are missing become empty instead of an error,
// whatever is printed goes through one function, loops are bounded, and nothing can recurse.
type rewriter struct {
	t       *tmpl
	guarded int // depth of if, with and range
	err     error
}

func (w *rewriter) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

// list goes through nodes; root says that the dot is still the whole of the data.
func (w *rewriter) list(l *parse.ListNode, root bool) {
	if l == nil {
		return
	}
	w.guarded++
	for _, n := range l.Nodes {
		w.node(n, root)
	}
	w.guarded--
}

func (w *rewriter) node(n parse.Node, root bool) {
	switch n := n.(type) {
	case *parse.TextNode, *parse.CommentNode, *parse.BreakNode, *parse.ContinueNode:
	case *parse.ActionNode:
		w.pipe(n.Pipe, root, true)
		if len(n.Pipe.Decl) == 0 {
			show := "show"
			if w.t.call {
				show = "machine"
			}
			w.through(n.Pipe, show)
		}
	case *parse.IfNode:
		w.pipe(n.Pipe, root, false)
		w.list(n.List, root)
		w.list(n.ElseList, root)
	case *parse.WithNode:
		w.pipe(n.Pipe, root, false)
		w.list(n.List, false)
		w.list(n.ElseList, root)
	case *parse.RangeNode:
		w.pipe(n.Pipe, root, false)
		w.through(n.Pipe, "items")
		w.list(n.List, false)
		w.list(n.ElseList, root)
	default:
		w.fail("{{%s}} is not available in texts", strings.Trim(strings.SplitN(n.String(), " ", 2)[0], "{}"))
	}
}

// through sends what a pipe gives through one more function.
func (w *rewriter) through(p *parse.PipeNode, fn string) {
	p.Cmds = append(p.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Pos: p.Pos, Args: []parse.Node{
		parse.NewIdentifier(fn).SetPos(p.Pos),
	}})
}

func (w *rewriter) pipe(p *parse.PipeNode, root, needed bool) {
	if p == nil {
		return
	}
	for _, cmd := range p.Cmds {
		needed = needed && !(len(p.Cmds) > 1 && strings.HasPrefix(p.Cmds[1].String(), "default"))
		for i, arg := range cmd.Args {
			cmd.Args[i] = w.arg(arg, root, needed)
		}
	}
}

func (w *rewriter) arg(n parse.Node, root, needed bool) parse.Node {
	switch n := n.(type) {
	case *parse.FieldNode:
		if root {
			w.path(n.Ident, needed)
		}
		return w.field(n, &parse.DotNode{NodeType: parse.NodeDot, Pos: n.Pos}, n.Ident)
	case *parse.VariableNode:
		if n.Ident[0] == "$" && len(n.Ident) > 1 {
			w.path(n.Ident[1:], needed)
		}
		if len(n.Ident) == 1 {
			return n
		}
		return w.field(n, &parse.VariableNode{NodeType: parse.NodeVariable, Pos: n.Pos, Ident: n.Ident[:1]}, n.Ident[1:])
	case *parse.ChainNode:
		return w.field(n, w.arg(n.Node, root, needed), n.Field)
	case *parse.PipeNode:
		w.pipe(n, root, needed)
	case *parse.IdentifierNode:
		if !slices.Contains(allowed, n.Ident) {
			w.fail("there is no function %q; %s", n.Ident, orKnown(n.Ident, allowed))
		}
	}
	return n
}

func orKnown(got string, known []string) string {
	if hint := didYouMean(got, known); hint != "" {
		return hint
	}
	return "known are " + strings.Join(known, ", ")
}

// path notes a value that the template takes from its data.
func (w *rewriter) path(ident []string, needed bool) {
	scopes := []string{"slots", "vars", "user", "bot", "event", "channel", "row", "secrets"}
	switch {
	case !slices.Contains(scopes, ident[0]):
		w.fail("there is no %q; %s", "."+ident[0], orKnown(ident[0], scopes))
	case ident[0] == "secrets" && !w.t.call:
		w.fail("secrets can be used in the url, headers and json of a call only")
	}
	w.t.paths = append(w.t.paths, ident)
	if needed && w.guarded == 1 {
		w.t.needs = append(w.t.needs, ident)
	}
}

// field is "field from a b": the value at .a.b, empty if there is none.
func (w *rewriter) field(at, from parse.Node, ident []string) parse.Node {
	args := []parse.Node{parse.NewIdentifier("field").SetPos(at.Position()), from}
	for _, id := range ident {
		args = append(args, &parse.StringNode{NodeType: parse.NodeString, Pos: at.Position(), Quoted: strconv.Quote(id), Text: id})
	}
	return &parse.PipeNode{NodeType: parse.NodePipe, Pos: at.Position(), Cmds: []*parse.CommandNode{
		{NodeType: parse.NodeCommand, Pos: at.Position(), Args: args},
	}}
}
