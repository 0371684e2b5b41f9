package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryMistakeIsReportedWithItsPlace compares what the checker says about testdata/check/NAME.yaml
// with the lines of NAME.txt. UPDATE=1 writes the files anew.
func TestEveryMistakeIsReportedWithItsPlace(t *testing.T) {
	files, err := filepath.Glob("testdata/check/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	codes := map[string]bool{}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			name := filepath.Base(path)
			var lines []string
			for _, p := range Check(map[string][]byte{name: []byte(read(t, path))}) {
				s := p.String()
				if p.Warning {
					s += " [warning]"
				}
				codes[p.Code] = true
				lines = append(lines, s)
			}
			got := strings.Join(lines, "\n") + "\n"
			golden := strings.TrimSuffix(path, ".yaml") + ".txt"
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := read(t, golden); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
	for _, code := range allCodes {
		if !codes[code] {
			t.Errorf("no file in testdata/check shows %q", code)
		}
	}
}

// allCodes are the codes of all problems that one YAML file can have.
var allCodes = []string{
	"ask_outside", "bad_expression", "bad_locale", "bad_markup", "bad_name", "bad_pattern", "bad_phone", "bad_template", "bad_url", "bad_value",
	"command_word", "cycle", "dead_end", "duplicate_id", "duplicate_key", "empty_example", "few_examples", "left_out", "missing_key", "missing_locale",
	"missing_section", "needs_quotes", "out_of_range", "push_ignored", "read_only", "same_example", "same_label", "same_start", "same_word", "secret_use", "slot_entity",
	"too_deep", "too_long", "too_many_buttons", "two_bodies", "two_targets", "undefined_constant", "undefined_entity", "undefined_event", "undefined_flow", "undefined_intent",
	"undefined_message", "undefined_slot", "undefined_step", "undefined_table", "undefined_var", "unknown_key", "unknown_step",
	"unreachable_step", "unused_flow", "unused_var", "useless_key", "useless_locale", "wrong_type", "yaml_syntax", "empty_step",
}

func TestEveryCodeOfTheCheckerIsTested(t *testing.T) {
	known := map[string]bool{"too_large": true, "too_many": true, "state_too_large": true, "bad_scenario": true, "bad_csv": true, "undefined_user_value": true, "undefined_event_value": true, "undefined_channel_value": true}
	for _, c := range allCodes {
		known[c] = true
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range sources {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, m := range codeInSource.FindAllStringSubmatch(read(t, path), -1) {
			if !known[m[1]] {
				t.Errorf("%s: the code %q has no test", path, m[1])
			}
		}
	}
}

func TestMistakesOfOtherFiles(t *testing.T) {
	bot := []byte("bot: {id: b, default_locale: en}\n")
	for _, row := range []struct {
		name  string
		files map[string][]byte
		want  string
	}{
		{"two files with the section bot", map[string][]byte{"a.yaml": bot, "b.yaml": bot}, `b.yaml:1:6: duplicate_id: the section "bot" stands in a.yaml already`},
		{"a flow of two files", map[string][]byte{"a.yaml": append(bot, "flows: {x: {on: {event: e}, steps: [end]}}"...), "b.yaml": []byte("flows: {x: {steps: [end]}}")}, `b.yaml:1:9: duplicate_id: the flow "x" stands in a.yaml:2 already`},
		{"a CSV without lines", map[string][]byte{"a.yaml": bot, "t.csv": nil}, "t.csv:1:1: bad_csv: the file has no lines that can be read (the first line names the columns)"},
		{"a CSV with a broken quote", map[string][]byte{"a.yaml": bot, "t.csv": []byte("a,b\n1,2\n\"x,3\n")}, "t.csv:3:1: bad_csv: extraneous or missing"},
		{"a FAQ without its columns", map[string][]byte{"a.yaml": bot, "faq.csv": []byte("q,a\n1,2\n")}, `faq.csv:1:1: bad_csv: faq.csv needs the columns "question" and "answer"`},
		{"a file that is too large", map[string][]byte{"a.yaml": append(bot, make([]byte, maxFile)...)}, "a.yaml:0:0: too_large: the file has more than 4 MiB"},
		{"no section bot at all", map[string][]byte{"a.yaml": []byte("flows: {}")}, `a.yaml:1:1: missing_section: no file has the section "bot"`},
		{"an alias bomb", map[string][]byte{"a.yaml": append(bot, bomb()...)}, "a.yaml:7:14: too_many:"},
	} {
		t.Run(row.name, func(t *testing.T) {
			list := Check(row.files)
			for _, p := range list {
				if strings.HasPrefix(p.String(), row.want) {
					return
				}
			}
			t.Errorf("want %q in %v", row.want, list)
		})
	}
}

// bomb is a text that grows a billionfold when its aliases are followed.
func bomb() string {
	var b strings.Builder
	b.WriteString("tables:\n  t:\n    - {x: 1}\n  a0: &a0 [{x: lol}]\n")
	for i := 1; i < 30; i++ {
		prev := "*a" + string(rune('0'+(i-1)/10)) + string(rune('0'+(i-1)%10))
		if i == 1 {
			prev = "*a0"
		}
		b.WriteString("  a" + string(rune('0'+i/10)) + string(rune('0'+i%10)) + ": &a" + string(rune('0'+i/10)) + string(rune('0'+i%10)) + " [{x: " + prev + "}, {x: " + prev + "}]\n")
	}
	return b.String()
}

func TestTheExampleAndTheDemoPassTheirTests(t *testing.T) {
	for name, files := range map[string]map[string][]byte{
		"example": {"bot.yaml": []byte(read(t, "testdata/example.yaml"))}, "demo": Demo(), "starter": Starter(),
		"everything": {"bot.yaml": []byte(read(t, "testdata/everything.yaml"))},
	} {
		t.Run(name, func(t *testing.T) {
			for _, p := range Check(files) {
				if !p.Warning {
					t.Error(p)
				}
				if name == "demo" || name == "starter" {
					t.Error(p)
				}
			}
			results, err := RunTests(t.Context(), files)
			if err != nil || len(results) == 0 {
				t.Fatal(len(results), err)
			}
			for _, r := range results {
				if !r.Passed {
					t.Error(r.Name, r.Faults)
				}
			}
		})
	}
}
