package bot

import (
	"bytes"
	"encoding/base64"
	"testing"
	"time"

	"dari/store"
)

func fuzzRuntime(f *testing.F) *Runtime {
	f.Helper()
	sealer, err := store.NewSealer(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		f.Fatal(err)
	}
	return &Runtime{Catalog: &Catalog{sealer: sealer}}
}

// FuzzMediaToken shows that no address opens a file but those that Dari made.
func FuzzMediaToken(f *testing.F) {
	r := fuzzRuntime(f)
	good := r.mediaToken("ev_1", 3, time.Now().Add(time.Hour))
	stale := r.mediaToken("ev_1", 3, time.Now().Add(-time.Hour))
	for _, seed := range []string{good, stale, good[:len(good)-1], good + "=", "", base64.RawURLEncoding.EncodeToString(make([]byte, 40))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		id, file, err := r.readMediaToken(token)
		if err == nil && (id != "ev_1" || file != 3) {
			t.Errorf("%q opens file %d of %q", token, file, id)
		}
	})
}

// FuzzLateToken shows the same of the addresses for late answers.
func FuzzLateToken(f *testing.F) {
	r := fuzzRuntime(f)
	for _, seed := range []string{"", "AAAA", base64.RawURLEncoding.EncodeToString(make([]byte, 60)), r.mediaToken("ev_1", 0, time.Now().Add(time.Hour))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if got, err := r.readLateToken(token); err == nil {
			t.Errorf("%q is read as %+v", token, got)
		}
	})
}
