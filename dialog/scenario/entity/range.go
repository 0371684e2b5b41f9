package entity

// rangeWords stand between the start and the end of a range, rangeEnds behind the end.
var (
	rangeWords = newSet("부터", "에서부터", "에서", "~", "-", "から", "to", "until", "till", "til", "'til", "through", "thru", "と", "~から", "および")
	betweens   = newSet("과", "와", "하고", "と", "and")
	rangeEnds  = newSet("까지", "까지요", "まで", "までの間")
	rangeOpens = newSet("from", "between", "from the", "between the")
)

// to gives the place where the end of a range would start.
func (s *scan) to(i int, opened bool) (int, bool) {
	p := s.skip(i)
	if s.is(p, '에', 'に') && !s.is(p+1, '서') {
		p = s.skip(p + 1)
	}
	_, q, ok := rangeWords.at(s, p)
	if !ok && opened || !ok && s.is(p, '과', '와', 'と') {
		_, q, ok = betweens.at(s, p)
	}
	if !ok {
		return i, false
	}
	q = s.skip(q)
	if r, the := s.says(q, "the"); the {
		q = s.skip(r)
	}
	return q, q < len(s.r)
}

// closed passes 까지 and まで behind a range. A joint that may also list two values ("3시와 5시") is a range only when
// "사이" or "の間" follows.
func (s *scan) closed(joint, end int) (int, bool) {
	p := s.skip(end)
	if s.is(joint, '과', '와', 'と') || s.is(s.skip(joint), '과', '와', 'と') {
		return end, s.is(p, '사') && s.is(p+1, '이') || s.is(p, 'の') && s.is(p+1, '間')
	}
	if _, q, ok := rangeEnds.at(s, p); ok {
		return q, true
	}
	return end, true
}

// opener is the place of "from" or "between" before rune i, or i.
func (s *scan) opener(i int) int {
	for back := 3; back <= 13 && back <= i; back++ {
		if _, end, ok := rangeOpens.at(s, i-back); ok && s.skip(end) == i && end < i {
			return i - back
		}
	}
	return i
}

// joinClocks finds ranges of times: 3시부터 5시까지, 3~5시, from 9 to 5, 2-4pm.
func (s *scan) joinClocks(sh *sheet) {
	for i := range s.r {
		if !s.begins(i) {
			continue
		}
		first := sh.clocks[i]
		if first == nil || first.grain == GrainPartOfDay {
			if bare := s.bareHour(i); bare != nil {
				first = bare // 오후 2-4시
			}
		}
		if first == nil {
			continue
		}
		last, end, ok := s.lastClock(sh, i, first)
		if !ok {
			continue
		}
		joined := *first
		joined.last, joined.end = last, end
		if last.grain != GrainPartOfDay && last.grain != GrainHour {
			joined.grain = last.grain
		}
		sh.ranged[i] = kept(joined)
		s.edge[end] = true
	}
}

// lastClock finds the end of a range of times that starts with first at rune i.
func (s *scan) lastClock(sh *sheet, i int, first *clock) (last *clock, end int, ok bool) {
	opened := s.opener(i) < i
	p, ok := s.to(first.end, opened)
	if !ok {
		return nil, 0, false
	}
	last = sh.clocks[p]
	if last == nil && !opened && first.known && first.last == nil && s.is(first.end-1, 'm', '.') { // 2pm to 4
		if last = s.bareHour(p); last != nil && (last.Hour > 12 || !s.endsHours(last.end) || s.is(s.skip(last.end), '%')) {
			last = nil
		}
	}
	if last == nil && opened && (latin(s.rune(p-1)) || s.is(p-1, ' ', '-')) {
		if last = s.bareHour(p); last != nil && !s.endsHours(last.end) {
			last = nil
		}
	}
	if last == nil || first.grain == GrainPartOfDay && last.grain != GrainPartOfDay {
		return nil, 0, false
	}
	end, ok = s.closed(first.end, last.end)
	return last, end, ok
}

// bareHour is a number that is an hour because the end of its range is one: 3~5시, 오후 2-4시.
func (s *scan) bareHour(i int) *clock {
	part, p, ok := partsOfDay.at(s, i)
	if ok {
		p = s.skip(p)
	} else {
		p = i
	}
	h, end := s.small(p)
	if !digit(s.rune(p)) || end > p+2 || h > 24 || latin(s.rune(p-1)) {
		n := s.num(p)
		if n.style != english || n.val < 1 || n.val > 12 {
			return nil
		}
		h, end = int(n.val), n.end
	}
	c := clock{Time: Time{Hour: h}, grain: GrainHour, known: h == 0 || h > 12, end: end}
	return kept(c.read(part.read))
}

// endsHours tells whether bare numbers before rune i can be hours: "from 9 to 5 people" is not.
func (s *scan) endsHours(i int) bool {
	p := s.skip(i)
	return !letter(s.rune(p)) || afterHour.has(s, p) || weekdays.has(s, p)
}

// rangeStart is the hour at which a range starts, read so that the range is short.
func (s *scan) rangeStart(c clock, d *Date) (Time, bool) {
	if c.known || !c.last.known || c.last.grain == GrainPartOfDay {
		return s.at(c, d)
	}
	end := c.last.Hour*60 + c.last.Minute
	best, found := c.Time, false
	for _, t := range c.choices() {
		if t.Hour*60+t.Minute < end {
			best, found = t, true
		}
	}
	if !found {
		return s.at(c, d)
	}
	return best, false
}

// list adds every reading that starts at rune i, ranges included.
func (s *scan) list(sh *sheet, i int, found []piece) []piece {
	if c := sh.clocks[i]; c != nil {
		found = append(found, s.timePiece(i, *c))
	}
	if c := sh.ranged[i]; c != nil {
		p := s.timePiece(i, *c)
		p.start = s.opener(i)
		found = append(found, p)
	}
	if l := sh.spans[i]; l != nil {
		found = append(found, s.spanPiece(i, l))
	}
	if p, ok := s.spanRange(i); ok {
		found = append(found, p)
	}
	if d := sh.dates[i]; d != nil {
		found = append(found, *d)
		if p, ok := s.dateRange(sh, *d); ok {
			found = append(found, p)
		}
		if p, ok := s.daysOf(*d); ok {
			found = append(found, p)
		}
	} else if p, ok := s.bareDay(sh, i); ok {
		found = append(found, p)
	}
	if m := sh.moments[i]; m != nil {
		if m.clock.last != nil && m.start == i {
			m.start = s.opener(i)
		}
		found = append(found, *m)
		if p, ok := s.momentRange(sh, *m); ok {
			found = append(found, p)
		}
	}
	return found
}

// spanPiece is a length of time.
func (s *scan) spanPiece(i int, l *length) piece {
	p := piece{kind: KindDuration, start: i, end: l.end, value: l.span, grain: l.least.grain(), vague: l.vague}
	if l.upper != (Span{}) {
		p.until = l.upper
	}
	return p
}
