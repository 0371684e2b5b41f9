package entity

import "time"

// small reads up to four digits as a whole number.
func (s *scan) small(i int) (n, end int) {
	for end = i; end < i+4 && digit(s.rune(end)); end++ {
		n = n*10 + int(s.r[end]-'0')
	}
	if digit(s.rune(end)) {
		return 0, i
	}
	return n, end
}

// numericDate reads 2026-11-25, 2026. 11. 25., 11/25/2026, 26.11.25, 11/25, 2026/11, 20261125.
func (s *scan) numericDate(i int) found {
	if f := s.packedDate(i); f.end > 0 {
		return f
	}
	a, p := s.small(i)
	sep := s.rune(p)
	if p == i || sep != '-' && sep != '/' && sep != '.' {
		return found{}
	}
	q := s.afterDot(sep, p+1)
	b, end := s.small(q)
	if end == q || end > q+2 {
		return found{}
	}
	if s.rune(end) == sep || sep == '/' && s.is(end, ',') {
		r := s.afterDot(sep, end+1)
		if c, last := s.small(r); last > r {
			return s.threePart(i, p, a, b, c, last-r, last, sep)
		}
	}
	return s.twoPart(i, p-i, a, b, end, end-q, sep)
}

// afterDot passes the blank that Koreans write behind the dots of a date.
func (s *scan) afterDot(sep rune, i int) int {
	if sep == '.' && s.is(i, ' ') && digit(s.rune(i+1)) {
		return i + 1
	}
	return i
}

// threePart finds the order of year, month and day.
func (s *scan) threePart(i, p, a, b, c, width, end int, sep rune) found {
	d := Date{}
	switch {
	case p-i == 4:
		d = Date{a, time.Month(b), c}
	case width == 4 && a > 12:
		d = Date{c, time.Month(b), a}
	case width == 4:
		d = Date{c, time.Month(a), b}
	case p-i == 2 && width <= 2 && (a > 12 || sep == '.'):
		d = Date{s.fullYear(a), time.Month(b), c}
	case width == 2 && sep == '/':
		d = Date{s.fullYear(c), time.Month(a), b}
	}
	if s.is(end, sep) && digit(s.rune(end+1)) || d.Year < 1900 {
		return found{}
	}
	if !d.valid() {
		if p-i == 4 && sep != '.' {
			s.refuse(i, end)
		}
		return found{}
	}
	if sep == '.' && s.is(end, '.') && !letter(s.rune(end+1)) {
		end++
	}
	return found{day: day{Date: d, grain: GrainDay}, end: end}
}

// fullYear adds the century: a year further away than twenty years is one of the last century.
func (s *scan) fullYear(y int) int {
	if y+2000 > s.today.Year+20 {
		return y + 1900
	}
	return y + 2000
}

// twoPart reads month and day, or year and month.
func (s *scan) twoPart(i, widthA, a, b, end, widthB int, sep rune) found {
	if widthA == 4 && a >= 1900 && a <= 2100 && widthB == 2 && b >= 1 && b <= 12 {
		return found{day: day{Date: Date{a, time.Month(b), 1}, grain: GrainMonth}, end: end}
	}
	if widthA > 2 || s.is(end, '/', '%', ':') || s.is(end, '.') && digit(s.rune(end+1)) {
		return found{}
	}
	switch sep {
	case '-':
		if widthA != 2 || widthB != 2 || s.rangeUnit(end) {
			return found{}
		}
	case '.':
		if !s.is(s.skip(end), '(') {
			return found{}
		}
		if _, ok := shortDays[s.rune(s.skip(end)+1)]; !ok {
			return found{}
		}
	case '/':
		if _, _, ok := enSpanUnits.at(s, s.skip(end)); ok {
			return found{}
		}
	}
	if a > 12 && b <= 12 {
		a, b = b, a
	}
	d, ok := nextMonthDay(s.today, time.Month(a), b)
	if !ok || a < 1 || a > 12 {
		if sep == '/' && a >= 1 && a <= 12 && b > 28 && b <= 31 {
			s.refuse(i, end)
		}
		return found{}
	}
	return found{day: day{Date: d, grain: GrainDay, open: openYear}, end: end}
}

// rangeUnit tells whether two numbers with a hyphen are a range of something: 10-12시.
func (s *scan) rangeUnit(i int) bool {
	i = s.skip(i)
	return s.is(i, '시', '時', '일', '日', '명', '人', '개', '個', '월', '月', '분', '分', '-') || latin(s.rune(i)) && latinUnits.has(s, i)
}

// packedDate reads 20261125.
func (s *scan) packedDate(i int) found {
	for k := range 8 {
		if !digit(s.rune(i + k)) {
			return found{}
		}
	}
	if digit(s.rune(i+8)) || s.is(i+8, '-', '.') && digit(s.rune(i+9)) || s.is(i+8, '원', '円', '개', '명') {
		return found{}
	}
	n := 0
	for _, c := range s.r[i : i+8] {
		n = n*10 + int(c-'0')
	}
	d := Date{n / 10000, time.Month(n / 100 % 100), n % 100}
	if d.Year < 1900 || d.Year > 2100 || !d.valid() {
		return found{}
	}
	return found{day: day{Date: d, grain: GrainDay}, end: i + 8}
}
