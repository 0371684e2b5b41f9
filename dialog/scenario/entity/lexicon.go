package entity

import (
	"maps"
	"slices"
	"sort"
)

// lexicon finds the longest listed word at a place. A blank inside a listed word is optional between Korean or
// Japanese letters ("다음 주" also finds "다음주") and at least one blank or hyphen between Latin ones. Listed Latin words
// are found only as whole words.
type lexicon[V any] struct {
	filter [4]uint64 // the first letters modulo 256: most places are passed over without a look-up
	words  map[rune][]lexeme[V]
}

type lexeme[V any] struct {
	word  []rune
	value V
}

// newLexicon builds a lexicon from a table.
func newLexicon[V any](table map[string]V) *lexicon[V] {
	l := &lexicon[V]{words: map[rune][]lexeme[V]{}}
	for word, v := range table {
		w := []rune(word)
		l.words[w[0]] = append(l.words[w[0]], lexeme[V]{w, v})
		l.filter[w[0]/64%4] |= 1 << (w[0] % 64)
	}
	for _, entries := range l.words {
		sort.Slice(entries, func(i, j int) bool {
			if len(entries[i].word) != len(entries[j].word) {
				return len(entries[i].word) > len(entries[j].word)
			}
			return string(entries[i].word) < string(entries[j].word)
		})
	}
	return l
}

// newSet builds a lexicon of words without values.
func newSet(words ...string) *lexicon[struct{}] {
	table := make(map[string]struct{}, len(words))
	for _, w := range words {
		table[w] = struct{}{}
	}
	return newLexicon(table)
}

// from are the words that start with the letter at rune i, the longest first.
func (l *lexicon[V]) from(s *scan, i int) []lexeme[V] {
	if i < 0 || i >= len(s.r) {
		return nil
	}
	c := s.r[i]
	if l.filter[c/64%4]&(1<<(c%64)) == 0 {
		return nil
	}
	return l.words[c]
}

// at gives the longest word that starts at rune i, and the place after it.
func (l *lexicon[V]) at(s *scan, i int) (v V, end int, ok bool) {
	for _, e := range l.from(s, i) {
		if end, ok := s.spells(i, e.word); ok {
			return e.value, end, true
		}
	}
	return v, i, false
}

// has tells whether a listed word starts at rune i.
func (l *lexicon[V]) has(s *scan, i int) bool {
	_, _, ok := l.at(s, i)
	return ok
}

// spells tells whether the text spells a word at rune i, and where the word ends.
func (s *scan) spells(i int, word []rune) (end int, ok bool) {
	if latin(word[0]) && latin(s.rune(i-1)) {
		return i, false
	}
	p := i
	for k, c := range word {
		if c == ' ' {
			q := s.skip(p)
			if q == p && latin(word[k-1]) {
				if s.rune(p) != '-' {
					return i, false
				}
				q++
			}
			p = q
			continue
		}
		if s.rune(p) != c {
			return i, false
		}
		p++
	}
	if latin(word[len(word)-1]) && latin(s.rune(p)) {
		return i, false
	}
	return p, true
}

// says tells whether the text spells one word at rune i.
func (s *scan) says(i int, word string) (end int, ok bool) {
	if i >= len(s.r) {
		return i, false
	}
	return s.spells(i, []rune(word))
}

// runeSet is a set of letters of the basic plane.
type runeSet [1 << 16 / 64]uint64

func (b *runeSet) has(c rune) bool { return c < 1<<16 && b[c/64]&(1<<(c%64)) != 0 }

// starters are the letters with which a value may start; everything else is passed over at once.
var starters = startersOf(
	dayWords, weekWords, monthWords, yearWords, weekendWords, weekdays, whichWords, bareMonthParts, nthWords, eras, months,
	monthEdges, shortEdges, weekEdges, sinceWords, fixedHolidays, movingHolidays, lunarHolidays, spanWords, partsOfDay, namedParts,
	clockWords, momentWords, minuteWords, nativeTens, nativeOnes, kanaNumbers, englishNumbers, collectives, ordinalWords, koOrdinals,
	negatives, thePrefixes, currencyCodes, newSet("-", "a", "an", "the", "in", "after", "유월", "시월", "あと"),
)

// startersOf collects the first letters of lexicons, the numerals and the signs of currencies.
func startersOf(lexicons ...interface{ firsts() []rune }) *runeSet {
	var set runeSet
	add := func(c rune) { set[c/64] |= 1 << (c % 64) }
	for _, l := range lexicons {
		for _, c := range l.firsts() {
			add(c)
		}
	}
	for _, table := range []map[rune]float64{eastDigits, smallUnits, bigUnits} {
		for c := range table {
			add(c)
		}
	}
	for c := range signCurrencies {
		add(c)
	}
	return &set
}

// firsts are the letters with which the words start.
func (l *lexicon[V]) firsts() []rune { return slices.Collect(maps.Keys(l.words)) }
