package importers

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// braces are what a template would take for a beginning of its own.
var braces = regexp.MustCompile(`\{{2,}`)

// escape makes a template that prints s.
func escape(s string) string {
	return braces.ReplaceAllStringFunc(s, func(run string) string { return "{{`" + run + "`}}" })
}

// fill makes a template of a text with placeholders: name is their first group, and what to gives stands in
// their place. "" leaves the placeholder as it is.
func fill(s string, placeholder *regexp.Regexp, to func(name string) string) string {
	var b strings.Builder
	plain := func(t string, last bool) {
		core := strings.TrimRight(t, "{")
		b.WriteString(escape(core))
		if run := t[len(core):]; run != "" && (!last || len(run) > 1) {
			run = "{{`" + run + "`}}"
			b.WriteString(run)
		} else {
			b.WriteString(run)
		}
	}
	at := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(s, -1) {
		put := to(s[m[2]:m[3]])
		if put == "" {
			continue
		}
		plain(s[at:m[0]], false)
		b.WriteString(put)
		at = m[1]
	}
	plain(s[at:], true)
	return b.String()
}

// script is the language that the letters of a text are of.
func script(s string) string {
	hangul, kana, han, latin := 0, 0, 0, 0
	for _, c := range s {
		switch {
		case unicode.Is(unicode.Hangul, c):
			hangul++
		case unicode.In(c, unicode.Hiragana, unicode.Katakana):
			kana++
		case unicode.Is(unicode.Han, c):
			han++
		case unicode.Is(unicode.Latin, c):
			latin++
		}
	}
	switch {
	case hangul > 0 && hangul >= kana:
		return "ko"
	case kana+han > 0:
		return "ja"
	case latin > 0:
		return "en"
	}
	return ""
}

var localeForm = regexp.MustCompile(`^[a-z]{2}(-[A-Za-z0-9]{2,7})?$`)

// localeOf is a language as a scenario writes it; "" if it is none.
func localeOf(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "-")
	if len(s) >= 2 {
		s = strings.ToLower(s[:2]) + s[2:]
	}
	if !localeForm.MatchString(s) {
		return ""
	}
	return s
}

// matches tells whether a pattern that has been compiled before fits.
func matches(pattern, s string) bool {
	re, err := regexp.Compile(pattern)
	return err == nil && re.MatchString(s)
}

func itoa(n int) string { return strconv.Itoa(n) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
