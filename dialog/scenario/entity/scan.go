package entity

import "time"

// scan is one reading of one text.
type scan struct {
	folded
	Options
	today   Date
	blocked []bool // no piece may touch these runes
	edge    []bool // a piece ends before this rune: the next may start without a blank
	nums    []num  // what num found, once per place
	seen    []bool
	lengths []length // what span found, once per place
	spanned []bool
	refused [][2]int // phrases that name no day or time
}

// piece is a value in the making, with its place in folded runes.
type piece struct {
	kind         Kind
	name         string
	start, end   int
	value, until any
	grain        string
	locale       string
	vague        bool
	day          day   // of dates and datetimes
	clock        clock // of times and datetimes
}

func newScan(text string, o Options) *scan {
	f := fold(text)
	n := len(f.r)
	return &scan{
		folded: f, Options: o, today: dateOf(o.Now),
		blocked: make([]bool, n), edge: make([]bool, n+1), nums: make([]num, n), seen: make([]bool, n),
		lengths: make([]length, n), spanned: make([]bool, n),
	}
}

// rune is the rune at i, 0 outside the text.
func (s *scan) rune(i int) rune {
	if i < 0 || i >= len(s.r) {
		return 0
	}
	return s.r[i]
}

// is tells whether one of the given runes stands at i.
func (s *scan) is(i int, any ...rune) bool {
	c := s.rune(i)
	for _, a := range any {
		if c == a && c != 0 {
			return true
		}
	}
	return false
}

// skip passes up to three blanks.
func (s *scan) skip(i int) int {
	for k := 0; k < 3 && s.rune(i) == ' '; k++ {
		i++
	}
	return i
}

// begins tells whether a value may start at rune i: not in the middle of a word or a number. Korean is often typed
// without blanks, so a word may also follow a particle or another value.
func (s *scan) begins(i int) bool {
	if i >= len(s.r) || s.blocked[i] {
		return false
	}
	if s.edge[i] {
		return true
	}
	c, prev := s.r[i], s.rune(i-1)
	switch {
	case hangul(c):
		return !hangul(prev) && !digit(prev) || particleEnd[prev] && hangul(s.rune(i-2))
	case s.pairEnd(i):
		return false
	case digit(c):
		return !digit(prev) && !latin(prev) && (!s.is(i-1, '.', ',', ':', '_', '#') || !digit(s.rune(i-2)))
	case latin(c):
		return !latin(prev)
	}
	return true
}

// particleEnd holds the syllables in which Korean particles end.
var particleEnd = map[rune]bool{
	'은': true, '는': true, '을': true, '를': true, '에': true, '서': true, '도': true, '요': true, '럼': true, '의': true, '면': true,
}

// wordEnd tells whether a Korean word may end before rune i: the text goes on with no Hangul or with a particle.
func (s *scan) wordEnd(i int) bool {
	return !hangul(s.rune(i)) || koParticles.endsWord(s, i)
}

// insideWord tells whether a Korean word for a week, a month, a year or a day that ends before rune end goes on as
// another word. Whoever writes a blank before the last syllable ("다음 주") writes one behind it too, so "다음 주제" is
// no week; without that blank ("다음주예약") only words that are known to start so are others.
func (s *scan) insideWord(i, end int) bool {
	if !hangul(s.rune(end)) || !hangul(s.r[end-1]) || end-i < 3 {
		return false
	}
	if s.is(end-1, '주') && s.is(end, '요') && s.is(end+1, ' ') && hangul(s.rune(s.skip(end+1))) {
		return true // 이번 주요 일정, but 이번 주요 as an answer
	}
	switch {
	case s.wordEnd(end), weekdays.has(s, end), partsOfDay.has(s, end), edgeTails.has(s, end), s.eastHour(end, false).end > 0:
		return false
	}
	return s.is(end-2, ' ') || longerWords.has(s, end-1)
}

// endsWord tells whether a listed particle starts at i and the word ends after it.
func (l *lexicon[V]) endsWord(s *scan, i int) bool {
	for _, e := range l.from(s, i) {
		if end, ok := s.spells(i, e.word); ok && !hangul(s.rune(end)) {
			return true
		}
	}
	return false
}

// block takes runes out of reach of the other grammars.
func (s *scan) block(from, to int) {
	for i := from; i < to; i++ {
		s.blocked[i] = true
	}
}

// free tells whether no rune of a piece is blocked.
func (s *scan) free(p *piece) bool {
	for i := p.start; i < p.end; i++ {
		if s.blocked[i] {
			return false
		}
	}
	return true
}

// tongue is the language of the word at rune i, or of the conversation where there is no word.
func (s *scan) tongue(i, j int) string {
	kanji := false
	for _, c := range s.r[i:j] {
		switch {
		case hangul(c):
			return "ko"
		case kana(c) || han(c):
			kanji = true
		}
	}
	if kanji {
		return "ja"
	}
	if s.Locale != "en" {
		for _, c := range s.r[i:j] {
			if latin(c) {
				return "en"
			}
		}
	}
	return s.Locale
}

// match gives a piece its final form.
func (s *scan) match(p *piece) Match {
	start, end := s.bytes(p.start, p.end)
	locale := p.locale
	if locale == "" {
		locale = s.tongue(p.start, p.end)
	}
	return Match{
		Kind: p.kind, Name: p.name, Start: start, End: end, Text: s.text[start:end],
		Value: p.value, Until: p.until, Grain: p.grain, Locale: locale, Ambiguous: p.vague,
	}
}

// whole is the text itself, without the blanks around it.
func (s *scan) whole() []piece {
	i, j := 0, len(s.r)
	for i < j && (s.r[i] == ' ' || s.r[i] == '\n' || s.r[i] == '\r') {
		i++
	}
	for j > i && (s.r[j-1] == ' ' || s.r[j-1] == '\n' || s.r[j-1] == '\r') {
		j--
	}
	if i == j {
		return nil
	}
	from, to := s.bytes(i, j)
	return []piece{{kind: KindText, start: i, end: j, value: s.text[from:to]}}
}

// dateOf is the calendar day of an instant in its own zone.
func dateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}
