package scenario

import (
	"slices"
	"strconv"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v4"
)

// scalar returns a single value, nil (with a problem) if it is none.
func (r *reader) scalar(n *yaml.Node, what string) *yaml.Node {
	n = resolve(n)
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		r.wrongType(n, what, "a single value")
		return nil
	}
	return n
}

func (r *reader) str(what string, dst *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n := r.scalar(n, what); n != nil {
			*dst = n.Value
		}
	}
}

func (r *reader) name(what string, dst *word) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n := r.scalar(n, what); n != nil {
			*dst = r.word(n)
		}
	}
}

func (r *reader) names(what string, dst *[]word) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.oneOrMore(n, what, func(e *yaml.Node) {
			if e := r.scalar(e, what); e != nil {
				*dst = append(*dst, r.word(e))
			}
		})
	}
}

func (r *reader) strs(what string, dst *[]string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var words []word
		r.names(what, &words)(n)
		for _, w := range words {
			*dst = append(*dst, w.v)
		}
	}
}

func (r *reader) oneOf(what string, dst *string, options ...string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		n = r.scalar(n, what)
		switch {
		case n == nil:
		case !slices.Contains(options, n.Value):
			r.problem(n, "bad_value", closest(n.Value, options), "%s must be one of %s", what, strings.Join(options, ", "))
		default:
			*dst = n.Value
		}
	}
}

func (r *reader) boolean(what string, dst *bool) func(*yaml.Node) {
	return func(n *yaml.Node) {
		n = r.scalar(n, what)
		switch {
		case n == nil:
		case n.Value == "true" || n.Value == "false":
			*dst = n.Value == "true"
		default:
			r.wrongType(n, what, "true or false")
		}
	}
}

func (r *reader) integer(what string, dst *int, low, high int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		n = r.scalar(n, what)
		if n == nil {
			return
		}
		v, err := strconv.Atoi(n.Value)
		switch {
		case err != nil:
			r.wrongType(n, what, "a whole number")
		case v < low || v > high:
			r.problem(n, "out_of_range", "", "%s must be between %d and %d", what, low, high)
		default:
			*dst = v
		}
	}
}

func (r *reader) share(what string, dst *float64) func(*yaml.Node) {
	return func(n *yaml.Node) {
		n = r.scalar(n, what)
		if n == nil {
			return
		}
		v, err := strconv.ParseFloat(n.Value, 64)
		switch {
		case err != nil:
			r.wrongType(n, what, "a number")
		case !(v >= 0 && v <= 1):
			r.problem(n, "out_of_range", "", "%s must be between 0 and 1", what)
		default:
			*dst = v
		}
	}
}

func (r *reader) duration(what string, dst *time.Duration, low, high time.Duration) func(*yaml.Node) {
	return func(n *yaml.Node) {
		n = r.scalar(n, what)
		if n == nil {
			return
		}
		v, err := time.ParseDuration(n.Value)
		switch {
		case err != nil:
			r.wrongType(n, what, "a duration such as 4s or 30m")
		case v < low || v > high:
			r.problem(n, "out_of_range", "", "%s must be between %s and %s", what, short(low), short(high))
		default:
			*dst = v
		}
	}
}

// short prints a duration without its zero parts.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// plain turns any node into strings, numbers, booleans, lists and maps.
func (r *reader) plain(n *yaml.Node) any {
	t := resolve(n)
	switch t.Kind {
	case yaml.MappingNode:
		out := map[string]any{}
		r.entries(n, "it", func(key, val *yaml.Node) { out[key.Value] = r.plain(val) })
		return out
	case yaml.SequenceNode:
		out := []any{}
		r.list(n, "it", func(e *yaml.Node) { out = append(out, r.plain(e)) })
		return out
	}
	switch t.Tag {
	case "!!int", "!!float":
		if f, err := strconv.ParseFloat(t.Value, 64); err == nil {
			return f
		}
	case "!!bool":
		return t.Value == "true"
	case "!!null":
		return nil
	}
	return t.Value
}
