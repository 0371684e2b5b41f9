package entity

import "time"

// dateRange reads the end of a range of days: 11월 25일부터 27일까지, 월~금, Nov 25-27.
func (s *scan) dateRange(sh *sheet, first piece) (piece, bool) {
	opened := s.opener(first.start) < first.start
	p, ok := s.to(first.end, opened)
	if !ok || first.until != nil {
		return piece{}, false
	}
	last := sh.dates[p]
	if last == nil {
		last = s.englishDayAfter(first, p)
	}
	if last == nil || last.until != nil {
		return piece{}, false
	}
	end, ok := s.closed(first.end, last.end)
	until := last.day.from(first.day.Date)
	if !ok || until.before(first.day.Date) {
		return piece{}, false
	}
	if year := s.said(first, last); year != 0 {
		first.day.Year = year
	}
	first.value, first.until, first.end, first.start = first.day.Date, until.Date, end, s.opener(first.start)
	return first, true
}

// said is the year that only the end of a range names: from 25 to 27 November 2027.
func (s *scan) said(first piece, last *piece) int {
	if first.day.open == openYear && last.day.open == openNothing && last.day.Year != first.day.Year && last.day.Month >= first.day.Month && last.grain == GrainDay {
		return last.day.Year
	}
	return 0
}

// englishDayAfter reads the bare day that ends "Nov 25-27" and "11/25~27".
func (s *scan) englishDayAfter(first piece, p int) *piece {
	d, end, ok := s.dayNumber(p)
	if n := s.num(p); !ok && hangul(s.rune(n.end)) && s.omitsUnit(n) || !ok && kana(s.rune(n.end)) && s.omitsUnit(n) {
		d, end, ok = int(n.val), n.end, true // 12월 25부터 27까지
	}
	if !ok || first.grain != GrainDay || first.day.open == openWeek || first.day.open == openMonth && !latin(s.rune(first.end-1)) || s.is(end, '시', '時', ':') {
		return nil
	}
	if q := s.skip(end); s.is(q, '시', '時', '일', '日', '월', '月', '/') || meridiems.has(s, q) {
		return nil
	}
	date := Date{first.day.Year, first.day.Month, d}
	if !date.valid() || !first.day.before(date) || latin(s.rune(s.skip(end))) && !afterHour.has(s, s.skip(end)) && !s.yearBehind(end) {
		return nil
	}
	f := found{day: day{Date: date, grain: GrainDay}, end: end}
	if y, q, ok := s.yearNumber(s.joint(end)); ok {
		f.Year, f.end = y, q
	}
	piece := s.datePiece(p, f)
	return &piece
}

func (s *scan) yearBehind(i int) bool {
	_, _, ok := s.yearNumber(s.joint(i))
	return ok
}

// bareDay reads a range whose start is only a number or a short weekday: 25~27일, 25-27 November, 월~금.
func (s *scan) bareDay(sh *sheet, i int) (piece, bool) {
	if !s.begins(i) {
		return piece{}, false
	}
	w, short := shortDays[s.rune(i)]
	if short && !hangul(s.rune(i+1)) {
		return s.shortWeekdays(i, w)
	}
	d, end, ok := s.dayNumber(i)
	if !ok {
		return piece{}, false
	}
	p, ok := s.to(end, s.opener(i) < i)
	if !ok || sh.dates[p] == nil {
		return piece{}, false
	}
	last := *sh.dates[p]
	if last.grain != GrainDay || last.until != nil || last.day.open == openWeek || d >= last.day.Day || !digit(s.rune(p)) {
		return piece{}, false
	}
	stop, ok := s.closed(end, last.end)
	start := Date{last.day.Year, last.day.Month, d}
	if last.day.open == openMonth && start.before(s.today) {
		return piece{}, false
	}
	until := last.day.Date
	last.day.Date, last.start, last.end = start, s.opener(i), stop
	last.value, last.until = start, until
	return last, ok && start.valid()
}

// daysOf reads a range of days behind a month: 11월 25~27일.
func (s *scan) daysOf(m piece) (piece, bool) {
	if m.grain != GrainMonth {
		return piece{}, false
	}
	i := s.joint(m.end)
	d, end, ok := s.dayNumber(i)
	if !ok {
		return piece{}, false
	}
	p, ok := s.to(end, false)
	if !ok {
		return piece{}, false
	}
	last := s.inMonth(m.day.Date, p)
	first := Date{m.day.Year, m.day.Month, d}
	if m.day.open == openMonthOf && last.end > 0 && last.before(s.today) {
		first.Year, last.Year = first.Year+1, last.Year+1
	}
	if last.end == 0 || last.until != (Date{}) || !first.before(last.Date) {
		return piece{}, false
	}
	stop, ok := s.closed(end, last.end)
	m.grain, m.day.Date, m.day.open, m.end = GrainDay, first, openNothing, stop
	m.value, m.until = first, last.Date
	return m, ok
}

// shortWeekdays reads 월~금.
func (s *scan) shortWeekdays(i int, from time.Weekday) (piece, bool) {
	p := s.skip(i + 1)
	if !s.is(p, '~', '-') || letter(s.rune(i-1)) {
		return piece{}, false
	}
	p = s.skip(p + 1)
	w, ok := shortDays[s.rune(p)]
	if !ok || letter(s.rune(p+1)) && !s.wordEnd(p+1) && !s.is(p+1, '曜', '요') {
		return piece{}, false
	}
	end := p + 1
	if _, q, ok := weekdays.at(s, p); ok {
		end = q
	}
	end, _ = s.closed(i+1, end)
	start := nextWeekday(s.today.plus(1), from)
	f := found{day: day{Date: start, grain: GrainDay, until: nextWeekday(start, w)}, end: end}
	return s.datePiece(i, f), true
}

// momentRange reads the end of a range of moments: 내일 3시부터 모레 5시까지.
func (s *scan) momentRange(sh *sheet, first piece) (piece, bool) {
	from, ok := first.value.(Moment)
	p, to := s.to(first.end, s.opener(first.start) < first.start)
	if !ok || !to || first.clock.last != nil {
		return piece{}, false
	}
	var until Moment
	end := 0
	if m := sh.moments[p]; m != nil {
		until, end = m.value.(Moment), m.end
		if m.day.open != openNothing {
			t := until.In(s.Now.Location())
			until = s.moment(m.day.from(first.day.Date).Date, Time{t.Hour(), t.Minute(), t.Second()})
		}
	} else if c := sh.clocks[p]; c != nil && first.grain != GrainPartOfDay {
		until, end = s.momentAfter(from, *c), c.end
	} else {
		return piece{}, false
	}
	end, ok = s.closed(first.end, end)
	if !ok || !until.After(from.Time) {
		return piece{}, false
	}
	first.until, first.end, first.start = until, end, s.opener(first.start)
	return first, true
}

// shortWeekdaysOf reads weekdays of one letter each behind a week: 이번주 목금, 来週の月・火. Days in a row are a range; others
// have no value, because the first of them is not the answer.
func (s *scan) shortWeekdaysOf(monday Date, i int) (found, bool) {
	first, last, end, count, gap := 0, 0, i, 0, false
	for p := i; ; {
		w, ok := shortDays[s.rune(p)]
		if !ok {
			break
		}
		k := weekIndex(w)
		if count == 0 {
			first = k
		}
		gap = gap || count > 0 && k != last+1
		last, end, count = k, p+1, count+1
		if p = end; s.is(p, ',', '、', '·', '・', '/') {
			p = s.skip(p + 1)
		}
	}
	if _, q, ok := weekdays.at(s, end-1); ok && count > 1 {
		end = q // 목,금요일
	}
	if next := s.rune(end); count < 2 || letter(next) && !kana(next) && (!hangul(next) || !s.wordEnd(end)) {
		return found{}, false
	}
	if gap {
		return found{}, true
	}
	return found{day: day{Date: monday.plus(first), grain: GrainDay, until: monday.plus(last)}, end: end}, true
}
