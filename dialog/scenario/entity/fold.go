package entity

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// folded is a text as the grammars read it: NFKC (full-width digits, half-width kana and decomposed Hangul become
// the usual forms), lower case, one sort of dash, tilde and apostrophe. Every rune knows the bytes it came from.
type folded struct {
	text string // as given
	kept []rune // NFKC with its case
	r    []rune // what the grammars read
	from []int  // byte where rune i starts in text
	to   []int  // byte after rune i in text
}

// fold prepares a text for reading.
func fold(text string) folded {
	f := folded{text: text}
	n := len(text)/2 + 8
	f.kept, f.r = make([]rune, 0, n), make([]rune, 0, n)
	f.from, f.to = make([]int, 0, n), make([]int, 0, n)
	var it norm.Iter
	it.InitString(norm.NFKC, text)
	var segment []byte
	for from := 0; !it.Done(); {
		segment = append(segment, it.Next()...)
		if to := it.Pos(); to > from { // a ligature comes in several segments without moving on
			f.add(string(segment), from, to)
			segment, from = segment[:0], to
		}
	}
	return f
}

// add appends the folded form of text[from:to].
func (f *folded) add(segment string, from, to int) {
	if decimal, ok := fraction(segment); ok {
		if segment = decimal; len(f.r) > 0 && digit(f.r[len(f.r)-1]) {
			segment = strings.TrimPrefix(decimal, "0") // 2½
		}
	}
	for _, c := range segment {
		if jamo, ok := typedJamo[c]; ok {
			c = jamo // NFKC makes parts of syllables of typed letters (ㅇㅇ, ㅋㅋ)
		}
		f.kept = append(f.kept, c)
		f.r = append(f.r, foldRune(c))
		f.from = append(f.from, from)
		f.to = append(f.to, to)
	}
}

// fraction reads one character that is a fraction (½, ⅔) as a decimal; NFKC has made 1⁄2 of it, and marks may follow.
func fraction(segment string) (decimal string, ok bool) {
	over, under, ok := strings.Cut(segment, "⁄")
	if !ok {
		return "", false
	}
	n, err := strconv.Atoi(over)
	d, err2 := strconv.Atoi(strings.TrimRightFunc(under, unicode.IsMark))
	if err != nil || err2 != nil || n <= 0 || n >= d {
		return "", false
	}
	decimal = strconv.FormatFloat(float64(n)/float64(d), 'f', maxDigits, 64)
	return strings.TrimRight(decimal, "0"), true
}

// typedJamo gives the letters of the keyboard for the parts of syllables.
var typedJamo = func() map[rune]rune {
	table := map[rune]rune{}
	for c := 'ㄱ'; c <= 'ㅣ'; c++ {
		for _, part := range norm.NFKC.String(string(c)) {
			table[part] = c
		}
	}
	return table
}()

// foldRune lowers a letter and makes look-alikes one.
func foldRune(c rune) rune {
	switch c {
	case '〜', '∼', '～', '⁓', '∽':
		return '~'
	case '–', '—', '‐', '‑', '−', '―', '‒':
		return '-'
	case '’', '‘', 'ʼ', '´', '`':
		return '\''
	case '\t', '\u200b', '\ufeff':
		return ' '
	}
	if c < unicode.MaxASCII {
		if 'A' <= c && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}
	return unicode.ToLower(c)
}

// bytes gives the place of runes i to j in the text as given.
func (f *folded) bytes(i, j int) (start, end int) { return f.from[i], f.to[j-1] }

// outward widens runes i to j to the characters as given, of which NFKC may have made several runes.
func (f *folded) outward(i, j int) (start, end int) {
	for i > 0 && f.from[i-1] == f.from[i] {
		i--
	}
	for j < len(f.r) && f.from[j] == f.from[j-1] {
		j++
	}
	return i, j
}

func digit(c rune) bool  { return '0' <= c && c <= '9' }
func hangul(c rune) bool { return '가' <= c && c <= '힣' || 'ㄱ' <= c && c <= 'ㆎ' }
func kana(c rune) bool   { return 'ぁ' <= c && c <= 'ヿ' && c != '・' }
func han(c rune) bool {
	return '一' <= c && c <= '鿿' || c == '々' || c == '〇' || '㐀' <= c && c <= '䶿'
}

func latin(c rune) bool {
	if c < unicode.MaxASCII {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	return c >= 'À' && c <= 'ɏ' && c != '×' && c != '÷'
}

// letter tells whether a rune belongs to a word of any script.
func letter(c rune) bool { return c != 0 && (digit(c) || latin(c) || unicode.IsLetter(c)) }

// Detect names the language of a text by its script: ko when there is Hangul, ja when there is kana or a Chinese
// character, else en.
func Detect(text string) string {
	lang := "en"
	for _, c := range norm.NFC.String(text) {
		switch {
		case hangul(c) || 'ᄀ' <= c && c <= 'ᇿ':
			return "ko"
		case kana(c) || han(c) || 'ｦ' <= c && c <= 'ﾟ' || c == '円':
			lang = "ja"
		}
	}
	return lang
}
