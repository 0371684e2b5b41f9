package settings

import (
	"encoding/json"
	"slices"
	"strings"
)

// minHidden is the shortest value worth hiding: shorter ones would blot out ordinary words.
const minHidden = 8

// Hider takes secret values out of texts: a platform may repeat what it was sent. The zero Hider hides
// nothing.
type Hider struct{ r *strings.Replacer }

// NewHider hides the secret values of v, and of a block the lines by themselves.
func NewHider(fields []Field, v Values) Hider {
	var secrets []string
	for _, f := range fields {
		if !f.Kind.Secret() {
			continue
		}
		for _, s := range v.Map(f.Key) {
			secrets = append(secrets, s)
		}
		secrets = append(secrets, v.Text(f.Key))
	}
	for _, s := range slices.Clone(secrets) {
		for line := range strings.Lines(s) {
			if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") {
				secrets = append(secrets, line)
			}
		}
	}
	secrets = slices.DeleteFunc(secrets, func(s string) bool { return len(s) < minHidden })
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) }) // the whole before its parts
	var pairs []string
	for _, s := range slices.Compact(secrets) {
		pairs = append(pairs, s, dots)
		if quoted, err := json.Marshal(s); err == nil && string(quoted) != `"`+s+`"` {
			pairs = append(pairs, string(quoted[1:len(quoted)-1]), dots)
		}
	}
	if len(pairs) == 0 {
		return Hider{}
	}
	return Hider{strings.NewReplacer(pairs...)}
}

// Text is s without the secrets.
func (h Hider) Text(s string) string {
	if h.r == nil {
		return s
	}
	return h.r.Replace(s)
}
