package scenario

import (
	"slices"
	"strings"
)

// compile compiles templates and expressions, now that every name is known.
func (c *checker) compile() {
	for _, t := range c.s.tmpls {
		if place, err := t.compile(); err != nil {
			code := "bad_template"
			if strings.HasPrefix(err.Error(), "secrets ") {
				code = "secret_use"
			}
			c.add(place, code, "", "%v", err)
			continue
		}
		for _, p := range t.paths {
			c.path(t, p)
		}
	}
	for _, e := range c.s.exprs {
		place, err := e.compile(c.s)
		if err == nil {
			continue
		}
		c.add(place, "bad_expression", c.exprHint(e, err.Error()), "%v", err)
	}
}

// path checks one value that a template takes.
func (c *checker) path(t *tmpl, p []string) {
	if len(p) < 2 {
		return
	}
	known, what := []string(nil), ""
	switch p[0] {
	case "slots":
		if t.flow == nil || strings.HasPrefix(t.flow.name, "@") {
			return // a message may be used by many flows
		}
		known, what = sortedKeys(t.flow.slots), "slot"
	case "vars":
		known, what = sortedKeys(c.s.varSet), "var"
	case "bot":
		known, what = append(sortedKeys(c.s.bot.constants), "id", "name", "locale"), "constant"
	case "user":
		known, what = append(sortedKeys(c.s.usrSet), "id", "name", "locale"), "user_value"
	case "event":
		known, what = []string{"name", "kind", "text", "data", "label", "values", "location"}, "event_value"
	case "channel":
		known, what = []string{"id", "type", "group"}, "channel_value"
	default:
		return
	}
	if !slices.Contains(known, p[1]) {
		c.add(t.pos, "undefined_"+what, didYouMean(p[1], known), "the template uses .%s, which does not exist", strings.Join(p[:2], "."))
	}
}
