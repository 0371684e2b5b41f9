package entity

import "golang.org/x/text/unicode/norm"

// split gives the parts of a word that a typo may change: letters, or the jamo of Hangul and the marks of kana.
func split(word []rune, f Fuzzy) []rune {
	if f == FuzzyJamo {
		return []rune(norm.NFD.String(string(word)))
	}
	return word
}

// tolerance is how many wrong parts a word may have.
func tolerance(parts int, f Fuzzy) int {
	least, more := 4, 8
	if f == FuzzyJamo {
		least, more = 7, 12
	}
	switch {
	case parts >= more:
		return 2
	case parts >= least:
		return 1
	}
	return 0
}

// similar finds the name that is nearest to a word of the text. A word is a run of letters of one script; Korean
// particles and endings behind it are passed over.
func (e *Enum) similar(s *scan) []piece {
	var found []piece
	for i := 0; i < len(s.r); {
		end := s.runEnd(i)
		if end == i {
			i++
			continue
		}
		best, distance := piece{}, 99
		for stop := end; stop > i && end-stop <= 4; stop-- {
			if stop < end && !(hangul(s.r[stop]) && fuzzyTails.endsWord(s, stop) || !hangul(s.r[i]) && !latin(s.r[i])) {
				continue
			}
			parts := split(s.r[i:stop], e.Fuzzy)
			for _, w := range e.all {
				most := tolerance(min(len(parts), len(w.parts)), e.Fuzzy)
				if d := editDistance(parts, w.parts, most); d <= most && d < distance {
					best, distance = e.piece(i, stop, w), d
				}
			}
		}
		if distance < 99 {
			best.vague = true
			found = append(found, best)
		}
		i = end
	}
	return found
}

// maxRun bounds the letters that are compared at a time.
const maxRun = 24

// runEnd is the end of the run of letters of one script that starts at rune i.
func (s *scan) runEnd(i int) int {
	kind := scriptOf(s.r[i])
	j := i
	for j < len(s.r) && j-i < maxRun && kind != 0 && (scriptOf(s.r[j]) == kind || kind != 'h' && digit(s.r[j])) {
		j++
	}
	return j
}

// scriptOf names the script of a letter; kanji and kana run together.
func scriptOf(c rune) rune {
	switch {
	case hangul(c):
		return 'h'
	case latin(c):
		return 'l'
	case kana(c) || han(c) || c == 'ー':
		return 'j'
	}
	return 0
}

// fuzzyTails may follow a Korean name.
var fuzzyTails = newSet(
	"에", "에서", "은", "는", "이", "가", "을", "를", "로", "으로", "로요", "으로요", "요", "이요", "도", "만", "의", "와", "과", "랑", "이랑", "하고", "이에요", "예요",
	"에요", "입니다", "까지", "부터", "좀", "로할게요", "으로할게요", "줘", "주세요",
)

// editDistance counts insertions, deletions, changes and swaps of neighbours, and stops when there are more than most.
func editDistance(a, b []rune, most int) int {
	if d := len(a) - len(b); d > most || -d > most {
		return most + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		least := row[0]
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
			least = min(least, row[j+1])
		}
		if least > most {
			return most + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
