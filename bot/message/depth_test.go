package message

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestJSONMayBeNestedSoDeepAndNoDeeper(t *testing.T) {
	nest := func(open, inside, shut string, n int) string {
		return strings.Repeat(open, n) + inside + strings.Repeat(shut, n)
	}
	for _, row := range []struct {
		name, json string
		deep       bool
	}{
		{"nothing", "", false},
		{"as deep as may be", nest("[", "1", "]", MaxDepth), false},
		{"one deeper", nest("[", "1", "]", MaxDepth+1), true},
		{"objects", nest(`{"a":`, "1", "}", MaxDepth+1), true},
		{"both", nest(`[{"a":`, "1", "}]", MaxDepth/2+1), true},
		{"never closed", strings.Repeat("[", 1<<20), true},
		{"wide and not deep", "[" + strings.Repeat("[],", 5000) + "[]]", false},
		{"brackets in a text", `"` + strings.Repeat("[", 5000) + `"`, false},
		{"brackets behind an escaped quote", `"\"` + strings.Repeat("[", 5000) + `"`, false},
		{"brackets behind an escaped backslash", `"\\"` + strings.Repeat("[", 5000), true},
		{"closed more than opened", strings.Repeat("]", 5000) + nest("[", "1", "]", MaxDepth), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if err := CheckDepth([]byte(row.json)); errors.Is(err, ErrTooDeep) != row.deep {
				t.Errorf("got %v", err)
			}
		})
	}
}

// FuzzCheckDepth compares with the depth that encoding/json sees.
func FuzzCheckDepth(f *testing.F) {
	f.Add([]byte(`{"a":["\"[",{"b":[]}]}`))
	f.Add([]byte(strings.Repeat("[", 101) + strings.Repeat("]", 101)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if !json.Valid(b) {
			_ = CheckDepth(b)
			return
		}
		dec := json.NewDecoder(strings.NewReader(string(b)))
		depth, most := 0, 0
		for {
			token, err := dec.Token()
			if err != nil {
				break
			}
			switch token {
			case json.Delim('{'), json.Delim('['):
				depth++
				most = max(most, depth)
			case json.Delim('}'), json.Delim(']'):
				depth--
			}
		}
		if got := CheckDepth(b) != nil; got != (most > MaxDepth) {
			t.Errorf("%d levels, refused: %v", most, got)
		}
	})
}
