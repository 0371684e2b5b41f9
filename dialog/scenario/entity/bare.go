package entity

import "time"

// bare reads what only its question explains: 삼일 is a day of the month when a date is asked for, "2 to 4" are hours when
// a time is. The text must be nothing but the value, and no other kind may be asked for.
func (s *scan) bare() []piece {
	i := 0
	for s.is(i, ' ', '\n', '\r', '~', '"', '\'', '.', '…', '(') {
		i++
	}
	if len(s.Kinds) != 1 || i >= len(s.r) {
		return nil
	}
	p, ok := piece{}, false
	switch s.Kinds[0] {
	case KindDate:
		p, ok = s.bareDate(i)
	case KindTime:
		p, ok = s.bareTime(i)
	case KindDuration:
		_, end, said := wholeDays.at(s, i)
		p, ok = piece{end: end, value: Span{Days: 1}, grain: GrainDay}, said
	case KindNumber:
		_, end, said := onlyOne.at(s, i)
		p, ok = piece{end: end, value: 1.0}, said
	}
	if !ok || !s.finishes(p.end) {
		return nil
	}
	p.kind, p.start = s.Kinds[0], i
	return []piece{p}
}

var (
	wholeDays = newSet("all day", "all day long", "the whole day", "whole day", "the entire day", "full day", "a full day", "하루 종일", "종일", "온종일",
		"終日", "一日中", "1日中", "まる一日")
	onlyOne = newSet("혼자", "혼자서", "저 혼자", "나 혼자", "저만", "나만", "私だけ", "わたしだけ", "僕だけ", "俺だけ", "自分だけ", "私一人", "私ひとり", "just me", "only me",
		"me only", "just myself", "only myself", "by myself", "it's just me", "myself")
	// tails may follow a value and mean nothing.
	tails = newSet("요", "이요", "이에요", "에요", "예요", "이예요", "입니다", "에", "로", "으로", "로요", "으로요", "로 할게요", "으로 할게요", "로 해 주세요", "으로 해 주세요",
		"でお願いします", "にお願いします", "お願いします", "で", "に", "です", "にします", "please", "pls", "thanks", "thank you")
)

// finishes tells whether nothing but a polite ending stands behind rune i.
func (s *scan) finishes(i int) bool {
	if _, end, ok := tails.at(s, s.skip(i)); ok {
		i = end
	}
	for ; i < len(s.r); i++ {
		if letter(s.r[i]) || s.is(i, '%', '$', '+', '/', '-') {
			return false
		}
	}
	return true
}

// bareDate reads 11.30, 25th, 삼일 and ふつか.
func (s *scan) bareDate(i int) (piece, bool) {
	d, end, vague, ok := s.bareDayOfMonth(i)
	if ok {
		date, found := nextDay(s.today, d)
		return piece{end: end, value: date, grain: GrainDay, vague: vague}, found
	}
	m, p := s.small(i)
	b, end := s.small(s.afterDot('.', p+1))
	if p == i || p > i+2 || !s.is(p, '.') || end > s.afterDot('.', p+1)+2 || m < 1 || m > 12 {
		return piece{}, false
	}
	date, ok := nextMonthDay(s.today, time.Month(m), b)
	return piece{end: end, value: date, grain: GrainDay, vague: true}, ok && b >= 1
}

// bareDayOfMonth reads a day of the month; vague is true for words that are lengths as well.
func (s *scan) bareDayOfMonth(i int) (d, end int, vague, ok bool) {
	if d, end, ok := kanaDays.at(s, i); ok {
		return d, end, d != 1, true
	}
	if d, end, ok := s.dayNumber(i); ok && s.ordinal(i, end) {
		return d, end, false, true
	}
	n := s.num(i)
	if n.style == sino && n.lone && n.hi == 0 && n.val >= 1 && s.is(n.end, '일') {
		return int(n.val), n.end + 1, true, true
	}
	return 0, i, false, false
}

// kanaDays are the Japanese names of the days of a month. All but the first are lengths, too.
var kanaDays = newLexicon(map[string]int{
	"ついたち": 1, "一日": 1, "ふつか": 2, "みっか": 3, "よっか": 4, "いつか": 5, "むいか": 6, "なのか": 7, "ようか": 8, "ここのか": 9, "とおか": 10, "じゅうよっか": 14, "はつか": 20,
	"にじゅうよっか": 24,
})

// bareTime reads 지금, in an hour, 3ish, 15.30 and 2 to 4.
func (s *scan) bareTime(i int) (piece, bool) {
	if _, end, ok := momentWords.at(s, i); ok {
		return s.clockOf(s.Now, end), true
	}
	if p, ok := s.relative(i); ok {
		m, is := p.value.(Moment)
		return s.clockOf(m.Time, p.end), is
	}
	if c, ok := s.bareHours(i); ok {
		return s.timePiece(i, c), true
	}
	h, p := s.small(i)
	if p == i || p > i+2 || h > 23 {
		return piece{}, false
	}
	c := clock{Time: Time{Hour: h}, grain: GrainHour, known: h == 0 || h > 12, end: p}
	if m, q := s.small(p + 1); s.is(p, '.', ':') && q == p+3 && m <= 59 {
		c.Minute, c.grain, c.end = m, GrainMinute, q
	}
	if q, ok := s.suffix(s.skip(c.end), "ish"); ok {
		c.end = q
	} else if c.grain == GrainHour {
		return piece{}, false
	}
	return s.timePiece(i, c), true
}

// bareHours reads a range of hours without any unit: 2 to 4, 9~5.
func (s *scan) bareHours(i int) (clock, bool) {
	first := s.bareHour(i)
	if first == nil {
		return clock{}, false
	}
	p, ok := s.to(first.end, false)
	if !ok {
		return clock{}, false
	}
	last := s.bareHour(p)
	if last == nil || last.Time == first.Time {
		return clock{}, false
	}
	c := *first
	c.last, c.end = last, last.end
	c.end, ok = s.closed(first.end, last.end)
	return c, ok
}

// clockOf is the time of day of a moment. On another day than today it may not be what was asked for.
func (s *scan) clockOf(at time.Time, end int) piece {
	return piece{end: end, value: Time{Hour: at.Hour(), Minute: at.Minute()}, grain: GrainMinute, vague: dateOf(at) != s.today}
}
