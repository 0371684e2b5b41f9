package scenario

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// phrases are words and turns of phrase, by their first letter, in the form that squeeze gives.
type phrases map[rune][]string

func newPhrases(lists ...[]string) phrases {
	p := phrases{}
	for _, list := range lists {
		p.add(list...)
	}
	return p
}

func (p phrases) add(words ...string) {
	for _, w := range words {
		if w = squeeze(w); w != "" {
			first, _ := utf8.DecodeRuneInString(w)
			p[first] = append(p[first], w)
		}
	}
}

// anyHas tells whether a word is one of the phrases.
func anyHas(word string, sets ...phrases) bool {
	w := squeeze(word)
	first, _ := utf8.DecodeRuneInString(w)
	return slices.ContainsFunc(sets, func(p phrases) bool { return slices.Contains(p[first], w) })
}

// squeeze is a sentence without what does not matter when it is compared with a phrase: case, width,
// punctuation, and blanks other than those between Latin words and numbers.
func squeeze(s string) string {
	r := []rune(normalize(s))
	var b strings.Builder
	b.Grow(len(s))
	var last rune // the last one that was kept
	gap := false
	for i, c := range r {
		inNumber := i > 0 && i+1 < len(r) && unicode.IsDigit(r[i-1]) && unicode.IsDigit(r[i+1])
		if c == ' ' || !inNumber && c != '\'' && (unicode.IsPunct(c) && c != '#' && c != '%' || c == '~') {
			gap = true
			continue
		}
		if gap && spaced(last) && spaced(c) {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
		last, gap = c, false
	}
	return b.String()
}

// spaced tells whether a letter belongs to a script that puts blanks between words.
func spaced(c rune) bool {
	return unicode.IsDigit(c) || unicode.Is(unicode.Latin, c) || c == '\''
}

// cut tells whether a squeezed sentence may be cut before byte i: not inside a Latin word.
func cut(s string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[i:])
	return i == 0 || i == len(s) || !spaced(before) || !spaced(after) || unicode.IsDigit(before) != unicode.IsDigit(after)
}

// consists tells whether a squeezed sentence is made of nothing but phrases of these sets. It is the one
// measure of "nothing else was said": what is left of a sentence without its command, value or number.
func consists(s string, sets ...phrases) bool {
	if s == "" {
		return true
	}
	return (&cover{s: s, sets: sets, failed: make([]bool, len(s)+1)}).from(0)
}

// cover looks for a way to cut a sentence into phrases.
type cover struct {
	s      string
	sets   []phrases
	failed []bool // by the byte where the rest begins
}

func (c *cover) from(i int) bool {
	for i < len(c.s) && c.s[i] == ' ' {
		i++
	}
	if i == len(c.s) {
		return true
	}
	if c.failed[i] {
		return false
	}
	first, _ := utf8.DecodeRuneInString(c.s[i:])
	for _, set := range c.sets {
		for _, w := range set[first] {
			if strings.HasPrefix(c.s[i:], w) && cut(c.s, i+len(w)) && c.from(i+len(w)) {
				return true
			}
		}
	}
	c.failed[i] = true
	return false
}

// around finds a phrase in a squeezed sentence and tells whether fits accepts what stands before and behind
// one of its places.
func around(s, phrase string, fits func(before, after string) bool) bool {
	for from := 0; phrase != ""; {
		i := strings.Index(s[from:], phrase)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(phrase)
		if cut(s, i) && cut(s, end) && fits(s[:i], s[end:]) {
			return true
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		from = i + size
	}
	return false
}

// hasPhrase tells whether a squeezed sentence holds one of the phrases.
func hasPhrase(s string, set phrases) bool {
	for i, c := range s {
		if !cut(s, i) {
			continue
		}
		for _, w := range set[c] {
			if strings.HasPrefix(s[i:], w) && cut(s, i+len(w)) {
				return true
			}
		}
	}
	return false
}
