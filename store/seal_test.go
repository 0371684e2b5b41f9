package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatIsSealedOpensForItsOwnerAlone(t *testing.T) {
	s, err := NewSealer(bytes.Repeat([]byte{7}, keySize))
	if err != nil {
		t.Fatal(err)
	}
	sealed := s.Seal("channel:a", []byte("secret"))
	if bytes.Contains(sealed, []byte("secret")) {
		t.Error("the secret is readable")
	}
	if plain, err := s.Open("channel:a", sealed); err != nil || string(plain) != "secret" {
		t.Errorf("%q, %v", plain, err)
	}
	if _, err := s.Open("channel:b", sealed); !errors.Is(err, ErrSealed) {
		t.Errorf("another owner: %v", err)
	}
	other, _ := NewSealer(bytes.Repeat([]byte{8}, keySize))
	if _, err := other.Open("channel:a", sealed); !errors.Is(err, ErrSealed) {
		t.Errorf("another key: %v", err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := s.Open("channel:a", bad); !errors.Is(err, ErrSealed) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if _, err := s.Open("channel:a", sealed[:i]); !errors.Is(err, ErrSealed) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	if bytes.Equal(s.Seal("x", []byte("y")), s.Seal("x", []byte("y"))) {
		t.Error("two seals are alike")
	}
}

func TestTheKeyFileIsMadeOnceForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "secret.key")
	first, err := LoadSealer(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	second, err := LoadSealer(path)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := second.Open("o", first.Seal("o", []byte("x"))); err != nil || string(plain) != "x" {
		t.Errorf("%q, %v", plain, err)
	}
	for _, content := range []string{"", "no base64!", "c2hvcnQ="} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadSealer(path); err == nil || !strings.Contains(err.Error(), "restore it from your backup") {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestAMACIsForOnePurpose(t *testing.T) {
	s, _ := NewSealer(make([]byte, keySize))
	if bytes.Equal(s.MAC("a", []byte("x")), s.MAC("b", []byte("x"))) || !bytes.Equal(s.MAC("a", []byte("x")), s.MAC("a", []byte("x"))) {
		t.Error("the purpose does not count, or nothing else does")
	}
}

func TestKeysAreRotatedWithoutClosingAnything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret.key")
	s, err := LoadSealer(path)
	if err != nil {
		t.Fatal(err)
	}
	old, mac := s.Seal("o", []byte("x")), s.MAC("link", []byte("data"))
	first, _ := os.ReadFile(path)
	if err := s.BeginRotation(path); err != nil {
		t.Fatal(err)
	}
	both, _ := os.ReadFile(path)
	if err := s.BeginRotation(path); err != nil { // it was cut off, and goes on
		t.Fatal(err)
	}
	if again, _ := os.ReadFile(path); !bytes.Equal(again, both) || len(both) != 2*len(first) || !bytes.HasSuffix(both, first) {
		t.Errorf("the file holds %d bytes, then %d", len(both), len(again))
	}
	if plain, err := s.Open("o", old); err != nil || string(plain) != "x" {
		t.Errorf("what is old: %q, %v", plain, err)
	}
	if !s.ValidMAC(mac, "link", []byte("data")) || s.ValidMAC(mac, "link", []byte("other")) {
		t.Error("the old MAC is not what it was")
	}
	fresh, err := s.Reseal("o", old)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.EndRotation(path, path+".retired"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open("o", old); !errors.Is(err, ErrSealed) {
		t.Errorf("the old key is still in use: %v", err)
	}
	reloaded, err := LoadSealer(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Sealer{s, reloaded} {
		if plain, err := s.Open("o", fresh); err != nil || string(plain) != "x" {
			t.Errorf("what is new: %q, %v", plain, err)
		}
	}
	if kept, _ := os.ReadFile(path + ".retired"); !bytes.Equal(kept, first) {
		t.Error("the old key is lost")
	}
	for _, p := range []string{path, path + ".retired"} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", p, info.Mode(), err)
		}
	}
}
