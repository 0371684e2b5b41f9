package importers

import (
	"strings"
	"unicode"
)

// entityName leaves out what would end the mark-up of examples.
func entityName(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || strings.ContainsRune("()[]", c) {
			return '_'
		}
		return c
	}, s)
}

// variable is a name that templates and expressions can use.
func variable(s string) string {
	s = strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return c
		}
		return '_'
	}, s)
	if s == "" || unicode.IsDigit([]rune(s)[0]) {
		s = "v_" + s
	}
	return s
}

// clean drops what a text file cannot hold.
func clean(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\t':
			return c
		case unicode.IsControl(c), c == 0xfeff, c == 0xfffe, c == 0xffff, c == unicode.ReplacementChar, c == 0x2028, c == 0x2029:
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func clip(s string, runes int) string {
	if r := []rune(s); len(r) > runes {
		return string(r[:runes-1]) + "…"
	}
	return s
}

// fold is a word of an entity as it is compared.
func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }
