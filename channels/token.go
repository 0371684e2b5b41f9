package channels

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Token is an access token of a platform. Its String never shows the token.
type Token struct {
	Access    string    `json:"access"`
	Refresh   string    `json:"refresh,omitempty"`
	Scope     string    `json:"scope,omitempty"` // separated by spaces
	IssuedAt  time.Time `json:"issued_at"`
	ExpiresAt time.Time `json:"expires_at"`
	// RefreshUntil is when the refresh token dies; zero if unknown.
	RefreshUntil time.Time `json:"refresh_until,omitzero"`
}

func (t Token) String() string { return "token(•••)" }

// GoString keeps the token out of %#v as well.
func (t Token) GoString() string { return t.String() }

// ErrNoToken means that nothing is stored yet.
var ErrNoToken = errors.New("no token stored")

// TokenStore keeps tokens by name, sealed, for all channels together.
type TokenStore interface {
	// Load returns ErrNoToken when there is none.
	Load(ctx context.Context, name string) (Token, error)
	Save(ctx context.Context, name string, t Token) error
	// Lock gives the caller the sole right to issue a token of that name, across all processes that
	// share the store, until unlock is called or the caller's process is gone.
	Lock(ctx context.Context, name string) (unlock func(), err error)
}

// TokenSource shares one token among everybody who uses the same credentials, be it in one channel or
// in two: single flight, renewed before it expires, persisted before anybody uses it. Issuing may kill
// the previous token on some platforms, so nothing else may issue.
type TokenSource struct {
	Name  string // of the platform
	Store TokenStore
	Now   func() time.Time
	// For tells the credentials apart: a hash over all of them. Tokens are kept under Name and For.
	For string
	// Early is how long before expiry a token is renewed; a token of short life is renewed when a tenth
	// of it is left.
	Early time.Duration
	// Issue asks the platform. For Renew the stored token, if any, is passed for its refresh token;
	// otherwise previous is empty, since a refused or expired token is no base to build on.
	Issue func(ctx context.Context, previous Token) (Token, error)

	mu     sync.Mutex
	cached Token
	flight singleflight.Group
}

// Get returns a token that is good for now.
func (s *TokenSource) Get(ctx context.Context) (Token, error) {
	s.mu.Lock()
	t := s.cached
	s.mu.Unlock()
	if s.fresh(t) {
		return t, nil
	}
	return s.share(ctx, "get", false, s.fresh)
}

// Current is Get for those who cannot be told that a token was replaced: it looks at what is stored, where another
// channel or node may have put a newer one than is known here.
func (s *TokenSource) Current(ctx context.Context) (Token, error) {
	if t, err := s.Store.Load(ctx, s.key()); err == nil && s.fresh(t) {
		return s.keep(t), nil
	}
	return s.Get(ctx)
}

// Replace returns a token other than the given one, which the platform has just refused: first
// whatever somebody else has stored meanwhile, else a newly issued one.
func (s *TokenSource) Replace(ctx context.Context, refused string) (Token, error) {
	return s.share(ctx, "replace "+refused, false, func(t Token) bool { return s.fresh(t) && t.Access != refused })
}

// Renew issues a new token; callers that arrive while one is being issued get that one.
func (s *TokenSource) Renew(ctx context.Context) (Token, error) {
	asked := s.Now()
	return s.share(ctx, "renew", true, func(t Token) bool { return s.fresh(t) && t.IssuedAt.After(asked) })
}

func (s *TokenSource) fresh(t Token) bool {
	early := min(s.Early, t.ExpiresAt.Sub(t.IssuedAt)/10)
	return t.Access != "" && s.Now().Add(early).Before(t.ExpiresAt)
}

// share runs one issue for all concurrent callers of the same key. It outlives the caller that
// started it, because the others wait for it too.
func (s *TokenSource) share(ctx context.Context, key string, refresh bool, good func(Token) bool) (Token, error) {
	ch := s.flight.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		return s.issue(ctx, refresh, good)
	})
	select {
	case <-ctx.Done():
		return Token{}, &SendError{Kind: Temporary, Err: ctx.Err()}
	case r := <-ch:
		t, _ := r.Val.(Token)
		return t, r.Err
	}
}

func (s *TokenSource) issue(ctx context.Context, refresh bool, good func(Token) bool) (Token, error) {
	name := s.key()
	unlock, err := s.Store.Lock(ctx, name)
	if err != nil {
		return Token{}, &SendError{Kind: Temporary, Err: err}
	}
	defer unlock()
	stored, err := s.Store.Load(ctx, name)
	if err != nil && !errors.Is(err, ErrNoToken) {
		return Token{}, &SendError{Kind: Temporary, Err: err}
	}
	if good(stored) {
		return s.keep(stored), nil
	}
	if !refresh {
		stored = Token{}
	}
	t, err := s.Issue(ctx, stored)
	if err != nil {
		return Token{}, err
	}
	if err := s.Store.Save(ctx, name, t); err != nil {
		return Token{}, &SendError{Kind: Temporary, Err: err}
	}
	return s.keep(t), nil
}

func (s *TokenSource) key() string { return s.Name + ":" + s.For }

func (s *TokenSource) keep(t Token) Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cached = t
	return t
}

// Scopes splits a scope list, which platforms separate by spaces or commas.
func Scopes(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' })
}
