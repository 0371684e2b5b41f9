package entity

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

const now = "2026-11-22T10:00:00+09:00"

// command runs the command and gives what it wrote.
func command(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = Command(args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestTheCommandPrintsJSONWithTheFlagsAnywhere(t *testing.T) {
	for _, args := range [][]string{
		{"회의 내일 오후 3시부터 5시까지", "--locale", "ko", "--now", now, "--json"},
		{"--json", "--now=" + now, "--locale=ko-KR", "회의 내일 오후 3시부터 5시까지"},
		{"회의", "내일", "-json", "오후", "3시부터", "--now", now, "5시까지"},
	} {
		code, out, errs := command(args...)
		var rows []map[string]any
		if err := json.Unmarshal([]byte(out), &rows); err != nil || code != 0 || errs != "" || len(rows) != 1 {
			t.Fatalf("%v: code %d, %v, %s%s", args, code, err, out, errs)
		}
		want := map[string]any{
			"start": 7.0, "end": 42.0, "start_rune": 3.0, "end_rune": 18.0, "text": "내일 오후 3시부터 5시까지", "kind": "datetime", "value": "2026-11-23T15:00:00+09:00",
			"until": "2026-11-23T17:00:00+09:00", "grain": "hour", "ambiguous": false, "locale": "ko",
		}
		for k, v := range want {
			if rows[0][k] != v {
				t.Errorf("%v: %s is %v, want %v", args, k, rows[0][k], v)
			}
		}
		if len(rows[0]) != len(want) {
			t.Errorf("keys: %v", rows[0])
		}
	}
}

func TestTheCommandPrintsATable(t *testing.T) {
	code, out, _ := command("yes, tomorrow at 3 for 2 people", "--now", now)
	want := "BYTES  KIND      VALUE                      GRAIN   TEXT\n" +
		"0-3    yesno     yes                                yes\n" +
		"5-18   datetime  2026-11-23T15:00:00+09:00  hour ?  tomorrow at 3\n" +
		"23-24  number    2                                  2\n"
	if code != 0 || out != want {
		t.Errorf("code %d\n%s\nwant\n%s", code, out, want)
	}
	if code, out, _ := command("안녕하세요"); code != 0 || out != "nothing found\n" {
		t.Errorf("code %d, %q", code, out)
	}
	if code, out, _ := command("안녕하세요", "--json"); code != 0 || strings.TrimSpace(out) != "[]" {
		t.Errorf("code %d, %q", code, out)
	}
}

func TestTheCommandKeepsToTheKindsAskedFor(t *testing.T) {
	code, out, _ := command("내일 오후 3시", "--kinds", "date", "--now", now)
	if code != 0 || !strings.Contains(out, "2026-11-23") || strings.Contains(out, "15:00") {
		t.Errorf("code %d, %s", code, out)
	}
}

func TestTheCommandTakesNegativeNumbersAndDashesAsText(t *testing.T) {
	if code, out, _ := command("-5"); code != 0 || !strings.Contains(out, "number") {
		t.Errorf("code %d, %s", code, out)
	}
	if code, out, _ := command("--now", now, "--", "--json"); code != 0 || out != "nothing found\n" {
		t.Errorf("code %d, %s", code, out)
	}
}

func TestTheCommandNamesWrongArguments(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "TEXT is missing"},
		{[]string{"  "}, "TEXT is missing"},
		{[]string{"내일", "--now", "yesterday"}, `--now "yesterday"`},
		{[]string{"내일", "--now"}, "--now needs a value"},
		{[]string{"내일", "--locale", "fr"}, `--locale "fr"`},
		{[]string{"내일", "--kinds", "date,color"}, `"color"`},
		{[]string{"내일", "--jsn"}, "no flag --jsn"},
	} {
		code, out, errs := command(c.args...)
		if code != 2 || out != "" || !strings.Contains(errs, c.want) || !strings.Contains(errs, "usage:") {
			t.Errorf("%v: code %d, %q, %q", c.args, code, out, errs)
		}
	}
	if code, out, _ := command("--help"); code != 0 || !strings.HasPrefix(out, "usage:") {
		t.Errorf("--help: code %d, %q", code, out)
	}
}
