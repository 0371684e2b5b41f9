package settings

import (
	"maps"
	"strings"
	"unicode/utf8"
)

const dots = "••••"

// Mask returns a copy in which secret values show at most their last four characters.
func Mask(fields []Field, v Values) Values {
	out := maps.Clone(v)
	for _, f := range fields {
		if !f.Kind.Secret() || out[f.Key] == nil {
			continue
		}
		if m := v.Map(f.Key); m != nil {
			masked := make(map[string]string, len(m))
			for k, s := range m {
				masked[k] = maskText(s)
			}
			out[f.Key] = masked
			continue
		}
		out[f.Key] = maskText(v.Text(f.Key))
	}
	return out
}

// maskText keeps the last four characters of a long value, and nothing of one that is short or a
// block of several lines, whose end is no help in telling two apart.
func maskText(s string) string {
	if utf8.RuneCountInString(s) < 12 || strings.Contains(s, "\n") {
		return dots
	}
	r := []rune(s)
	return dots + string(r[len(r)-4:])
}

// Merge applies a JSON merge patch to the stored values: null removes, a secret sent back in its
// masked form is left as it was.
func Merge(fields []Field, stored, patch Values) Values {
	masked := Mask(fields, stored)
	out := maps.Clone(stored)
	if out == nil {
		out = Values{}
	}
	for key, val := range patch {
		switch val := val.(type) {
		case nil:
			delete(out, key)
		case string:
			if strings.HasPrefix(val, dots) && val == masked.Text(key) {
				continue
			}
			out[key] = val
		case map[string]any:
			out[key] = mergeMap(stored.Map(key), masked.Map(key), val)
		default:
			out[key] = val
		}
	}
	return out
}

func mergeMap(stored, masked map[string]string, patch map[string]any) map[string]any {
	out := map[string]any{}
	for k, s := range stored {
		out[k] = s
	}
	for k, v := range patch {
		if v == nil {
			delete(out, k)
			continue
		}
		if s, ok := v.(string); ok && strings.HasPrefix(s, dots) && s == masked[k] {
			continue
		}
		out[k] = v
	}
	return out
}

// Secrets returns every secret text among the values, for a scrubber to look for.
func Secrets(fields []Field, v Values) []string {
	var out []string
	for _, f := range fields {
		if !f.Kind.Secret() {
			continue
		}
		if s := v.Text(f.Key); s != "" {
			out = append(out, s)
		}
		for _, s := range v.Map(f.Key) {
			out = append(out, s)
		}
	}
	return out
}
