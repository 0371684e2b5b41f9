package intent

import (
	"math"
	"slices"
	"testing"
	"unicode/utf8"
)

func TestNormalizeFoldsWhatWritersVary(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"case", "Book A ROOM", "book a room"},
		{"white space", "  book\t a\n\u3000room ", "book a room"},
		{"end punctuation", "예약 가능해?!", "예약 가능해"},
		{"Japanese end punctuation", "予約したいです。", "予約したいです"},
		{"full-width letters", "Ｗｉ－Ｆｉ", "wi-fi"},
		{"half-width katakana", "ﾌﾟﾘﾝﾀｰ", "プリンター"},
		{"Hangul in jamo", "\u1112\u1162", "해"},
		{"compatibility signs", "㈜ ①", "(주) 1"},
		{"typographic apostrophe", "what’s", "what's"},
		{"invisible characters", "a\u200bb\ufeffc\u00ad", "abc"},
		{"emoji variation", "❤\ufe0f", "❤"},
		{"invalid bytes", "a\xffb", "a b"},
		{"control characters", "a\x00b", "ab"},
		{"Turkish capital", "İ", "i"},
		{"inner punctuation stays", "3,000원 (부가세 포함)", "3,000원 (부가세 포함)"},
		{"nothing", " … ", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Normalize(tt.text); got != tt.want {
				t.Errorf("Normalize(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestJapaneseFallsIntoWordsWhereTheScriptChanges(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"会議室を予約したい", []string{"会議室", "を", "予約", "したい"}},
		{"プリンターのトナー", []string{"プリンター", "の", "トナー"}},
		{"10時にroomを", []string{"10", "時", "に", "room", "を"}},
		{"3층 회의실", []string{"3", "층", "회의실"}},
		{"book a room", []string{"book", "a", "room"}},
	}
	for _, tt := range tests {
		if got := scriptRuns(wordsOf(tt.text)); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestWordsKeepSymbolsApart(t *testing.T) {
	got := wordsOf("c++ is #1 👍👍 50% off, $3!")
	if want := []string{"c++", "is", "#1", "👍", "👍", "50%", "off", "$3"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestFeaturesAreRisingAndEachOnce(t *testing.T) {
	var e extractor
	got := slices.Clone(e.features("banana banana ばなな 바나나"))
	for i := 1; i < len(got); i++ {
		if got[i] <= got[i-1] {
			t.Fatalf("feature %d is not above the one before", i)
		}
	}
	if again := e.features("banana banana ばなな 바나나"); !slices.Equal(got, again) {
		t.Error("the buffers changed the result")
	}
	once, twice := len(e.features("abc")), len(e.features("abc abc"))
	if twice <= once {
		t.Errorf("a repeated word adds nothing: %d and %d features", once, twice)
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"", "Hello!", "회의실 예약해 줘?", "予約したい。", "İ\u0345Σς", "a\xff\u200b.", "ﬀ Ω K", "\u1112\u1162 .", "👨‍👩‍👧‍👦", "A\u030a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := Normalize(s)
		if !utf8.ValidString(n) {
			t.Fatalf("%q is not UTF-8", n)
		}
		if again := Normalize(n); again != n {
			t.Fatalf("%q became %q and then %q", s, n, again)
		}
	})
}

func FuzzClassify(f *testing.F) {
	m := train(f, read(f, "ko_train", "ja_train", "en_train"))
	for _, e := range read(f, "ko_test", "ja_test", "en_test") {
		f.Add(e.Text)
	}
	f.Add("\xff\x00\u200d🦄")
	f.Fuzz(func(t *testing.T, s string) {
		before := 1.0
		for _, c := range m.Classify(s, 5) {
			if math.IsNaN(c.Score) || c.Score < 0 || c.Score > before {
				t.Fatalf("%q: score %v after %v", s, c.Score, before)
			}
			before = c.Score
		}
	})
}
