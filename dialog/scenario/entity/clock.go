package entity

// clock is a time of day in the making.
type clock struct {
	Time
	grain string
	known bool    // the half of the day is known
	shift int     // days to add: the hours after midnight of a night
	midn  bool    // midnight: at the start of a day, or after today
	part  dayPart // with the grain part_of_day
	last  *clock  // the end of a range
	end   int     // place after it; 0: nothing found
}

// clock reads the longest time of day at rune i.
func (s *scan) clock(i int) clock {
	if c := s.wordClock(i); c.end > 0 {
		return c
	}
	part, p, led := partsOfDay.at(s, i)
	if led && !s.partBreaks(i, p) {
		if c := s.hour(s.afterPart(p), part.read); c.end > 0 && !(part.only && meridiems.has(s, s.skip(c.end))) { // I am 9pm
			return c
		}
		return s.partAlone(i, p, part)
	}
	return s.hour(i, asSaid)
}

// wordClock reads noon and midnight.
func (s *scan) wordClock(i int) clock {
	h, end, ok := clockWords.at(s, i)
	if !ok || hangul(s.r[i]) && !s.wordEnd(end) && !s.is(end, '부', '까') {
		return clock{}
	}
	if c := s.eastHour(s.skip(end), false); c.end > 0 && c.Hour%12 == 0 && c.Minute == 0 {
		end = c.end // 정오 12시
	}
	return clock{Time: Time{Hour: h % 24}, grain: GrainHour, known: true, midn: h == 24, end: end}
}

// afterPart passes what may stand between a part of the day and its hour: 夜の9時, morning at 9.
func (s *scan) afterPart(p int) int {
	q := s.skip(p)
	switch {
	case s.is(q, 'の', '의', '에', ',', '@', '、'):
		return s.skip(q + 1)
	}
	for _, w := range []string{"at", "around", "by", "from"} {
		if r, ok := s.says(q, w); ok {
			return s.skip(r)
		}
	}
	return q
}

// partBreaks tells whether a part of the day is inside another word: 夜景, 밤새, good morning.
func (s *scan) partBreaks(i, end int) bool {
	next, prev := s.rune(end), s.rune(i-1)
	switch {
	case latin(s.r[i]):
		return s.wordBefore(i) == "good" || s.wordBefore(i) == "all"
	case end-i == 1 && hangul(s.r[i]):
		return hangul(next) && !s.wordEnd(end) && s.num(end).style == none
	case end-i == 1 && han(s.r[i]):
		return han(prev) && !s.edge[i] || han(next) && eastDigits[next] == 0 && smallUnits[next] == 0 && !s.is(end, '遅', '早', '以', '頃', '過', '前', '後') || prev == '毎'
	}
	lunch := s.is(i, '점') && end == i+2 // a meal, unless it is said as a time
	return lunch && !s.is(end, '에', '때') && !s.follows(i) && s.num(s.skip(end)).style == none
}

// follows tells whether a value ends right before rune i or before the blank before it.
func (s *scan) follows(i int) bool {
	return s.edge[i] || s.is(i-1, ' ') && s.edge[i-1]
}

// partAlone is a part of the day without an hour.
func (s *scan) partAlone(i, end int, part dayPart) clock {
	if part.only || hangul(s.rune(end)) && !s.wordEnd(end) && !s.is(end, '중', '부', '까', '때', '쯤') {
		return clock{}
	}
	return clock{Time: Time{Hour: part.from}, grain: GrainPartOfDay, known: true, part: part, end: end}
}

// hour reads an hour with its minutes under the reading of the part of the day before it.
func (s *scan) hour(i int, r reading) clock {
	if i >= len(s.r) {
		return clock{}
	}
	if c := s.colonClock(i); c.end > 0 {
		return s.after(c, r)
	}
	if c := s.eastHour(i, r != asSaid); c.end > 0 {
		return s.after(c, r)
	}
	if c := s.englishHour(i, r); c.end > 0 {
		return c
	}
	return clock{}
}

// after applies the reading, and what says am or pm behind the hour.
func (s *scan) after(c clock, r reading) clock {
	p := s.skip(c.end)
	if m, q, ok := meridiems.at(s, p); ok && r == asSaid {
		r, c.end = m, q
	} else if part, q, ok := s.partBehind(p); ok && r == asSaid {
		r, c.end = part.read, q
	}
	return c.read(r)
}

// partBehind reads "in the morning", "at night" behind an hour.
func (s *scan) partBehind(i int) (dayPart, int, bool) {
	_, p, ok := inThe.at(s, i)
	if !ok {
		return dayPart{}, i, false
	}
	part, end, ok := partsOfDay.at(s, s.skip(p))
	return part, end, ok && latin(s.rune(s.skip(p))) && !part.only
}

// read fixes the half of the day.
func (c clock) read(r reading) clock {
	if r == asSaid || c.Hour > 12 || c.Hour == 0 && r != pm {
		c.known = c.known || r != asSaid
		return c
	}
	c.known = true
	switch h := c.Hour; r {
	case am, dawn:
		c.Hour = h % 12
	case pm:
		c.Hour = h%12 + 12
	case midday:
		if h <= 5 {
			c.Hour = h + 12
		}
	case evening:
		c.Hour, c.shift = (h+12)%24, h/12
	case night:
		switch {
		case h == 12:
			c.Hour, c.shift = 0, 1
		case h <= 4:
			c.shift = 1
		default:
			c.Hour = h + 12
		}
	}
	return c
}

// colonClock reads 15:30, 9:05, 15:30:20, 3.30pm.
func (s *scan) colonClock(i int) clock {
	h, p := s.small(i)
	if p > i+2 && h%100 < 60 && h/100 >= 1 && h/100 <= 12 && meridiems.has(s, s.skip(p)) { // 330pm
		return clock{Time: Time{h / 100, h % 100, 0}, grain: GrainMinute, end: p}
	}
	if p == i || p > i+2 || h > 24 || !s.is(p, ':', '.') {
		return clock{}
	}
	m, q := s.small(p + 1)
	if q != p+3 || m > 59 || h == 24 && m > 0 || s.is(p, '.') && !meridiems.has(s, s.skip(q)) {
		return clock{}
	}
	c := clock{Time: Time{h, m, 0}, grain: GrainMinute, end: q}
	if s.is(q, ':') {
		sec, r := s.small(q + 1)
		if r != q+3 || sec > 59 {
			return clock{}
		}
		c.Second, c.grain, c.end = sec, GrainSecond, r
	}
	if s.is(c.end, ':') {
		return clock{}
	}
	c.known = h == 0 || h > 12 || p == i+2 && s.is(i, '0')
	if h == 24 {
		c.Hour, c.shift = 0, 1
	}
	return c
}

// eastHour reads 세 시 반, 15시 30분, 午後三時二十分, 3時5分前. Sino-Korean hours under ten are other words (오시, 이시) unless
// a part of the day leads them.
func (s *scan) eastHour(i int, led bool) clock {
	n := s.num(i)
	if n.style == none || n.style == english || n.point || n.hi != 0 || n.val > 24 || n.style == sino && n.val < 10 && !led {
		return clock{}
	}
	p := s.skip(n.end)
	if !hourUnits[s.rune(p)] || notHour[s.rune(p+1)] && !(s.is(p+1, '대') && s.is(p+2, '에')) {
		return clock{}
	}
	c := clock{Time: Time{Hour: int(n.val)}, grain: GrainHour, end: p + 1}
	c.known = n.val == 0 || n.val > 12
	if n.val == 24 {
		c.Hour, c.shift = 0, 1
	}
	if q, ok := s.half(c.end); ok {
		c.Minute, c.grain, c.end = 30, GrainMinute, q
		return c
	}
	return s.eastMinute(i, c)
}

// eastMinute adds minutes and seconds to the hour that starts at rune i, and takes them off before 전 and 前.
func (s *scan) eastMinute(i int, c clock) clock {
	minutes, end, ok := s.minutesBehind(i, c.end)
	switch {
	case !ok:
		return c
	case end == 0:
		return clock{}
	}
	c.Minute, c.grain, c.end = minutes, GrainMinute, end
	if sec := s.num(s.skip(c.end)); sec.style != none && sec.val < 60 && !sec.point && s.is(s.skip(sec.end), '초', '秒') {
		c.Second, c.grain, c.end = int(sec.val), GrainSecond, s.skip(sec.end)+1
	}
	q := s.skip(c.end)
	if s.is(q, '전', '前') && !notAfterWords.has(s, q) && s.wordEnd(q+1) {
		c.Hour, c.Minute, c.end = (c.Hour+23)%24, 60-c.Minute, q+1
		if c.Minute == 60 {
			c.Hour, c.Minute = (c.Hour+1)%24, 0
		}
		if c.Hour == 0 && !c.known {
			c.Hour = 12
		}
	}
	return c
}
