package entity

// wordBefore is the Latin word that ends before rune i, past blanks.
func (s *scan) wordBefore(i int) string {
	e := i
	for k := 0; k < 3 && s.is(e-1, ' '); k++ {
		e--
	}
	b := e
	for latin(s.rune(b-1)) && e-b < 12 {
		b--
	}
	return string(s.r[b:e])
}

// shyWeekday tells whether a short name of a weekday is more likely another word.
func (s *scan) shyWeekday(i, end int) bool {
	if !shyWeekdays[string(s.r[i:end])] || pointing[s.wordBefore(i)] {
		return false
	}
	word := string(s.r[i:end])
	if s.amongDays(i, end) {
		return false
	}
	if word != "sat" && word != "sun" && word != "wed" && word != "mon" {
		return false
	}
	if s.is(end, '.', ',', '/', '-', '~') || s.rune(s.skip(end)) == 0 && s.skip(end) >= len(s.r) && s.wordBefore(i) == "" {
		return false
	}
	p := s.skip(end)
	if s.is(p, '(') || digit(s.rune(p)) || s.is(p, '-', '~') {
		return false
	}
	_, at := s.says(p, "at")
	at = at || rangeWords.has(s, p)
	_, month, _ := months.at(s, p)
	return !at && month == p && !partsOfDay.has(s, p)
}

// amongDays tells whether another weekday stands beside one: mon, wed and fri.
func (s *scan) amongDays(i, end int) bool {
	if subjects[s.wordBefore(i)] {
		return false // he sat and wed
	}
	p := s.skip(end)
	for s.is(p, ',', '/', '&', ' ') {
		p++
	}
	for _, w := range []string{"and", "or"} {
		if q, ok := s.says(p, w); ok {
			p = s.skip(q)
		}
	}
	if weekdays.has(s, p) {
		return true
	}
	b := s.before(i)
	for s.is(b, ',', '/', '&', ' ') {
		b--
	}
	if w := s.wordBefore(b + 1); w == "and" || w == "or" {
		for b -= len(w); s.is(b, ',', ' '); b-- {
		}
	}
	w := s.wordBefore(b + 1)
	start := b + 1 - len([]rune(w))
	_, q, ok := weekdays.at(s, start)
	return w != "" && ok && q == b+1 && !subjects[s.wordBefore(start)]
}

// englishDate reads November 25th, 25 November 2026, the 25th, the first Monday of December, end of the month.
func (s *scan) englishDate(i int) found {
	f := better(s.monthFirst(i), s.dayFirst(i))
	f = better(f, s.edgeOf(i))
	f = better(f, s.nthOf(i))
	return better(f, s.weekdayThen(i))
}

// weekdayThen reads a date behind its weekday: Wednesday, November 25; Tuesday the 1st.
func (s *scan) weekdayThen(i int) found {
	w, end, ok := weekdays.at(s, i)
	if !ok {
		return found{}
	}
	p := s.skip(end)
	if s.is(p, ',', '.') {
		p = s.skip(p + 1)
	}
	f := better(s.monthFirst(p), s.dayFirst(p))
	if digit(s.rune(p)) {
		f = better(f, s.numericDate(p))
	}
	if f.end == 0 || f.grain != GrainDay {
		return found{}
	}
	if d, fits := s.fitting(f.Day, w); fits && f.open == openMonth {
		f.Date = d
	}
	f.vague = f.vague || f.weekday() != w
	return f
}

// dayPointers stand before a bare "25th", afterDay behind it.
var (
	dayPointers = map[string]bool{
		"on": true, "by": true, "until": true, "till": true, "from": true, "before": true, "after": true, "since": true, "through": true,
		"to": true,
	}
	afterDay = newSet("at", "in", "from", "to", "until", "till", "through", "for", "please", "around", "with", "and", "or", "is", "works", "if", "would", "will", "before", "after", "by",
		"noon", "midnight", "instead", "afternoon", "morning", "evening", "night", "then", "would", "sounds", "because", "of", "too", "also")
)

// edgeOf reads end of the month, the beginning of next year, mid-December, EOM.
func (s *scan) edgeOf(i int) found {
	if u, end, ok := shortEdges.at(s, i); ok {
		switch u {
		case week:
			return found{day: day{Date: s.today.monday().plus(6), grain: GrainDay}, end: end}
		case year:
			return found{day: day{Date: Date{s.today.Year, 12, 31}, grain: GrainDay}, end: end}
		}
		return found{day: day{Date: s.today.lastDay(), grain: GrainDay}, end: end}
	}
	if n, end, ok := weekEdges.at(s, i); ok {
		return found{day: day{Date: s.today.monday().plus(7*n + 6), grain: GrainDay}, end: end}
	}
	e, end, ok := monthEdges.at(s, i)
	if !ok {
		return found{}
	}
	p := s.skipHyphen(end)
	if first, q, ok := s.monthNamed(p); ok {
		return found{day: partDay(first, e.part), end: q}
	}
	if n, q, ok := yearWords.at(s, p); ok && latin(s.rune(p)) {
		last := Date{s.today.Year + n, 12, 1}
		if e.part.first == 1 {
			last.Month = 1
		}
		return found{day: partDay(last, e.part), end: q}
	}
	return found{}
}

func (s *scan) skipHyphen(i int) int {
	if s.is(i, '-') {
		return i + 1
	}
	return s.skip(i)
}

// monthNamed reads a month in words: November, November 2027, next month.
func (s *scan) monthNamed(i int) (Date, int, bool) {
	if m, end, ok := months.at(s, i); ok {
		y := s.today.Year
		if m < s.today.Month {
			y++
		}
		if said, q, ok := s.yearNumber(s.skip(end)); ok {
			y, end = said, q
		}
		return Date{y, m, 1}, end, true
	}
	if n, end, ok := monthWords.at(s, i); ok && latin(s.rune(i)) {
		return s.today.months(n), end, true
	}
	return Date{}, i, false
}

// nthOf reads the first Monday of December, last Friday of this month.
func (s *scan) nthOf(i int) found {
	nth, p, ok := nthWords.at(s, i)
	if !ok || !latin(s.rune(p-1)) {
		return found{}
	}
	w, p, ok := weekdays.at(s, s.skip(p))
	if !ok {
		return found{}
	}
	q, ok := s.says(s.skip(p), "of")
	if !ok {
		q, ok = s.says(s.skip(p), "in")
	}
	first, end, named := s.monthNamed(s.skip(q))
	if !ok || !named {
		return found{}
	}
	d, ok := nthWeekday(first, nth, w)
	if !ok {
		return found{}
	}
	return found{day: day{Date: d, grain: GrainDay}, end: end}
}
