package intent

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "examples.tsv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEvalCommandPrintsEveryFigure(t *testing.T) {
	var out, complaints bytes.Buffer
	args := []string{"--train", "testdata/en_train.tsv", "--test", "testdata/en_test.tsv"}
	if code := EvalCommand(t.Context(), args, &out, &complaints); code != 0 || complaints.Len() > 0 {
		t.Fatalf("exit code %d, %s", code, &complaints)
	}
	for _, want := range []string{
		"12, 120", "accuracy", "in-scope accuracy", "out-of-scope recall", "train, calibrate", "classify p50, p99",
		"memory, peak", "<- chosen",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

func TestEvalCommandKeepsItsJSONKeys(t *testing.T) {
	var out, complaints bytes.Buffer
	args := []string{"--json", "--train", "testdata/ko_train.tsv", "--test", "testdata/ko_test.tsv"}
	if code := EvalCommand(t.Context(), args, &out, &complaints); code != 0 {
		t.Fatalf("exit code %d, %s", code, &complaints)
	}
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		"accuracy", "in_scope_accuracy", "oos_recall", "train_seconds", "calibrate_seconds", "classify_p50_ms",
		"classify_p99_ms", "memory_mb", "peak_memory_mb", "thresholds", "intents", "examples", "tested",
		"out_of_scope", "confusions", "calibration",
	} {
		if value, present := got[key]; !present || value == nil {
			t.Errorf("%s is %v", key, value)
		}
	}
	if got["accuracy"].(float64) < 0.97 || got["oos_recall"].(float64) < 0.8 {
		t.Errorf("accuracy %v, out-of-scope recall %v", got["accuracy"], got["oos_recall"])
	}
}

func TestEvalCommandWithoutStrangersHasNoRecall(t *testing.T) {
	var out bytes.Buffer
	test := write(t, "menu\twhat's for lunch tomorrow\n")
	args := []string{"--json", "--train", "testdata/en_train.tsv", "--test", test}
	if code := EvalCommand(t.Context(), args, &out, &out); code != 0 {
		t.Fatal(&out)
	}
	var got result
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.OOSRecall != nil || got.Confusions == nil {
		t.Errorf("%v, recall %v, confusions %v", err, got.OOSRecall, got.Confusions)
	}
}

func TestEvalCommandSaysWhatIsWrong(t *testing.T) {
	good := "testdata/en_train.tsv"
	bad := write(t, "menu\tlunch\nno tab here\n\tno intent\nmenu\t \n\n\xff\tx\n")
	tests := []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"no arguments", nil, 2, []string{"usage: dari intents eval"}},
		{"no test file", []string{"--train", good}, 2, []string{"usage"}},
		{"an argument too many", []string{"--train", good, "--test", good, "more"}, 2, []string{"usage"}},
		{"an unknown flag", []string{"--trian", good}, 2, []string{"trian"}},
		{"a missing file", []string{"--train", good, "--test", "testdata/none.tsv"}, 1, []string{"testdata/none.tsv", "no such file"}},
		{"a directory", []string{"--train", "testdata", "--test", good}, 1, []string{"testdata", "directory"}},
		{"an empty file", []string{"--train", write(t, "\n\n"), "--test", good}, 1, []string{"no examples"}},
		{"nothing to learn", []string{"--train", write(t, "a\t?!\n"), "--test", good}, 1, []string{"give every intent at least one sentence"}},
		{"faulty lines", []string{"--train", good, "--test", bad}, 1, []string{
			bad + ":2: no tab", bad + ":3: no intent", bad + ":4: no text", bad + ":6: not UTF-8",
		}},
		{"help", []string{"--help"}, 2, []string{"usage", "-train"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out, complaints bytes.Buffer
			if code := EvalCommand(t.Context(), tt.args, &out, &complaints); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			for _, want := range tt.want {
				if !strings.Contains(complaints.String(), want) {
					t.Errorf("no %q in %q", want, &complaints)
				}
			}
			if out.Len() > 0 {
				t.Errorf("printed %q", &out)
			}
		})
	}
}

func TestEvalCommandWarnsOfIntentsThatCannotBeRight(t *testing.T) {
	var out, complaints bytes.Buffer
	test := write(t, "mneu\twhat's for lunch\nmenu\twhat's for lunch\n")
	if code := EvalCommand(t.Context(), []string{"--train", "testdata/en_train.tsv", "--test", test}, &out, &complaints); code != 0 {
		t.Fatal(&complaints)
	}
	if want := test + ": intents without a training example count as wrong: mneu\n"; complaints.String() != want {
		t.Errorf("%q, want %q", &complaints, want)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestEvalCommandReportsWhenNobodyListens(t *testing.T) {
	for _, format := range [][]string{nil, {"--json"}} {
		var complaints bytes.Buffer
		args := append(format, "--train", "testdata/en_train.tsv", "--test", "testdata/en_test.tsv")
		if code := EvalCommand(t.Context(), args, brokenPipe{}, &complaints); code != 1 || !strings.Contains(complaints.String(), "broken pipe") {
			t.Errorf("%v: exit code %d, %q", format, code, &complaints)
		}
	}
}

func TestReadExamplesTakesWhatSpreadsheetsSave(t *testing.T) {
	got, err := ReadExamples(write(t, "\ufeffintent\ttext\r\n menu \t 오늘 점심 \r\n\r\nmenu\twith\ta tab\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Example{{"menu", "오늘 점심"}, {"menu", "with\ta tab"}}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestReadExamplesStopsAtEndlessFaults(t *testing.T) {
	_, err := ReadExamples(write(t, strings.Repeat("no tab\n", 100)))
	if n := strings.Count(err.Error(), "\n") + 1; n != maxFaults+1 {
		t.Errorf("%d lines of complaint", n)
	}
	_, err = ReadExamples(write(t, "a\tb\na\t"+strings.Repeat("x", maxLine+1)))
	if err == nil || !strings.Contains(err.Error(), ":2: line longer") {
		t.Errorf("an endless line gave %v", err)
	}
}
