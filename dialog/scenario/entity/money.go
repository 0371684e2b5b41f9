package entity

import "strings"

// signCurrencies stand before an amount.
var signCurrencies = map[rune]string{'$': "USD", '₩': "KRW", '¥': "JPY", '€': "EUR", '£': "GBP"}

// currencyCodes stand before or behind an amount.
var currencyCodes = newLexicon(map[string]string{
	"usd": "USD", "us$": "USD", "krw": "KRW", "jpy": "JPY", "eur": "EUR", "gbp": "GBP", "cny": "CNY",
})

// currencyNames stand behind an amount.
var currencyNames = newLexicon(map[string]string{
	"원": "KRW", "엔": "JPY", "달러": "USD", "불": "USD", "유로": "EUR", "파운드": "GBP", "위안": "CNY", "엔화": "JPY", "엔정": "JPY",
	"円": "JPY", "圓": "JPY", "えん": "JPY", "ドル": "USD", "ユーロ": "EUR", "ポンド": "GBP", "ウォン": "KRW", "元": "CNY",
	"米ドル": "USD", "米国ドル": "USD", "미국 달러": "USD", "미 달러": "USD", "us dollar": "USD", "us dollars": "USD", "won": "KRW", "yen": "JPY", "dollar": "USD", "dollars": "USD", "buck": "USD", "bucks": "USD", "euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP", "quid": "GBP", "yuan": "CNY",
	"$": "USD", "₩": "KRW", "¥": "JPY", "€": "EUR", "£": "GBP",
})

// cents are hundredths of the currency before them.
var cents = newLexicon(map[string]string{"센트": "USD", "セント": "USD", "cent": "USD", "cents": "USD", "pence": "GBP"})

// notMoney are letters that make another word of a currency: 円滑, 3원칙.
const notMoney = "滑満卓周形柱陣高安弧旦日年気素칙색소룸료인형진"

// money reads an amount: 3만 5천원, $20, 20 USD, 千円, five dollars, 3달러 50센트.
func (s *scan) money(i int) (piece, bool) {
	if at, ok := s.minus(i); ok {
		p, _, ok := s.amount(at)
		if m, is := p.value.(Money); ok && is && p.until == nil {
			p.start, p.value = i, Money{-m.Amount, m.Currency}
			return p, true
		}
		return piece{}, false
	}
	p, n, ok := s.amount(i)
	if !ok {
		return s.bareAmount(i)
	}
	q, ok := s.to(p.end, s.opener(i) < i)
	if !ok || p.until != nil {
		return p, true
	}
	return s.amountRange(p, n, q), true
}

// amountRange reads the end of a range of amounts at rune q: 1만원~2만원, $2-3k.
func (s *scan) amountRange(p piece, n num, q int) piece {
	first := p.value.(Money)
	next, m, ok := s.amount(q)
	if !ok && signCurrencies[s.r[p.start]] != "" {
		if m, _ = s.sum(q, first.Currency); m.style == digits && !s.glued(m) && m.val > first.Amount {
			next, ok = piece{end: m.end, value: Money{m.val, first.Currency}}, true
		}
	}
	if p.end == n.end {
		first.Amount = s.shared(n, m, q)
	}
	if !ok || next.until != nil || next.value.(Money).Currency != first.Currency || next.value.(Money).Amount < first.Amount {
		return p
	}
	if end, ok := s.closed(p.end, next.end); ok {
		p.value, p.until, p.end, p.start = first, next.value, end, s.opener(p.start)
	}
	return p
}

// amount reads one sum and gives its number, too.
func (s *scan) amount(i int) (piece, num, bool) {
	if i >= len(s.r) {
		return piece{}, num{}, false
	}
	at, currency := i, ""
	if c := signCurrencies[s.r[i]]; c != "" {
		at, currency = s.skip(i+1), c
	} else if c, q, ok := currencyCodes.at(s, i); ok {
		at, currency = s.skip(q), c
	}
	n, vague := s.sum(at, currency)
	if n.style == none || n.style == korean || s.glued(n) && currency == "" && !currencyCodes.has(s, n.end) {
		return piece{}, n, false
	}
	p := piece{kind: KindMoney, start: i, end: n.end, value: Money{n.val, currency}, vague: vague || n.hi != 0}
	c, end, ok := s.currency(n)
	switch {
	case ok && (currency == "" || c == currency):
		p.end, p.value = end, Money{n.val, c}
		if n.hi != 0 {
			p.until = Money{n.hi, c}
			return p, n, true
		}
		return s.withCents(p, n.val, c), n, true
	case currency != "":
		return p, n, n.hi == 0
	}
	p, ok = s.centsOnly(p, n)
	return p, n, ok && n.hi == 0
}

// currency reads the currency behind a number.
func (s *scan) currency(n num) (string, int, bool) {
	p := s.skip(n.end)
	c, end, ok := currencyNames.at(s, p)
	if !ok {
		c, end, ok = currencyCodes.at(s, p)
	}
	switch {
	case !ok || strings.ContainsRune(notMoney, s.rune(end)):
		return "", 0, false
	case n.style == sino && !n.units && c == "KRW", n.style == sino && n.lone && !n.units && (c == "JPY" || s.is(p, '불')):
		return "", 0, false // 사원, 일원 and 오엔 are other words
	case hangul(s.rune(p)) && n.style == kanji, han(s.rune(p)) && p > n.end && s.is(p, '元'):
		return "", 0, false
	case n.style == kanji && n.lone && !n.units && s.is(p, '元'):
		return "", 0, false
	}
	return c, end, true
}

// withCents adds the hundredths: 3달러 50센트, 5 dollars and 20 cents.
func (s *scan) withCents(p piece, whole float64, currency string) piece {
	q := s.skip(p.end)
	if r, ok := s.says(q, "and"); ok {
		q = s.skip(r)
	}
	n := s.num(q)
	if n.style == none || n.val >= 100 {
		return p
	}
	if c, end, ok := cents.at(s, s.skip(n.end)); ok && c == currency {
		p.end, p.value = end, Money{tidy(whole + n.val/100), currency}
	}
	return p
}

// centsOnly reads 50 cents.
func (s *scan) centsOnly(p piece, n num) (piece, bool) {
	c, end, ok := cents.at(s, s.skip(n.end))
	if !ok {
		return p, false
	}
	p.end, p.value = end, Money{tidy(n.val / 100), c}
	return p, true
}

// bareAmount reads a range whose currency stands only at its end: 1만~2만원, 10 to 20 dollars.
func (s *scan) bareAmount(i int) (piece, bool) {
	n := s.scaled(s.num(i))
	if n.style == none || n.style == korean || n.hi != 0 || s.glued(n) || n.style == sino && !n.units {
		return piece{}, false
	}
	q, ok := s.to(n.end, s.opener(i) < i)
	if s.either(n.end) {
		q, ok = s.orElse(n.end), true
	}
	if !ok {
		return piece{}, false
	}
	last, bare, ok := s.amount(q)
	if !ok || last.until != nil {
		return piece{}, false
	}
	end, ok := s.closed(n.end, last.end)
	m, low := last.value.(Money), s.shared(n, bare, q)
	if !ok || low >= m.Amount {
		return piece{}, false
	}
	return piece{kind: KindMoney, start: s.opener(i), end: end, value: Money{low, m.Currency}, until: m, vague: s.either(n.end)}, true
}
