package importers

import (
	"regexp"
	"strings"
)

// rasa reads training data and domain (https://rasa.com/docs/rasa/training-data-format, .../domain).
type rasa struct {
	*bot
	lookups   map[string]place
	regexes   map[string][]word
	synonyms  map[string][]word // value → words
	responses map[string]*response
	forms     map[string]*form
	slots     map[string]*node
	rules     []rule
	intentsOf []word // of the domain
	used      map[string]bool
}

// word is a text with its place.
type word struct {
	text string
	place
}

func readRasa(b *bot, files []File) {
	r := &rasa{
		bot: b, lookups: map[string]place{}, regexes: map[string][]word{}, synonyms: map[string][]word{},
		responses: map[string]*response{}, forms: map[string]*form{}, slots: map[string]*node{}, used: map[string]bool{},
	}
	known := false
	for _, f := range files {
		known = r.file(b.readYAML(f)) || known
	}
	if !known {
		b.fail(place{files[0].Name, 1}, "no file has one of the keys nlu, intents, responses, rules and stories, as Rasa's have")
	}
	r.entities()
	r.answers()
	for _, in := range r.intentsOf {
		if b.intentOf[oneLine(clean(in.text))] == nil {
			b.note(in.place, "the intent %q has no examples and was left out", in.text)
		}
	}
}

// file reads the sections of one file; false when it has none of Rasa's.
func (r *rasa) file(n *node) (known bool) {
	for _, section := range []struct {
		key  string
		read func(*node)
	}{
		{"nlu", r.nlu},
		{"entities", func(*node) {}},
		{"slots", r.slotList},
		{"forms", r.formList},
		{"intents", r.domainIntents},
		{"responses", r.responseList},
		{"rules", r.ruleList},
		{"stories", r.ruleList},
		{"language", func(v *node) { r.locale = localeOf(v.str()) }},
		{"recipe", func(*node) {}},
		{"pipeline", func(*node) {}},
		{"policies", func(*node) {}},
		{"version", func(*node) {}},
		{"session_config", func(*node) {}},
		{"actions", func(*node) {}},
		{"assistant_id", func(*node) {}},
		{"e2e_actions", func(*node) {}},
	} {
		if n.has(section.key) {
			section.read(n.get(section.key))
			known = true
		}
	}
	return known
}

func (r *rasa) nlu(n *node) {
	for _, e := range n.list {
		switch {
		case e.has("intent"):
			r.intentExamples(e)
		case e.has("synonym"):
			name := e.get("synonym").str()
			r.synonyms[name] = append(r.synonyms[name], r.lines(e.get("examples"))...)
		case e.has("lookup"):
			r.lookup(e)
		case e.has("regex"):
			name := e.get("regex").str()
			r.regexes[name] = append(r.regexes[name], r.lines(e.get("examples"))...)
		default:
			r.note(e.place, "the entry is none of intent, synonym, lookup and regex and was left out")
		}
	}
}

// lines are the elements of "examples: |" with a dash each, or of a list.
func (r *rasa) lines(n *node) (out []word) {
	for _, e := range n.list {
		text := e.get("text")
		if e.kind == 's' {
			text = e
		}
		out = append(out, r.lines(text)...)
	}
	if n.kind != 's' {
		return out
	}
	if !n.block {
		return append(out, word{strings.TrimPrefix(strings.TrimSpace(n.text), "- "), n.place})
	}
	for i, line := range strings.Split(n.text, "\n") {
		line = strings.TrimSpace(line)
		if line = strings.TrimSpace(strings.TrimPrefix(line, "-")); line != "" {
			out = append(out, word{line, place{n.file, n.line + 1 + i}})
		}
	}
	return out
}

func (r *rasa) lookup(e *node) {
	name := e.get("lookup").str()
	ent := r.enum(e.place, name)
	r.lookups[ent.name] = e.place
	list := r.lines(e.get("examples"))
	for _, w := range list {
		ent.add(w.text)
	}
	if len(list) == 0 {
		r.note(e.place, "the lookup table %q has no words here; a table in a file of its own has to be written into entities.yaml", name)
	}
}

func (r *rasa) intentExamples(e *node) {
	in := r.intent(e.place, e.get("intent").str())
	for _, w := range r.lines(e.get("examples")) {
		r.example(in, example{place: w.place, parts: r.parts(w)})
	}
}

// annotated is "[words](entity)", "[words](entity:value)" or "[words]{"entity": …}".
var annotated = regexp.MustCompile(`\[([^\[\]]+)\](?:\(([^()]*)\)|(\{[^{}]*\}))`)

// parts takes the annotations out of a sentence.
func (r *rasa) parts(w word) (out []part) {
	at := 0
	for _, m := range annotated.FindAllStringSubmatchIndex(w.text, -1) {
		if m[0] > at {
			out = append(out, part{text: w.text[at:m[0]]})
		}
		p := part{text: w.text[m[2]:m[3]]}
		if m[4] >= 0 {
			p.entity, p.value, _ = strings.Cut(w.text[m[4]:m[5]], ":")
		} else {
			r.detail(&p, w, w.text[m[6]:m[7]])
		}
		p.entity = strings.TrimSpace(p.entity)
		out = append(out, p)
		at = m[1]
	}
	if at < len(w.text) {
		out = append(out, part{text: w.text[at:]})
	}
	return out
}

// detail reads {"entity": "city", "role": "from", "value": "SEL"}.
func (r *rasa) detail(p *part, w word, s string) {
	var d yamlDetail
	if parseInto(s, &d) != nil || d.Entity == "" {
		r.note(w.place, "the annotation %s cannot be read; its words stay unmarked", clip(s, 60))
		return
	}
	p.entity, p.value = d.Entity, d.Value
	if d.Role != "" || d.Group != "" {
		name := first(d.Role, d.Group)
		r.noteOnce("role "+d.Entity+" "+name, w.place, "the role or group %q of %q has no equivalent: ask for a slot of that name with the entity %q, the values fill the slots in their order", name, d.Entity, d.Entity)
	}
	if len(d.Entities) > 0 {
		r.note(w.place, "the annotation has several entities; only %q was taken over", d.Entity)
	}
}

// duckling are the entities that Rasa takes from Duckling, and what finds the same here.
var duckling = map[string]string{
	"time": "datetime", "number": "number", "ordinal": "number", "amount-of-money": "money", "duration": "duration", "email": "email", "phone-number": "phone",
	"date": "date", "datetime": "datetime", "money": "money", "phone": "phone",
}

// entities makes the entities that the sentences use.
func (r *rasa) entities() {
	for _, name := range sortedKeys(r.regexes) {
		r.regex(name, r.regexes[name])
	}
	for _, in := range r.intents {
		for i := range in.examples {
			parts := in.examples[i].parts
			for j := range parts {
				if parts[j].entity != "" {
					r.annotated(in.examples[i].place, &parts[j])
				}
			}
		}
	}
	r.synonymWords()
}

// annotated gives the words of an annotation to their entity.
func (r *rasa) annotated(p place, a *part) {
	name := entityName(oneLine(a.entity))
	e := r.entityOf[name]
	if kind := duckling[strings.ToLower(name)]; e == nil && kind != "" {
		a.entity = kind
		return
	}
	if e == nil {
		e = r.enum(p, a.entity)
		r.note(p, "the entity %q knows the words of the examples only; add others to its values, or make it a text", e.name)
	}
	a.entity = e.name
	r.used[e.name] = true
	if e.kind != "enum" {
		return
	}
	value := first(a.value, r.canonical(a.text), a.text)
	e.add(value, a.text)
}

// canonical is the value that a synonym stands for.
func (r *rasa) canonical(s string) string {
	for _, value := range sortedKeys(r.synonyms) {
		for _, w := range r.synonyms[value] {
			if fold(w.text) == fold(s) {
				return value
			}
		}
	}
	return ""
}

// synonymWords gives synonyms to every entity that has their value.
func (r *rasa) synonymWords() {
	for _, value := range sortedKeys(r.synonyms) {
		found := false
		for _, e := range r.bot.entities {
			if e.kind != "enum" || e.words[fold(value)] == nil {
				continue
			}
			found = true
			for _, w := range r.synonyms[value] {
				e.add(e.words[fold(value)].id, w.text)
			}
		}
		if list := r.synonyms[value]; !found && len(list) > 0 {
			r.note(list[0].place, "no entity has the value %q; its synonyms were left out", value)
		}
	}
}

// regex makes a pattern of an entity; those of the classifier have no equivalent.
func (r *rasa) regex(name string, list []word) {
	var good []string
	for _, w := range list {
		if _, err := regexp.Compile(w.text); err != nil {
			r.note(w.place, "the regular expression %q cannot be used here (%v): write it in the syntax of RE2", clip(w.text, 60), err)
			continue
		}
		good = append(good, w.text)
	}
	if len(list) == 0 {
		return
	}
	entity := false
	for _, in := range r.intents {
		for _, e := range in.examples {
			for _, p := range e.parts {
				entity = entity || entityName(oneLine(p.entity)) == entityName(oneLine(name))
			}
		}
	}
	switch {
	case !entity:
		r.note(list[0].place, "the regular expression %q is a hint to Rasa's classifier and was left out; write it into the patterns of an intent if it always means that", name)
	case len(good) > 0 && r.entityOf[entityName(oneLine(name))] == nil:
		e := r.enum(list[0].place, name)
		e.kind, e.pattern = "pattern", strings.Join(good, "|")
		if len(good) > 1 {
			e.pattern = "(?:" + strings.Join(good, ")|(?:") + ")"
		}
	}
}
