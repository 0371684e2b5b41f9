package entity

import (
	"time"
)

// join makes moments and ranges of neighbours and lists all readings.
func (s *scan) join(sh *sheet) []piece {
	s.joinClocks(sh)
	s.refuseBeside(sh)
	for i := len(s.r) - 1; i >= 0; i-- {
		s.joinDay(sh, i)
	}
	var found []piece
	for i := range s.r {
		found = s.list(sh, i, found)
	}
	return found
}

// joinDay joins a day with the time behind it or before it.
func (s *scan) joinDay(sh *sheet, i int) {
	if d := sh.dates[i]; d != nil && d.grain == GrainDay && d.until == nil {
		for _, p := range s.bridges(d.end, true) {
			if c := sh.clockAt(p); c != nil {
				s.put(sh, s.momentPiece(i, c.end, d.day, d.vague, *c))
				break
			}
		}
	}
	if part := sh.parts[i]; part != nil {
		at := s.afterPart(part.end)
		if c := s.wordClock(at); c.end > 0 {
			s.put(sh, s.momentPiece(i, c.end, part.day, false, c))
		} else if c := s.hour(at, part.clock.part.read); c.end > 0 {
			s.put(sh, s.momentPiece(i, c.end, part.day, false, c))
		} else {
			s.put(sh, s.momentPiece(i, part.end, part.day, false, part.clock))
		}
	}
	c := sh.clockAt(i)
	if c == nil {
		return
	}
	for _, p := range s.bridges(c.end, false) {
		if p >= len(s.r) {
			continue
		}
		if part := sh.parts[p]; part != nil && c.last == nil {
			joined := *c
			if !c.known {
				joined = c.read(part.clock.part.read)
			}
			s.put(sh, s.momentPiece(i, part.end, part.day, false, joined))
		} else if d := sh.dates[p]; d != nil && d.grain == GrainDay && d.until == nil {
			end, joined := d.end, *c
			if q := s.skip(d.end); q < len(s.r) && sh.clocks[q] != nil && sh.clocks[q].grain == GrainPartOfDay && !c.known {
				end, joined = sh.clocks[q].end, c.read(sh.clocks[q].part.read) // 9 tomorrow morning
			}
			s.put(sh, s.momentPiece(i, end, d.day, d.vague, joined))
		}
	}
}

// clockAt is the clock at a place, with its end if there is one.
func (sh *sheet) clockAt(i int) *clock {
	if i >= len(sh.clocks) {
		return nil
	}
	if sh.ranged[i] != nil {
		return sh.ranged[i]
	}
	return sh.clocks[i]
}

// bridges are the places where the other half of a moment may start: behind blanks, の, at, on and the like.
func (s *scan) bridges(i int, toClock bool) []int {
	p := s.skip(i)
	places := []int{p}
	if s.is(p, ',', '、', 'の', '의', '@', '에', 'に', '(') {
		places = append(places, s.skip(p+1))
		p = s.skip(p + 1)
	}
	words := []string{"on", "of", "for"}
	if toClock {
		words = []string{"at", "around", "from", "by", "about", "between", "after", "before", "in the", "in", "starting at", "for", "until"}
	}
	for _, w := range words {
		if q, ok := s.says(p, w); ok {
			places = append(places, s.skip(q))
		}
	}
	return places
}

// momentPiece is a clock on a day.
func (s *scan) momentPiece(start, end int, d day, vague bool, c clock) piece {
	p := piece{kind: KindDateTime, start: start, end: end, grain: c.grain, day: d, clock: c}
	t, chosen := s.at(c, &d.Date)
	if c.last != nil {
		t, chosen = s.rangeStart(c, &d.Date)
	}
	shift := c.shift
	if c.midn {
		shift, chosen = btoi(d.Date == s.today), true
	}
	from := s.moment(d.plus(shift), t)
	p.value, p.vague = from, vague || chosen
	switch {
	case c.grain == GrainPartOfDay && c.last == nil:
		p.until = s.moment(d.plus(shift+c.part.to/24), Time{Hour: c.part.to % 24})
	case c.last != nil:
		p.until = s.momentAfter(from, *c.last)
	}
	return p
}

// momentAfter is the first time a clock shows after a moment.
func (s *scan) momentAfter(from Moment, c clock) Moment {
	d := dateOf(from.Time)
	if c.grain == GrainPartOfDay {
		return s.moment(d.plus(c.part.to/24), Time{Hour: c.part.to % 24})
	}
	for n := range 2 {
		for _, t := range c.choices() {
			if m := s.moment(d.plus(n), t); m.After(from.Time) {
				return m
			}
		}
	}
	return s.moment(d.plus(1), c.Time)
}

// choices are the times a clock may show, in order.
func (c clock) choices() []Time {
	if c.known || c.Hour > 12 || c.Hour == 0 {
		return []Time{c.Time}
	}
	early, late := c.Time, c.Time
	early.Hour, late.Hour = c.Hour%12, c.Hour%12+12
	return []Time{early, late}
}

// timePiece is a clock on no day.
func (s *scan) timePiece(i int, c clock) piece {
	p := piece{kind: KindTime, start: i, end: c.end, grain: c.grain, clock: c}
	if c.last != nil {
		t, vague := s.rangeStart(c, nil)
		day := s.today
		p.value, p.vague = t, vague
		u := s.momentAfter(s.moment(day, t), *c.last)
		p.until = Time{u.Hour(), u.Minute(), u.Second()}
		return p
	}
	t, vague := s.at(c, nil)
	p.value, p.vague = t, vague
	if c.grain == GrainPartOfDay {
		p.until = Time{Hour: c.part.to % 24}
	}
	return p
}

// partOfNamed reads a part of a named day: 今朝, tonight, last night.
func (s *scan) partOfNamed(i int) (piece, bool) {
	n, end, ok := namedParts.at(s, i)
	if !ok {
		return piece{}, false
	}
	c := clock{Time: Time{Hour: n.part.from}, grain: GrainPartOfDay, known: true, part: n.part, end: end}
	return piece{kind: KindDateTime, start: i, end: end, day: day{Date: s.today.plus(n.offset), grain: GrainDay}, clock: c}, true
}

// isoMoment reads 2026-11-25T15:30:00+09:00.
func (s *scan) isoMoment(i int) (piece, bool) {
	if !digit(s.r[i]) || !s.is(i+10, 't') || !s.is(i+13, ':') {
		return piece{}, false
	}
	for _, size := range []int{25, 20, 19, 16} {
		if i+size > len(s.r) || letter(s.rune(i+size)) {
			continue
		}
		text := string(s.kept[i : i+size])
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04"} {
			if t, err := time.ParseInLocation(layout, text, s.Now.Location()); err == nil && t.Year() > 0 {
				return piece{kind: KindDateTime, start: i, end: i + size, value: Moment{t}, grain: GrainSecond}, true
			}
		}
	}
	return piece{}, false
}
