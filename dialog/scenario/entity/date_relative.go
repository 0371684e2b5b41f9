package entity

import "time"

// holiday reads the name of a holiday; forward takes the next one where it has passed this year.
func (s *scan) holiday(i, y int, forward bool) found {
	in := func(int) (Date, bool) { return Date{}, false }
	end := 0
	if h, p, ok := fixedHolidays.at(s, i); ok {
		end, in = p, func(y int) (Date, bool) { return Date{y, h.month, h.day}, true }
	} else if h, p, ok := movingHolidays.at(s, i); ok {
		end, in = p, func(y int) (Date, bool) {
			d, ok := nthWeekday(Date{y, h.month, 1}, h.nth, h.named)
			return d.plus(h.offset), ok
		}
	} else if h, p, ok := lunarHolidays.at(s, i); ok {
		end, in = p, func(y int) (Date, bool) {
			d, ok := h[y]
			return Date{y, d.month, d.day}, ok
		}
	}
	d, ok := in(y)
	if ok && forward && d.before(s.today) {
		d, ok = in(y + 1)
	}
	if !ok || end > 0 && hangul(s.r[i]) && hangul(s.rune(end)) && !s.wordEnd(end) {
		return found{}
	}
	return found{day: day{Date: d, grain: GrainDay, open: openNothing}, end: end}
}

// relative reads a length counted from now or from a day: 3일 후, 2時間前, in half an hour, a week from Monday. It gives
// a date, or a moment when the length has hours or smaller units.
func (s *scan) relative(i int) (piece, bool) {
	p, base, prefixed := i, s.today, false
	if n, q, ok := sinceWords.at(s, i); ok {
		p, base, prefixed = s.skip(q), s.today.plus(n), true
	}
	in, ok := s.says(i, "in")
	if !ok {
		in, ok = s.says(i, "after")
	}
	if ok {
		p = s.skip(in)
		if q, about := s.says(p, "about"); about {
			p = s.skip(q)
		}
	} else if s.is(i, 'あ') && s.is(i+1, 'と') {
		p, ok = s.skip(i+2), true // あと5分で
	}
	l := s.span(p)
	if !l.ok {
		if l = s.bareLength(p); !l.ok {
			return s.weekdaysFromNow(i)
		}
	}
	sign, end := 1, l.end
	if !ok {
		if sign, end, ok = s.direction(l.end); !ok {
			if prefixed {
				return piece{}, false
			}
			if on, is := s.weeksOn(i, l); is {
				return on, true
			}
			return s.fromDay(i, l)
		}
	} else if _, q, later := s.direction(l.end); later {
		end = q
	}
	return s.moved(i, end, base, l, sign)
}

// direction reads 후, 前, later, ago behind a length.
func (s *scan) direction(i int) (sign, end int, ok bool) {
	p := s.skip(i)
	if s.is(p, 'の', 'も') && !latin(s.rune(p+1)) {
		p++
	}
	sign, end, ok = afterWords.at(s, p)
	if !ok || notAfterWords.has(s, p) || hangul(s.rune(p)) && s.is(end, '로') && s.is(p, '전') {
		return 0, i, false
	}
	return sign, end, true
}

// moved is the day or moment a length away.
func (s *scan) moved(i, end int, base Date, l length, sign int) (piece, bool) {
	if y := base.shift(l.span, sign).Year; y < 1 || y > 9999 {
		return piece{}, false
	}
	if !l.span.timed() {
		f := found{day: day{Date: base.shift(l.span, sign), grain: GrainDay}, end: end, vague: l.vague}
		return s.datePiece(i, s.dayOfMoved(f, l)), true
	}
	at := base.shift(l.span, sign).In(s.Now.Location())
	at = time.Date(at.Year(), at.Month(), at.Day(), s.Now.Hour(), s.Now.Minute(), s.Now.Second(), 0, at.Location())
	seconds := float64(l.span.Hours)*3600 + float64(l.span.Minutes)*60 + l.span.Seconds
	at = at.Add(time.Duration(float64(sign)*seconds) * time.Second)
	return piece{kind: KindDateTime, start: i, end: end, value: Moment{at}, grain: l.least.grain(), vague: l.vague}, true
}

// dayOfMoved reads the day in a week, a month or a year that a length leads to: 2주 후 월요일, 두 달 뒤 15일, a year ago today.
func (s *scan) dayOfMoved(f found, l length) found {
	if q, ok := s.sameDay(f.end); ok && latin(s.rune(q-1)) {
		f.end = q
		return f
	}
	in := found{}
	switch l.least {
	case week:
		if w, q, ok := weekdays.at(s, s.joint(f.end)); ok {
			f.Date, f.end = f.monday().plus(weekIndex(w)), q
		}
	case month:
		in = s.inMonth(f.months(0), f.end)
	case year:
		in = s.inYear(f.Year, f.end)
	}
	if in.end == 0 || in.grain == GrainYear || spanContext.has(s, s.skip(in.end)) && !monthParts.has(s, s.skip(in.end)) {
		return f
	}
	in.vague = in.vague || f.vague
	return in
}

// fromDay reads a length before or after a named day: two weeks from Monday, 3 days before Christmas.
func (s *scan) fromDay(i int, l length) (piece, bool) {
	sign, p, ok := fromWords.at(s, s.skip(l.end))
	if p = s.skip(p); !ok || p >= len(s.r) || l.span.timed() {
		return piece{}, false
	}
	f := s.date(p)
	if f.end == 0 || f.grain != GrainDay {
		return piece{}, false
	}
	if f.Date, f.open, f.until = f.shift(l.span, sign), openNothing, (Date{}); f.Year < 1 || f.Year > 9999 {
		return piece{}, false
	}
	return s.datePiece(i, f), true
}

var fromWords = newLexicon(map[string]int{"from": 1, "after": 1, "before": -1})

// datePiece makes a piece of a date that starts at i.
func (s *scan) datePiece(i int, f found) piece {
	p := piece{kind: KindDate, start: i, end: f.end, value: f.Date, grain: f.grain, vague: f.vague, day: f.day}
	if f.until != (Date{}) {
		p.until = f.until
	}
	return p
}
