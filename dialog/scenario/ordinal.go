package scenario

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// ordinals are ways to say "the nth", by n.
var ordinals = func() map[string]int {
	out := map[string]int{}
	for n, words := range [][]string{
		{"첫번째", "첫째", "처음거", "일번", "一番目", "一つ目", "1番目", "1つ目", "最初の", "first", "the first", "first one", "the first one", "1st"},
		{"두번째", "둘째", "이번", "二番目", "二つ目", "2番目", "2つ目", "second", "the second", "second one", "the second one", "2nd"},
		{"세번째", "셋째", "삼번", "三番目", "三つ目", "3番目", "3つ目", "third", "the third", "third one", "the third one", "3rd"},
		{"네번째", "넷째", "사번", "四番目", "四つ目", "4番目", "4つ目", "fourth", "the fourth", "fourth one", "the fourth one", "4th"},
		{"다섯번째", "오번", "五番目", "五つ目", "5番目", "5つ目", "fifth", "the fifth", "fifth one", "the fifth one", "5th"},
	} {
		for _, w := range words {
			out[strings.ReplaceAll(w, " ", "")] = n + 1
		}
	}
	return out
}()

var digits = regexp.MustCompile(`^(?:no\.?|number|#|option)?([0-9]{1,2})(?:번|번째|번이요|번요|番|番目|つ目|\.|\))?$`)

// ordinalOf is the number of the choice that a sentence names, 0 if none: "1", "2번", "첫 번째", "一番目".
func ordinalOf(text string, choices int) int {
	s := strings.ToLower(norm.NFKC.String(text))
	s = strings.Join(strings.Fields(s), "")
	for _, tail := range []string{"이요", "요", "으로", "로", "거", "것", "です", "で", "の", "!", ".", "please"} {
		if t := strings.TrimSuffix(s, tail); t != "" && t != s {
			if n := ordinalWord(t); n > 0 && n <= choices {
				return n
			}
		}
	}
	if n := ordinalWord(s); n <= choices {
		return n
	}
	return 0
}

func ordinalWord(s string) int {
	if m := digits.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return ordinals[s]
}
