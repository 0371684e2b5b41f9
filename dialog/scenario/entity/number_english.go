package entity

// englishNum reads number words: twenty-five, one hundred and five, a dozen, two thousand twenty six.
func (s *scan) englishNum(i int) num {
	if n, ok := s.dozen(i); ok {
		return n
	}
	total, group, last := 0.0, -1.0, class(0)
	p, end, words := i, i, 0
	if q, ok := s.says(i, "a"); ok {
		if w, _, ok := englishNumbers.at(s, s.skip(q)); ok && w.class >= hundred {
			group, p, last = 1, s.skip(q), ones
		}
	}
	for {
		w, q, ok := englishNumbers.at(s, p)
		if !ok {
			break
		}
		switch w.class {
		case ones:
			ok = group < 0 || last == hundred || last == tens && w.val < 10
		case tens:
			ok = group < 0 || last == hundred
		case hundred:
			ok = group > 0 && last != hundred
		case scale:
			ok = group > 0
		}
		if !ok {
			break
		}
		switch w.class {
		case hundred:
			group *= 100
		case scale:
			total, group = total+group*w.val, -1
		default:
			group = max(group, 0) + w.val
		}
		last, end, words = w.class, q, words+1
		p = s.nextWord(q, last)
	}
	if words == 0 {
		return num{}
	}
	n := num{val: total + max(group, 0), end: end, style: english, lone: words == 1, units: last >= hundred || total > 0}
	return s.englishPoint(n)
}

// nextWord passes the blank, hyphen or "and" inside a number.
func (s *scan) nextWord(i int, last class) int {
	if s.is(i, '-') {
		return i + 1
	}
	p := s.skip(i)
	if last >= hundred {
		if q, ok := s.says(p, "and"); ok {
			return s.skip(q)
		}
	}
	return p
}

// englishPoint adds decimals: two point five.
func (s *scan) englishPoint(n num) num {
	p, ok := s.says(s.skip(n.end), "point")
	for place := 0.1; ok && place > 1e-6; place /= 10 {
		w, q, found := englishNumbers.at(s, s.skip(p))
		if !found || w.val > 9 {
			break
		}
		n.val, n.end, n.point, n.lone, p = tidy(n.val+w.val*place), q, true, false, q
	}
	return n
}

// dozen reads the collective words.
func (s *scan) dozen(i int) (num, bool) {
	v, end, ok := collectives.at(s, i)
	return num{val: v, end: end, style: english}, ok
}

var collectives = newLexicon(map[string]float64{
	"half a million": 5e5, "half million": 5e5, "half a billion": 5e8, "quarter of a million": 25e4, "a quarter of a million": 25e4,
	"half a dozen": 6, "a dozen": 12, "two dozen": 24, "a couple of": 2, "a couple": 2,
})

// halved adds the half behind an English number: two and a half, 1 and a half million.
func (s *scan) halved(n num) num {
	if n.style != english && n.style != digits || n.hi != 0 || n.point || n.units {
		return n
	}
	p := s.skip(n.end)
	if !s.is(p, 'a') {
		return n
	}
	_, end, ok := spanHalfEn.at(s, p)
	if !ok {
		return n
	}
	n.val, n.end, n.point, n.lone = n.val+0.5, end, true, false
	if w, q, ok := englishNumbers.at(s, s.skip(end)); ok && w.class >= hundred {
		n.val, n.end, n.units = n.val*w.val, q, true
	}
	return n
}

// mixed reads a whole number with a fraction, or a fraction of a unit of time: 1 1/2, 2 1/2 hours, 1/2 hour. In Korean and
// Japanese texts 1/2 is the second of January unless an English unit follows.
func (s *scan) mixed(i int) (num, bool) {
	whole, p := s.small(i)
	at := p + 1
	if s.is(p, '/') {
		whole, at = 0, i
	}
	over, under := s.rune(at)-'0', s.rune(at+2)-'0'
	if at > i && !s.is(p, ' ') || !digit(s.rune(at)) || !s.is(at+1, '/') || !shares[under] || over < 1 || over >= under {
		return num{}, false
	}
	end := at + 3
	timed := enSpanUnits.has(s, s.skip(end))
	if s.is(i-1, '/', '.', '-') || letter(s.rune(end)) || s.is(end, '/', '-', '.', ':') && digit(s.rune(end+1)) || !timed && (at == i || s.Locale != "en") {
		return num{}, false
	}
	return num{val: float64(whole) + tidy(float64(over)/float64(under)), end: end, style: digits, typed: p - i, point: true}, true
}

// shares are what a whole is divided by.
var shares = map[rune]bool{2: true, 3: true, 4: true, 5: true, 8: true}
