package entity

import "math"

// east gathers an East Asian number from left to right: 3만 5천, 이만 오천, 二十三, 1億2000万.
type east struct {
	total, section, cur float64 // finished groups, the open group of four, the open digit (-1: none)
	small, big          float64 // the last units; units must fall
	end                 int
	style               style
	units, fraction     bool
	tokens, typed       int
	lastDigit           bool
}

// eastern reads a number of digits, Sino-Korean or Japanese numerals and their mixtures.
func (s *scan) eastern(i int) num {
	if n, ok := s.pair(i); ok {
		return n
	}
	if n, ok := s.positional(i); ok {
		return n
	}
	e := east{cur: -1, small: math.Inf(1), big: math.Inf(1), end: i}
	for p := i; e.take(s, p); {
		p = e.end
		if s.is(p, ' ') && (!e.lastDigit || bigUnits[s.rune(s.skip(p))] != 0) && e.continues(s, s.skip(p)) {
			p = s.skip(p)
		}
	}
	if e.tokens == 0 {
		return num{end: e.end}
	}
	if s.is(e.end-1, '천', '千') && e.big == 1e8 && e.total > 0 {
		e.section *= 1e4 // 1억 5천 is said for 1억 5천만
	}
	n := num{
		val: e.total + e.section + max(e.cur, 0), end: e.end, style: e.style, typed: e.typed, units: e.units,
		lone: e.end-i == 1, point: e.fraction,
	}
	if s.is(n.end-1, '이') && n.end-i > 1 && e.units && dropsTwo.has(s, n.end) {
		n.val, n.end = n.val-2, n.end-1
	}
	if n.style == sino {
		n = s.koPoint(n)
	}
	return n
}

// take adds the digit, numeral or unit at p.
func (e *east) take(s *scan, p int) bool {
	c := s.rune(p)
	if digit(c) {
		return e.takeTyped(s, p)
	}
	st := kanji
	if hangul(c) {
		st = sino
	}
	if e.style != none && e.style != digits && e.style != st {
		return false
	}
	if d, ok := eastDigits[c]; ok && e.cur < 0 && (e.tokens == 0 || e.units && !e.lastDigit) {
		e.cur, e.lastDigit = d, true
	} else if m, ok := smallUnits[c]; ok && m < e.small {
		if e.cur == 0 {
			return false
		}
		e.section += tidy(one(e.cur) * m)
		e.small, e.cur, e.units, e.lastDigit = m, -1, true, false
	} else if m, ok := bigUnits[c]; ok && m < e.big {
		group := e.section + max(e.cur, 0)
		if group == 0 {
			if e.tokens > 0 {
				return false
			}
			group = 1
		}
		e.total += tidy(group * m)
		e.section, e.cur, e.small, e.big, e.units, e.lastDigit = 0, -1, math.Inf(1), m, true, false
	} else {
		return false
	}
	if e.style == none {
		e.style = st
	}
	e.tokens, e.end = e.tokens+1, p+1
	return true
}

// takeTyped adds typed digits.
func (e *east) takeTyped(s *scan, p int) bool {
	if e.cur >= 0 || e.style == sino && !e.units {
		return false
	}
	n := s.typed(p)
	if n.style == none || e.tokens > 0 && n.val >= min(e.small, e.big) {
		return false
	}
	if e.tokens == 0 {
		e.typed = n.typed
	}
	e.cur, e.end, e.style, e.tokens, e.lastDigit, e.fraction = n.val, n.end, digits, e.tokens+1, true, n.point
	return true
}

// continues tells whether what stands after a blank still belongs to the number: 3만 5천, 이만 오천, 1억 2000만.
func (e *east) continues(s *scan, p int) bool {
	c := s.rune(p)
	next := s.rune(p + 1)
	_, small := smallUnits[next]
	_, big := bigUnits[next]
	if digit(c) {
		n := s.typed(p)
		after := s.rune(n.end)
		_, unit := smallUnits[after]
		_, group := bigUnits[after]
		return unit || group && bigUnits[after] < e.big || n.typed >= 3 && n.val < min(e.small, e.big) && !dateUnits[after]
	}
	if m := bigUnits[c]; m != 0 && m < e.big { // 3 만 원
		p = s.skip(p + 1)
		return currencyNames.has(s, p) && s.rune(p) != '$'
	}
	if _, ok := eastDigits[c]; ok {
		return small || big && bigUnits[next] < e.big
	}
	if _, ok := smallUnits[c]; ok && c != '십' && c != '十' {
		return next == ' ' || next == '원' || next == '円' || eastDigits[next] > 0
	}
	return false
}

// dateUnits after digits start a date or a time, not the rest of a number.
var dateUnits = map[rune]bool{'년': true, '월': true, '일': true, '시': true, '분': true, '年': true, '月': true, '日': true, '時': true, '分': true}

// positional reads digits in a row: 二〇二六, 이공이육.
func (s *scan) positional(i int) (num, bool) {
	p, v, zero := i, 0.0, false
	for {
		d, ok := eastDigits[s.rune(p)]
		if !ok || p-i > maxDigits {
			break
		}
		v, zero = v*10+d, zero || d == 0
		p++
	}
	if p-i < 2 || p-i > maxDigits || smallUnits[s.rune(p)] != 0 || bigUnits[s.rune(p)] != 0 {
		return num{}, false
	}
	st := kanji
	if hangul(s.r[i]) {
		st = sino
	}
	year := p-i == 4 && s.is(s.skip(p), '년', '年')
	if !year && (st == sino || !zero && p-i < 4) {
		return num{}, false
	}
	return num{val: v, end: p, style: st, typed: p - i}, true
}

// koPoint adds decimals: 삼점오, 일쩜이삼.
func (s *scan) koPoint(n num) num {
	if !s.is(n.end, '점', '쩜') {
		return n
	}
	p, place, v := n.end+1, 0.1, n.val
	for {
		d, ok := eastDigits[s.rune(p)]
		if !ok || !hangul(s.rune(p)) || place < 1e-6 {
			break
		}
		v, place = v+d*place, place/10
		p++
	}
	if p == n.end+1 {
		return n
	}
	n.val, n.end, n.point, n.lone = tidy(v), p, true, false
	return n
}

// one reads a missing digit before a unit as 1.
func one(n float64) float64 {
	if n < 0 {
		return 1
	}
	return n
}
