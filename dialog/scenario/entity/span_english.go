package entity

// countedEnglish reads the English units after a number: 2 hours, 2 and a half hours, 2h.
func (s *scan) countedEnglish(n num) length {
	p, extra := s.skip(n.end), 0.0
	if _, q, ok := spanHalfMid.at(s, p); ok {
		p, extra = s.skip(q), 0.5
	}
	if s.is(p, '-') {
		p++
	}
	u, end, ok := enSpanUnits.at(s, p)
	if !ok && n.style == digits {
		u, end, ok = s.shortUnit(n)
	}
	if q, more := s.says(p, "more"); !ok && more {
		u, end, ok = enSpanUnits.at(s, s.skip(q))
	}
	nights := false
	if q, is := s.nightsAfter(p); !ok && is {
		u, end, ok, nights = spanUnit{dayUnit, false}, q, true, true
	}
	if _, old := s.says(s.skip(end), "old"); !ok || old || n.val >= 1e6 {
		return length{}
	}
	l := length{end: end, least: u.unit, sure: true, vague: nights, ok: true}
	l.span.add(n.val+extra, u.unit)
	if _, q, ok := spanHalfEn.at(s, s.skip(end)); ok && extra == 0 {
		l.span.add(0.5, u.unit)
		l.end = q
	}
	return l
}

// nightsAfter passes "nights" where a length is asked for and no number.
func (s *scan) nightsAfter(i int) (int, bool) {
	if !s.wants(KindDuration) || s.wants(KindNumber) {
		return i, false
	}
	if q, ok := s.says(i, "nights"); ok {
		return q, true
	}
	return s.says(i, "night")
}

// shortUnit reads h and m right behind digits; "5m" alone may be metres, so m needs company.
func (s *scan) shortUnit(n num) (spanUnit, int, bool) {
	for _, e := range enShortUnits.from(s, n.end) {
		end := n.end + 1
		if latin(s.rune(end)) || e.value.unit != hour && !s.is(n.end-n.typed-1, 'h') && !s.is(n.end-n.typed-2, 'h') {
			continue
		}
		return e.value, end, true
	}
	return spanUnit{}, n.end, false
}

// article reads "an hour", "a week and a half".
func (s *scan) article(i int) length {
	p, ok := s.says(i, "a")
	if !ok {
		p, ok = s.says(i, "an")
	}
	if !ok || neverCounted[s.wordBefore(i)] {
		return length{}
	}
	u, end, ok := enSpanUnits.at(s, s.skip(p))
	if !ok || u.unit == second || s.is(end, '\'') {
		return length{}
	}
	l := length{end: end, least: u.unit, sure: true, ok: true}
	l.span.add(1, u.unit)
	if _, q, ok := spanHalfEn.at(s, s.skip(end)); ok {
		l.span.add(0.5, u.unit)
		l.end = q
	}
	return l
}

// neverCounted stand before "a day" when that is no length: twice a day.
var neverCounted = map[string]bool{
	"once": true, "twice": true, "times": true, "time": true, "what": true, "such": true, "per": true, "quite": true, "wait": true,
}
