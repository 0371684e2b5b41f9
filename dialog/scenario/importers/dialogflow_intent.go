package importers

import (
	"regexp"
	"slices"
	"strings"
)

// intent takes an intent over: its phrases, and what it says as a flow.
func (d *dialogflow) intent(n *node) {
	name := first(n.get("name").str(), "intent")
	answer := &node{place: n.place}
	if list := n.get("responses").list; len(list) > 0 {
		answer = list[0]
	}
	switch {
	case len(n.get("contexts").list) > 0:
		d.note(n.get("contexts").place, "the intent %q counts after others only and was left out; write it as an ask or choice in their flow", name)
		return
	case n.get("fallbackIntent").isTrue():
		d.fallbacks(n, answer)
		return
	}
	p := &places{d: d, params: answer.get("parameters").list}
	var events []string
	for _, e := range n.get("events").list {
		events = append(events, first(e.get("name").str(), e.str()))
	}
	f := &flow{place: n.place}
	if said := d.said[name]; len(said) > 0 {
		in := d.bot.intent(n.place, name)
		d.known(in, n.get("id").str())
		d.phrases(in, said)
		f = d.newFlow(n.place, in.name)
		f.intents = []string{in.name}
	} else if len(events) > 0 {
		f = d.newFlow(n.place, name)
	} else {
		d.note(n.place, "the intent %q has neither phrases nor events and was left out", name)
		return
	}
	for _, e := range events {
		if strings.HasSuffix(strings.ToUpper(e), "WELCOME") {
			d.welcome = first(d.welcome, f.name)
		} else if e = oneLine(clean(e)); e != "" && !slices.Contains(f.events, e) {
			f.events = append(f.events, e)
		}
	}
	p.slots(f)
	f.steps = append(f.steps, p.messages(answer)...)
	if n.get("webhookUsed").isTrue() {
		d.note(n.get("webhookUsed").place, "the intent %q asks a webhook; write that as a call step into the flow %q", name, f.name)
	}
	if contexts := answer.get("affectedContexts"); len(contexts.list) > 0 {
		d.note(contexts.place, "the contexts that %q sets were left out; the flow %q remembers by itself", name, f.name)
	}
	if a := answer.get("action"); a.str() != "" && !strings.HasPrefix(a.str(), "input.") {
		d.note(a.place, "the action %q was left out; write what it does into the flow %q", clip(a.str(), 60), f.name)
	}
}

// phrases adds the training phrases of all languages.
func (d *dialogflow) phrases(in *intent, said []phrases) {
	for _, of := range said {
		for _, e := range of.list {
			x := example{place: e.place, locale: of.locale}
			for _, piece := range e.get("data").list {
				p := part{text: clean(piece.get("text").str()), entity: d.kind(piece.place, piece.get("meta").str())}
				x.parts = append(x.parts, p)
			}
			d.example(in, x)
		}
	}
}

// fallbacks takes what is said when nothing was understood, and what must not be.
func (d *dialogflow) fallbacks(n, answer *node) {
	p := &places{d: d}
	for _, s := range p.messages(answer) {
		for l, list := range s.text {
			d.fallback[l] = append(d.fallback[l], list...)
		}
	}
	if said := d.said[n.get("name").str()]; len(said) > 0 {
		d.phrases(d.refusal(n.place), said)
	}
}

// places are the parameters of an intent and what their names have become.
type places struct {
	d      *dialogflow
	params []*node
	flow   *flow
}

// slots asks for the required parameters; the others are taken from the sentence if it has them.
func (p *places) slots(f *flow) {
	p.flow = f
	for _, n := range p.params {
		name := variable(oneLine(clean(n.get("name").str())))
		kind := p.d.kind(n.place, n.get("dataType").str())
		if n.get("isList").isTrue() {
			p.d.note(n.place, "the parameter %q holds one value here, no list", name)
		}
		prompt := texts{}
		for _, q := range n.get("prompts").list {
			prompt.add(localeOf(q.get("lang").str()), p.text(q.place, q.get("value").str()))
		}
		switch {
		case p.has(f, name):
		case n.get("required").isTrue() && len(prompt) > 0:
			f.steps = append(f.steps, step{ask: &ask{name, first(kind, "text"), prompt}})
		case kind != "":
			f.param(name, kind)
		}
	}
}

func (p *places) has(f *flow, name string) bool {
	return slices.ContainsFunc(f.steps, func(s step) bool { return s.ask != nil && s.ask.slot == name }) ||
		slices.ContainsFunc(f.params, func(q param) bool { return q.name == name })
}

// dollar is Dialogflow's "$name", "$name.original" and "#context.name".
var dollar = regexp.MustCompile(`([$#][\p{L}_][\p{L}\p{N}_\-]*(?:\.[\p{L}_][\p{L}\p{N}_\-]*)*)`)

// text turns parameters of a text into those of a template.
func (p *places) text(at place, s string) string {
	return fill(s, dollar, func(ref string) string {
		name, _, _ := strings.Cut(ref[1:], ".")
		if ref[0] == '#' {
			name = ref[strings.LastIndexAny(ref, "#.")+1:]
		}
		if p.flow != nil && p.has(p.flow, variable(name)) {
			return "{{.slots." + variable(name) + "}}"
		}
		if ref[0] == '$' {
			p.d.note(at, "nothing fills %s; set it in the flow, or take it out of the text", clip(ref, 60))
		}
		return ""
	})
}
