package entity

// pair reads two neighbouring digits said as an approximate number, with the unit that both share: 2,3명, 2、3日, 二、三人,
// 이삼만원, 三四十分, 2,30명. The value is the lower end, hi the upper one.
func (s *scan) pair(i int) (num, bool) {
	if !s.mayPair(i) {
		return num{}, false
	}
	if n, ok := s.teenPair(i); ok {
		return n, true
	}
	if c := s.rune(i - 1); smallUnits[c] > 0 || bigUnits[c] > 0 {
		return num{}, false
	}
	lo, st, p := s.pairDigit(i)
	if st == none || lo == 0 || lo == 1 && st == sino && !s.isPairOfOne(p) {
		return num{}, false
	}
	comma := pairMark(s.rune(p))
	if st == digits && !comma || st == sino && comma {
		return num{}, false
	}
	q := p + btoi(comma)
	hi, st2, end := s.pairDigit(q)
	if st2 != st || digit(s.rune(i-1)) || s.pairJoint(i-1) {
		return num{}, false
	}
	n := num{val: lo, hi: hi, end: end, style: st, typed: end - i}
	if st == digits && s.is(end, '0') && !digit(s.rune(end+1)) {
		n.val, n.hi, n.end = lo*10, hi*10, end+1 // 2,30명
	}
	if hi != lo+1 || digit(s.rune(n.end)) || s.is(n.end, '.', ',', '、') {
		return num{}, false
	}
	if factor, end := s.unitsAt(n.end); end > n.end {
		n.val, n.hi, n.end, n.units = tidy(n.val*factor), tidy(n.hi*factor), end, true
	}
	if _, st, _ := s.pairDigit(n.end); st != none && st == n.style && !(st == sino && s.is(n.end, '일')) || digit(s.rune(n.end)) {
		return num{}, false
	}
	return n, s.pairUnit(n)
}

// mayPair passes over the places, which are most, where no pair can start.
func (s *scan) mayPair(i int) bool {
	c := s.rune(i)
	if digit(c) {
		return pairMark(s.rune(i+1)) || pairMark(s.rune(i+2))
	}
	next := s.rune(i + 1)
	return numerals.has(c) && (numerals.has(next) || pairMark(next))
}

// pairMark tells whether a mark may stand between the numbers of a pair.
func pairMark(c rune) bool { return c == ',' || c == '、' || c == '·' || c == '・' }

// numerals are the digits of Korean and Japanese numerals, and ten.
var numerals = func() *runeSet {
	var set runeSet
	set['十'/64] |= 1 << ('十' % 64)
	for c := range eastDigits {
		set[c/64] |= 1 << (c % 64)
	}
	return &set
}()

// teenPair reads two neighbouring numbers above ten: 十二、三人, 12,3명; and 25,26일.
func (s *scan) teenPair(i int) (num, bool) {
	lo, p := s.small(i)
	st := digits
	if p == i {
		st = kanji
		if v, one, q := s.pairDigit(i); one == kanji && s.is(q, '十') {
			lo, p = int(v), q
		}
		v, one, q := s.pairDigit(p + 1)
		if !s.is(p, '十') || one != kanji {
			return num{}, false
		}
		lo, p = max(lo, 1)*10+int(v), q
	}
	if lo < 11 || lo > 99 || !pairMark(s.rune(p)) || s.pairJoint(i-1) {
		return num{}, false
	}
	hi, one, end := s.pairDigit(p + 1)
	if digit(s.rune(end)) {
		var whole int
		whole, end = s.small(p + 1)
		hi = float64(whole)
	} else {
		hi += float64(lo - lo%10)
	}
	n := num{val: float64(lo), hi: hi, end: end, style: st, typed: end - i}
	if one != st || hi != n.val+1 || s.is(end, '.', ',', '、') || st == digits && end-p > 2 && !s.is(s.skip(end), '일', '日') {
		return num{}, false
	}
	return n, s.pairUnit(n)
}

// daysOfMonth tells whether a pair before 일 or 日 is two days of a month and no length.
func (n num) daysOfMonth() bool { return n.hi == n.val+1 && n.val >= 10 && !n.units }

// pairDigit is one digit, typed or as a numeral.
func (s *scan) pairDigit(i int) (float64, style, int) {
	c := s.rune(i)
	if digit(c) {
		return float64(c - '0'), digits, i + 1
	}
	v, ok := eastDigits[c]
	switch {
	case !ok:
		return 0, none, i
	case hangul(c):
		return v, sino, i + 1
	}
	return v, kanji, i + 1
}

// pairJoint tells whether digits are listed before rune i+1: the end of 1,2,3 is no pair.
func (s *scan) pairJoint(i int) bool {
	return s.is(i, ',', '、', '·', '・', '.') && (digit(s.rune(i-1)) || eastDigits[s.rune(i-1)] > 0)
}

// isPairOfOne tells whether 일이 is "one or two": 일이 is also "work" with a particle.
func (s *scan) isPairOfOne(i int) bool {
	for _, unit := range []string{"이년", "이개월", "이주일", "이만원", "이만 원", "이천원", "이백"} {
		if _, ok := s.says(i, unit); ok {
			return true
		}
	}
	return false
}

// pairUnit tells whether what both numbers of a pair count follows. A comma between two months, hours or years lists
// them.
func (s *scan) pairUnit(n num) bool {
	p := s.skip(n.end)
	if n.style != digits && p > n.end && !n.units {
		return false
	}
	if _, counted := s.counter(n); counted {
		return true
	}
	if _, _, paid := s.currency(n); paid {
		return true
	}
	for _, units := range []*lexicon[spanUnit]{koSpanUnits, jaSpanUnits} {
		if _, end, ok := units.at(s, p); ok && (!hangul(s.r[p]) || s.wordEnd(end) || spanContext.has(s, end)) {
			return true
		}
	}
	return n.style == digits && s.is(p, '월', '月', '시', '時')
}

// pairEnd tells whether rune i is the second number of a pair, where nothing else may start.
func (s *scan) pairEnd(i int) bool {
	if !pairMark(s.rune(i - 1)) {
		return false
	}
	n := s.num(i - 2)
	if digit(s.rune(i - 3)) {
		n = s.num(i - 3)
	}
	return n.hi != 0 && n.end > i && n.style != korean
}
