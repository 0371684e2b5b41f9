package entity

// sheet holds what starts at each place of a text, before neighbours are joined.
type sheet struct {
	dates   []*piece
	clocks  []*clock
	moments []*piece
	parts   []*piece // a part of a named day: tonight
	spans   []*length
	ranged  []*clock // a clock with its end
	rest    []piece  // numbers, money, contacts, answers
}

// builtIn finds everything of the built-in kinds that were asked for.
func (s *scan) builtIn() []piece {
	n := len(s.r)
	sh := &sheet{
		dates: make([]*piece, n), clocks: make([]*clock, n), moments: make([]*piece, n), parts: make([]*piece, n),
		spans: make([]*length, n), ranged: make([]*clock, n),
	}
	contacts := s.contacts()
	s.trap()
	for i, c := range s.r {
		if (starters.has(c) || digit(c)) && s.begins(i) {
			s.read(sh, i)
		}
	}
	found := s.join(sh)
	reach := s.reach(found)
	for _, p := range sh.rest {
		if p.kind != KindNumber || reach[p.start] < p.end {
			found = append(found, p)
		}
	}
	found = append(found, contacts...)
	if s.wants(KindYesNo) {
		found = append(found, s.answers()...)
	}
	return s.asked(found)
}

// read reads everything that starts at rune i.
func (s *scan) read(sh *sheet, i int) {
	if p, ok := s.relative(i); ok {
		s.put(sh, p)
	}
	if p, ok := s.isoMoment(i); ok {
		s.put(sh, p)
	}
	if f := s.date(i); f.end > i {
		s.put(sh, s.datePiece(i, f))
	}
	if c := s.clock(i); c.end > i {
		sh.clocks[i] = kept(c)
		s.edge[c.end] = true
	}
	if p, ok := s.partOfNamed(i); ok {
		sh.parts[i] = kept(p)
		s.edge[p.end] = true
	}
	if _, end, ok := momentWords.at(s, i); ok && !nowAfter[s.rune(end)] && (!hangul(s.r[i]) || s.wordEnd(end)) {
		s.put(sh, piece{kind: KindDateTime, start: i, end: end, value: Moment{s.Now.Truncate(1e9)}, grain: GrainSecond})
	}
	if l := s.span(i); l.ok && l.end > i {
		sh.spans[i] = kept(l)
		s.edge[l.end] = true
	}
	if m, ok := s.money(i); ok {
		sh.rest = append(sh.rest, m)
		s.edge[m.end] = true
	}
	if p, ok := s.number(i); ok {
		sh.rest = append(sh.rest, p)
		s.edge[p.end] = true
	}
}

// kept moves a value to the heap, and only those that are found.
func kept[T any](v T) *T { return &v }

// put keeps the longer of the dates or moments that start at one place.
func (s *scan) put(sh *sheet, p piece) {
	row := sh.dates
	if p.kind == KindDateTime {
		row = sh.moments
	}
	s.edge[p.end] = true
	if old := row[p.start]; old == nil || old.end < p.end {
		row[p.start] = kept(p)
	}
}

// trap blocks words in which other words hide: 오늘날, 円滑, 二人三脚.
func (s *scan) trap() {
	for i := range s.r {
		if s.blocked[i] || hangul(s.r[i]) && (hangul(s.rune(i-1)) || digit(s.rune(i-1))) {
			continue
		}
		if _, end, ok := traps.at(s, i); ok {
			s.block(i, end)
		}
	}
}

// reach tells for every place how far the values go that start there or before it: a number inside a date, a time or
// a length is no number of its own. The first number of a length is, when lengths were not asked for ("3분" said of people).
func (s *scan) reach(found []piece) []int {
	reach := make([]int, len(s.r)+1)
	for _, p := range found {
		at := p.start
		if p.kind == KindDuration && !s.wants(KindDuration) {
			at++
		}
		reach[at] = max(reach[at], p.end)
	}
	for i := 1; i < len(reach); i++ {
		reach[i] = max(reach[i], reach[i-1])
	}
	return reach
}

// asked drops what was not asked for and what touches a blocked word; a lone date or time stands for a moment when
// nothing but moments can be meant.
func (s *scan) asked(found []piece) []piece {
	promote := s.wants(KindDateTime) && !s.wants(KindDate) && !s.wants(KindTime)
	kept := found[:0]
	for _, p := range found {
		if promote {
			p = s.promoted(p)
		}
		own := p.kind == KindEmail || p.kind == KindPhone || p.kind == KindYesNo
		if s.wants(p.kind) && (own || s.free(&p)) {
			kept = append(kept, p)
		}
	}
	return kept
}

// promoted makes a moment of a date (its first instant) or of a time (its next occurrence).
func (s *scan) promoted(p piece) piece {
	switch v := p.value.(type) {
	case Date:
		p.kind, p.value = KindDateTime, s.moment(v, Time{})
		if u, ok := p.until.(Date); ok {
			p.until = s.moment(u, Time{})
		}
	case Time:
		d := s.today
		if !s.moment(d, v).After(s.Now) {
			d = d.plus(1)
		}
		m := s.moment(d, v)
		p.kind, p.value = KindDateTime, m
		if u, ok := p.until.(Time); ok {
			end := s.moment(d, u)
			if !end.After(m.Time) {
				end = s.moment(d.plus(1), u)
			}
			p.until = end
		}
	}
	return p
}
