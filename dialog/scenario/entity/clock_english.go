package entity

// englishHour reads 3pm, three o'clock, half past three, 20 to 4, three thirty, at 3.
func (s *scan) englishHour(i int, r reading) clock {
	if c := s.pastHour(i); c.end > 0 {
		return s.after(c, r)
	}
	h, p, ok := s.hourNumber(i)
	if !ok {
		return clock{}
	}
	c := clock{Time: Time{Hour: h}, grain: GrainHour, end: p}
	sure := false
	if m, q, ok := s.spokenMinutes(i, p); ok {
		c.Minute, c.grain, c.end = m, GrainMinute, q
		sure = meridiems.has(s, s.skip(q)) || m%5 == 0
	}
	q := s.skip(c.end)
	if _, end, ok := oclock.at(s, q); ok {
		c.end, sure = end, true
	}
	if meridiems.has(s, s.skip(c.end)) {
		sure = true
	} else if _, _, ok := s.partBehind(s.skip(c.end)); ok {
		sure = true
	} else if namedParts.has(s, s.skip(c.end)) && latin(s.rune(s.skip(c.end))) {
		sure = true
	} else if _, q, ok := dayWords.at(s, s.skip(c.end)); ok && latin(s.rune(q-1)) && latin(s.rune(s.skip(q))) && partsOfDay.has(s, s.skip(q)) {
		sure = true
	}
	if !sure && r == asSaid && !s.pointedAt(i, c.end) {
		return clock{}
	}
	if !sure && r != asSaid && h > 12 {
		return clock{}
	}
	c.known = h == 0 || h > 12
	return s.after(c, r)
}

var oclock = newSet("o'clock", "oclock", "o clock")

// hourNumber reads an hour in digits or words.
func (s *scan) hourNumber(i int) (h, end int, ok bool) {
	if digit(s.rune(i)) {
		h, end = s.small(i)
		broken := s.is(end, '/', ':', '%') || s.is(end, '.', ',', '-') && digit(s.rune(end+1))
		return h, end, end > i && end <= i+2 && h <= 24 && !broken
	}
	w, end, ok := englishNumbers.at(s, i)
	return int(w.val), end, ok && w.class == ones && w.val >= 1 && w.val <= 12
}

// spokenMinutes reads the minutes of "three thirty" and "3.30pm".
func (s *scan) spokenMinutes(i, p int) (m, end int, ok bool) {
	if digit(s.rune(i)) {
		return 0, p, false
	}
	if s.is(p, '-') {
		p++
	}
	n := s.num(s.skip(p))
	if n.style == none || n.point || n.val < 10 || n.val > 59 {
		return 0, p, false
	}
	return int(n.val), n.end, true
}

// pastHour reads half past three, quarter to five, 20 minutes past 3pm.
func (s *scan) pastHour(i int) clock {
	m, p, ok := minuteWords.at(s, i)
	if !ok {
		n := s.num(i)
		if n.style == none || n.point || n.val < 1 || n.val > 59 || n.end > i+2 && n.style == digits {
			return clock{}
		}
		m, p = int(n.val), n.end
	}
	p = s.skip(p)
	minutes := false
	if u, q, ok := enSpanUnits.at(s, p); ok && u.unit == minute {
		p, minutes = s.skip(q), true
	}
	sign, q, ok := pastTo.at(s, p)
	if !ok || sign < 0 && m == 30 {
		return clock{}
	}
	word := string(s.r[p:q])
	p = s.skip(q)
	c := clock{grain: GrainMinute}
	if h, end, ok := clockWords.at(s, p); ok {
		c.Hour, c.end, c.known = h%24, end, true
	} else {
		h, end, ok := s.hourNumber(p)
		if !ok || h > 12 || word == "of" && !meridiems.has(s, s.skip(end)) || word == "to" && m > 29 {
			return clock{}
		}
		sure := minutes || minuteWordsOnly[string(s.r[i:min(i+4, len(s.r))])]
		if !sure && (word == "to" || word == "after" || word == "before") && !s.hourLike(i, end, m, h) {
			return clock{}
		}
		c.Hour, c.end = h, end
		if _, q, ok := oclock.at(s, s.skip(end)); ok {
			c.end = q
		}
	}
	c.Minute = m
	if sign < 0 {
		c.Hour, c.Minute = (c.Hour+23)%24, 60-m
		if c.Hour == 0 && !c.known {
			c.Hour = 12
		}
	}
	return c
}

// minuteWordsOnly start phrases that can only be times.
var minuteWordsOnly = map[string]bool{"half": true, "quar": true, "a qu": true, "a ha": true}

// hourLike tells whether "20 to 4" is a time and not a range: the minutes are more than hours can be, or it is asked
// "at", or ends in a part of the day.
func (s *scan) hourLike(i, end, m, h int) bool {
	before := s.wordBefore(i)
	if before == "at" || before == "by" {
		return true
	}
	if before == "from" || before == "between" {
		return false
	}
	_, _, part := s.partBehind(s.skip(end))
	return part || m > 12 || m > h && m%5 == 0 && latin(s.r[i])
}

// pointedAt tells whether a bare number is an hour by the words around it: at 3.
func (s *scan) pointedAt(i, end int) bool {
	before := s.wordBefore(i)
	p := s.skip(end)
	at := s.is(i-1, '@') || s.is(i-1, ' ') && s.is(i-2, '@')
	switch {
	case before == "" && !at, !at && !beforeHour[before]:
		return false
	case before != "at" && before != "until" && before != "till" && before != "around" && before != "by" && !at:
		return false
	case letter(s.rune(end)) || s.is(end, '%', '/', '$'):
		return false
	case !latin(s.rune(p)):
		return !digit(s.rune(p)) && !s.is(p, '%', '$')
	}
	_, _, part := s.partBehind(p)
	return part || afterHour.has(s, p) || weekdays.has(s, p) || months.has(s, p) || partsOfDay.has(s, p)
}
