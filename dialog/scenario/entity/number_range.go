package entity

import "math"

// numberRange reads the end of a range: 2~3명, 5 to 10.
func (s *scan) numberRange(p piece, n num, counted bool) piece {
	q, ok := s.to(p.end, s.opener(p.start) < p.start)
	or := s.either(p.end) && !s.pointedAt(p.start, p.end)
	if or {
		q, ok = s.orElse(p.end), true
	}
	if !ok || !digit(s.rune(q)) && !latin(s.rune(q)) {
		return p
	}
	m := s.scaled(s.num(q))
	if s.is(s.skip(p.end), '-') && n.style == digits && !s.isWhole(p.start, m.end) {
		if _, also := s.counter(m); !also && !enCounters.has(s, s.skip(m.end)) {
			return p // 123-45 is an address or a code
		}
	}
	low := s.shared(n, m, q)
	if m.style != n.style || m.typed > 6 || s.glued(m) || m.hi != 0 || m.val <= low || s.is(m.end, '-', ':', '/') || digit(s.rune(m.end)) {
		return p
	}
	if or && (m.val != n.val+1 || meridiems.has(s, s.skip(m.end)) || oclock.has(s, s.skip(m.end))) {
		return p // only neighbours are an estimate; 5 or 10 is a choice
	}
	end, also := s.counter(m)
	if counted && !also || !also && s.is(s.skip(p.end), '-') && latin(s.rune(s.skip(m.end))) && n.style != digits {
		return p
	}
	if !also {
		end = m.end
	}
	if stop, ok := s.closed(p.end, end); ok {
		p.value, p.until, p.end, p.start, p.vague = low, m.val, stop, s.opener(p.start), or
	}
	return p
}

// shared gives the lower end of a range the units that only its upper end at rune q names: 1~2만원, $2-3k, two to three
// million. A lower end that is not smaller than the bare upper one has none left out: 500~1만원.
func (s *scan) shared(n, m num, q int) float64 {
	if n.units || n.style != m.style || !m.units {
		return n.val
	}
	bare, factor := 0.0, 1.0
	if w, end, ok := englishNumbers.at(s, q); ok && m.style == english {
		unit, last, scaled := englishNumbers.at(s, s.skip(end))
		if bare = w.val; !scaled || unit.class < hundred || last != m.end || w.class >= hundred {
			return n.val
		}
		factor = unit.val
	} else {
		typed := s.typed(q)
		if bare = typed.val; typed.style == none {
			var st style
			if bare, st, typed.end = s.pairDigit(q); st == none {
				return n.val
			}
		}
		if factor, _ = s.unitsAt(typed.end); factor == 1 {
			factor = math.Round(m.val / bare) // 3k
		}
	}
	if n.val >= bare {
		return n.val
	}
	return tidy(n.val * factor)
}

// unitsAt multiplies the units at rune i: one of 십, 백, 천 and one of 만, 억, 조.
func (s *scan) unitsAt(i int) (factor float64, end int) {
	factor, end = 1, i
	if small := smallUnits[s.rune(end)]; small > 0 {
		factor, end = small, end+1
	}
	if big := bigUnits[s.rune(end)]; big > 0 {
		factor, end = factor*big, end+1
	}
	return factor, end
}

// spanRange reads a range whose unit stands only at its end: 2~3시간, 2-3 hours.
func (s *scan) spanRange(i int) (piece, bool) {
	n := s.num(i)
	if n.style == none || n.style == korean || n.hi != 0 || !s.begins(i) {
		return piece{}, false
	}
	q, ok := s.to(n.end, s.opener(i) < i)
	or := s.either(n.end)
	if or {
		q, ok = s.orElse(n.end), true
	}
	if !ok || s.num(q).style != n.style || or && s.num(q).val != n.val+1 {
		return piece{}, false
	}
	dated := s.wants(KindDate) || s.wants(KindDateTime)
	l := s.counted(q)
	if !l.ok || !l.sure && dated && !spanContext.has(s, s.skip(l.end)) || l.span.Length() == 0 {
		return piece{}, false
	}
	var first Span
	first.add(n.val, l.least)
	end, ok := s.closed(n.end, l.end)
	if !ok || first.Length() >= l.span.Length() {
		return piece{}, false
	}
	return piece{kind: KindDuration, start: s.opener(i), end: end, value: first, until: l.span, grain: l.least.grain(), vague: or}, true
}

// either tells whether two numbers are joined by "or" behind the first.
func (s *scan) either(i int) bool {
	p := s.skip(i)
	return s.is(p, 'o') && s.is(p+1, 'r') && !latin(s.rune(p+2)) && !latin(s.rune(p-1))
}

// orElse is the place behind "or".
func (s *scan) orElse(i int) int { return s.skip(s.skip(i) + len("or")) }
