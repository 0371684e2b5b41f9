package entity

import (
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"
)

// Fuzzy is how far a word may be from what the bot builder listed.
type Fuzzy string

// The degrees. Words under the least length of a degree are never fuzzy, because a typo makes another word of them.
const (
	FuzzyOff  Fuzzy = "off"  // as listed; the zero value means the same
	FuzzyEdit Fuzzy = "edit" // a wrong letter: 1 from 4 letters on, 2 from 8
	FuzzyJamo Fuzzy = "jamo" // a wrong part of a syllable (회의싷 for 회의실): 1 from 7 parts on, 2 from 12
)

// Choice is one value of an enum with all its names.
type Choice struct {
	ID       string
	Label    map[string]string // by locale
	Synonyms []string
}

// Enum is a closed list of values. Make it with NewEnum, which prepares the words once.
type Enum struct {
	Name    string
	Fuzzy   Fuzzy
	Choices []Choice
	words   map[rune][]enumWord
	all     []enumWord
}

// enumWord is one name of a value, folded.
type enumWord struct {
	r     []rune // without blanks between Korean and Japanese letters
	parts []rune // for fuzzy matching
	value EnumValue
}

// NewEnum prepares an enum. The id, every label and every synonym are its names.
func NewEnum(name string, fuzzy Fuzzy, choices ...Choice) Enum {
	e := Enum{Name: name, Fuzzy: fuzzy, Choices: choices}
	e.prepare()
	return e
}

// prepare folds the names, the longest first.
func (e *Enum) prepare() {
	e.words, e.all = map[rune][]enumWord{}, nil
	for _, c := range e.Choices {
		names := append([]string{c.ID}, c.Synonyms...)
		for _, label := range c.Label {
			names = append(names, label)
		}
		slices.Sort(names[1:])
		for _, name := range slices.Compact(names) {
			if w := compact(fold(name).r); len(w) > 0 {
				word := enumWord{r: w, parts: split(w, e.Fuzzy), value: EnumValue{c.ID, c.Label}}
				e.all = append(e.all, word)
			}
		}
	}
	slices.SortStableFunc(e.all, func(a, b enumWord) int { return len(b.r) - len(a.r) })
	for _, w := range e.all {
		e.words[w.r[0]] = append(e.words[w.r[0]], w)
	}
}

// compact drops blanks that are no borders of Latin words.
func compact(r []rune) []rune {
	var kept []rune
	for i, c := range r {
		if c == ' ' && (len(kept) == 0 || i+1 == len(r) || r[i+1] == ' ' || !(latin(kept[len(kept)-1]) || digit(kept[len(kept)-1])) || !latin(r[i+1]) && !digit(r[i+1])) {
			continue
		}
		kept = append(kept, c)
	}
	return kept
}

// find gives the values named in a text: exactly where they are, else by similarity.
func (e *Enum) find(s *scan) []piece {
	if e.words == nil {
		prepared := *e
		prepared.prepare()
		e = &prepared
	}
	var found []piece
	for i := range s.r {
		for _, w := range e.words[s.r[i]] {
			if end, ok := s.named(i, w.r); ok {
				found = append(found, e.piece(i, end, w))
				break
			}
		}
	}
	if len(found) == 0 && (e.Fuzzy == FuzzyEdit || e.Fuzzy == FuzzyJamo) {
		found = e.similar(s)
	}
	return found
}

func (e *Enum) piece(start, end int, w enumWord) piece {
	return piece{kind: KindEnum, name: e.Name, start: start, end: end, value: w.value}
}

// named tells whether a name stands at rune i. Latin letters and digits must not go on; a single Korean or Japanese
// letter must be a word of its own; Korean names start a word or follow one of at least two letters.
func (s *scan) named(i int, w []rune) (int, bool) {
	first, last, prev := w[0], w[len(w)-1], s.rune(i-1)
	if latin(first) && (latin(prev) || digit(prev)) || digit(first) && (digit(prev) || latin(prev)) {
		return i, false
	}
	if len(w) == 1 && letter(prev) && !digit(first) {
		return i, false
	}
	p := i
	for _, c := range w {
		if c != ' ' && p > i && !latin(c) {
			p = s.skip(p)
		}
		if c == ' ' {
			if q := s.skip(p); q > p || s.is(p, '-', '_') {
				p = max(q, p+1)
				continue
			}
			return i, false
		}
		if s.rune(p) != c {
			return i, false
		}
		p++
	}
	next := s.rune(p)
	switch {
	case latin(last) && latin(next), digit(last) && digit(next):
		return i, false
	case len(w) == 1 && hangul(last):
		return p, s.wordEnd(p)
	case len(w) == 1 && (kana(last) || han(last)):
		return p, !letter(next) || kana(next) && !kana(last)
	}
	return p, true
}

// Pattern is a regular expression that a bot builder declares. It is matched against the text in NFKC without the
// blanks around it, so that full-width digits match \d.
type Pattern struct {
	Name string
	Expr *regexp.Regexp
}

// NewPattern compiles a pattern in the syntax of Go's regexp.
func NewPattern(name, expr string) (Pattern, error) {
	re, err := regexp.Compile(expr)
	if err != nil {
		return Pattern{}, fmt.Errorf("pattern of entity %q: %w", name, err)
	}
	return Pattern{name, re}, nil
}

// find gives the matches of a pattern; empty ones do not count.
func (p Pattern) find(s *scan) []piece {
	if p.Expr == nil {
		return nil
	}
	whole := s.whole()
	if whole == nil {
		return nil
	}
	from := whole[0].start
	text := string(s.kept[from:whole[0].end])
	var found []piece
	runes, bytes := from, 0
	for _, at := range p.Expr.FindAllStringIndex(text, -1) {
		if at[0] == at[1] {
			continue
		}
		runes += utf8.RuneCountInString(text[bytes:at[0]])
		start := runes
		runes += utf8.RuneCountInString(text[at[0]:at[1]])
		bytes = at[1]
		found = append(found, piece{kind: KindPattern, name: p.Name, start: start, end: runes, value: text[at[0]:at[1]]})
	}
	return found
}
