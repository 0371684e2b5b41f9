package entity

import "strconv"

// sum reads the number of an amount, with the ways of writing that only amounts have: 10 000 yen, €1.000,50, $2M. vague
// is true where the digits may be two numbers.
func (s *scan) sum(at int, currency string) (n num, vague bool) {
	if digit(s.rune(at)) {
		if n, ok := s.continental(at, currency); ok {
			return n, false
		}
		if n, vague, ok := s.spaced(at, currency); ok {
			return n, vague
		}
	}
	n = s.halved(s.scaled(s.num(at)))
	if n.style != digits || n.units {
		return n, false
	}
	if factor := millions[s.rune(n.end)]; factor > 0 && !latin(s.rune(n.end+1)) {
		p := s.skip(n.end + 1)
		if currency != "" || p > n.end+1 && (currencyNames.has(s, p) || currencyCodes.has(s, p)) {
			n.val, n.end, n.units = tidy(n.val*factor), n.end+1, true
		}
	}
	return n, false
}

// millions are letters behind an amount; elsewhere they are metres and bytes.
var millions = map[rune]float64{'m': 1e6, 'b': 1e9}

// continental reads amounts with a comma before the cents: 1.000,50. Without both marks only euros are written so.
func (s *scan) continental(at int, currency string) (num, bool) {
	p := s.digitsEnd(at)
	if p == at || !s.is(p, '.', ',') {
		return num{}, false
	}
	text := string(s.r[at:p])
	grouped := false
	for p-at <= maxDigits && s.is(p, '.') && s.threeDigits(p+1) && (grouped || p-at <= 3) {
		text += string(s.r[p+1 : p+4])
		p, grouped = p+4, true
	}
	cents := s.is(p, ',') && digit(s.rune(p+1)) && digit(s.rune(p+2)) && !digit(s.rune(p+3))
	if cents {
		text += "." + string(s.r[p+1:p+3])
		p += 3
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !grouped && !cents || digit(s.rune(p)) || s.is(p, '.', ',') && digit(s.rune(p+1)) {
		return num{}, false
	}
	n := num{val: v, end: p, style: digits, typed: p - at, point: cents}
	behind, _, paid := s.currency(n)
	if grouped && cents {
		return n, paid || currency != ""
	}
	return n, currency == "EUR" || currency == "" && behind == "EUR"
}

func (s *scan) digitsEnd(i int) int {
	for end := i; ; end++ {
		if !digit(s.rune(end)) || end-i > maxDigits {
			return end
		}
	}
}

// spaced reads digits in groups of three with blanks: 10 000 yen. One digit before a group that is no 000 may count
// what the amount is the price of.
func (s *scan) spaced(at int, currency string) (n num, vague, ok bool) {
	p := s.digitsEnd(at)
	if p == at || p-at > 3 || s.is(at, '0') || !s.is(p, ' ') || !s.threeDigits(p+1) {
		return num{}, false, false
	}
	text, zeros := string(s.r[at:p]), false
	first := len(text)
	for p-at <= maxDigits && s.is(p, ' ') && s.threeDigits(p+1) {
		group := string(s.r[p+1 : p+4])
		text, zeros, p = text+group, zeros || group == "000", p+4
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || len(text) == first || first == 1 && !zeros || s.is(p, '.', ',') && digit(s.rune(p+1)) {
		return num{}, false, false
	}
	n = num{val: v, end: p, style: digits, typed: p - at}
	_, _, paid := s.currency(n)
	return n, !zeros, paid || currency != "" && zeros
}

// minus is the place of the amount behind a sign: -5000원, minus 5 dollars.
func (s *scan) minus(i int) (int, bool) {
	if _, q, ok := negatives.at(s, i); ok {
		return s.skip(q), true
	}
	if !s.is(i, '-') || letter(s.rune(i-1)) || s.is(i-1, ')', '-', '.', '~') || s.is(i-1, ' ') && letter(s.rune(i-2)) && digit(s.rune(i-2)) {
		return i, false
	}
	return i + 1, digit(s.rune(i+1)) || signCurrencies[s.rune(i+1)] != ""
}
