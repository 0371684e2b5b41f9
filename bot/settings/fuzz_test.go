package settings

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzClean shows that settings are taken or refused by their field's name, that what is taken is taken
// again as it is, and that a secret never shows when it is masked.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{
		`{"url":"https://engine.example.com","secret":"0123456789abcdef"}`, `{"url":7}`, `{"secret":["a"]}`, `{"headers":{"A":"b"},"hosts":"a, b"}`,
		`{"wait":"20s","n":1e3,"mode":"on"}`, `{"unknown":null}`, `{}`,
	} {
		f.Add([]byte(seed))
	}
	fields := []Field{
		{Key: "url", Kind: URL},
		{Key: "secret", Kind: Secret},
		{Key: "headers", Kind: Map},
		{Key: "hosts", Kind: List},
		{Key: "wait", Kind: Duration},
		{Key: "n", Kind: Number},
		{Key: "mode", Kind: Select, Options: []string{"on", "off"}},
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var v Values
		if json.Unmarshal(raw, &v) != nil {
			return
		}
		clean, err := Clean(fields, v, nil)
		if err != nil {
			return
		}
		again, err := Clean(fields, clean, nil)
		if err != nil {
			t.Fatalf("%s is taken once and not again: %v", raw, err)
		}
		first, _ := json.Marshal(clean)
		second, _ := json.Marshal(again)
		if string(first) != string(second) {
			t.Errorf("%s becomes %s", first, second)
		}
		if secret := clean.Text("secret"); len(secret) > 8 && strings.Contains(Mask(fields, clean).Text("secret"), secret) {
			t.Errorf("the mask shows %q", secret)
		}
	})
}
