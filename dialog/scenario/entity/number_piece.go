package entity

var (
	negatives    = newSet("마이너스", "영하", "マイナス", "氷点下", "minus", "negative")
	percentSigns = newSet("%", "퍼센트", "프로", "パーセント", "percent", "per cent")
	thePrefixes  = newSet("제", "第")
)

// number reads a number with what belongs to it: 두 명, 3만 5천, 첫 번째, 30%, -3, twenty-five, the second.
func (s *scan) number(i int) (piece, bool) {
	p, sign := i, 1.0
	if s.is(i, '-') {
		if letter(s.rune(i-1)) || s.is(i-1, ')', '-', '.') || !digit(s.rune(i+1)) {
			return piece{}, false
		}
		p, sign = i+1, -1
	} else if _, q, ok := negatives.at(s, i); ok {
		p, sign = s.skip(q), -1
	}
	if sign > 0 {
		if o, ok := s.ordinalNumber(i); ok {
			return o, true
		}
		if v, end, ok := kanaNumbers.at(s, i); ok && !kana(s.rune(i-1)) {
			return piece{kind: KindNumber, start: i, end: end, value: v}, true
		}
	}
	n := s.halved(s.scaled(s.num(p)))
	if s.partOfCode(i, n) {
		return piece{}, false
	}
	if n.style == none || n.style == digits && n.typed > 1 && !n.point && s.is(p, '0') || s.glued(n) {
		return piece{}, false
	}
	if v, end, ok := s.fraction(n); ok {
		return piece{kind: KindNumber, start: i, end: end, value: sign * v}, true
	}
	if _, end, ok := percentSigns.at(s, s.skip(n.end)); ok && !(s.is(s.skip(n.end), '프') && !s.wordEnd(end)) {
		return piece{kind: KindNumber, start: i, end: end, value: sign * n.val, grain: GrainPercent}, true
	}
	if s.is(n.end, '割') && !s.is(n.end+1, '合', '当') && n.val <= 10 {
		return piece{kind: KindNumber, start: i, end: n.end + 1, value: tidy(n.val * 10), grain: GrainPercent}, true
	}
	end, counted := s.counter(n)
	if !counted && sign > 0 && !s.meansNumber(p, n) {
		return piece{}, false
	}
	if !counted {
		end = n.end
	}
	found := piece{kind: KindNumber, start: i, end: end, value: sign * n.val, vague: n.hi != 0}
	if n.hi != 0 {
		found.until = n.hi
	} else if sign > 0 {
		found = s.numberRange(found, n, counted)
	}
	dashed := n.style == digits && s.is(n.end, '-') && digit(s.rune(n.end+1)) && found.until == nil
	return found, !dashed
}

// fraction reads 삼분의 일 and 3分の1.
func (s *scan) fraction(n num) (float64, int, bool) {
	p := s.skip(n.end)
	if n.style == korean || n.val == 0 || !(s.is(p, '분') && s.is(p+1, '의') || s.is(p, '分') && s.is(p+1, 'の')) {
		return 0, 0, false
	}
	m := s.num(s.skip(p + 2))
	return tidy(m.val / n.val), m.end, m.style != none && m.style != korean && m.val < n.val
}

// scaled multiplies digits by the English scale behind them: 3k, 1.5 million.
func (s *scan) scaled(n num) num {
	if n.style != digits {
		return n
	}
	scale, end, ok := suffixScales.at(s, s.skip(n.end))
	if ok && (s.rune(n.end) != ' ' || scale != 1e3 || s.rune(end-1) == 'd') {
		n.val, n.end, n.units = tidy(n.val*scale), end, true
	}
	return n
}

// glued tells whether letters make an identifier of digits: 3D, 5G.
func (s *scan) glued(n num) bool {
	return n.style == digits && latin(s.rune(n.end)) && !latinUnits.has(s, n.end)
}

// ordinalNumber reads 첫 번째, 3번째, 제3, 二番目, 第三, second, 21st.
func (s *scan) ordinalNumber(i int) (piece, bool) {
	p := piece{kind: KindNumber, start: i, grain: GrainOrdinal}
	if v, end, ok := koOrdinals.at(s, i); ok && s.wordEnd(end) {
		p.value, p.end = v, end
		return p, true
	}
	if v, end, ok := ordinalWords.at(s, i); ok {
		p.value, p.end = v, end
		return p, v != 2 || s.wordBefore(i) == "the" || ordinalNouns.has(s, s.skip(end))
	}
	at := i
	if _, q, ok := thePrefixes.at(s, i); ok {
		at = s.skip(q)
	}
	n := s.num(at)
	if v, end, ok := kanaNumbers.at(s, i); ok && s.is(end, '目', 'め') {
		p.value, p.end = v, end+1
		return p, true
	}
	if n.style == none || n.point || n.hi != 0 || n.val != float64(int(n.val)) {
		return p, false
	}
	p.value, p.end = n.val, n.end
	if _, end, ok := koOrdinalCounters.at(s, s.skip(n.end)); ok && (n.style != sino || !n.lone) && s.wordEnd(end) && !s.is(end-1, '째') || ok && s.is(end-2, '번') {
		p.end = end
		return p, true
	}
	if _, end, ok := jaOrdinalCounters.at(s, n.end); ok && !s.is(n.end, '位') {
		p.end = end
		return p, true
	}
	if n.style == digits {
		for _, suffix := range []string{"st", "nd", "rd", "th"} {
			if end, ok := s.suffix(n.end, suffix); ok {
				p.end = end
				return p, true
			}
		}
	}
	if at > i {
		if end, ok := s.counter(n); ok {
			p.end = end
		}
	}
	return p, at > i && !(hangul(s.r[i]) && n.style == sino && n.lone)
}

var ordinalNouns = newSet(
	"one", "option", "choice", "item", "room", "floor", "time", "thing", "half", "of", "day", "week", "month", "place", "row", "page",
	"line", "attempt", "try",
)

// suffix passes letters right behind digits.
func (s *scan) suffix(i int, word string) (int, bool) {
	for k, c := range word {
		if s.rune(i+k) != c {
			return i, false
		}
	}
	end := i + len(word)
	return end, !letter(s.rune(end)) || hangul(s.rune(end)) || kana(s.rune(end))
}

// loneSinoCounters may follow a single Sino-Korean numeral: 삼층, 일번. strongCounters may be followed by another word
// without a blank: 두명예약.
var (
	loneSinoCounters = map[string]bool{"층": true, "호실": true, "인분": true, "인용": true, "인실": true, "학년": true, "번": true, "주년": true, "등": true}
	strongCounters   = map[string]bool{"명": true, "사람": true, "개": true, "인분": true, "층": true, "번": true}
)

// meansNumber tells whether a number without a counter is one: "오" in "오늘", "一" in "一緒" and "one" in "this one" are not.
func (s *scan) meansNumber(i int, n num) bool {
	alone := s.isWhole(i, n.end)
	switch n.style {
	case digits:
		return true
	case sino:
		if !s.wordEnd(n.end) {
			return false
		}
		if string(s.r[i:n.end]) == "이만" {
			return alone
		}
		return alone || !n.lone && (n.point || n.end-i > 2 || eastDigits[s.r[i]] > 0 && n.units && n.end-i > 1 || s.r[i] == '십')
	case korean:
		if n.det {
			return false
		}
		return alone || !n.lone && s.wordEnd(n.end) && !(n.val == 1 && s.is(n.end, '요')) // 어떻게 하나요
	case kanji:
		if han(s.rune(i-1)) && !s.edge[i] || han(s.rune(n.end)) {
			return false
		}
		return alone || !n.lone || !letter(s.rune(i-1)) && !letter(s.rune(n.end)) || kana(s.rune(n.end)) && !letter(s.rune(i-1)) && kanjiTails[s.rune(n.end)]
	}
	if n.lone && n.val == 1 {
		next := s.skip(n.end)
		if s.either(n.end) && s.num(s.orElse(n.end)).val == 2 {
			return true
		}
		return alone || oneLeaders[s.wordBefore(i)] || !notOneBefore[s.wordBefore(i)] && latin(s.rune(next)) && !notOneAfter.has(s, next)
	}
	return true
}

// kanjiTails may follow a lone Japanese numeral: 二に, 三で.
var kanjiTails = map[rune]bool{'に': true, 'で': true, 'を': true, 'が': true, 'か': true, 'は': true, 'と': true}

// oneLeaders stand before a "one" that counts.
var oneLeaders = map[string]bool{
	"option": true, "number": true, "room": true, "floor": true, "for": true, "only": true, "just": true, "choice": true,
	"item": true, "point": true, "table": true,
}

// notOneBefore and notOneAfter make a pronoun of "one": the big one, one of them, one more thing.
var (
	notOneBefore = map[string]bool{
		"the": true, "this": true, "that": true, "another": true, "no": true, "any": true, "every": true, "each": true, "some": true,
		"which": true, "next": true, "last": true, "first": true, "second": true, "other": true, "big": true, "small": true, "new": true,
		"good": true, "only": true, "what": true,
	}
	notOneAfter = newSet(
		"of", "i", "we", "you", "he", "she", "they", "it", "that", "who", "which", "more", "is", "was", "will", "would", "can", "should",
		"thing", "day", "another", "by", "with", "in", "on", "at", "to", "for", "please", "and", "or", "way", "time", "moment", "second",
		"sec", "last", "big",
	)
)

// isWhole tells whether nothing but blanks and punctuation stands around runes i to j.
func (s *scan) isWhole(i, j int) bool {
	for k := i - 1; k >= 0 && i-k < 8; k-- {
		if letter(s.r[k]) {
			return false
		}
	}
	for k := j; k < len(s.r) && k-j < 8; k++ {
		if letter(s.r[k]) {
			return s.r[k] == '요' && k == j && !letter(s.rune(k+1))
		}
	}
	return true
}
