package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync/atomic"
)

// Sealer encrypts secrets before they reach a driver (AES-256-GCM). What a value belongs to is bound
// to it, so that a sealed value moved to another record does not open. While keys are rotated it knows
// several: the first seals, all of them open.
type Sealer struct{ keys atomic.Pointer[[]sealKey] }

type sealKey struct {
	raw  []byte
	aead cipher.AEAD
	id   [4]byte // tells which key sealed a value
	mac  [32]byte
}

// ErrSealed means that a value was sealed with another key or has been tampered with.
var ErrSealed = errors.New("sealed value does not open with this key file")

const keySize = 32

// NewSealer uses keys of 32 bytes, the newest first.
func NewSealer(keys ...[]byte) (*Sealer, error) {
	s := &Sealer{}
	return s, s.use(keys)
}

func (s *Sealer) use(keys [][]byte) error {
	if len(keys) == 0 {
		return errors.New("there is no key")
	}
	var made []sealKey
	for _, key := range keys {
		k, err := newSealKey(key)
		if err != nil {
			return err
		}
		made = append(made, k)
	}
	s.keys.Store(&made)
	return nil
}

func newSealKey(key []byte) (sealKey, error) {
	if len(key) != keySize {
		return sealKey{}, fmt.Errorf("the key must be %d bytes long, not %d", keySize, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealKey{}, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return sealKey{}, err
	}
	sum := sha256.Sum256(append([]byte("dari key id "), key...))
	return sealKey{key, aead, [4]byte(sum[:4]), sha256.Sum256(append([]byte("dari mac key "), key...))}, nil
}

// MACSize is the length of a MAC in bytes.
const MACSize = 16

// MAC authenticates data that leaves Dari and comes back, for one purpose.
func (s *Sealer) MAC(purpose string, data []byte) []byte {
	return (*s.keys.Load())[0].sum(purpose, data)
}

// ValidMAC tells, in constant time, whether mac is that of the data, by whichever key.
func (s *Sealer) ValidMAC(mac []byte, purpose string, data []byte) bool {
	for _, k := range *s.keys.Load() {
		if hmac.Equal(mac, k.sum(purpose, data)) {
			return true
		}
	}
	return false
}

func (k sealKey) sum(purpose string, data []byte) []byte {
	mac := hmac.New(sha256.New, k.mac[:])
	mac.Write([]byte(purpose))
	mac.Write([]byte{0})
	mac.Write(data)
	return mac.Sum(nil)[:MACSize]
}

// Seal encrypts; owner names the record that the value belongs to.
func (s *Sealer) Seal(owner string, plain []byte) []byte {
	k := (*s.keys.Load())[0]
	nonce := make([]byte, k.aead.NonceSize())
	rand.Read(nonce)
	out := append(append([]byte{1}, k.id[:]...), nonce...)
	return k.aead.Seal(out, nonce, plain, []byte(owner))
}

// Open decrypts what Seal made for the same owner.
func (s *Sealer) Open(owner string, sealed []byte) ([]byte, error) {
	for _, k := range *s.keys.Load() {
		head := 1 + len(k.id)
		n := k.aead.NonceSize()
		if len(sealed) < head+n || sealed[0] != 1 || [4]byte(sealed[1:head]) != k.id {
			continue
		}
		plain, err := k.aead.Open(nil, sealed[head:head+n], sealed[head+n:], []byte(owner))
		if err != nil {
			return nil, ErrSealed
		}
		return plain, nil
	}
	return nil, ErrSealed
}

// Reseal returns the value sealed with the newest key.
func (s *Sealer) Reseal(owner string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return sealed, nil
	}
	plain, err := s.Open(owner, sealed)
	if err != nil {
		return nil, err
	}
	return s.Seal(owner, plain), nil
}
