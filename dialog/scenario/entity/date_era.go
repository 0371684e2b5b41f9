package entity

import "time"

// eraDate reads a Japanese year: 令和8年11月25日, 平成元年, R8.11.25.
func (s *scan) eraDate(i int) found {
	base, p, ok := eras.at(s, i)
	if !ok {
		return found{}
	}
	first := p == i+1 // R and H are eras only right before a number
	if !first {
		p = s.skip(p)
	}
	n, end := s.num(p), p+1
	if !s.is(p, '元') {
		if n.style == none || n.val < 1 || n.val > 99 || n.val != float64(int(n.val)) && !first {
			return found{}
		}
		end = n.end
	} else {
		n.val = 1
	}
	if first || s.is(end, '.', '/') {
		return s.dottedEra(base, p)
	}
	if p = s.skip(end); !s.is(p, '年', '년') {
		return found{}
	}
	return s.inYear(base+int(n.val), p+1)
}

// dottedEra reads the short form: R8.11.25, H30/4/1.
func (s *scan) dottedEra(base, i int) found {
	y, p := s.small(i)
	if !s.is(p, '.', '/', '-') {
		return found{}
	}
	m, q := s.small(p + 1)
	if s.rune(q) != s.rune(p) || q == p+1 {
		return found{}
	}
	d, end := s.small(q + 1)
	date := Date{base + y, time.Month(m), d}
	if end == q+1 || y == 0 || !date.valid() {
		return found{}
	}
	return found{day: day{Date: date, grain: GrainDay}, end: end}
}

// numberedYear reads 2026년, 26년 11월, 二〇二六年.
func (s *scan) numberedYear(n num, end int) found {
	y := int(n.val)
	if n.val != float64(y) || y < 1 || y > 9999 || s.is(end, '間', '간', '생', '대', '度', '代', '型', '식') {
		return found{}
	}
	if y >= 1000 {
		if _, _, ok := afterWords.at(s, s.skip(end)); ok && n.style != digits {
			return found{}
		}
		return s.inYear(y, end)
	}
	if n.typed != 2 || n.style == korean {
		return found{}
	}
	if f := s.inYear(s.fullYear(y), end); f.grain != GrainYear {
		return f
	}
	return found{}
}
