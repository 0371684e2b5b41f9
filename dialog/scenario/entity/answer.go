package entity

// answers finds yes, no and unclear answers. An answer stands at the start of a clause, or closes it; words that only
// look like one ("네 명", "No. 5", "그래서") do not count.
func (s *scan) answers() []piece {
	var found []piece
	i := 0
	for i < len(s.r) {
		i = s.clauseStart(i)
		if i >= len(s.r) {
			break
		}
		stop := s.clauseEnd(i)
		if p, ok := s.opening(i, stop); ok {
			found = append(found, p)
			i = p.end
			if i >= stop {
				continue
			}
		}
		if p, ok := s.closing(i, stop); ok {
			found = s.merged(found, p)
		}
		i = stop
	}
	return found
}

// clauseStart passes blanks, punctuation and fillers.
func (s *scan) clauseStart(i int) int {
	for i < len(s.r) {
		if !letter(s.r[i]) && !answerWords.has(s, i) {
			i++
			continue
		}
		end, ok := s.filler(i)
		if !ok {
			return i
		}
		i = end
	}
	return i
}

// filler passes a word that means nothing before an answer. It is an answer itself when nothing follows it.
func (s *scan) filler(i int) (int, bool) {
	_, end, ok := fillers.at(s, i)
	if !ok || s.skip(end) >= len(s.r) || answerWords.has(s, i) && s.endsClause(s.answerEnd(i)) {
		return i, false
	}
	next := s.rune(end)
	inWord := hangul(next) || latin(next) || kana(next) && !answerWords.has(s, end)
	return end, !inWord
}

func (s *scan) answerEnd(i int) int {
	_, end, _ := answerWords.at(s, i)
	return end
}

// clauseEnd is the place of the punctuation that ends a clause.
func (s *scan) clauseEnd(i int) int {
	for i < len(s.r) && !s.is(i, '.', '!', '?', '。', '、', ',', '\n', '…', ';') {
		i++
	}
	return i
}

// endsClause tells whether only decoration stands before the end of the clause.
func (s *scan) endsClause(i int) bool {
	for k := 0; k < 12; k++ {
		switch c := s.rune(i + k); {
		case c == 0, s.is(i+k, '.', '!', '?', '。', '、', ',', '\n', '…', ';'):
			return true
		case letter(c) && c != 'ㅋ' && c != 'ㅎ' && c != 'ㅠ' && c != 'ㅜ' && c != 'w' && c != '笑' && c != 'ー':
			return false
		}
	}
	return true
}

// opening reads the answers at the start of a clause, joined into one.
func (s *scan) opening(i, stop int) (piece, bool) {
	start, end := i, 0
	var meaning Answer
	for i < len(s.r) {
		w, q, ok := s.answerAt(i)
		if !ok {
			break
		}
		meaning = and(meaning, w.answer)
		end, i = q, q
		for k := 0; k < 4 && (s.is(i, ' ', ',', '、', '~', 'ー', '!', '.') || s.rune(i) == '。'); k++ {
			i++
		}
		if s.is(end, '?') || s.is(end, '\n') {
			break
		}
	}
	if end == 0 {
		return piece{}, false
	}
	if s.is(end, '?') {
		meaning = Unclear // "네?" asks back
	}
	return piece{kind: KindYesNo, start: start, end: end, value: meaning}, true
}

// answerAt reads one answer word where it may stand at the start of a clause.
func (s *scan) answerAt(i int) (answerWord, int, bool) {
	w, end, ok := answerWords.at(s, i)
	if !ok || w.place == whole && !s.endsClause(end) {
		return w, end, false
	}
	next := s.rune(end)
	switch c := s.r[i]; {
	case hangul(c):
		if hangul(next) && !answerTails.endsWord(s, end) || s.counts(i, end) {
			return w, end, false
		}
	case kana(c) || han(c):
		if (kana(next) && next != 'ー' || han(next) && !kana(s.r[end-1])) && !answerWords.has(s, end) && !jaTails.has(s, end) {
			return w, end, false
		}
	case latin(c):
		q := s.skip(end)
		if w, _ := s.says(i, "no"); w == end && (latin(s.rune(q)) && !afterNo.has(s, q) || s.is(end, '.') && digit(s.rune(s.skip(end+1))) || digit(s.rune(q))) {
			return answerWord{}, end, false
		}
		if digit(next) || next == '-' {
			return w, end, false
		}
	}
	return w, end, true
}

// answerTails and jaTails may follow an answer without a blank.
var (
	answerTails = newSet("요", "용", "욤", "여", "염", "ㅋ", "ㅋㅋ", "ㅎ", "ㅎㅎ", "ㅠ", "ㅠㅠ", "ㅜㅜ", "ㅋㅋㅋ", "ㅎㅎㅎ")
	jaTails     = newSet("ね", "よ", "よね", "だよ", "です", "だ", "っす", "わ", "な", "んで", "けど", "ので", "から", "と思います", "と思う", "が", "かも")
)

// counts tells whether 네 is a number here: 네 명, 네 시.
func (s *scan) counts(i, end int) bool {
	n := s.num(i)
	if n.style != korean || n.end != end {
		return false
	}
	_, counted := s.counter(n)
	return counted || s.eastHour(i, false).end > 0 || s.span(i).ok
}

// closing reads an answer at the end of a clause: "그걸로 해 주세요", "それでお願いします". A question is none.
func (s *scan) closing(i, stop int) (piece, bool) {
	if s.is(stop, '?') {
		return piece{}, false
	}
	for ; i < stop; i++ {
		c := s.r[i]
		if hangul(c) && hangul(s.rune(i-1)) || latin(c) && latin(s.rune(i-1)) || !letter(c) {
			continue
		}
		w, end, ok := answerWords.at(s, i)
		if ok && w.place == closes && end <= stop && (s.endsClause(end) || jaTails.has(s, end) && kana(s.rune(end)) && end+3 >= stop) {
			if w.answer == Yes && s.is(i-1, ' ') && (s.is(i-2, '안') || s.is(i-2, '못')) {
				w.answer = No
			}
			return piece{kind: KindYesNo, start: i, end: end, value: w.answer}, true
		}
	}
	return piece{}, false
}

// merged lets a decisive opening settle an unclear closing: "네, 저는 괜찮아요".
func (s *scan) merged(found []piece, p piece) []piece {
	if n := len(found); n > 0 && p.value == Unclear && found[n-1].value != Unclear {
		return found
	}
	return append(found, p)
}

// and joins two answers: a clear one settles an unclear one, "no" corrects "yes", and "no, yes" is unclear.
func and(a, b Answer) Answer {
	switch {
	case a == "" || a == b || a == Unclear:
		return b
	case b == Unclear:
		return a
	case a == Yes && b == No:
		return No
	}
	return Unclear
}
