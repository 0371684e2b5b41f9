package bot

import (
	"context"
	"maps"
	"slices"
	"strings"

	"dari/bot/settings"
)

// Settled are a channel's name and settings at one moment, to be compared with those of a later one. Nobody
// outside gets the secrets among them.
type Settled struct {
	name   string
	fields []settings.Field
	values settings.Values
}

// Settled returns those of now.
func (c *Catalog) Settled(ctx context.Context, id string) (Settled, error) {
	rec, t, values, err := c.settings(ctx, id)
	if err != nil {
		return Settled{}, err
	}
	return Settled{rec.Name, ChannelFields(t), values}, nil
}

// Changes says for the audit log what is different later: of a plain setting the value before and after, of a
// secret that it was changed. What has stayed as it was is not mentioned.
func (s Settled) Changes(later Settled) string {
	var said []string
	if s.name != later.name {
		said = append(said, changed("name", s.name, later.name))
	}
	for _, f := range s.fields {
		before, after := plain(s.values[f.Key]), plain(later.values[f.Key])
		switch {
		case before == after:
		case f.Kind.Secret():
			said = append(said, f.Key+": "+secretChange(before, after))
		default:
			said = append(said, changed(f.Key, before, after))
		}
	}
	return strings.Join(said, "; ")
}

func changed(key, before, after string) string {
	return key + ": " + shownValue(before) + " → " + shownValue(after)
}

func secretChange(before, after string) string {
	switch {
	case before == "":
		return "set"
	case after == "":
		return "removed"
	}
	return "changed"
}

func shownValue(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// plain is a setting on one line.
func plain(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, ", ")
	case map[string]string:
		var out []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = append(out, k+": "+v[k])
		}
		return strings.Join(out, ", ")
	}
	return ""
}
