package entity

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// phrase is one row of testdata/*.tsv with the values expected in it.
type phrase struct {
	text string
	want []string
}

// readPhrases reads a table. A row without a phrase is one more value of the phrase before it.
func readPhrases(t *testing.T, file string) []phrase {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var phrases []phrase
	for line := range strings.Lines(string(content)) {
		text, want, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case strings.HasPrefix(text, "# "):
			continue
		case text != "":
			phrases = append(phrases, phrase{text: text})
		}
		if want != "-" {
			last := &phrases[len(phrases)-1]
			last.want = append(last.want, want)
		}
	}
	return phrases
}

// line writes a match as the tables do.
func line(m Match) string {
	until, ambiguous := "", ""
	if m.Until != nil {
		until = Show(m.Until)
	}
	if m.Ambiguous {
		ambiguous = "?"
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s", m.Kind, m.Text, Show(m.Value), until, m.Grain, ambiguous)
}

func lines(matches []Match) string {
	var all []string
	for _, m := range matches {
		all = append(all, line(m))
	}
	return strings.Join(all, "\n")
}

func TestEverydayPhrasesGiveTheirValues(t *testing.T) {
	for _, lang := range []string{"ko", "ja", "en"} {
		phrases := readPhrases(t, "testdata/"+lang+".tsv")
		if len(phrases) < 300 {
			t.Errorf("%s: only %d phrases", lang, len(phrases))
		}
		for _, p := range phrases {
			t.Run(lang+"/"+p.text, func(t *testing.T) {
				got := lines(Extract(p.text, Options{Locale: lang, Now: reference}))
				if want := strings.Join(p.want, "\n"); got != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

func TestOrdinarySentencesHaveNoValues(t *testing.T) {
	content, err := os.ReadFile("testdata/plain.txt")
	if err != nil {
		t.Fatal(err)
	}
	for text := range strings.Lines(string(content)) {
		text = strings.TrimSuffix(text, "\n")
		if got := Extract(text, Options{Now: reference}); len(got) > 0 {
			t.Errorf("%q has\n%s", text, lines(got))
		}
	}
}

func TestEverySpanIsAPieceOfTheTextAsItWasGiven(t *testing.T) {
	for _, lang := range []string{"ko", "ja", "en"} {
		for _, p := range readPhrases(t, "testdata/"+lang+".tsv") {
			for _, m := range Extract("  «"+p.text+"» ", Options{Now: reference}) {
				if full := "  «" + p.text + "» "; full[m.Start:m.End] != m.Text {
					t.Errorf("%q: %d-%d is %q, not %q", full, m.Start, m.End, full[m.Start:m.End], m.Text)
				}
			}
		}
	}
}
