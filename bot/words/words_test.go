package words

import (
	"encoding/json"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"dari/bot/check"
)

var place = regexp.MustCompile(`\{[a-z_]+\}`)

// places are the {name} places of a text, in alphabetical order: languages put them in their own.
func places(text string) []string {
	return slices.Compact(slices.Sorted(slices.Values(place.FindAllString(text, -1))))
}

func TestEveryLanguageHasEveryText(t *testing.T) {
	ours := In(Default)
	for _, l := range Languages {
		theirs := In(l.Code)
		for _, key := range slices.Sorted(maps.Keys(ours)) {
			if strings.TrimSpace(theirs[key]) == "" {
				t.Errorf("%s has no %s", l.Code, key)
			} else if a, b := places(ours[key]), places(theirs[key]); !slices.Equal(a, b) {
				t.Errorf("%s: %s fills %v, %s fills %v", key, Default, a, l.Code, b)
			}
		}
		for key := range theirs {
			if _, ok := ours[key]; !ok {
				t.Errorf("%s alone has %s", l.Code, key)
			}
		}
	}
}

func TestNoKeyStandsTwiceInAFile(t *testing.T) {
	names, err := fs.Glob(files, "locales/*/*.json")
	if err != nil || len(names) < len(Languages) {
		t.Fatalf("%d files, %v", len(names), err)
	}
	line := regexp.MustCompile(`(?m)^  ("[^"]+"):`)
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]string
		if err := json.Unmarshal(b, &texts); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n := len(line.FindAllString(string(b), -1)); n != len(texts) {
			t.Errorf("%s: %d lines for %d keys; write each key once, one a line, indented by two", name, n, len(texts))
		}
	}
}

func TestTextsOfOneLanguageLieInTheSameFiles(t *testing.T) {
	where := map[string]map[string]string{} // language → key → file
	for _, l := range Languages {
		where[l.Code] = map[string]string{}
		names, err := fs.Glob(files, "locales/"+l.Code+"/*.json")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			w := Words{}
			if err := w.read(files, name); err != nil {
				t.Fatal(err)
			}
			for key := range w {
				where[l.Code][key] = name[strings.LastIndex(name, "/"):]
			}
		}
		if !maps.Equal(where[l.Code], where[Languages[0].Code]) {
			t.Errorf("%s and %s sort their keys into files differently", l.Code, Languages[0].Code)
		}
	}
}

func TestFilesThatCannotBeReadAreNamed(t *testing.T) {
	good := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	whole := fstest.MapFS{"locales/ko/a.json": good(`{"x":"가"}`), "locales/ja/a.json": good(`{"x":"あ"}`), "locales/en/a.json": good(`{"x":"a"}`)}
	if all, err := load(whole); err != nil || all["ja"]["x"] != "あ" {
		t.Fatalf("got %v, %v", all, err)
	}
	for _, row := range []struct {
		name, path, text, says string
	}{
		{"a file that is no JSON", "locales/ja/b.json", `{"y":`, "locales/ja/b.json"},
		{"a key in two files", "locales/en/b.json", `{"x":"b"}`, "locales/en/b.json: x stands in another file"},
		{"a text that is no text", "locales/ko/b.json", `{"y":1}`, "locales/ko/b.json"},
	} {
		broken := maps.Clone(whole)
		broken[row.path] = good(row.text)
		if _, err := load(broken); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: got %v", row.name, err)
		}
	}
	delete(whole, "locales/ja/a.json")
	if _, err := load(whole); err == nil || !strings.Contains(err.Error(), "日本語") {
		t.Errorf("a language without texts: got %v", err)
	}
}

func TestPlacesAreFilledOnce(t *testing.T) {
	w := Words{"greet": "{name} meets {other}, {name}"}
	got, err := w.Say("greet", "name", "{other}", "other", 7)
	if err != nil || got != "{other} meets 7, {other}" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := w.Say("no.such"); err == nil {
		t.Error("a text that does not exist is said")
	}
}

func TestALanguageThatIsNotSpokenIsEnglish(t *testing.T) {
	if In("tlh")["doctor.pass"] != "pass" || In("ko")["doctor.pass"] != "정상" {
		t.Errorf("got %q and %q", In("tlh")["doctor.pass"], In("ko")["doctor.pass"])
	}
	if Spoken("tlh") || !Spoken("ja") {
		t.Error("wrong languages are spoken")
	}
}

func TestTextsUnderAPrefix(t *testing.T) {
	got := Words{"a.x": "1", "a.y": "2", "ab.x": "3"}.Under("a.")
	if !maps.Equal(got, Words{"x": "1", "y": "2"}) {
		t.Errorf("got %v", got)
	}
}

func TestACheckIsSaidInTheReadersLanguage(t *testing.T) {
	c := check.New("quota", check.Warn, "line.quota_low", "left", "2", "of", "130")
	for lang, want := range map[string]string{"en": "2 of 130 pushes", "ko": "130건 중 2건", "ja": "130通のうち 2通", "fr": "2 of 130 pushes"} {
		if got := Check(lang, c); !strings.Contains(got, want) || strings.Contains(got, "{") {
			t.Errorf("%s: got %q", lang, got)
		}
	}
	if got := Check("ko", check.New("x", check.Fail, "no.such")); got != "no.such" {
		t.Errorf("a code without sentence: got %q", got)
	}
}

func TestTheBrowserSaysTheLanguage(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "ko": "ko", "ko-KR,ko;q=0.9,en-US;q=0.8": "ko", "fr-FR,ja;q=0.5,en;q=0.4": "ja", "en;q=0.2, ja;q=0.9": "ja",
		"fr": "en", "ko;q=0, ja;q=0.1": "ja", "*": "en", ";;;,q=": "en", "JA": "ja", "ko;q=nonsense": "en",
	} {
		if got := Preferred(header); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestTheTerminalSaysTheLanguage(t *testing.T) {
	for _, row := range []struct {
		name string
		env  map[string]string
		want string
	}{
		{"nothing is set", nil, "en"},
		{"LANG alone", map[string]string{"LANG": "ko_KR.UTF-8"}, "ko"},
		{"LC_MESSAGES before LANG", map[string]string{"LANG": "ko_KR.UTF-8", "LC_MESSAGES": "ja_JP"}, "ja"},
		{"LC_ALL before all", map[string]string{"LANG": "ko_KR", "LC_MESSAGES": "ja_JP", "LC_ALL": "C"}, "en"},
		{"an empty one does not count", map[string]string{"LC_ALL": "", "LANG": "ja"}, "ja"},
		{"a variant", map[string]string{"LANG": "ko@variant"}, "ko"},
		{"in capitals", map[string]string{"LANG": "JA_JP.EUC-JP"}, "ja"},
		{"one that is not spoken", map[string]string{"LC_ALL": "fr_FR.UTF-8", "LANG": "ko_KR"}, "en"},
		{"nonsense", map[string]string{"LANG": "_._"}, "en"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := OfTerminal(func(name string) (string, bool) { v, ok := row.env[name]; return v, ok })
			if got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}
