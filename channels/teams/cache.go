package teams

import (
	"crypto/rsa"
	"crypto/sha256"
	"sync"
	"time"
)

// tokenCache remembers tokens whose signature was good, because the Bot service sends one token many
// times and checking a signature costs more than all the rest. Times are checked on every use.
type tokenCache struct {
	mu     sync.Mutex
	tokens map[[sha256.Size]byte]seenToken
}

type seenToken struct {
	claims *claims
	keyID  string
	public *rsa.PublicKey
}

const maxSeenTokens = 1024

func (tc *tokenCache) get(sum [sha256.Size]byte) (seenToken, bool) {
	tc.mu.Lock()
	defer tc.mu.Unlock()
	t, ok := tc.tokens[sum]
	return t, ok
}

func (tc *tokenCache) put(sum [sha256.Size]byte, t seenToken, now time.Time) {
	tc.mu.Lock()
	defer tc.mu.Unlock()
	if tc.tokens == nil {
		tc.tokens = map[[sha256.Size]byte]seenToken{}
	}
	if len(tc.tokens) >= maxSeenTokens {
		tc.prune(now)
	}
	tc.tokens[sum] = t
}

// prune drops the dead tokens, or any one when all live.
func (tc *tokenCache) prune(now time.Time) {
	for sum, t := range tc.tokens {
		if t.claims.ExpiresAt.Add(clockSkew).Before(now) {
			delete(tc.tokens, sum)
		}
	}
	for sum := range tc.tokens {
		if len(tc.tokens) < maxSeenTokens {
			return
		}
		delete(tc.tokens, sum)
	}
}
