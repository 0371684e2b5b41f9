package line

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

func TestStripTakesNamesOut(t *testing.T) {
	for _, row := range []struct {
		name, text string
		spans      []span
		want       string
	}{
		{"nothing to strip leaves the blanks alone", "  안녕 ", nil, "  안녕 "},
		{"a name at the start", "@봇 안녕", []span{{0, 2}}, "안녕"},
		{"a name at the end", "안녕 @봇", []span{{3, 5}}, "안녕"},
		{"a name in the middle leaves one blank", "안녕 @봇 잘 지내?", []span{{3, 5}}, "안녕 잘 지내?"},
		{"a name alone leaves nothing", "@봇", []span{{0, 2}}, ""},
		{"two names in rising order", "@봇 가 @봇 나", []span{{0, 2}, {5, 7}}, "가 나"},
		{"positions count UTF-16 code units", "😀👍 @봇 안녕", []span{{5, 7}}, "😀👍 안녕"},
		{"overlapping spans are cut once", "abcdef", []span{{1, 4}, {2, 5}}, "af"},
		{"the same span twice is cut once", "가 @봇 나", []span{{2, 4}, {2, 4}}, "가 나"},
		{"a span beyond the end is left alone", "@봇", []span{{0, 9}}, "@봇"},
		{"a span one unit beyond the end is left alone", "@봇", []span{{0, 3}}, "@봇"},
		{"a negative span is left alone", "@봇", []span{{-1, 1}}, "@봇"},
		{"an empty span is left alone", "@봇", []span{{1, 1}}, "@봇"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := strip(row.text, row.spans); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func FuzzStripMention(f *testing.F) {
	f.Add("@봇 안녕", 0, 2, 0, 0)
	f.Add("😀 @봇 @봇", 3, 2, 6, 2)
	f.Add("a", -1, 1<<40, 0, 1)
	f.Fuzz(func(t *testing.T, text string, at1, n1, at2, n2 int) {
		spans := []span{{at1, at1 + n1}, {at2, at2 + n2}}
		got := strip(text, spans)
		if len(utf16.Encode([]rune(got))) > len(utf16.Encode([]rune(text))) {
			t.Errorf("%q grew to %q", text, got)
		}
		if utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Errorf("%q became invalid: %q", text, got)
		}
		if !strings.Contains(text, " ") && strings.Contains(got, " ") {
			t.Errorf("%q got a blank: %q", text, got)
		}
	})
}
