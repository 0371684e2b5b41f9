package scenario

import (
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// text is something to say: by locale, with variants, or a reference to an entry of "messages".
type text struct {
	pos
	ref word               // "t:key" without the "t:"; empty when the text stands here
	by  map[string][]*tmpl // "" = for every locale
	to  *text              // what ref points at
}

// text reads a text: "…", "t:key", {ko: …, ja: …} where each value may be a list of variants.
func (r *reader) text(what string, dst **text) func(*yaml.Node) {
	return func(n *yaml.Node) { *dst = r.readText(n, what) }
}

func (r *reader) readText(n *yaml.Node, what string) *text {
	n = resolve(n)
	t := &text{pos: r.at(n), by: map[string][]*tmpl{}}
	switch {
	case n.Kind == yaml.MappingNode:
		r.entries(n, what, func(key, val *yaml.Node) {
			r.locale(key)
			t.by[key.Value] = r.variants(val, what)
		})
	case n.Kind == yaml.ScalarNode && strings.HasPrefix(n.Value, "t:"):
		t.ref = word{strings.TrimPrefix(n.Value, "t:"), r.at(n)}
	default:
		t.by[""] = r.variants(n, what)
	}
	r.s.texts = append(r.s.texts, t)
	return t
}

func (r *reader) variants(n *yaml.Node, what string) (out []*tmpl) {
	r.oneOrMore(n, what, func(e *yaml.Node) {
		if e := r.scalar(e, what); e != nil {
			out = append(out, r.template(e))
		}
	})
	return out
}

// locale checks that the key of a text is a language.
func (r *reader) locale(key *yaml.Node) {
	if k := key.Value; len(k) < 2 || len(k) > 10 || strings.ToLower(k[:2]) != k[:2] || strings.Trim(k[:2], "abcdefghijklmnopqrstuvwxyz") != "" {
		r.problem(key, "bad_locale", "", "%q is not a language such as ko, ja or en", k)
	}
}

// in returns the variants for a locale: its own, else those for every locale, else the bot's default.
func (t *text) in(locale, fallback string) []*tmpl {
	if t == nil {
		return nil
	}
	if t.to != nil {
		t = t.to
	}
	for _, l := range []string{locale, "", fallback} {
		if v := t.by[l]; len(v) > 0 {
			return v
		}
	}
	return nil
}

// missing lists the bot's locales in which the text says nothing.
func (t *text) missing(locales []string) (out []string) {
	if t.ref.v != "" || len(t.by[""]) > 0 {
		return nil
	}
	for _, l := range locales {
		if len(t.by[l]) == 0 {
			out = append(out, l)
		}
	}
	return out
}

// plain returns the first variant of each locale as it is written, for labels that are matched.
func (t *text) plain(locale, fallback string) string {
	if v := t.in(locale, fallback); len(v) > 0 {
		return v[0].src
	}
	return ""
}

// spellings returns every variant in every locale.
func (t *text) spellings() (out []string) {
	if t == nil {
		return nil
	}
	if t.to != nil {
		t = t.to
	}
	for _, variants := range t.by {
		for _, v := range variants {
			out = append(out, v.src)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
