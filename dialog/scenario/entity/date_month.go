package entity

import "time"

// monthFirst reads a month with its day and year: Nov 25, 2026; March 2027; in May.
func (s *scan) monthFirst(i int) found {
	m, end, ok := months.at(s, i)
	if !ok {
		return found{}
	}
	p := end
	if s.is(p, '.') {
		p++
	}
	p = s.skip(p)
	if q, ok := s.says(p, "the"); ok {
		p = s.skip(q)
	}
	word := string(s.r[i:end])
	if d, q, ok := s.dayNumber(p); ok && !(word == "may" && subjects[s.wordBefore(i)]) {
		return s.withYear(i, m, d, q)
	}
	if y, q, ok := s.yearNumber(p); ok {
		return found{day: day{Date: Date{y, m, 1}, grain: GrainMonth}, end: q}
	}
	return s.monthAlone(i, m, end)
}

// monthAlone reads a month without a day.
func (s *scan) monthAlone(i int, m time.Month, end int) found {
	p := s.skip(end)
	if q, ok := s.says(p, "of"); ok {
		p = s.skip(q)
	}
	if n, q, ok := yearWords.at(s, p); ok && latin(s.rune(p)) {
		return found{day: day{Date: Date{s.today.Year + n, m, 1}, grain: GrainMonth}, end: q}
	}
	before := s.wordBefore(i)
	if shyMonths[string(s.r[i:end])] && (!pointing[before] || before == "to" && m == time.March) {
		return found{}
	}
	y := s.today.Year
	if m < s.today.Month {
		y++
	}
	return found{day: day{Date: Date{y, m, 1}, grain: GrainMonth, open: openMonthOf}, end: end}
}

// dayFirst reads 25 November, the 25th of November 2026, the 25th of next month, the 25th.
func (s *scan) dayFirst(i int) found {
	p := i
	if q, ok := s.says(i, "the"); ok {
		p = s.skip(q)
	}
	d, end, ok := s.dayNumber(p)
	if !ok {
		return found{}
	}
	q := s.skip(end)
	if r, ok := s.says(q, "day"); ok {
		q = s.skip(r)
	}
	of := false
	for _, w := range []string{"of", "in"} {
		if r, ok := s.says(q, w); ok {
			q, of = s.skip(r), true
		}
	}
	if s.is(q, '-') && latin(s.rune(q+1)) {
		q++
	}
	if m, r, ok := months.at(s, q); ok {
		if s.is(r, '.') && !of {
			r++
		}
		return s.withYear(i, m, d, r)
	}
	if n, r, ok := monthWords.at(s, q); ok && of {
		first := s.today.months(n)
		if date := (Date{first.Year, first.Month, d}); date.valid() {
			return found{day: day{Date: date, grain: GrainDay}, end: r}
		}
	}
	return s.dayOnly(i, p, d, end)
}

// dayOnly reads "the 25th" where nothing that is counted follows: not the 25th floor.
func (s *scan) dayOnly(i, p, d, end int) found {
	before := s.wordBefore(i)
	if !s.ordinal(p, end) || i == p && !dayPointers[before] || i == p && before == "" {
		return found{}
	}
	q := s.skip(end)
	if latin(s.rune(q)) && !afterDay.has(s, q) && !partsOfDay.has(s, q) {
		return found{}
	}
	date, ok := nextDay(s.today, d)
	if !ok {
		return found{}
	}
	return found{day: day{Date: date, grain: GrainDay, open: openMonth}, end: end}
}

// ordinal tells whether the day was said as an ordinal.
func (s *scan) ordinal(i, end int) bool {
	return latin(s.rune(end-1)) && (digit(s.rune(i)) || ordinalWords.has(s, i))
}

// dayNumber reads 25, 25th, twenty-fifth.
func (s *scan) dayNumber(i int) (d, end int, ok bool) {
	if v, q, ok := ordinalWords.at(s, i); ok {
		return int(v), q, true
	}
	d, end = s.small(i)
	if end == i || end > i+2 || d < 1 || d > 31 {
		return 0, i, false
	}
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		if s.is(end, rune(suffix[0])) && s.is(end+1, rune(suffix[1])) && !letter(s.rune(end+2)) {
			return d, end + 2, true
		}
	}
	if letter(s.rune(end)) || s.is(end, ':') || s.is(end, '.', ',') && digit(s.rune(end+1)) || s.is(end, '/') {
		return 0, i, false
	}
	if q := s.skip(end); meridiems.has(s, q) {
		return 0, i, false // November, 3 pm
	}
	return d, end, true
}

// yearNumber reads a year of four digits.
func (s *scan) yearNumber(i int) (y, end int, ok bool) {
	y, end = s.small(i)
	return y, end, end == i+4 && y >= 1900 && y <= 2100 && !letter(s.rune(end)) && !s.is(end, ':')
}

// withYear adds the year behind month and day, or takes the next such day.
func (s *scan) withYear(i int, m time.Month, d, end int) found {
	p := s.skip(end)
	if s.is(p, ',') {
		p = s.skip(p + 1)
	}
	if q, ok := s.says(p, "of"); ok {
		p = s.skip(q)
	}
	if s.is(p, '-', '/') {
		p++
	}
	y, q, ok := s.yearNumber(p)
	if n, r, said := yearWords.at(s, p); said && latin(s.rune(p)) {
		y, q, ok = s.today.Year+n, r, true
	}
	if ok {
		if date := (Date{y, m, d}); date.valid() {
			return found{day: day{Date: date, grain: GrainDay}, end: q}
		}
		s.refuse(i, q)
		return found{}
	}
	date, ok := nextMonthDay(s.today, m, d)
	if !ok {
		s.refuse(i, end)
		return found{}
	}
	return found{day: day{Date: date, grain: GrainDay, open: openYear}, end: end}
}
