package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func fuzzSealer(f *testing.F) *Sealer {
	f.Helper()
	s, err := NewSealer(bytes.Repeat([]byte{7}, keySize))
	if err != nil {
		f.Fatal(err)
	}
	return s
}

// FuzzOpen shows that nothing opens but what was sealed, for the owner it was sealed for.
func FuzzOpen(f *testing.F) {
	s := fuzzSealer(f)
	good := s.Seal("channel:a", []byte("secret"))
	f.Add("channel:a", good)
	f.Add("channel:b", good)
	f.Add("channel:a", good[:len(good)-1])
	f.Add("", []byte{1})
	f.Fuzz(func(t *testing.T, owner string, sealed []byte) {
		plain, err := s.Open(owner, sealed)
		if err != nil {
			return
		}
		// What opens was sealed with the key, which the fuzzer has seen sealing one text alone.
		if owner != "channel:a" || string(plain) != "secret" {
			t.Errorf("%q opens for %q", plain, owner)
		}
	})
}

func FuzzValidMAC(f *testing.F) {
	s := fuzzSealer(f)
	f.Add(s.MAC("media", []byte("data")), "media", []byte("data"))
	f.Add(s.MAC("media", []byte("data"))[:8], "media", []byte("data"))
	f.Add([]byte{}, "late", []byte("data"))
	f.Fuzz(func(t *testing.T, mac []byte, purpose string, data []byte) {
		if got, want := s.ValidMAC(mac, purpose, data), bytes.Equal(mac, s.MAC(purpose, data)); got != want {
			t.Errorf("valid is %v, want %v", got, want)
		}
	})
}

// FuzzKeyFile shows that a key file is read whole or refused.
func FuzzKeyFile(f *testing.F) {
	f.Add([]byte("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n"))
	f.Add([]byte("\n\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\nnot base64\n"))
	f.Add([]byte("AAAA\n"))
	path := filepath.Join(f.TempDir(), "secret.key")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := LoadSealer(path)
		if err != nil {
			return
		}
		if plain, err := s.Open("x", s.Seal("x", []byte("secret"))); err != nil || string(plain) != "secret" {
			t.Errorf("the key does not open what it seals: %v", err)
		}
	})
}
