package importers

import (
	"regexp"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// yamlDetail is the mapping of an annotation.
type yamlDetail struct {
	Entity, Role, Group, Value string
	Entities                   []any
}

// parseInto reads a short mapping. It has no aliases to multiply: an annotation has one level.
func parseInto(s string, d *yamlDetail) (err error) {
	var n yaml.Node
	if err = parseYAML([]byte(s), &n); err != nil || len(n.Content) == 0 || n.Content[0].Kind != yaml.MappingNode {
		return err
	}
	list := n.Content[0].Content
	for i := 0; i+1 < len(list); i += 2 {
		switch v := list[i+1].Value; list[i].Value {
		case "entity":
			d.Entity = v
		case "role":
			d.Role = v
		case "group":
			d.Group = v
		case "value":
			d.Value = v
		case "entities":
			d.Entities = append(d.Entities, v)
		}
	}
	return nil
}

func first(words ...string) string {
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" {
			return w
		}
	}
	return ""
}

// response is what an "utter_…" action says.
type response struct {
	place
	variants []string
	image    string
	buttons  []*node
}

// form asks for slots.
type form struct {
	place
	slots []string
}

func (r *rasa) domainIntents(n *node) {
	for _, e := range n.list {
		name := e.str()
		if len(e.keys) > 0 {
			name = e.keys[0]
		}
		r.intentsOf = append(r.intentsOf, word{name, e.place})
	}
}

func (r *rasa) slotList(n *node) {
	for _, name := range n.keys {
		r.slots[name] = n.of[name]
	}
}

func (r *rasa) formList(n *node) {
	for _, name := range n.keys {
		f := &form{place: n.of[name].place}
		required := n.of[name].get("required_slots")
		f.slots = append(required.strs(), required.keys...)
		r.forms[name] = f
	}
}

func (r *rasa) responseList(n *node) {
	for _, name := range n.keys {
		p := &response{place: n.of[name].place}
		for _, v := range n.of[name].list {
			r.variant(p, name, v)
		}
		r.responses[name] = p
	}
}

// variant adds one of the ways to say a response.
func (r *rasa) variant(p *response, name string, v *node) {
	switch {
	case v.has("channel"):
		r.note(v.place, "%s: what is said on the channel %q only was left out", name, v.get("channel").str())
		return
	case v.has("condition"):
		r.note(v.place, "%s: what is said on a condition was left out; write it as a step with \"when\"", name)
		return
	}
	if text := v.get("text").str(); text != "" {
		p.variants = append(p.variants, text)
	}
	p.image = first(p.image, v.get("image").str())
	if len(p.buttons) == 0 {
		p.buttons = v.get("buttons").list
	}
	for _, key := range []string{"custom", "attachment", "elements", "quick_replies"} {
		if v.has(key) {
			r.note(v.get(key).place, "%s: %q was left out", name, key)
		}
	}
}

// curly is Rasa's "{slot}".
var curly = regexp.MustCompile(`\{([A-Za-z_][\w\-]*)\}`)

// say is the step of an "utter_…" action. Slots that the flow does not ask for are taken from the opening
// sentence, if an entity is called like them.
func (r *rasa) say(f *flow, name string, at place) (step, bool) {
	p := r.responses[name]
	if p == nil {
		r.note(at, "the action %q has no response in these files; write what it does into the flow %q", name, f.name)
		return step{}, false
	}
	s := step{text: texts{}}
	for _, v := range p.variants {
		s.text.add("", fill(v, curly, func(slot string) string { return r.slotValue(f, slot, p.place) }))
	}
	if strings.HasPrefix(p.image, "https://") || strings.HasPrefix(p.image, "http://") {
		s.image = escape(p.image)
	}
	for _, n := range p.buttons {
		if b, ok := r.button(n); ok {
			s.buttons = append(s.buttons, b)
		}
	}
	return s, len(s.text) > 0 || s.image != ""
}

func (r *rasa) slotValue(f *flow, slot string, p place) string {
	name := variable(slot)
	for _, s := range f.steps {
		if s.ask != nil && s.ask.slot == name {
			return "{{.slots." + name + "}}"
		}
	}
	kind := r.slotEntity(slot)
	if kind == "" {
		r.note(p, "nothing fills {%s}; set it in the flow, or take it out of the text", slot)
		return ""
	}
	f.param(name, kind)
	return "{{.slots." + name + "}}"
}

func (f *flow) param(name, entity string) {
	for _, p := range f.params {
		if p.name == name {
			return
		}
	}
	f.params = append(f.params, param{name, entity})
}

// slotEntity is the entity that fills a slot; "" when none does.
func (r *rasa) slotEntity(slot string) string {
	name := slot
	for _, m := range r.slots[slot].mappings() {
		switch m.get("type").str() {
		case "from_entity":
			name = m.get("entity").str()
		case "from_text":
			return "text"
		case "from_intent", "from_trigger_intent":
			if r.slots[slot].get("type").str() == "bool" {
				return "yesno"
			}
		}
	}
	name = entityName(oneLine(clean(name)))
	if e := r.entityOf[name]; e != nil && (e.kind != "enum" || len(e.values) > 0) {
		return e.name
	}
	return duckling[strings.ToLower(name)]
}

func (n *node) mappings() []*node {
	if n == nil {
		return nil
	}
	return n.get("mappings").list
}

// button reads {title, payload}: "/intent{…}" is an intent, anything else is said.
func (r *rasa) button(n *node) (button, bool) {
	title, payload := oneLine(clean(n.get("title").str())), oneLine(clean(n.get("payload").str()))
	b := button{label: plainText(title)}
	if title == "" {
		r.note(n.place, "the button has no title and was left out")
		return b, false
	}
	url := first(n.get("url").str(), payload)
	switch name, args, _ := strings.Cut(strings.TrimPrefix(payload, "/"), "{"); {
	case n.get("type").str() == "web_url" && (strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")):
		b.kind, b.to = "url", escape(url)
	case strings.HasPrefix(payload, "/") && r.intentOf[name] != nil:
		b.kind, b.to = "intent", name
		if args != "" {
			r.note(n.place, "the button %q sets entities; write them as args of a button that starts a flow", title)
		}
	case strings.HasPrefix(payload, "/"):
		r.note(n.place, "the button %q leads to the intent %q, which has no examples; it says its title", title, clip(name, 60))
	case payload != "":
		b.kind, b.to = "text", escape(payload)
	}
	return b, true
}
