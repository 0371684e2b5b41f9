package entity

import "time"

// Days that are counted in weeks from another day, and days that share the day of the month or the week with today.

// bareLength reads a unit without its article where a day follows from which it is counted: week from tomorrow. "this week
// from Monday" counts nothing.
func (s *scan) bareLength(i int) length {
	if !latin(s.rune(i)) {
		return length{}
	}
	u, end, ok := enSpanUnits.at(s, i)
	if !ok || u.unit > dayUnit || s.rune(end-1) == 's' || notBareUnit[s.wordBefore(i)] || digit(s.rune(s.before(i))) {
		return length{}
	}
	if _, from := s.says(s.skip(end), "from"); !from {
		return length{}
	}
	l := length{end: end, least: u.unit, sure: true, ok: true}
	l.span.add(1, u.unit)
	return l
}

// before is the place of the rune before i, past blanks.
func (s *scan) before(i int) int {
	for i--; s.is(i, ' '); i-- {
	}
	return i
}

// notBareUnit stand before a unit that is no length: this week, every day.
var notBareUnit = map[string]bool{
	"this": true, "next": true, "last": true, "that": true, "the": true, "every": true, "each": true, "any": true, "whole": true, "entire": true,
	"all": true, "coming": true, "previous": true, "following": true, "first": true, "second": true, "per": true, "work": true, "working": true,
	"business": true, "school": true, "some": true, "one": true, "other": true, "half": true, "mid": true, "my": true, "our": true, "your": true,
}

// weeksOn reads a day and weeks before it: a week today, two weeks on Monday. "a week on Monday" may also be a week that
// starts on Monday, so it counts only where no length is asked of it.
func (s *scan) weeksOn(i int, l length) (piece, bool) {
	before := s.wordBefore(i)
	if l.least != week || l.vague || l.span != (Span{Weeks: l.span.Weeks}) || !latin(s.r[l.end-1]) || before == "for" || before != "" && s.rune(s.before(i)) == 's' {
		return piece{}, false
	}
	p := s.skip(l.end)
	q, on := s.says(p, "on")
	if on {
		p = s.skip(q)
	}
	if on && before != "" && !beforeWeeksOn[before] {
		return piece{}, false
	}
	f := found{day: day{grain: GrainDay}, vague: on}
	if n, end, ok := dayWords.at(s, p); ok && (n == 0 || n == 1) && latin(s.rune(p)) {
		f.Date, f.end = s.today.plus(n), end
	} else if w, end, ok := weekdays.at(s, p); ok && latin(s.rune(p)) && s.rune(end-1) != 's' {
		f.Date, f.end = nextWeekday(s.today.plus(1), w), end
	} else {
		return piece{}, false
	}
	f.Date = f.shift(l.span, 1)
	return s.datePiece(i, f), f.Year >= 1 && f.Year <= 9999
}

var beforeWeeksOn = map[string]bool{"to": true, "until": true, "till": true, "by": true, "is": true, "it": true, "it's": true, "s": true, "me": true, "us": true}

// weekdayLater reads a weekday one week after the coming one: Friday week, Friday after next.
func (s *scan) weekdayLater(w time.Weekday, end int) found {
	p := s.skip(end)
	f := found{day: day{Date: nextWeekday(s.today.plus(1), w).plus(7), grain: GrainDay}}
	if q, ok := s.says(p, "after next"); ok && !weekdays.has(s, s.skip(q)) && !enSpanUnits.has(s, s.skip(q)) {
		f.end, f.vague = q, true
	} else if q, ok := s.says(p, "week"); ok {
		if r := s.skip(q); !letter(s.rune(r)) || afterHour.has(s, r) || afterDay.has(s, r) || s.clock(r).end > 0 {
			f.end = q
		}
	}
	return f
}

// weekdaysFromNow reads "two Mondays from now" and "two Mondays ago".
func (s *scan) weekdaysFromNow(i int) (piece, bool) {
	n := s.num(i)
	if n.style != digits && n.style != english || n.hi != 0 || n.point || n.val < 1 || n.val > 60 {
		return piece{}, false
	}
	w, p, ok := weekdays.at(s, s.skip(n.end))
	if !ok || !latin(s.rune(p-1)) {
		return piece{}, false
	}
	sign, end, ok := s.direction(p)
	if !ok {
		return piece{}, false
	}
	f := found{day: day{Date: nextWeekday(s.today.plus(1), w), grain: GrainDay}, end: end}
	if sign < 0 {
		f.Date = nextWeekday(s.today.plus(-7), w)
	}
	f.Date = f.plus(sign * 7 * (int(n.val) - 1))
	return s.datePiece(i, f), true
}

// sameDay passes 오늘, 今日 or today behind a year, a month or a week: the day that stands there as today does here.
func (s *scan) sameDay(i int) (int, bool) {
	p := s.skip(i)
	if s.is(p, '의', 'の') {
		p = s.skip(p + 1)
	}
	n, end, ok := dayWords.at(s, p)
	return end, ok && n == 0 && !s.insideWord(p, end)
}

// fitting is the day of that number that falls on the weekday: the first one that has not passed, or the one after it.
func (s *scan) fitting(dayOf int, w time.Weekday) (Date, bool) {
	d, ok := nextDay(s.today, dayOf)
	if ok && d.weekday() != w {
		d, ok = nextDay(d.plus(1), dayOf)
	}
	return d, ok && d.weekday() == w
}
