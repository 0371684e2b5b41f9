package entity

import (
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"
)

// reference is a Sunday, ten in the morning in Seoul.
var reference = time.Date(2026, 11, 22, 10, 0, 0, 0, time.FixedZone("Asia/Seoul", 9*60*60))

// FuzzExtract proves that no text makes Extract panic, and that every span is a piece of the text on rune borders,
// in order and apart from the next one, with a value that marshals.
func FuzzExtract(f *testing.F) {
	for _, text := range sentences {
		f.Add(text)
	}
	for _, text := range []string{"", " ", "½", "2½시간", "㍻三十年", "ｶﾞ", "\xff3시", "3시\xf0", "ㅇㅇ", "내일", "1234567890123456789012345678901234567890", "-", "@@a.b@c.de", "--3", "오후", "12월 32일", "0000-00-00", "9999년 12월 31일 후", "99999999년 후", "1e400", "만만만", "천천", "from", "half past", "++++", "((((", "a.m.", "第", "제", "二〇〇〇〇", "11월 31일 3시", "이삼만만만", "2,30명", "十二、三日", "€1.000,50", "1 000 000 yen", "2 1/2 hours", "a week on monday", "이번주 목금", "3ish", "2 to 4"} {
		f.Add(text)
	}
	room := NewEnum("room", FuzzyJamo, Choice{ID: "big", Label: map[string]string{"ko": "대회의실"}, Synonyms: []string{"큰 방", "large room"}})
	code, err := NewPattern("code", `[a-z]\d+`)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, kinds := range [][]Kind{nil, {KindDateTime}, {KindNumber}, {KindText, KindDuration}, {KindDate}, {KindTime}, {KindDuration}} {
			last := 0
			for _, m := range Extract(text, Options{Now: reference, Kinds: kinds, Enums: []Enum{room}, Patterns: []Pattern{code}}) {
				if m.Start < last || m.End <= m.Start || m.End > len(text) || text[m.Start:m.End] != m.Text {
					t.Fatalf("%q: span %d-%d of %q after %d", text, m.Start, m.End, m.Text, last)
				}
				if utf8.ValidString(text) && !utf8.ValidString(m.Text) {
					t.Fatalf("%q: span %d-%d cuts a character", text, m.Start, m.End)
				}
				if _, err := json.Marshal(m.Value); err != nil {
					t.Fatalf("%q: %v", text, err)
				}
				last = m.End
			}
		}
	})
}
