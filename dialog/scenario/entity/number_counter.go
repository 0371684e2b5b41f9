package entity

// counter passes the counter behind a number: 개, 명, 人, 枚.
func (s *scan) counter(n num) (int, bool) {
	if n.style == english {
		return n.end, false
	}
	p := s.skip(n.end)
	if _, end, ok := koCounters.at(s, p); ok && s.koCounts(n, p, end) {
		return end, true
	}
	if n.style == korean && s.is(p, '분') && s.wordEnd(p+1) {
		return p + 1, true
	}
	if end, ok := s.says(n.end, "이서"); ok && n.style == korean && !n.det && s.wordEnd(end) {
		return end, true // 둘이서
	}
	if _, end, ok := jaCounters.at(s, n.end); ok && n.style != korean && n.style != sino && s.jaCounts(n, end) {
		return end, true
	}
	return n.end, false
}

// koCounts tells whether a Korean counter fits the number before it and is a whole word.
func (s *scan) koCounts(n num, p, end int) bool {
	word, joined := string(s.r[p:end]), p == n.end
	switch {
	case n.style == kanji:
		return false
	case n.style == sino && n.lone && !n.units: // 사회, 이번
		if !joined || !loneSinoCounters[word] || s.is(n.end-1, '이') && word == "번" || s.is(n.end-1, '사') && s.labels(end) {
			return false
		}
	case n.style == sino && n.lone && joined: // 천장, 만점 and 조회 are other words
		if word != "명" && word != "개" {
			return false
		}
	case word == "세":
		if n.style != digits {
			return false
		}
	case onlyJoined[word] && !joined: // 3동, but not "3 동안" or "세 표현"
		return false
	}
	return s.wordEnd(end) || p == n.end && strongCounters[word] && !s.is(end, '인', '발', '월', '씨', '단', '의')
}

// labels tells whether what ends before rune i names what follows: 사번 12345 and 사번은 are no four.
func (s *scan) labels(i int) bool {
	p := i
	if s.is(p, '이', '은', '을', '는') && !hangul(s.rune(p+1)) {
		return true
	}
	for s.is(p, ' ', ':', '#') {
		p++
	}
	return digit(s.rune(p)) || latin(s.rune(p))
}

// jaCounts tells whether a Japanese counter ends here: 二人三脚 and 一番 are other words.
func (s *scan) jaCounts(n num, end int) bool {
	if n.style == kanji {
		before := s.rune(n.end - n.width(s) - 1)
		if before == '第' || before == '再' || s.is(end-1, '番', '度') && n.val == 1 {
			return false
		}
	}
	_, numeral := eastDigits[s.rune(end)]
	return !numeral
}

// width is the number of runes of a number in kanji.
func (n num) width(s *scan) int {
	k := n.end
	for k > 0 && n.end-k < maxDigits && (eastDigits[s.r[k-1]] != 0 || smallUnits[s.r[k-1]] != 0 || bigUnits[s.r[k-1]] != 0 || s.r[k-1] == '〇') {
		k--
	}
	return n.end - k
}

// partOfCode tells whether digits belong to something that is no number: COVID-19, 110-123-456789, 25:61, 13월.
func (s *scan) partOfCode(i int, n num) bool {
	before, after := s.rune(i-1), s.rune(n.end)
	switch {
	case n.style != digits || s.edge[i]:
		return false
	case before == '-' && (latin(s.rune(i-2)) && !s.edge[i-1] || digit(s.rune(i-2))), before == '/' && digit(s.rune(i-2)):
		return true
	case after == ':' || after == '/':
		return digit(s.rune(n.end + 1))
	}
	return dateUnits[after] && !s.is(n.end, '분', '分', '일', '日')
}

// onlyJoined are counters that are other words behind a blank.
var onlyJoined = map[string]bool{"동": true, "조": true, "차": true, "배": true, "표": true}
