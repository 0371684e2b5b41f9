package scenario

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	yaml "go.yaml.in/yaml/v4"
)

// botDir writes files into a new directory.
func botDir(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, s := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestCheckCommand(t *testing.T) {
	good := botDir(t, map[string]string{"bot.yaml": read(t, "testdata/everything.yaml")})
	warned := botDir(t, map[string]string{"bot.yaml": read(t, "testdata/example.yaml")})
	bad := botDir(t, map[string]string{"bot.yaml": read(t, "testdata/check/keys.yaml"), "flows.yaml": read(t, "testdata/check/flows.yaml")})
	failing := botDir(t, map[string]string{"bot.yaml": strings.ReplaceAll(read(t, "testdata/everything.yaml"), "bot_contains: late", "bot_contains: early")})
	for _, row := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"a good bot", []string{good}, 0, []string{"0 mistakes", "2 of 2 tests passed"}},
		{"warnings do not fail", []string{warned}, 0, []string{"few_examples: warning:", "1 of 1 tests passed"}},
		{"unless strict", []string{"--strict", warned}, 1, []string{"few_examples"}},
		{"every mistake of every file", []string{bad}, 1, []string{`bot.yaml:4:3: unknown_key: bot has no key "defualt_locale" (did you mean "default_locale"?)`, "flows.yaml:13:14: undefined_message"}},
		{"JSON for editors", []string{bad, "--json"}, 1, []string{`"column": 3`, `"code": "unknown_key"`, `"tests": []`}},
		{"a failing test", []string{failing}, 1, []string{`test "all of it" failed`, `do not contain "early"`}},
		{"the schema", []string{"--schema"}, 0, []string{"json-schema.org"}},
		{"no directory", nil, 2, []string{"usage: dari check"}},
		{"a directory that is not there", []string{"/nowhere/at/all"}, 1, []string{"read the bot's files"}},
		{"an unknown flag", []string{"--fast"}, 2, []string{"flag provided but not defined"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out bytes.Buffer
			if code := CheckCommand(row.args, &out, &out); code != row.code {
				t.Errorf("code %d, want %d", code, row.code)
			}
			for _, w := range row.want {
				if !strings.Contains(out.String(), w) {
					t.Errorf("want %q in %s", w, out.String())
				}
			}
		})
	}
}

func TestNewCommand(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mine")
	var out bytes.Buffer
	if code := NewCommand([]string{"bot", dir}, &out, &out); code != 0 {
		t.Fatal(out.String())
	}
	if code := CheckCommand([]string{"--strict", dir}, &out, &out); code != 0 {
		t.Errorf("the starter has mistakes: %s", out.String())
	}
	out.Reset()
	if code := NewCommand([]string{"bot", dir}, &out, &out); code != 1 || !strings.Contains(out.String(), "is not empty") {
		t.Errorf("code %d: %s", code, out.String())
	}
	if code := NewCommand([]string{"cat"}, &out, &out); code != 2 {
		t.Errorf("code %d", code)
	}
}

func TestChatCommand(t *testing.T) {
	for _, row := range []struct {
		name, input string
		args        []string
		want        []string
	}{
		{"the demo", "회의실 예약해 줘\n/1\n/quit\nnever\n", []string{"--locale", "ko"}, []string{"안녕하세요", "/1 대회의실", "언제인가요"}},
		{"with a trace", "book a room\n", []string{"--trace", "--locale=en"}, []string{"taken by intent room.book", "nearest: book a room", "book_room ask (rooms.yaml:"}},
		{"a directory", "one latte please\n/trace\n2\n/reset\n/1\n", []string{botDir(t, map[string]string{"bot.yaml": string(Starter()["bot.yaml"])}), "--locale", "en"}, []string{"Ordered: Latte", "— "}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			if code := ChatCommand(t.Context(), row.args, strings.NewReader(row.input), &out, &errs); code != 0 {
				t.Fatalf("code %d: %s", code, errs.String())
			}
			for _, w := range row.want {
				if !strings.Contains(out.String(), w) {
					t.Errorf("want %q in %s", w, out.String())
				}
			}
			if strings.Contains(out.String(), "never") {
				t.Error("it went on after /quit")
			}
		})
	}
	var out bytes.Buffer
	if code := ChatCommand(t.Context(), []string{botDir(t, map[string]string{"a.yaml": "x: y"})}, strings.NewReader(""), &out, &out); code != 1 || !strings.Contains(out.String(), "unknown_key") {
		t.Errorf("code %d: %s", code, out.String())
	}
}

func TestIntentsTestCommand(t *testing.T) {
	dir := botDir(t, map[string]string{"bot.yaml": read(t, "testdata/office.yaml")})
	file := func(s string) string { return filepath.Join(botDir(t, map[string]string{"s.csv": s}), "s.csv") }
	for _, row := range []struct {
		name, csv string
		code      int
		want      string
	}{
		{"everything matches", "\ufefftext,intent,locale\n회의실 예약해 줘,room.book,ko\n今何時ですか,clock,ja\nxqzzv,oos\nwhat is the wifi password,faq\n", 0, "4 sentences: 4 matched (100.0 %), 0 would be asked back, 0 failed"},
		{"a miss and a confusion are named", "회의실 예약해 줘,clock\n", 1, "confused   1 × clock → room.book"},
		{"tabs", "회의실 예약해 줘\troom.book\n", 0, "1 matched"},
		{"a line without an intent", "hello\n", 1, "line 1: a line needs the columns text and intent"},
		{"an empty file", "", 1, "no sentences"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out bytes.Buffer
			if code := IntentsTestCommand([]string{"test", dir, file(row.csv)}, &out, &out); code != row.code || !strings.Contains(out.String(), row.want) {
				t.Errorf("code %d: %s", code, out.String())
			}
		})
	}
}

// compileSchema reads the embedded schema.
func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("bot.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("bot.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON is a YAML file as a schema sees it.
func asJSON(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	j, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(j))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTheSchemaAcceptsGoodFilesAndRefusesBadOnes(t *testing.T) {
	s := compileSchema(t)
	good := map[string][]byte{"starter": Starter()["bot.yaml"]}
	for name, b := range Demo() {
		good["demo/"+name] = b
	}
	for _, name := range []string{"example", "everything", "office"} {
		good[name] = []byte(read(t, "testdata/"+name+".yaml"))
	}
	for name, b := range good {
		if err := s.Validate(asJSON(t, b)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, b := range map[string]string{
		"an unknown section": "weather: sunny", "an unknown key": "bot: {idd: x}", "an unknown step": "flows: {a: {steps: [{sya: x}]}}",
		"a number out of range": "bot: {nlu: {max_choices: 99}}", "a bad duration": "bot: {session: {idle_timeout: soon}}",
	} {
		if s.Validate(asJSON(t, []byte(b))) == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
