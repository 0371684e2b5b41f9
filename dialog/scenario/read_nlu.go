package scenario

import (
	"regexp"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// entityKinds are the kinds that an entity can have.
var entityKinds = append([]string{"enum", "pattern"}, builtinEntities...)

func (r *reader) entities(n *yaml.Node) {
	r.entries(n, "entities", func(key, val *yaml.Node) {
		if old := r.s.entities[key.Value]; old != nil {
			r.twice(key, "entity", old.pos)
			return
		}
		e := &entitySpec{pos: r.at(key), name: key.Value, fuzzy: "off"}
		r.object(val, "an entity", fields{
			"type": r.oneOf("type", &e.kind, entityKinds...), "values": func(v *yaml.Node) { r.enumValues(e, v) },
			"pattern": r.pattern(&e.pattern), "fuzzy": r.oneOf("fuzzy", &e.fuzzy, "off", "edit", "jamo"),
			"open": r.boolean("open", &e.open), "max_length": r.integer("max_length", &e.maxLen, 1, 4000),
		})
		r.entityComplete(e, val)
		r.s.entities[e.name] = e
		r.s.entityOrder = append(r.s.entityOrder, e.name)
	})
}

func (r *reader) entityComplete(e *entitySpec, n *yaml.Node) {
	switch {
	case !hasKey(n, "type"):
		r.problem(n, "missing_key", "", "the entity %q needs the key \"type\"", e.name)
	case e.kind == "enum" && len(e.values) == 0 && !hasKey(n, "values"):
		r.problem(n, "missing_key", "", "an enum needs the key \"values\"")
	case e.kind == "pattern" && e.pattern == nil && !hasKey(n, "pattern"):
		r.problem(n, "missing_key", "", "a pattern needs the key \"pattern\"")
		e.pattern = regexp.MustCompile(`$^`)
	}
	if e.pattern == nil && e.kind == "pattern" {
		e.pattern = regexp.MustCompile(`$^`)
	}
	for key, kind := range map[string]string{"values": "enum", "fuzzy": "enum", "pattern": "pattern", "open": "text", "max_length": "text"} {
		if hasKey(n, key) && e.kind != "" && e.kind != kind {
			r.problem(child(n, key), "useless_key", "", "%q has a meaning for type %s only", key, kind)
		}
	}
}

func (r *reader) pattern(dst **regexp.Regexp) func(*yaml.Node) {
	return func(n *yaml.Node) {
		n = r.scalar(n, "pattern")
		if n == nil {
			return
		}
		re, err := regexp.Compile(n.Value)
		if err != nil {
			r.problem(n, "bad_pattern", "the syntax is that of RE2", "%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
			return
		}
		*dst = re
	}
}

func (r *reader) enumValues(e *entitySpec, n *yaml.Node) {
	if t := resolve(n); t.Kind == yaml.SequenceNode { // a short list of words
		r.list(n, "values", func(v *yaml.Node) {
			if v := r.scalar(v, "a value"); v != nil {
				e.values = append(e.values, &enumValue{pos: r.at(v), id: v.Value})
			}
		})
		return
	}
	r.entries(n, "values", func(key, val *yaml.Node) {
		v := &enumValue{pos: r.at(key), id: key.Value}
		e.values = append(e.values, v)
		r.object(val, "a value", fields{
			"label": r.text("label", &v.label), "subtitle": r.text("subtitle", &v.subtitle), "image": r.text("image", &v.imageURL),
			"synonyms": func(s *yaml.Node) { r.synonyms(v, s) },
		})
	})
}

// synonyms reads a list, or lists by locale.
func (r *reader) synonyms(v *enumValue, n *yaml.Node) {
	if resolve(n).Kind != yaml.MappingNode {
		r.strs("synonyms", &v.synonyms)(n)
		return
	}
	r.entries(n, "synonyms", func(key, val *yaml.Node) {
		r.locale(key)
		r.strs("synonyms", &v.synonyms)(val)
	})
}

func (r *reader) intents(n *yaml.Node) {
	r.entries(n, "intents", func(key, val *yaml.Node) {
		if old := r.s.intents[key.Value]; old != nil {
			r.twice(key, "intent", old.pos)
			return
		}
		in := &intentSpec{pos: r.at(key), name: key.Value, examples: map[string][]example{}, disambiguate: true}
		r.object(val, "an intent", fields{
			"label":    r.text("label", &in.label),
			"examples": func(v *yaml.Node) { r.examples(in, v) },
			"patterns": func(v *yaml.Node) {
				r.oneOrMore(v, "patterns", func(p *yaml.Node) {
					var re *regexp.Regexp
					if r.pattern(&re)(p); re != nil {
						in.patterns = append(in.patterns, re)
					}
				})
			},
			"priority": r.integer("priority", &in.priority, -100, 100), "disambiguate": r.boolean("disambiguate", &in.disambiguate),
		})
		r.s.intents[in.name] = in
		r.s.intentOrder = append(r.s.intentOrder, in.name)
	})
}

func (r *reader) examples(in *intentSpec, n *yaml.Node) {
	if resolve(n).Kind == yaml.SequenceNode {
		r.list(n, "examples", func(e *yaml.Node) { r.example(in, "", e) })
		return
	}
	r.entries(n, "examples", func(key, val *yaml.Node) {
		r.locale(key)
		r.oneOrMore(val, "examples", func(e *yaml.Node) { r.example(in, key.Value, e) })
	})
}

// marked is "[tomorrow](date)".
var marked = regexp.MustCompile(`\[([^\[\]]*)\]\(([^()]*)\)`)

func (r *reader) example(in *intentSpec, locale string, n *yaml.Node) {
	n = r.scalar(n, "an example")
	if n == nil {
		return
	}
	ex := example{word: word{marked.ReplaceAllString(n.Value, "$1"), r.at(n)}}
	for _, m := range marked.FindAllStringSubmatchIndex(n.Value, -1) {
		at := r.at(n)
		at.col += len([]rune(n.Value[:m[4]]))
		if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
			at.col++
		}
		ex.marks = append(ex.marks, mark{n.Value[m[2]:m[3]], word{n.Value[m[4]:m[5]], at}})
	}
	switch {
	case strings.TrimSpace(ex.v) == "":
		r.problem(n, "empty_example", "", "an example of %q is empty", in.name)
	case strings.ContainsAny(ex.v, "[]") && strings.Contains(ex.v, "]("):
		r.problem(n, "bad_markup", "write [text](entity)", "the mark-up of the example is not complete")
	default:
		in.examples[locale] = append(in.examples[locale], ex)
	}
}

func (r *reader) faq(n *yaml.Node) {
	r.list(n, "faq", func(e *yaml.Node) {
		q := &faqSpec{pos: r.at(resolve(e)), q: map[string][]word{}}
		r.object(e, "an entry of faq", fields{
			"q": func(v *yaml.Node) { r.questions(q, v) }, "a": r.text("a", &q.a), "tags": r.strs("tags", &q.tags),
		})
		if len(q.q) == 0 || q.a == nil {
			r.problem(e, "missing_key", "", "an entry of faq needs \"q\" and \"a\"")
			return
		}
		r.s.faq = append(r.s.faq, q)
	})
}

func (r *reader) questions(q *faqSpec, n *yaml.Node) {
	add := func(locale string, v *yaml.Node) {
		var list []word
		r.names("a question", &list)(v)
		q.q[locale] = append(q.q[locale], list...)
	}
	if resolve(n).Kind != yaml.MappingNode {
		add("", n)
		return
	}
	r.entries(n, "q", func(key, val *yaml.Node) {
		r.locale(key)
		add(key.Value, val)
	})
}
