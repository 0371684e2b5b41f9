package entity

// refuse takes runes that name a day or a minute that does not exist out of reach of all grammars: 11월 31일, 3시 70분.
// What was meant instead nobody knows, so the day or the time beside it has no value either.
func (s *scan) refuse(from, to int) {
	if from >= to || s.blocked[from] && s.blocked[to-1] {
		return
	}
	s.block(from, to)
	s.refused = append(s.refused, [2]int{from, to})
}

// refuseBeside blocks the days and times that are joined to a refused phrase: "11월 31일 3시" is not today at three.
func (s *scan) refuseBeside(sh *sheet) {
	if len(s.refused) == 0 {
		return
	}
	refused := make([]bool, len(s.r)+1)
	for _, r := range s.refused {
		for i := r[0]; i < r[1]; i++ {
			refused[i] = true
		}
		s.refuseBehind(sh, r[1])
	}
	for i := len(s.r) - 1; i >= 0; i-- {
		if end := sh.momentEnd(i); end > 0 && (refused[end-1] || s.leadsTo(end, refused)) {
			s.block(i, end)
			refused[i] = true
		}
	}
}

// refuseBehind blocks what is joined to rune end: a day, a time and its range.
func (s *scan) refuseBehind(sh *sheet, end int) {
	for range 3 {
		next := 0
		for _, p := range s.bridges(end, true) {
			if next = sh.momentEnd(p); next > 0 {
				s.block(p, next)
				break
			}
		}
		if next == 0 {
			return
		}
		end = next
	}
}

// leadsTo tells whether one of the marked places may be joined to what ends at rune end.
func (s *scan) leadsTo(end int, marked []bool) bool {
	for _, p := range s.bridges(end, true) {
		if marked[p] {
			return true
		}
	}
	return false
}

// momentEnd is the end of the longest day or time that starts at rune i, 0 when none does.
func (sh *sheet) momentEnd(i int) (end int) {
	if i >= len(sh.clocks) {
		return 0
	}
	for _, c := range []*clock{sh.clocks[i], sh.ranged[i]} {
		if c != nil {
			end = max(end, c.end)
		}
	}
	for _, p := range []*piece{sh.dates[i], sh.moments[i], sh.parts[i]} {
		if p != nil {
			end = max(end, p.end)
		}
	}
	return end
}
