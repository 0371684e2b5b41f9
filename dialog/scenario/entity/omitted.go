package entity

import "time"

// Units that people leave out because what stands before them says them: 12월 25(일), 3시 20(분), 1시간 15(분).

// omitsUnit tells whether a number of at most two digits takes its unit from what stands before it: nothing behind it
// gives it another.
func (s *scan) omitsUnit(n num) bool {
	if n.style != digits || n.units || n.point || n.hi != 0 || n.typed > 2 || s.measured(n) {
		return false
	}
	switch c := s.rune(n.end); {
	case hangul(c):
		return koParticles.endsWord(s, n.end)
	case kana(c), s.is(n.end, '頃', '迄', '以'):
		return true
	case letter(c), s.is(n.end, '%', '/', ':', '+', '*', '×'):
		return false
	case s.is(n.end, '~', '-'):
		m := s.num(s.skip(n.end + 1))
		return m.style == none || !s.measured(m) || s.is(s.skip(m.end), '시', '時', '월', '月')
	case s.is(n.end, '.', ',', '、'):
		return !digit(s.rune(n.end + 1))
	}
	return true
}

// measured tells whether a number says itself what it counts: 3명, 3만원, 3일, 3%, 3 이상.
func (s *scan) measured(n num) bool {
	if _, counted := s.counter(n); counted {
		return true
	}
	if _, _, paid := s.currency(n); paid {
		return true
	}
	p := s.skip(n.end)
	return dateUnits[s.rune(p)] || percentSigns.has(s, p) || amountTails.has(s, p) || koSpanUnits.has(s, p) && !s.is(p, '주', '해', '달') ||
		jaSpanUnits.has(s, n.end) || enSpanUnits.has(s, p) || enCounters.has(s, p)
}

// amountTails stand behind amounts, not behind days and minutes.
var amountTails = newSet("이상", "이하", "미만", "초과", "씩", "당", "째", "간", "동안", "짜리", "以上", "以下", "未満")

// dayOmitted reads the day behind a month in digits where 일 or 日 was left out: 12월 25, 12月25.
func (s *scan) dayOmitted(month, p int, n num) bool {
	if !s.is(month-1, '월', '月') || !digit(s.rune(month-2)) || s.skip(month) != p || !s.omitsUnit(n) {
		return false
	}
	q := s.skip(n.end)
	if !s.is(q, '~', '-') {
		return true
	}
	m := s.num(s.skip(q + 1)) // 12월 25~27, but not the 12월 of 3~5일
	return m.style == none || !dateUnits[s.rune(s.skip(m.end))]
}

// impossibleMonth refuses 13월 1일 and 0月5日.
func (s *scan) impossibleMonth(n num) bool {
	p := s.skip(n.end)
	if n.style != digits || n.typed > 2 || n.point || n.hi != 0 || n.val >= 1 && n.val <= 12 || !s.is(p, '월', '月') {
		return false
	}
	d := s.num(s.joint(p + 1))
	if d.style == none || d.typed > 2 {
		return false
	}
	end := s.skip(d.end)
	if s.is(end, '일', '日') {
		end++
	} else if end = d.end; !s.omitsUnit(d) {
		return false
	}
	s.refuse(n.end-n.typed, end)
	return true
}

// minutesBehind reads the minutes behind an hour that starts at rune i: 20분, or 20 without its unit. ok is false when
// there are none; end is 0 when there are no such minutes.
func (s *scan) minutesBehind(i, hourEnd int) (minutes, end int, ok bool) {
	m := s.num(s.skip(hourEnd))
	if m.style == none || m.style == english || m.point || m.hi != 0 {
		return 0, 0, false
	}
	p := s.skip(m.end)
	switch {
	case s.is(p, '분', '分') && !s.is(p+1, '간', '間', '동'):
		if q := s.skip(p + 1); s.is(q, '동') && s.is(q+1, '안') {
			return 0, 0, false
		}
		end = p + 1
	case m.typed == 2 && s.omitsUnit(m):
		end = m.end
	default:
		return 0, 0, false
	}
	if m.val <= 59 {
		return int(m.val), end, true
	}
	if m.val < 100 && !spanContext.has(s, s.skip(end)) && !lessons.has(s, s.skip(end)) {
		s.refuse(i, end)
		return 0, 0, true
	}
	return 0, 0, false
}

// lessons are said with their length: "3시 90분 수업" is ninety minutes from three.
var lessons = newSet("수업", "코스", "회의", "미팅", "상담", "마사지", "강의", "강습", "コース", "授業", "会議", "レッスン")

// minutesOmitted adds minutes without their unit to a length of hours: 1시간 15, 1h30, one hour fifteen.
func (s *scan) minutesOmitted(l length) (length, bool) {
	p := s.skip(l.end)
	n := s.num(p)
	fits := n.style == digits && n.typed == 2 && s.omitsUnit(n) || n.style == english && n.hi == 0 && !n.point && !s.measured(n)
	if q := s.skip(n.end); l.least != hour || !fits || n.val < 10 || n.val > 59 || latin(s.rune(q)) && !afterHour.has(s, q) {
		return l, false
	}
	if d := time.Duration(l.span.Hours) * time.Hour; d == 0 || l.span.Minutes != 0 {
		return l, false
	}
	l.span.add(n.val, minute)
	l.end, l.least = n.end, minute
	return l, true
}
