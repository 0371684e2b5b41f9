package scenario

import (
	"slices"
	"strings"
	"testing"
)

func TestASentenceIsAddedToAnIntent(t *testing.T) {
	for _, row := range []struct {
		name, src, want, fails string
		locale                 string
	}{
		{
			name: "below the last one of a list",
			src:  "intents:\n  hi:\n    examples:\n      - hello # first\n      - hi\n  bye:\n    examples: [bye]\n",
			want: "      - hi\n      - \"good \\\"day\\\"\"\n  bye:",
		},
		{name: "in brackets", src: "intents:\n  hi: {examples: [hello, 'hi']}\n", want: "[hello, 'hi', \"good \\\"day\\\"\"]}"},
		{name: "at the end of a file without a newline", src: "intents:\n  hi:\n    examples:\n    - 안녕", want: "    - 안녕\n    - \"good \\\"day\\\"\"\n"},
		{name: "in the language of the sentence", src: "intents:\n  hi:\n    examples:\n      ko:\n        - 안녕\n      en:\n        - hello\n", locale: "ko-KR", want: "        - 안녕\n        - \"good \\\"day\\\"\"\n      en:"},
		{name: "not in a language that has none", src: "intents:\n  hi:\n    examples:\n      ko: [안녕]\n", locale: "ja", fails: `bot.yaml:3: the intent has no examples in "ja"`},
		{name: "not in an intent that is not there", src: "intents: {bye: {examples: [bye]}}\n", fails: `no file has the intent "hi"`},
		{name: "not where there is no list", src: "intents:\n  hi:\n    patterns: [x]\n", fails: "no list of examples"},
		{name: "not below a text of several lines", src: "intents:\n  hi:\n    examples:\n      - |\n        hello\n", fails: "by hand"},
	} {
		files, err := Type{}.AddExample(map[string][]byte{"bot.yaml": []byte(row.src), "z.csv": []byte("a,b\n")}, "hi", row.locale, "good\n \"day\"")
		switch {
		case row.fails != "":
			if err == nil || !strings.Contains(err.Error(), row.fails) {
				t.Errorf("%s: got %v", row.name, err)
			}
		case err != nil || !strings.Contains(string(files["bot.yaml"]), row.want):
			t.Errorf("%s: %v\n%s", row.name, err, files["bot.yaml"])
		}
	}
}

func TestASentenceIsAddedOnceAndTheFilesStayRight(t *testing.T) {
	files := Starter()
	intents := Type{}.Intents(files)
	if len(intents) == 0 {
		t.Fatal("the starter has no intents")
	}
	before := Type{}.Validate(files)
	for _, locale := range []string{"ko", "ko"} {
		var err error
		if files, err = (Type{}).AddExample(files, intents[0], locale, "처음 듣는 말"); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for _, b := range files {
		n += strings.Count(string(b), "처음 듣는 말")
	}
	if n != 1 || !slices.Equal(Type{}.Validate(files), before) {
		t.Errorf("it stands there %d times; mistakes %v", n, Type{}.Validate(files))
	}
}
