package teams

import (
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"
)

const (
	keysMinBits   = 2048
	keysMaxPublic = 1<<31 - 1 // what crypto/rsa takes as exponent
)

// signingKey is one published key with the channels that it may speak for.
type signingKey struct {
	public       *rsa.PublicKey
	endorsements []string
}

func (k signingKey) forTeams() bool { return slices.Contains(k.endorsements, channelID) }

// publishedKey is a JSON Web Key with the Bot service's own member "endorsements", which key set
// libraries drop.
type publishedKey struct {
	Type         string   `json:"kty"`
	Use          string   `json:"use"`
	ID           string   `json:"kid"`
	N            string   `json:"n"`
	E            string   `json:"e"`
	Endorsements []string `json:"endorsements"`
}

func (p publishedKey) public() (*rsa.PublicKey, bool) {
	n, errN := base64.RawURLEncoding.DecodeString(strings.TrimRight(p.N, "="))
	e, errE := base64.RawURLEncoding.DecodeString(strings.TrimRight(p.E, "="))
	if p.Type != "RSA" || p.ID == "" || p.Use != "" && p.Use != "sig" || errN != nil || errE != nil {
		return nil, false
	}
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e)
	if modulus.BitLen() < keysMinBits || !exponent.IsInt64() || exponent.Int64() < 3 || exponent.Int64() > keysMaxPublic {
		return nil, false
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}, true
}
