package words

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Spoken tells whether Dari speaks the language of that code.
func Spoken(code string) bool {
	return slices.ContainsFunc(Languages, func(l Language) bool { return l.Code == code })
}

// Preferred picks the best language of an Accept-Language header, Default if there is none.
// https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4
func Preferred(acceptLanguage string) string {
	type wish struct {
		code   string
		weight float64
	}
	var wishes []wish
	for part := range strings.SplitSeq(acceptLanguage, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		code, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			weight, _ = strconv.ParseFloat(q, 64) // what is no number is not wished for
		}
		if Spoken(code) && weight > 0 {
			wishes = append(wishes, wish{code, weight})
		}
	}
	if len(wishes) == 0 {
		return Default
	}
	slices.SortStableFunc(wishes, func(a, b wish) int { return cmp.Compare(b.weight, a.weight) })
	return wishes[0].code
}

// OfTerminal picks the language of a command line by its environment. The first of the variables that
// is set decides, as POSIX has it.
// https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html#tag_08_02
func OfTerminal(env func(name string) (string, bool)) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		locale, _ := env(name)
		if locale == "" {
			continue
		}
		if i := strings.IndexAny(locale, "_-.@"); i >= 0 { // ko_KR.UTF-8@variant
			locale = locale[:i]
		}
		if code := strings.ToLower(locale); Spoken(code) {
			return code
		}
		break
	}
	return Default
}
