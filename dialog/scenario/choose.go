package scenario

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// choosing matches a sentence with the names of options.
type choosing struct {
	r       *run
	text    string
	options [][]string // the names of each, squeezed
}

// maxParts is how many options there may be where a part of a name is enough.
const maxParts = 100

// squeezed are the names of an option as a sentence is compared with them.
func squeezed(names ...string) (out []string) {
	for _, n := range names {
		if s := squeeze(n); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// whole is the option that is called exactly so; -1 if none.
func (c choosing) whole() int {
	want := squeeze(c.text)
	return slices.IndexFunc(c.options, func(names []string) bool {
		return slices.Contains(names, want)
	})
}

// has tells whether a name of an option holds a word.
func (c choosing) has(word string) bool {
	return slices.ContainsFunc(c.options, func(names []string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, word) })
	})
}

// any is the option that a sentence names by its number, by its name among other words, or by a part of its
// name that no other option has; -1 if there is none, or more than one.
func (c choosing) any() int {
	if i := c.whole(); i >= 0 {
		return i
	}
	if n := ordinalOf(c.text, len(c.options)); n > 0 {
		return n - 1
	}
	if i := c.named(); i >= 0 {
		return i
	}
	return c.part()
}

// named is the only option whose name stands in the sentence. "아이스 라테" counts as itself, not as "라테".
func (c choosing) named() int {
	s := squeeze(c.text)
	best, at := "", -1
	for i, names := range c.options {
		for _, name := range names {
			if utf8.RuneCountInString(name) < 2 || !around(s, name, func(_, _ string) bool { return true }) {
				continue
			}
			switch {
			case at == i:
				if len(name) > len(best) {
					best = name
				}
			case at < 0 || strings.Contains(name, best):
				best, at = name, i
			case !strings.Contains(best, name):
				return -1
			}
		}
	}
	return at
}

// part is the only option that has the sentence, freed of polite words, as a part of its name.
func (c choosing) part() int {
	if len(c.options) > maxParts || len(c.text) > maxCommand {
		return -1
	}
	if _, clear := c.r.yesNo(c.text); clear || c.r.commandOf(c.text) != "" {
		return -1
	}
	for _, core := range cores(squeeze(c.text)) {
		at := -1
		for i, names := range c.options {
			if !slices.ContainsFunc(names, func(n string) bool { return partOf(core, n) }) {
				continue
			}
			if at >= 0 {
				return -1
			}
			at = i
		}
		if at >= 0 {
			return at
		}
	}
	return -1
}

// partOf tells whether every word of a core is a part of a name: a whole word where words have blanks
// between them, else at least two letters.
func partOf(core, name string) bool {
	words := strings.Fields(core)
	for _, w := range words {
		if utf8.RuneCountInString(w) < 2 || !around(name, w, func(_, _ string) bool { return true }) {
			return false
		}
	}
	return len(words) > 0
}

// cores are a squeezed sentence with fewer and fewer polite words around it.
func cores(s string) (out []string) {
	out = append(out, s)
	for i := 0; i < len(out) && len(out) < 40; i++ {
		for _, set := range []phrases{opening, asking, picking} {
			out = append(out, peeled(out[i], set)...)
		}
		slices.SortStableFunc(out[i+1:], func(a, b string) int { return len(b) - len(a) })
		out = slices.Compact(out)
	}
	return out
}

// peeled are the ways to take one phrase from the beginning or the end.
func peeled(s string, set phrases) (out []string) {
	first, _ := utf8.DecodeRuneInString(s)
	for _, w := range set[first] {
		if rest, ok := strings.CutPrefix(s, w); ok && cut(s, len(w)) {
			out = append(out, strings.TrimSpace(rest))
		}
	}
	for i, c := range s {
		if i > 0 && slices.Contains(set[c], s[i:]) && cut(s, i) {
			out = append(out, strings.TrimSpace(s[:i]))
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}
