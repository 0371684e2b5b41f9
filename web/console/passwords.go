package console

import (
	"context"
	"sync"
	"unicode/utf8"

	"golang.org/x/crypto/bcrypt"
)

// passwordCost makes one try take about a quarter of a second.
const passwordCost = 12

// Bounds of a password. Bcrypt looks at no more than 72 bytes, so that a longer one would promise
// more than it keeps.
const (
	minPassword = 10 // characters
	maxPassword = 72 // bytes
)

// passwords hashes and compares. Only few of either go on at once, because each keeps a core busy.
type passwords struct {
	cost  int
	busy  chan struct{}
	decoy func() []byte // hash of no password
}

func newPasswords(cost int) *passwords {
	return &passwords{cost: cost, busy: make(chan struct{}, 2), decoy: sync.OnceValue(func() []byte {
		hash, err := bcrypt.GenerateFromPassword([]byte("nobody's password"), cost)
		if err != nil {
			panic(err)
		}
		return hash
	})}
}

// passwordFault is the key of what is wrong with a new password, "" if nothing is.
func passwordFault(password string) string {
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		return "error.password_short"
	case len(password) > maxPassword:
		return "error.password_long"
	}
	return ""
}

func (p *passwords) hash(ctx context.Context, password string) ([]byte, error) {
	if err := p.enter(ctx); err != nil {
		return nil, err
	}
	defer p.leave()
	return bcrypt.GenerateFromPassword([]byte(password), p.cost)
}

// match compares; a hash of nil matches nothing, but takes as long.
func (p *passwords) match(ctx context.Context, hash []byte, password string) (bool, error) {
	if err := p.enter(ctx); err != nil {
		return false, err
	}
	defer p.leave()
	known := hash != nil && len(password) <= maxPassword
	if !known {
		hash = p.decoy()
	}
	return bcrypt.CompareHashAndPassword(hash, []byte(password)) == nil && known, nil
}

func (p *passwords) enter(ctx context.Context) error {
	select {
	case p.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *passwords) leave() { <-p.busy }
