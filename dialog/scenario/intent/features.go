package intent

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// What the n-grams are made of. The values are the best found on public sets of the three
// languages; differences between neighbours are small.
const (
	wordLeast, wordMost = 2, 5 // runes of a word after NFD (Hangul: jamo), its borders included
	japaneseMost        = 3
	stringMost          = 3 // runes of the whole text without blanks
)

// Kinds of features; each hashes into its own space.
const (
	kindWord uint64 = iota + 1
	kindPair
	kindInWord
	kindString
	kindTwice
)

const (
	wordStart = '\x01'
	wordEnd   = '\x02'
)

// extractor turns texts into features, named by their hashes. It keeps buffers, so each goroutine needs its
// own.
type extractor struct {
	hashes []uint64
	runes  []rune
}

// features gives the features of text in rising order, each once. The result is valid until the next call.
func (e *extractor) features(text string) []uint64 {
	e.hashes = e.hashes[:0]
	words := wordsOf(Normalize(firstRunes(text, maxRunes)))
	e.words(scriptRuns(words))
	for _, w := range words {
		e.inWord(w)
	}
	e.acrossWords(words)
	return e.once()
}

func (e *extractor) words(words []string) {
	var before uint64
	for i, w := range words {
		h := hashString(kindWord, w)
		e.hashes = append(e.hashes, mix(h))
		if i > 0 {
			e.hashes = append(e.hashes, mix(hashRune(before^kindPair<<32, 0)^h))
		}
		before = h
	}
}

// inWord adds the character n-grams of one word. Hangul is taken apart into jamo, so that 줘, 줘요 and
// 주세요 share material.
func (e *extractor) inWord(word string) {
	e.runes = append(e.runes[:0], wordStart)
	most := wordMost
	if japanese([]rune(word)) {
		most = japaneseMost
	}
	e.runes = append(e.runes, []rune(norm.NFD.String(word))...)
	e.runes = append(e.runes, wordEnd)
	e.grams(kindInWord, wordLeast, most)
}

// acrossWords adds n-grams that ignore blanks, which Japanese does not have and Korean writers often misplace.
func (e *extractor) acrossWords(words []string) {
	e.runes = append(e.runes[:0], []rune(strings.Join(words, ""))...)
	e.grams(kindString, 1, stringMost)
}

func (e *extractor) grams(kind uint64, least, most int) {
	for i := range e.runes {
		h := hashSeed(kind)
		for n := 1; n <= most && i+n <= len(e.runes); n++ {
			h = hashRune(h, e.runes[i+n-1])
			if n >= least {
				e.hashes = append(e.hashes, mix(h))
			}
		}
	}
}

// once sorts the features and drops repetitions, but for one thing: what occurs at least twice gets a second
// feature that says so. How often beyond that tells nothing about the meaning of a sentence.
func (e *extractor) once() []uint64 {
	slices.Sort(e.hashes)
	all := len(e.hashes)
	for i := 1; i < all; i++ {
		h := e.hashes[i]
		if h == e.hashes[i-1] && (i == 1 || h != e.hashes[i-2]) {
			e.hashes = append(e.hashes, mix(h+kindTwice))
		}
	}
	slices.Sort(e.hashes)
	return slices.Compact(e.hashes)
}

// FNV-1a over runes, extended one rune at a time so that all n-grams from one start cost one pass.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func hashSeed(kind uint64) uint64      { return (fnvOffset ^ kind) * fnvPrime }
func hashRune(h uint64, r rune) uint64 { return (h ^ uint64(r)) * fnvPrime }
func hashString(kind uint64, s string) uint64 {
	h := hashSeed(kind)
	for _, r := range s {
		h = hashRune(h, r)
	}
	return h
}

// mix spreads the bits, which FNV leaves clustered for short inputs.
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	return h ^ h>>33
}
