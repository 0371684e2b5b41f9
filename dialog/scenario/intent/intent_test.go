package intent

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func read(t testing.TB, files ...string) []Example {
	t.Helper()
	var all []Example
	for _, f := range files {
		examples, err := ReadExamples("testdata/" + f + ".tsv")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, examples...)
	}
	return all
}

func train(t testing.TB, examples []Example) *Model {
	t.Helper()
	m, err := Train(t.Context(), examples, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestUnseenSentencesAreUnderstoodAndStrangersRefused(t *testing.T) {
	tests := []struct {
		name        string
		train, test []string
	}{
		{"in Korean", []string{"ko_train"}, []string{"ko_test"}},
		{"in Japanese", []string{"ja_train"}, []string{"ja_test"}},
		{"in English", []string{"en_train"}, []string{"en_test"}},
		{"in all three by one model", []string{"ko_train", "ja_train", "en_train"}, []string{"ko_test", "ja_test", "en_test"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			examples := read(t, tt.train...)
			thresholds, _ := Calibrate(t.Context(), examples, Options{})
			e := Evaluate(train(t, examples), thresholds, read(t, tt.test...))
			if e.Accuracy < 0.97 || e.InScopeAccuracy < 0.90 || e.OOSRecall < 0.80 {
				t.Errorf("accuracy %.3f, in scope %.3f, out-of-scope recall %.3f at %+v: %+v",
					e.Accuracy, e.InScopeAccuracy, e.OOSRecall, thresholds, e.Confusions)
			}
		})
	}
}

func TestHalfTheExamplesStillTellTheIntentsApart(t *testing.T) {
	for _, locale := range []string{"ko", "ja", "en"} {
		var kept, held []Example
		for i, e := range read(t, locale+"_train") {
			if i%2 == 0 {
				kept = append(kept, e)
			} else {
				held = append(held, e)
			}
		}
		if e := Evaluate(train(t, kept), Thresholds{}, held); e.Accuracy < 0.62 { // guessing gives 0.08
			t.Errorf("%s: accuracy %.3f: %+v", locale, e.Accuracy, e.Confusions)
		}
	}
}

func TestTheSameExamplesGiveTheSameModel(t *testing.T) {
	examples := read(t, "ko_train", "en_train")
	first := train(t, examples)
	tests := []struct {
		name   string
		change func([]Example) []Example
	}{
		{"in another order", func(e []Example) []Example {
			rand.New(rand.NewPCG(1, 2)).Shuffle(len(e), func(i, j int) { e[i], e[j] = e[j], e[i] })
			return e
		}},
		{"some of them twice", func(e []Example) []Example { return append(e, e[:40]...) }},
		{"with empty ones between", func(e []Example) []Example { return append(e, Example{"menu", " … "}, Example{"other", ""}) }},
		{"on one processor", func(e []Example) []Example {
			before := runtime.GOMAXPROCS(1)
			t.Cleanup(func() { runtime.GOMAXPROCS(before) })
			return e
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			again := train(t, tt.change(append([]Example(nil), examples...)))
			if !reflect.DeepEqual(first.postings, again.postings) || !reflect.DeepEqual(first.bias, again.bias) {
				t.Fatal("the weights differ")
			}
			for _, e := range read(t, "ko_test", "ja_test", "en_test") {
				if a, b := first.Classify(e.Text, 5), again.Classify(e.Text, 5); !reflect.DeepEqual(a, b) {
					t.Fatalf("%q: %v and %v", e.Text, a, b)
				}
			}
		})
	}
}

func TestManyGoroutinesClassifyAtOnce(t *testing.T) {
	m, tests := train(t, read(t, "en_train")), read(t, "en_test")
	want := make([][]Candidate, len(tests))
	for i, e := range tests {
		want[i] = m.Classify(e.Text, 3)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i, e := range tests {
				if got := m.Classify(e.Text, 3); !reflect.DeepEqual(got, want[i]) {
					t.Errorf("%q: %v alone, %v in company", e.Text, want[i], got)
				}
				m.Nearest(e.Text, "menu")
			}
		})
	}
	all.Wait()
}

func TestAnExampleScoresOneHoweverItIsWritten(t *testing.T) {
	m := train(t, append(read(t, "en_train"), Example{"like", "👍"}, Example{"like", "great"}))
	for text, want := range map[string]string{
		"Cancel my meeting room":      "room_cancel",
		"  cancel MY  meeting room!!": "room_cancel",
		"ｃａｎｃｅｌ my meeting room":      "room_cancel",
		"what’s for lunch today":      "menu",
		"👍":                           "like",
		"👍\ufe0f":                     "like",
	} {
		got := m.Classify(text, 1)
		if len(got) != 1 || got[0].Intent != want || got[0].Score != 1 {
			t.Errorf("%q: %v, want %s with score 1", text, got, want)
		}
	}
}

func TestAnExampleOfTwoIntentsIsNotExactForEither(t *testing.T) {
	m := train(t, []Example{
		{"yes", "fine"}, {"yes", "yes please"}, {"thanks", "fine"}, {"thanks", "thank you"}, {"bye", "see you"},
	})
	got := m.Classify("fine", 2)
	if got[0].Score == 1 {
		t.Errorf("an ambiguous example scored 1: %v", got)
	}
	if gap := got[0].Score - got[1].Score; gap > 0.1 {
		t.Errorf("two intents share the sentence, yet the gap is %.2f: %v", gap, got)
	}
}

func TestScoresFallFromBestToWorst(t *testing.T) {
	m := train(t, read(t, "ko_train", "ja_train", "en_train"))
	for _, e := range read(t, "ko_test", "ja_test", "en_test") {
		all := m.Classify(e.Text, 1000)
		if len(all) != len(m.Intents()) {
			t.Fatalf("%d candidates of %d intents", len(all), len(m.Intents()))
		}
		before := 1.0
		for _, c := range all {
			if c.Score < 0 || c.Score > before || math.IsNaN(c.Score) || c.Nearest != "" {
				t.Fatalf("%q: %+v after %v", e.Text, c, before)
			}
			before = c.Score
		}
		if two := m.Classify(e.Text, 2); !reflect.DeepEqual(two, all[:2]) {
			t.Fatalf("%q: the best two are %v of 2 and %v of all", e.Text, two, all[:2])
		}
	}
}

func TestOddTextsAreAnsweredCalmly(t *testing.T) {
	m := train(t, read(t, "ko_train", "en_train"))
	tests := []struct {
		name, text string
		none       bool
	}{
		{"empty", "", true},
		{"blanks", " \t\n\u3000", true},
		{"punctuation", "?!…。、", true},
		{"invisible characters", "\u200b\u200d\ufeff", true},
		{"an emoji nobody trained", "🦄", false},
		{"a family of joined emoji", "👨‍👩‍👧‍👦", false},
		{"invalid UTF-8", "\xff\xfe book a room \x80", false},
		{"a null byte", "book\x00 a room", false},
		{"ten kilobytes", strings.Repeat("회의실 예약 book a room ", 400), false},
		{"one word of ten kilobytes", strings.Repeat("가", 3400), false},
		{"right to left", "احجز غرفة", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := m.Classify(tt.text, 3)
			if tt.none != (len(got) == 0) {
				t.Fatalf("candidates %v", got)
			}
			for _, c := range got {
				if math.IsNaN(c.Score) || c.Score < 0 || c.Score > 1 {
					t.Fatalf("score %v", c.Score)
				}
			}
			m.Nearest(tt.text, "menu")
		})
	}
	if got := m.Classify("book a room", 0); got != nil {
		t.Errorf("asked for none, got %v", got)
	}
}

func TestOneIntentIsEnoughAndStillRefuses(t *testing.T) {
	m := train(t, []Example{{"greet", "hello there"}, {"greet", "good morning"}})
	near, far := m.Classify("good morning everyone", 3), m.Classify("quarterly tax statement", 3)
	if len(near) != 1 || near[0].Score < defaults.Match {
		t.Errorf("a greeting scores %v", near)
	}
	if far[0].Score >= defaults.Confirm {
		t.Errorf("a stranger scores %v", far)
	}
}

func TestNearestShowsTheExampleAPersonWouldPoint(t *testing.T) {
	m := train(t, read(t, "ko_train", "en_train"))
	tests := []struct{ text, intent, want string }{
		{"please replace the toner of the copier", "printer", "please replace the toner"},
		{"미팅룸 취소 부탁합니다", "room_cancel", "잡아 둔 미팅룸 취소 부탁해요"},
		{"anything", "no such intent", ""},
	}
	for _, tt := range tests {
		got, similarity := m.Nearest(tt.text, tt.intent)
		if got != tt.want || (similarity > 0) != (tt.want != "") || similarity > 1 {
			t.Errorf("%q in %s: %q at %.2f, want %q", tt.text, tt.intent, got, similarity, tt.want)
		}
	}
	if _, same := m.Nearest("Wifi does not work.", "wifi"); same < 0.999 {
		t.Errorf("an example is %.3f similar to itself", same)
	}
}

func TestTrainNamesWhatIsMissing(t *testing.T) {
	for _, examples := range [][]Example{nil, {{"greet", " ?! "}}} {
		if _, err := Train(t.Context(), examples, Options{}); !errors.Is(err, ErrNoExamples) {
			t.Errorf("%v: %v", examples, err)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := Train(ended, read(t, "en_train"), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gave %v", err)
	}
}

func TestSentencesOfSignsAloneSpoilNoScore(t *testing.T) {
	for _, signs := range []string{"%", "~", "{}", "…", "🙂", "\u200b", "( )", "=", "<<", "\\", "__"} {
		m, err := Train(t.Context(), []Example{{"a", "book a room"}, {"a", "reserve a desk"}, {"b", signs}, {"c", "what time is it"}}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"book a room", "reserve", signs, "時間"} {
			for _, c := range m.Classify(text, 4) {
				if !(c.Score >= 0 && c.Score <= 1) {
					t.Errorf("%q with %q: %+v", text, signs, c)
				}
			}
		}
	}
}
