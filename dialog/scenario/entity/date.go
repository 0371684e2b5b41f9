package entity

import "time"

// found is a day with its place in the text; end is 0 when nothing was found.
type found struct {
	day
	end   int
	vague bool
}

// better gives the longer of two readings.
func better(a, b found) found {
	if b.end > a.end {
		return b
	}
	return a
}

// date reads the longest date at rune i.
func (s *scan) date(i int) found {
	f := better(s.namedDay(i), s.weekend(i))
	f = better(f, s.weekOf(i))
	f = better(f, s.monthOf(i))
	f = better(f, s.yearOf(i))
	f = better(f, s.chosenWeekday(i))
	f = better(f, s.holiday(i, s.today.Year, true))
	f = better(f, s.barePart(i))
	switch c := s.r[i]; {
	case digit(c):
		f = better(f, s.numericDate(i))
		f = better(f, s.eastDate(i))
		f = better(f, s.englishDate(i))
	case hangul(c) || han(c) || kana(c):
		f = better(f, s.eastDate(i))
	case latin(c):
		f = better(f, s.englishDate(i))
		f = better(f, s.eraDate(i))
	}
	if f.end > 0 && (f.grain == GrainDay) && f.until == (Date{}) {
		f = s.annotated(f)
	}
	return f
}

// namedDay reads 오늘, 明日, tomorrow.
func (s *scan) namedDay(i int) found {
	n, end, ok := dayWords.at(s, i)
	if !ok || s.insideWord(i, end) {
		return found{}
	}
	return found{day: day{Date: s.today.plus(n), grain: GrainDay}, end: end, vague: s.is(i, '翌', '익') || s.is(i, '다') && s.is(i+1, '음')}
}

// weekend reads 이번 주말, 週末, next weekend.
func (s *scan) weekend(i int) found {
	n, end, ok := weekendWords.at(s, i)
	if !ok {
		return found{}
	}
	if n == anyWeekend {
		n = 0
	}
	saturday := s.today.monday().plus(7*n + 5)
	return found{day: day{Date: saturday, grain: GrainDay, until: saturday.plus(1)}, end: end}
}

// weekOf reads a week, or a weekday of it: 다음 주 월요일, 来週の金曜, next week Friday.
func (s *scan) weekOf(i int) found {
	n, end, ok := weekWords.at(s, i)
	if !ok || s.is(end, '間', '年') || s.insideWord(i, end) {
		return found{}
	}
	monday := s.today.monday().plus(7 * n)
	p := s.joint(end)
	if q, ok := s.says(p, "on"); ok {
		p = s.skip(q)
	}
	if w, q, ok := weekdays.at(s, p); ok {
		return found{day: day{Date: monday.plus(weekIndex(w)), grain: GrainDay}, end: q}
	}
	if q, ok := s.sameDay(end); ok {
		return found{day: day{Date: s.today.plus(7 * n), grain: GrainDay}, end: q}
	}
	if f, ok := s.shortWeekdaysOf(monday, p); ok {
		return f
	}
	if w, ok := shortDays[s.rune(p)]; ok && (p > end || !hangul(s.rune(p))) && !letter(s.rune(p+1)) {
		return found{day: day{Date: monday.plus(weekIndex(w)), grain: GrainDay}, end: p + 1}
	}
	if shyWeekWords.has(s, i) && !koParticles.endsWord(s, end) {
		return found{}
	}
	return found{day: day{Date: monday, grain: GrainWeek}, end: end}
}

// monthOf reads a month counted from this one, and a day of it: 다음 달 3일, 来月末, end of next month.
func (s *scan) monthOf(i int) found {
	n, end, ok := monthWords.at(s, i)
	if !ok || s.is(end, '分', '号', '력', '인', '라') || s.insideWord(i, end) {
		return found{}
	}
	first := s.today.months(n)
	if q, ok := s.sameDay(end); ok {
		return found{day: day{Date: s.today.shift(Span{Months: 1}, n), grain: GrainDay}, end: q}
	}
	if f := s.inMonth(first, end); f.end > 0 || s.barred(end) {
		return f
	}
	if q, ok := s.says(i, "the month"); ok && q == end {
		return found{} // only "end of the month" says when
	}
	return found{day: day{Date: first, grain: GrainMonth}, end: end}
}

// yearOf reads a year counted from this one, and what follows of it: 내년 3월 1일, 来年の春分, 올해 말.
func (s *scan) yearOf(i int) found {
	n, end, ok := yearWords.at(s, i)
	if q, the := s.says(i, "the year"); !ok || s.is(end, '度') || the && q == end || s.insideWord(i, end) {
		return found{}
	}
	return s.inYear(s.today.Year+n, end)
}

// inYear reads what follows a year: a month, a holiday, its end.
func (s *scan) inYear(y, end int) found {
	f := found{day: day{Date: Date{y, 1, 1}, grain: GrainYear}, end: end}
	p := s.joint(end)
	if q, ok := s.sameDay(end); ok {
		return found{day: day{Date: s.today.shift(Span{Years: 1}, y-s.today.Year), grain: GrainDay}, end: q}
	}
	if h := s.holiday(p, y, false); h.end > 0 {
		return h
	}
	if part, q, ok := s.monthPart(p); ok {
		m := Date{y, 12, 1}
		if part.first == 1 {
			m = Date{y, 1, 1}
		}
		return found{day: partDay(m, part), end: q}
	}
	m, q, ok := s.monthNumber(p)
	if !ok {
		return f
	}
	first := Date{y, m, 1}
	if d := s.inMonth(first, q); d.end > 0 || s.barred(q) {
		return d
	}
	return found{day: day{Date: first, grain: GrainMonth}, end: q}
}

// joint passes blanks and the particle between the parts of a date.
func (s *scan) joint(i int) int {
	p := s.skip(i)
	if s.is(p, '의', 'の') || p == i && s.is(p, ',') {
		p = s.skip(p + 1)
	}
	return p
}

// chosenWeekday reads a weekday: 월요일, 이번 금요일, 次の火曜, next Monday.
func (s *scan) chosenWeekday(i int) found {
	which, p, chosen := whichWords.at(s, i)
	p = s.skip(p)
	if chosen {
		if q, ok := s.says(p, "주"); ok && which == thisOne {
			p = s.skip(q)
		}
	} else {
		p = i
	}
	w, end, ok := weekdays.at(s, p)
	if ok && !chosen && latin(s.r[i]) {
		if f := s.weekdayLater(w, end); f.end > 0 {
			return f
		}
	}
	if !ok || !chosen && s.shyWeekday(p, end) {
		return found{}
	}
	d := day{grain: GrainDay, named: w}
	switch which {
	case thisOne:
		d.Date = nextWeekday(s.today, w)
	case nextOne:
		d.Date = s.today.monday().plus(7 + weekIndex(w))
	case lastOne:
		d.Date = nextWeekday(s.today.plus(-7), w)
	default:
		d.Date = nextWeekday(s.today.plus(1), w)
	}
	if !chosen {
		d.open = openWeek
	}
	f := found{day: d, end: end}
	if !chosen || which == coming {
		f = better(f, s.weekAfter(w, end))
	}
	return f
}

// weekAfter reads the week behind an English weekday: Friday of next week.
func (s *scan) weekAfter(w time.Weekday, end int) found {
	p := s.skip(end)
	for _, of := range []string{"of", "in"} {
		if q, ok := s.says(p, of); ok {
			p = s.skip(q)
		}
	}
	n, q, ok := weekWords.at(s, p)
	if !ok || !latin(s.rune(p)) {
		return found{}
	}
	return found{day: day{Date: s.today.monday().plus(7*n + weekIndex(w)), grain: GrainDay}, end: q}
}

// annotated passes the weekday behind a date: 11월 25일(수), 11/25 (水), Nov 25 (Wed).
func (s *scan) annotated(f found) found {
	p := s.skip(f.end)
	if s.is(p, '(') {
		w, q, ok := weekdays.at(s, p+1)
		if short, found := shortDays[s.rune(p+1)]; !ok && found {
			w, q, ok = short, p+2, true
		}
		if d, fits := s.fitting(f.Day, w); ok && fits && f.open == openMonth && s.is(q, ')') {
			f.Date = d // 25日（金）
		}
		if ok && s.is(q, ')') {
			f.vague = f.vague || f.weekday() != w
			f.end = q + 1
		}
		return f
	}
	if w, q, ok := weekdays.at(s, p); ok && f.open == openMonth && w != f.weekday() && !s.shyWeekday(p, q) {
		if d, fits := s.fitting(f.Day, w); fits {
			f.Date, f.end = d, q
			return f
		}
	}
	if s.is(p, ',') {
		p = s.skip(p + 1)
	}
	if w, q, ok := weekdays.at(s, p); ok && f.open != openWeek && w == f.weekday() && !s.shyWeekday(p, q) {
		f.end = q
	}
	return f
}
