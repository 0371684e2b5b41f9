package scenario

import (
	"regexp"
	"strconv"
	"strings"
)

// lastOne stands for the last of however many there are.
const lastOne = -1

// ordinals are ways to say "the nth", squeezed, by n.
var ordinals = func() map[string]int {
	out := map[string]int{}
	add := func(n int, words ...string) {
		for _, w := range words {
			out[squeeze(w)] = n
		}
	}
	// Korean 첫 번째 and 일 번, Japanese 一番目 and 一つ目, the English words.
	for i, w := range [][5]string{
		{"첫", "일", "一", "ひと", "first one"},
		{"두", "이", "二", "ふた", "second two"},
		{"세", "삼", "三", "みっ", "third three"},
		{"네", "사", "四", "よっ", "fourth four"},
		{"다섯", "오", "五", "いつ", "fifth five"},
		{"여섯", "육", "六", "むっ", "sixth six"},
		{"일곱", "칠", "七", "なな", "seventh seven"},
		{"여덟", "팔", "八", "やっ", "eighth eight"},
		{"아홉", "구", "九", "ここの", "ninth nine"},
		{"열", "십", "十", "とお", "tenth ten"},
	} {
		n := i + 1
		nth, cardinal, _ := strings.Cut(w[4], " ")
		add(n, w[0]+"번째", w[0]+"째", w[1]+"번", w[1]+"번째", w[2]+"番", w[2]+"番目", w[2]+"つ目", w[2]+"つめ", w[2]+"個目", w[3]+"つ目", w[3]+"つめ", nth, "number "+cardinal, "option "+cardinal, "choice "+cardinal)
	}
	add(1, "한번째", "첫번", "처음거", "맨위", "最初", "一番上")
	add(2, "둘째")
	add(3, "셋째")
	add(4, "넷째")
	add(lastOne, "마지막", "맨마지막", "제일마지막", "끝", "맨끝", "맨아래", "맨밑", "最後", "一番最後", "一番下", "ラスト", "last", "very last", "final")
	return out
}()

// digits is a number that names a choice.
var digits = regexp.MustCompile(`(?:no |number |option |choice |#)?([0-9]{1,2})(?:번째|번|番目|番|つ目|つめ|個目|st|nd|rd|th)?`)

// ordinalOf is the number of the choice that a sentence names, 0 if none: "1", "2번으로 할게요", "첫 번째 거요",
// "一番目", "the last one".
func ordinalOf(text string, choices int) int {
	s := squeeze(text)
	if s == "" || len(s) > maxCommand {
		return 0
	}
	alone := func(before, after string) bool {
		return consists(before, opening, asking, picking) && consists(after, asking, picking)
	}
	if at := digits.FindStringSubmatchIndex(s); at != nil && cut(s, at[0]) && cut(s, at[1]) && alone(s[:at[0]], s[at[1]:]) {
		if n, _ := strconv.Atoi(s[at[2]:at[3]]); n <= choices {
			return n
		}
		return 0
	}
	for word, n := range ordinals {
		if n == lastOne {
			n = choices
		}
		if n <= choices && around(s, word, alone) {
			return n
		}
	}
	return 0
}
