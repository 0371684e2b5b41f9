package entity

import (
	"strconv"
	"strings"
)

// style is how a number was written.
type style int

const (
	none    style = iota
	digits        // 35, 3만 5천
	sino          // 삼십오
	korean        // 서른다섯
	kanji         // 三十五
	english       // thirty-five
)

// num is a number at a place, before its meaning is known.
type num struct {
	val, hi float64 // hi is the upper end of "한두", else 0
	end     int
	style   style
	det     bool // 한, 두, 세: needs a counter
	lone    bool // one syllable, character or word: means little by itself
	typed   int  // how many digits were typed at the start
	point   bool // has decimals
	units   bool // has 십, 백, 천, 만, hundred, …
}

// num gives the longest number at rune i; its style is none when there is none.
func (s *scan) num(i int) num {
	if i < 0 || i >= len(s.r) {
		return num{}
	}
	if !s.seen[i] {
		s.seen[i] = true
		s.nums[i] = s.readNum(i)
	}
	return s.nums[i]
}

func (s *scan) readNum(i int) num {
	c := s.r[i]
	switch {
	case digit(c):
		if n, ok := s.mixed(i); ok {
			return n
		}
		return s.eastern(i)
	case hangul(c):
		if n := s.nativeNum(i); n.style != none {
			return n
		}
		return s.eastern(i)
	case han(c):
		return s.eastern(i)
	case latin(c):
		return s.englishNum(i)
	}
	return num{}
}

// maxDigits bounds typed numbers: longer ones are account or card numbers, not amounts.
const maxDigits = 15

// typed reads digits with groups (1,234) and decimals (1.5).
func (s *scan) typed(i int) num {
	p := i
	for digit(s.rune(p)) && p-i <= maxDigits {
		p++
	}
	if n := p - i; n <= 3 {
		for p-i <= maxDigits && s.is(p, ',') && s.threeDigits(p+1) {
			p += 4
		}
	}
	n := num{end: p, style: digits, typed: p - i}
	if s.is(p, '.') && digit(s.rune(p+1)) {
		q := p + 1
		for digit(s.rune(q)) && q-p <= maxDigits {
			q++
		}
		if !s.is(q, '.') || !digit(s.rune(q+1)) {
			n.end, n.point = q, true
		}
	}
	if digit(s.rune(n.end)) {
		return num{end: n.end}
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(string(s.r[i:n.end]), ",", ""), 64)
	if err != nil {
		return num{end: n.end}
	}
	n.val, n.lone = v, n.end-i == 1
	return n
}

func (s *scan) threeDigits(i int) bool {
	return digit(s.rune(i)) && digit(s.rune(i+1)) && digit(s.rune(i+2)) && !digit(s.rune(i+3))
}

// nativeNum reads native Korean numerals: 하나, 열두, 스물다섯, 한두.
func (s *scan) nativeNum(i int) num {
	n := num{style: korean, end: i}
	if t, end, ok := nativeTens.at(s, i); ok {
		n.val, n.det, n.end, n.lone = t.val, t.det, end, t.val == 10
		i = end
	}
	if o, end, ok := nativeOnes.at(s, i); ok && (n.val == 0 || o.hi == 0) {
		if o.hi != 0 {
			n.hi = o.hi
		}
		n.val, n.det, n.end, n.lone = n.val+o.val, o.det, end, false
	}
	if n.val == 0 {
		return num{}
	}
	return n
}
