package entity

import "math"

// length is a span at a place.
type length struct {
	span  Span
	upper Span // of "한두 시간": two hours
	end   int
	least unit // the smallest unit that was said
	sure  bool // cannot be a date as well
	vague bool
	ok    bool
}

// span reads a length of time at rune i: 두 시간 반, 1시간 30분, 三日間, an hour and a half.
func (s *scan) span(i int) length {
	if i >= len(s.r) {
		return length{}
	}
	if !s.spanned[i] {
		s.spanned[i] = true
		s.lengths[i] = s.readSpan(i)
	}
	return s.lengths[i]
}

func (s *scan) readSpan(i int) length {
	if l := s.nights(i); l.ok {
		return l
	}
	best := length{}
	if span, end, ok := spanWords.at(s, i); ok {
		best = length{span: span, end: end, least: least(span), sure: true, ok: true}
		if hangul(s.r[i]) && (!s.begins(i) || s.is(end, '방')) {
			return length{}
		}
		if half, ok := s.half(end); ok && span.Days > 0 {
			best.span.add(0.5, dayUnit)
			best.end = half
		}
	}
	if l := s.counted(i); l.end > best.end {
		best = l
	}
	if !best.ok {
		return best
	}
	return s.longer(best)
}

// longer adds smaller units: 1시간 | 30분.
func (s *scan) longer(l length) length {
	for l.least < second {
		p := s.skip(l.end)
		if _, q, ok := spanJoints.at(s, p); ok {
			p = s.skip(q)
		}
		next := s.counted(p)
		if whole, ok := s.minutesOmitted(l); ok && next.end < whole.end {
			return whole
		}
		if !next.ok {
			next = s.spanWord(p)
		}
		if !next.ok || next.least <= l.least || next.end == p {
			return l
		}
		l.span = l.span.plus(next.span)
		l.end, l.least, l.sure, l.vague = next.end, next.least, l.sure || next.sure, l.vague || next.vague
	}
	return l
}

// spanWord reads one of the words for some days inside a longer span: 한 달하고 이틀.
func (s *scan) spanWord(i int) length {
	span, end, ok := spanWords.at(s, i)
	return length{span: span, end: end, least: least(span), sure: true, ok: ok}
}

// counted reads a number with one unit.
func (s *scan) counted(i int) length {
	n := s.num(i)
	if n.style == none {
		return s.article(i)
	}
	if n.style == english || latin(s.rune(n.end)) || s.is(n.end, ' ') && latin(s.rune(s.skip(n.end))) {
		return s.countedEnglish(n)
	}
	if tens, ok := s.tensOfDays(n); ok && spanContext.has(s, s.skip(n.end)) {
		n = tens
	}
	p := s.skip(n.end)
	half := false
	if n.style == digits && s.is(p, '반') || n.style == digits && s.is(p, '半') {
		p, half = s.skip(p+1), true
	}
	u, end, ok := koSpanUnits.at(s, p)
	if !ok {
		if u, end, ok = jaSpanUnits.at(s, n.end); !ok || s.is(end, '曜') {
			return length{}
		}
	}
	if !s.fits(n, u, p, end) || n.daysOfMonth() && u.unit == dayUnit && u.unsure {
		return length{}
	}
	l := length{end: end, least: u.unit, sure: !u.unsure, vague: n.hi != 0, ok: true}
	l.span.add(n.val+float64(btoi(half))/2, u.unit)
	if n.hi != 0 {
		l.upper.add(n.hi, u.unit)
	}
	if q, ok := s.half(end); ok && !half {
		l.span.add(0.5, u.unit)
		l.end, l.sure = q, true
	}
	return l
}

// fits keeps numbers from units that they are not said with.
func (s *scan) fits(n num, u spanUnit, from, end int) bool {
	word, after := string(s.r[from:end]), s.rune(end)
	if _, _, part := s.fraction(n); part {
		return false
	}
	switch {
	case n.style == digits && n.typed == 4 && n.val >= 1000 && u.unit == year && u.unsure:
		return false
	case n.style == korean && (word == "분" || word == "일" || word == "년" || word == "초" || word == "개월"):
		return false
	case n.style == sino && n.lone && (word == "시간" || word == "달" || word == "해"):
		return false
	case n.style == sino && n.lone && (word == "주" || word == "분" && n.val == 2 || word == "일"):
		return spanContext.has(s, s.skip(end)) && !s.is(s.skip(end), '더', '전', '차') || word == "분" && s.is(s.skip(end), '전')
	case n.style == kanji && n.val == 10 && word == "分" && !s.is(from-2, '時', '間'):
		return spanContext.has(s, end) || s.is(end, 'か', 'は', 'だ', 'で') && s.is(end+1, 'か', 'け')
	case word == "주" && hangul(after):
		return koParticles.endsWord(s, end) || spanContext.has(s, end)
	case word == "해" && hangul(after), word == "초" && s.is(end, '과', '반'):
		return koParticles.endsWord(s, end) && after != '과'
	case word == "년" && notYearsAfter[after]:
		return false
	case n.style == kanji && n.val == 0, n.det && s.rune(n.end) == 0:
		return false
	}
	return n.val < 1e6
}

// half passes "반" or "半" after a unit.
func (s *scan) half(i int) (int, bool) {
	p := s.skip(i)
	if s.is(p, '반') && !notHalfAfter[s.rune(p+1)] || s.is(i, '半') && !notHalfAfter[s.rune(i+1)] {
		return p + 1, true
	}
	return i, false
}

// nights reads 2박 3일, 一泊二日; and 2박 where a length is asked for and no number.
func (s *scan) nights(i int) length {
	n := s.num(i)
	if n.style == none || n.val > 60 {
		return length{}
	}
	_, p, ok := spanNights.at(s, s.skip(n.end))
	if !ok {
		return length{}
	}
	d := s.num(s.skip(p))
	if d.style != none && s.is(s.skip(d.end), '일', '日') {
		return length{span: Span{Days: int(d.val)}, end: s.skip(d.end) + 1, least: dayUnit, sure: true, ok: true}
	}
	if s.wants(KindDuration) && !s.wants(KindNumber) && s.wordEnd(p) {
		return length{span: Span{Days: int(n.val)}, end: p, least: dayUnit, sure: true, vague: true, ok: true}
	}
	return length{}
}

// add adds n units; a fraction goes into smaller units.
func (d *Span) add(n float64, u unit) {
	if u == second {
		d.Seconds = tidy(d.Seconds + n)
		return
	}
	whole, rest := math.Modf(n)
	if near := math.Round(n); math.Abs(n-near) < 1e-6 { // a third of an hour is 20 minutes
		whole, rest = near, 0
	}
	*[...]*int{nil, &d.Years, &d.Months, &d.Weeks, &d.Days, &d.Hours, &d.Minutes}[u] += int(whole)
	if rest != 0 {
		factor := [...]float64{0, 12, 30, 7, 24, 60, 60}[u]
		smaller := u + 1
		if u == month {
			smaller = dayUnit
		}
		d.add(rest*factor, smaller)
	}
}

// plus is the sum of two spans, unit by unit.
func (d Span) plus(o Span) Span {
	return Span{
		d.Years + o.Years, d.Months + o.Months, d.Weeks + o.Weeks, d.Days + o.Days, d.Hours + o.Hours, d.Minutes + o.Minutes,
		tidy(d.Seconds + o.Seconds),
	}
}

// least is the smallest unit of a span.
func least(d Span) unit {
	switch {
	case d.Seconds != 0:
		return second
	case d.Minutes != 0:
		return minute
	case d.Hours != 0:
		return hour
	case d.Days != 0:
		return dayUnit
	case d.Weeks != 0:
		return week
	case d.Months != 0:
		return month
	}
	return year
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
