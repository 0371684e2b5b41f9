package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Sealer encrypts secrets before they reach a driver (AES-256-GCM). What a value belongs to is bound
// to it, so that a sealed value moved to another record does not open.
type Sealer struct {
	aead   cipher.AEAD
	id     [4]byte // tells which key sealed a value
	macKey [32]byte
}

// ErrSealed means that a value was sealed with another key or has been tampered with.
var ErrSealed = errors.New("sealed value does not open with this key file")

const keySize = 32

// NewSealer uses a key of 32 bytes.
func NewSealer(key []byte) (*Sealer, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("the key must be %d bytes long, not %d", keySize, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte("dari key id "), key...))
	return &Sealer{aead: aead, id: [4]byte(sum[:4]), macKey: sha256.Sum256(append([]byte("dari mac key "), key...))}, nil
}

// MAC authenticates data that leaves Dari and comes back, for one purpose: 16 bytes.
func (s *Sealer) MAC(purpose string, data []byte) []byte {
	mac := hmac.New(sha256.New, s.macKey[:])
	mac.Write([]byte(purpose))
	mac.Write([]byte{0})
	mac.Write(data)
	return mac.Sum(nil)[:16]
}

// LoadSealer reads the key file and makes it, readable by its owner alone, if there is none.
func LoadSealer(path string) (*Sealer, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		b, err = makeKeyFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
	if err != nil {
		return nil, fmt.Errorf("key file %s: not base64; restore it from your backup", path)
	}
	s, err := NewSealer(key)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w; restore it from your backup", path, err)
	}
	return s, nil
}

func makeKeyFile(path string) ([]byte, error) {
	key := make([]byte, keySize)
	rand.Read(key)
	b := []byte(base64.StdEncoding.EncodeToString(key) + "\n")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, err := f.Write(b); err != nil {
		return nil, err
	}
	return b, f.Sync()
}

// Seal encrypts; owner names the record that the value belongs to.
func (s *Sealer) Seal(owner string, plain []byte) []byte {
	nonce := make([]byte, s.aead.NonceSize())
	rand.Read(nonce)
	out := append(append([]byte{1}, s.id[:]...), nonce...)
	return s.aead.Seal(out, nonce, plain, []byte(owner))
}

// Open decrypts what Seal made for the same owner.
func (s *Sealer) Open(owner string, sealed []byte) ([]byte, error) {
	head := 1 + len(s.id)
	n := s.aead.NonceSize()
	if len(sealed) < head+n || sealed[0] != 1 || [4]byte(sealed[1:head]) != s.id {
		return nil, ErrSealed
	}
	plain, err := s.aead.Open(nil, sealed[head:head+n], sealed[head+n:], []byte(owner))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}
