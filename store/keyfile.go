package store

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The key file holds keys in Base64, one in a line, the newest first. It holds more than one only while
// they are being rotated.

// LoadSealer reads the key file and makes it, readable by its owner alone, if there is none.
func LoadSealer(path string) (*Sealer, error) {
	keys, err := readKeys(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("key file: %w", err)
		}
		keys = [][]byte{newKey()}
		err = writeNew(path, keys)
	}
	if err != nil {
		return nil, err
	}
	s, err := NewSealer(keys...)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w; restore it from your backup", path, err)
	}
	return s, nil
}

func readKeys(path string) ([][]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	var keys [][]byte
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		key, err := base64.StdEncoding.DecodeString(line)
		if err != nil {
			return nil, fmt.Errorf("key file %s: not base64; restore it from your backup", path)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("key file %s: holds no key; restore it from your backup", path)
	}
	return keys, nil
}

func newKey() []byte {
	key := make([]byte, keySize)
	rand.Read(key)
	return key
}

func encodeKeys(keys [][]byte) []byte {
	var b bytes.Buffer
	for _, k := range keys {
		b.WriteString(base64.StdEncoding.EncodeToString(k))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// writeNew writes a file that must not exist yet.
func writeNew(path string, keys [][]byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	defer f.Close()
	if _, err = f.Write(encodeKeys(keys)); err == nil {
		err = f.Sync()
	}
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	return nil
}

// replaceKeys puts other keys into the key file, all or nothing.
func replaceKeys(path string, keys [][]byte) error {
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("key file: %w", err)
	}
	if err := writeNew(fresh, keys); err != nil {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	if dir, err := os.Open(filepath.Dir(path)); err == nil { // so that the new name outlives a power cut
		defer dir.Close()
		_ = dir.Sync()
	}
	return nil
}

// BeginRotation adds a new key to the key file and seals with it from now on. The keys before still
// open what they have sealed. A rotation that was cut off is taken up again instead.
func (s *Sealer) BeginRotation(path string) error {
	keys, err := readKeys(path)
	if err != nil {
		return err
	}
	if len(keys) == 1 {
		keys = append([][]byte{newKey()}, keys...)
		if err := replaceKeys(path, keys); err != nil {
			return err
		}
	}
	return s.use(keys)
}

// EndRotation takes the keys before out of the key file, once nothing is sealed with them any more, and
// appends them to another file: backups made before need them.
func (s *Sealer) EndRotation(path, retired string) error {
	keys, err := readKeys(path)
	if err != nil || len(keys) == 1 {
		return err
	}
	f, err := os.OpenFile(retired, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("retired keys: %w", err)
	}
	defer f.Close()
	if _, err := f.Write(encodeKeys(keys[1:])); err != nil {
		return fmt.Errorf("retired keys: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("retired keys: %w", err)
	}
	if err := replaceKeys(path, keys[:1]); err != nil {
		return err
	}
	return s.use(keys[:1])
}
