package llm

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"dari/dialog"
)

func TestTheHistoryKeepsWhatFits(t *testing.T) {
	long := strings.Repeat("회의실 예약 ", 200) // about 3.4 KB
	for _, row := range []struct {
		name      string
		past      []exchange
		most      int
		want      int    // exchanges
		first     string // the question of the first one
		truncated bool
	}{
		{"everything, if it is little", []exchange{{"a", "b"}, {"c", "d"}}, 10, 2, "a", false},
		{"the newest of too many", []exchange{{"a", "b"}, {"c", "d"}, {"e", "f"}}, 2, 2, "c", false},
		{"whole exchanges, the newest that fit", []exchange{{"1", long}, {"2", long}, {"3", long}, {"4", long}, {"5", long}}, 10, 4, "2", false},
		{"a clipped one, if not even that fits", []exchange{{"a", "b"}, {"c", strings.Repeat("가", 20_000)}}, 10, 1, "c", true},
		{"half of each, if both are too long", []exchange{{strings.Repeat("나", 20_000), strings.Repeat("\u2028", 20_000)}}, 10, 1, "", true},
		{"a clipped question", []exchange{{strings.Repeat("👩‍👧", 20_000), "네"}}, 10, 1, "", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := remember(row.past, row.most)
			if len(s.Token) > dialog.MaxState || !utf8.ValidString(s.Token) || strings.Contains(s.Token, "\ufffd") {
				t.Fatalf("a state of %d bytes, valid UTF-8: %v", len(s.Token), utf8.ValidString(s.Token))
			}
			got, err := recall(s)
			if err != nil || len(got) != row.want {
				t.Fatalf("%d exchanges, %v, want %d", len(got), err, row.want)
			}
			if row.first != "" && got[0][0] != row.first {
				t.Errorf("begins with %q, want %q", got[0][0], row.first)
			}
			clipped := strings.HasSuffix(got[0][0], "…") || strings.HasSuffix(got[0][1], "…")
			if clipped != row.truncated {
				t.Errorf("clipped is %v", clipped)
			}
			if row.truncated && len(s.Token) < dialog.MaxState-20 {
				t.Errorf("only %d bytes are used", len(s.Token))
			}
		})
	}
}

func TestAStateThatIsNotOursBeginsAnew(t *testing.T) {
	for name, token := range map[string]string{
		"another engine's":  "room=a",
		"half of one":       `{"v":1,"x":[["a","b"]`,
		"a later version's": `{"v":2,"x":[["a","b"]]}`,
		"of wrong types":    `{"v":1,"x":[[1,2]]}`,
		"larger than any":   `{"v":1,"x":[["` + strings.Repeat("a", dialog.MaxState) + `","b"]]}`,
	} {
		if past, err := recall(dialog.State{Token: token}); err == nil || past != nil {
			t.Errorf("%s: got %v, %v", name, past, err)
		}
	}
	past, err := recall(dialog.State{Token: `{"v":1,"x":[["a",""],["b","c"]]}`})
	if err != nil || fmt.Sprint(past) != "[[b c]]" {
		t.Errorf("an exchange in which somebody was silent: %v, %v", past, err)
	}
}

func FuzzHistory(f *testing.F) {
	f.Add("회의실", "예약했어요", 3)
	f.Add("\xff\u2028\"\\", strings.Repeat("가", 6000), 50)
	f.Fuzz(func(t *testing.T, q, a string, n int) {
		past := []exchange{}
		for range n%20 + 1 {
			past = append(past, exchange{q, a})
		}
		if len(past) == 0 {
			return
		}
		s := remember(past, 10)
		if len(s.Token) > dialog.MaxState {
			t.Fatalf("%d bytes", len(s.Token))
		}
		if _, err := recall(s); err != nil {
			t.Fatal(err)
		}
	})
}
