package bot

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"dari/channels"
	"dari/store"
)

// tokens keeps platform tokens in the store, sealed.
type tokens struct {
	store  store.Store
	sealer *store.Sealer
}

// Load implements channels.TokenStore.
func (t tokens) Load(ctx context.Context, name string) (channels.Token, error) {
	var tok channels.Token
	rec, err := t.store.Tokens().Get(ctx, name)
	if errors.Is(err, store.ErrNotFound) {
		return tok, channels.ErrNoToken
	}
	if err != nil {
		return tok, err
	}
	b, err := t.sealer.Open("token:"+name, rec.Sealed)
	if err != nil {
		return tok, channels.ErrNoToken // of another key file: as good as none
	}
	return tok, json.Unmarshal(b, &tok)
}

// Save implements channels.TokenStore.
func (t tokens) Save(ctx context.Context, name string, tok channels.Token) error {
	b, err := json.Marshal(tok)
	if err != nil {
		return err
	}
	rec := store.Token{Name: name, Sealed: t.sealer.Seal("token:"+name, b), Expires: tok.ExpiresAt, AccessUntil: tok.ExpiresAt}
	if tok.RefreshUntil.After(rec.Expires) {
		rec.Expires = tok.RefreshUntil
	}
	return t.store.Tokens().Put(ctx, name, rec)
}

// counted tells of every token that is issued: each is saved once.
type counted struct {
	tokens
	channelType string
	issued      func(channelType string)
}

// Save implements channels.TokenStore.
func (c counted) Save(ctx context.Context, name string, tok channels.Token) error {
	if c.issued != nil {
		c.issued(c.channelType)
	}
	return c.tokens.Save(ctx, name, tok)
}

// Lock implements channels.TokenStore.
func (t tokens) Lock(ctx context.Context, name string) (func(), error) {
	return t.store.Lock(ctx, "token:"+name)
}

// sweep deletes the tokens that have died, such as those of channels that are gone.
func (t tokens) sweep(ctx context.Context) error {
	list, err := t.store.Tokens().List(ctx)
	if err != nil {
		return err
	}
	for _, rec := range list {
		if rec.Expires.After(time.Now()) {
			continue
		}
		if err := t.store.Tokens().Delete(ctx, rec.Name); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}
