package scenario

import (
	"fmt"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"dari/bot/message"
)

// button is something to tap. Exactly one of the targets is set; without any it says its label.
type button struct {
	pos
	label *text

	url, phone, copy, says, data *text
	flow, intent, event          word
	args                         map[string]*expression
}

func (r *reader) buttons(what string, dst *[]*button) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.list(n, what, func(e *yaml.Node) { *dst = append(*dst, r.button(e)) })
	}
}

func (r *reader) button(n *yaml.Node) *button {
	n = resolve(n)
	b := &button{pos: r.at(n)}
	if n.Kind != yaml.MappingNode || !hasKey(n, "label") {
		b.label = r.readText(n, "a button")
		return b
	}
	r.object(n, "a button", fields{
		"label": r.text("label", &b.label), "url": r.text("url", &b.url), "phone": r.text("phone", &b.phone),
		"copy": r.text("copy", &b.copy), "text": r.text("text", &b.says), "data": r.text("data", &b.data),
		"flow": r.name("flow", &b.flow), "intent": r.name("intent", &b.intent), "event": r.name("event", &b.event),
		"args": r.args("args", &b.args),
	})
	targets := 0
	for _, set := range []bool{b.url != nil, b.phone != nil, b.copy != nil, b.says != nil, b.data != nil, b.flow.v != "", b.intent.v != "", b.event.v != ""} {
		if set {
			targets++
		}
	}
	if targets > 1 {
		r.problem(n, "two_targets", "keep one of url, phone, copy, text, data, flow, intent, event", "a button can do one thing only")
	}
	return b
}

// args reads name: expression pairs.
func (r *reader) args(what string, dst *map[string]*expression) func(*yaml.Node) {
	return func(n *yaml.Node) {
		*dst = map[string]*expression{}
		r.entries(n, what, func(key, val *yaml.Node) {
			if v := r.scalar(val, what); v != nil {
				(*dst)[key.Value] = r.newExpr(v, false, nil)
			}
		})
	}
}

// actions turns buttons into what the person sees. A button whose label or target is empty is left out.
func (r *run) actions(list []*button) (out []message.Action) {
	for _, b := range list {
		a := message.Action{Kind: message.ActionPostback, Label: oneLine(r.sayText(b.label, 0))}
		switch {
		case b.url != nil:
			a.Kind, a.URL = message.ActionURL, r.textIn(b.url, urlView, 0)
		case b.phone != nil:
			a.Kind, a.Number = message.ActionPhone, r.sayText(b.phone, 0)
		case b.copy != nil:
			a.Kind, a.Text = message.ActionCopy, r.sayText(b.copy, 0)
		case b.data != nil:
			a.Data, a.Text = r.sayText(b.data, 0), a.Label
		case b.flow.v != "":
			a.Data, a.Text = tap{kind: tapFlow, flow: b.flow.v, args: r.evalArgs(b.args)}.encode(), a.Label
		case b.event.v != "":
			a.Data, a.Text = tap{kind: tapEvent, flow: b.event.v, args: r.evalArgs(b.args)}.encode(), a.Label
		case b.intent.v != "":
			a.Data, a.Text = tap{kind: tapIntent, flow: b.intent.v}.encode(), a.Label
		default:
			a.Kind, a.Text = message.ActionMessage, r.sayText(b.says, 0)
		}
		if a.Validate() != nil {
			r.tr.warn("%s:%d: the button has no label or no target and was left out", b.file, b.line)
			continue
		}
		out = append(out, a)
	}
	return out
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (st *step) where() string {
	name := st.kind
	if st.id != "" {
		name = st.id
	}
	return fmt.Sprintf("%s:%d %s", st.file, st.line, name)
}

// fileName is the last part of an address.
func fileName(kind message.Type, url string) string {
	if kind != message.TypeFile {
		return ""
	}
	url, _, _ = strings.Cut(url, "?")
	return url[strings.LastIndexByte(url, '/')+1:]
}
