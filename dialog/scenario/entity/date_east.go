package entity

import "time"

// eastDate reads Korean and Japanese dates that start with a number or an era.
func (s *scan) eastDate(i int) found {
	f := better(s.eraDate(i), s.bareNth(i))
	if m, end, ok := s.monthNumber(i); ok {
		f = better(f, s.yearless(m, end))
	}
	n := s.num(i)
	p := s.skip(n.end)
	if n.daysOfMonth() && s.is(p, '일', '日') {
		if d, ok := nextDay(s.today, int(n.val)); ok && d.plus(1).Month == d.Month { // 25,26일
			return found{day: day{Date: d, grain: GrainDay, until: d.plus(1)}, end: p + 1}
		}
	}
	if n.style == none || n.point || n.hi != 0 || s.impossibleMonth(n) {
		return f
	}
	switch {
	case s.is(p, '년', '年') && n.style != korean:
		f = better(f, s.numberedYear(n, p+1))
	case s.is(p, '일', '日') && !(n.style == kanji && n.val == 1 && n.end-i == 1):
		f = better(f, s.dayAlone(n, p+1))
	}
	return f
}

// monthNumber reads 11월, 十二月, 유월.
func (s *scan) monthNumber(i int) (time.Month, int, bool) {
	val, p := 0.0, i
	switch {
	case s.is(i, '유') && s.is(i+1, '월'):
		val, p = 6, i+1
	case s.is(i, '시') && s.is(i+1, '월'):
		val, p = 10, i+1
	default:
		n := s.num(i)
		if n.style == none || n.style == korean || n.point || n.hi != 0 {
			return 0, 0, false
		}
		val, p = n.val, s.skip(n.end)
	}
	if !s.is(p, '월', '月') || val < 1 || val > 12 || val != float64(int(val)) {
		return 0, 0, false
	}
	end := p + 1
	if s.is(end, '요', '욜', '급', '세', '曜', '間', '額', '給', '謝', '刊') {
		return 0, 0, false
	}
	if s.is(end, '달') {
		end++
	} else if s.is(end, ' ') && s.is(end+1, '달') && !hangul(s.rune(end+2)) {
		end += 2
	}
	return time.Month(int(val)), end, true
}

// yearless reads a month and what follows of it, in the first such month or day that has not passed.
func (s *scan) yearless(m time.Month, end int) found {
	y := s.today.Year
	if m < s.today.Month {
		y++
	}
	if s.leapDay(m, end) {
		d, _ := nextMonthDay(s.today, m, 29)
		f := s.inMonth(Date{d.Year, m, 1}, end)
		f.open = openYear
		return f
	}
	if f := s.inMonth(Date{y, m, 1}, end); f.end > 0 {
		if (f.until == (Date{}) || f.until == f.plus(1)) && f.grain == GrainDay && f.before(s.today) {
			f = s.inMonth(Date{y + 1, m, 1}, end)
		}
		f.open = openYear
		return f
	}
	if s.barred(end) {
		return found{}
	}
	return found{day: day{Date: Date{y, m, 1}, grain: GrainMonth, open: openMonthOf}, end: end}
}

// barred tells whether an impossible day stands behind a month: 2월 30일.
func (s *scan) barred(end int) bool {
	p := s.joint(end)
	return p < len(s.r) && s.blocked[p]
}

// leapDay tells whether the 29th of February follows.
func (s *scan) leapDay(m time.Month, end int) bool {
	n := s.num(s.joint(end))
	return m == time.February && n.val == 29 && (s.is(s.skip(n.end), '일', '日') || s.dayOmitted(end, s.joint(end), n))
}

// inMonth reads what follows a month: a day, its end, the second Tuesday.
func (s *scan) inMonth(first Date, end int) found {
	p := s.joint(end)
	if part, q, ok := s.monthPart(p); ok {
		return found{day: partDay(first, part), end: q}
	}
	if f := s.nthOfMonth(first, p); f.end > 0 {
		return f
	}
	n := s.num(p)
	if tens, ok := s.tensOfDays(n); ok {
		n = tens // 삼월 십일
	}
	q := s.skip(n.end) + 1
	if d := (Date{first.Year, first.Month, int(n.val)}); n.hi == n.val+1 && s.is(q-1, '일', '日') && d.valid() && d.plus(1).Month == d.Month {
		return found{day: day{Date: d, grain: GrainDay, until: d.plus(1)}, end: q} // 11월 2,3일
	}
	if n.style == none || n.style == korean || n.point || n.hi != 0 {
		return found{}
	}
	switch {
	case s.dayOmitted(end, p, n):
		q = n.end
	case !s.is(q-1, '일', '日') || s.is(q, '間', '간', '曜'):
		return found{}
	}
	d := Date{first.Year, first.Month, int(n.val)}
	if !d.valid() {
		s.refuse(p, q) // 11월 31일: neither the month nor the day was meant
		return found{}
	}
	return found{day: day{Date: d, grain: GrainDay}, end: q}
}

// tensOfDays takes the final 일 of a number for the unit: 십일 is the tenth behind a month and ten days before 후.
func (s *scan) tensOfDays(n num) (num, bool) {
	if n.style != sino || !n.units || n.point || s.rune(n.end-1) != '일' || s.is(s.skip(n.end), '일') {
		return n, false
	}
	n.val, n.end = n.val-1, n.end-1
	return n, true
}

// monthPart reads 말, 中旬, 첫날 at the end of a word.
func (s *scan) monthPart(i int) (partOfMonth, int, bool) {
	part, end, ok := monthParts.at(s, i)
	if ok && (hangul(s.r[i]) && !s.wordEnd(end) || s.is(i, '頭', '末') && s.is(end, '痛', '端', '尾')) {
		return part, i, false
	}
	return part, end, ok
}

// partDay is a part of the month that starts at first.
func partDay(first Date, part partOfMonth) day {
	at := func(n int) Date {
		if n == 0 {
			return first.lastDay()
		}
		return Date{first.Year, first.Month, n}
	}
	d := day{Date: at(part.first), grain: part.grain}
	if part.last != part.first {
		d.until = at(part.last)
	}
	return d
}

// nthOfMonth reads 첫째 주 월요일, 第2火曜日, 마지막 금요일, 셋째 주.
func (s *scan) nthOfMonth(first Date, i int) found {
	nth, p, ok := nthWords.at(s, i)
	if !ok {
		return found{}
	}
	p = s.skip(p)
	inWeek := s.is(p, '주', '週')
	if inWeek {
		p = s.joint(p + 1)
	} else {
		p = s.joint(p)
	}
	if w, end, ok := weekdays.at(s, p); ok {
		if d, ok := nthWeekday(first, nth, w); ok {
			return found{day: day{Date: d, grain: GrainDay}, end: end}
		}
	}
	if !inWeek {
		return found{}
	}
	thursday, ok := nthWeekday(first, nth, time.Thursday) // the week with the first Thursday is the first
	if !ok {
		return found{}
	}
	for p > i && s.is(p-1, ' ', '의', 'の') {
		p--
	}
	return found{day: day{Date: thursday.monday(), grain: GrainWeek}, end: p}
}

// bareNth reads 第2月曜日 and 첫째 주 월요일 without a month: the first that has not passed.
func (s *scan) bareNth(i int) found {
	if !nthWords.has(s, i) {
		return found{}
	}
	for n := range 3 {
		if f := s.nthOfMonth(s.today.months(n), i); f.end > 0 && f.grain == GrainDay && !f.before(s.today) {
			return f
		}
	}
	return found{}
}

// dayAlone reads a day of the running or the next month: 25일, 二十五日.
func (s *scan) dayAlone(n num, end int) found {
	if n.lone && n.style == sino || n.style == korean || n.val < 1 || n.val > 31 || n.val != float64(int(n.val)) || spanContext.has(s, s.skip(end)) {
		return found{}
	}
	if s.is(end, '本', '曜', '中', '당', '평', '記', '常', '給', '当') || s.is(end, '하') && s.is(end+1, '루') {
		return found{}
	}
	d, ok := nextDay(s.today, int(n.val))
	if !ok {
		return found{}
	}
	return found{day: day{Date: d, grain: GrainDay, open: openMonth}, end: end}
}

// barePart reads 월말, 年末.
func (s *scan) barePart(i int) found {
	b, end, ok := bareMonthParts.at(s, i)
	if !ok || hangul(s.r[i]) && !s.wordEnd(end) {
		return found{}
	}
	first := s.today.months(0)
	if b.month != 0 {
		first = Date{s.today.Year, b.month, 1}
	}
	d := partDay(first, b.part)
	if d.before(s.today) {
		if b.month != 0 {
			first.Year++
		} else {
			first = first.months(1)
		}
		d = partDay(first, b.part)
	}
	return found{day: d, end: end}
}
