package intent

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxRunes bounds how much of one text is read: what a person wants is said at the start, and a pasted log
// must not hold up a turn.
const maxRunes = 1000

// Normalize gives the form in which two texts count as the same sentence: compatibility forms folded (NFKC),
// lower case, invalid bytes and invisible characters removed, runs of white space made one blank, end
// punctuation dropped. Normalize(Normalize(s)) equals Normalize(s).
func Normalize(text string) string {
	s := strings.ToValidUTF8(text, " ")
	// Lower case may leave a sequence that composes, and a composed letter may have a lower case: two rounds
	// reach the fixed point for every rune that Unicode has, the third is for sequences nobody writes.
	for range 3 {
		next := fold(s)
		if next == s {
			break
		}
		s = next
	}
	return s
}

func fold(s string) string {
	s = norm.NFKC.String(strings.ToLower(norm.NFKC.String(s)))
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || r == unicode.ReplacementChar:
			blank = b.Len() > 0
		case unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || unicode.Is(unicode.Variation_Selector, r):
		default:
			if blank {
				b.WriteByte(' ')
				blank = false
			}
			b.WriteRune(plainQuote(r))
		}
	}
	return strings.TrimRight(b.String(), " .!?~。…、,")
}

// plainQuote makes the apostrophe of phones the one of keyboards: "what’s" and "what's" are one word.
func plainQuote(r rune) rune {
	if r == '’' || r == '‘' || r == '`' || r == '´' {
		return '\''
	}
	return r
}

// wordsOf splits a normalised text into words and single symbols such as emoji.
func wordsOf(s string) []string {
	var words []string
	start := -1
	end := func(i int) {
		if start >= 0 {
			words = append(words, s[start:i])
			start = -1
		}
	}
	for i, r := range s {
		switch {
		case inWord(r):
			if start < 0 {
				start = i
			}
		case unicode.Is(unicode.So, r):
			end(i)
			words = append(words, string(r))
		default:
			end(i)
		}
	}
	end(len(s))
	return words
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("%$+#", r)
}

// firstRunes cuts s after n runes.
func firstRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// script is the writing system of a letter as far as it marks a word border inside Japanese text.
type script byte

const (
	otherScript script = iota
	digitScript
	katakana
	hiragana
	han
	hangul
)

func scriptOf(r rune, before script) script {
	switch {
	case r < 0x80:
		if '0' <= r && r <= '9' {
			return digitScript
		}
		return otherScript
	case unicode.IsMark(r):
		return before
	case unicode.IsDigit(r):
		return digitScript
	case r == 'ー' || unicode.Is(unicode.Katakana, r):
		return katakana
	case unicode.Is(unicode.Hiragana, r):
		return hiragana
	case unicode.Is(unicode.Han, r):
		return han
	case unicode.Is(unicode.Hangul, r):
		return hangul
	}
	return otherScript
}

// scriptRuns splits words where the script changes: Japanese has no blanks, yet 会議室を予約したい falls
// into 会議室 · を · 予約 · したい.
func scriptRuns(words []string) []string {
	runs := make([]string, 0, len(words))
	for _, w := range words {
		start, current := 0, otherScript
		for i, r := range w {
			s := scriptOf(r, current)
			if i > 0 && s != current {
				runs = append(runs, w[start:i])
				start = i
			}
			current = s
		}
		runs = append(runs, w[start:])
	}
	return runs
}

// japanese tells whether a word is written in kana or kanji, where three characters already make a word.
func japanese(word []rune) bool {
	return slices.ContainsFunc(word, func(r rune) bool {
		return r >= 0x3040 && unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han)
	})
}
