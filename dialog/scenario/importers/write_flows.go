package importers

import yaml "go.yaml.in/yaml/v4"

func (b *bot) flowNodes() (out []entry) {
	for _, f := range b.flows {
		on := mapping()
		if len(f.intents) > 0 {
			on.Content = append(on.Content, scalar("intent"), variants(f.intents))
		}
		if len(f.events) > 0 {
			on.Content = append(on.Content, scalar("event"), inline(words(f.events)))
		}
		if len(on.Content) == 0 {
			on = nil
		}
		var params *yaml.Node
		if len(f.params) > 0 {
			params = mapping()
			for _, p := range f.params {
				params.Content = append(params.Content, scalar(p.name), inline(mapping("entity", maybe(p.entity))))
			}
		}
		steps := list()
		for _, s := range f.steps {
			steps.Content = append(steps.Content, b.stepNode(s))
		}
		out = append(out, entry{f.name, mapping("label", b.text(f.label), "on", inline(on), "params", params, "steps", steps)})
	}
	return out
}

// maybeText is a text, nil when there is nothing to write.
func maybeText(s string) *yaml.Node {
	if s == "" {
		return nil
	}
	return variants([]string{s})
}

func (b *bot) stepNode(s step) *yaml.Node {
	switch {
	case s.ask != nil:
		return mapping("ask", mapping("slot", scalar(s.ask.slot), "entity", scalar(s.ask.entity), "prompt", b.text(s.ask.prompt)))
	case len(s.cards) > 0:
		n := list()
		for _, c := range s.cards {
			n.Content = append(n.Content, mapping("title", maybeText(c.title), "subtitle", maybeText(c.subtitle), "image", maybe(c.image), "buttons", b.buttons(c.buttons)))
		}
		return mapping("cards", n)
	case s.image == "" && len(s.buttons)+len(s.quick) == 0:
		return mapping("say", b.text(s.text))
	}
	return mapping("say", mapping("text", b.text(s.text), "image", maybe(s.image), "buttons", b.buttons(s.buttons), "quick", b.buttons(s.quick)))
}

func (b *bot) buttons(of []button) *yaml.Node {
	if len(of) == 0 {
		return nil
	}
	n := list()
	for _, one := range of {
		if one.kind == "" {
			n.Content = append(n.Content, b.text(one.label))
			continue
		}
		to := scalar(one.to)
		if one.kind != "flow" && one.kind != "intent" {
			to = variants([]string{one.to})
		}
		n.Content = append(n.Content, inline(mapping("label", b.text(one.label), one.kind, to)))
	}
	return n
}
