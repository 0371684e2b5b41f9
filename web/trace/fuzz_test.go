package trace

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzMaskJSON shows that what is masked stays JSON and that no e-mail address of the simple kind passes.
func FuzzMaskJSON(f *testing.F) {
	for _, seed := range []string{
		`{"name":"Mina Kim","text":"write to mina.kim@example.com"}`, `{"text":"+82 10-1234-5678","id":"12345678901"}`, `[1e400,"a@b.co"]`,
		"mina@example.com", `{"name":{"name":["x"]}}`, `{"a":"\u0040"}`, `"2026-01-31 and 4111 1111 1111 1111"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		masked := MaskJSON(raw)
		if json.Valid(raw) && !json.Valid(masked) {
			t.Errorf("%q becomes %q", raw, masked)
		}
		if strings.Contains(string(raw), "mina.kim@example.com") && strings.Contains(string(masked), "mina.kim@example.com") {
			t.Errorf("%q shows the address", masked)
		}
	})
}
