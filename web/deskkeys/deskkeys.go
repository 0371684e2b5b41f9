// Package deskkeys keeps the further headers that open a channel's token desk: one per integrator, and
// for a while the header before the last change. Only hashes are kept.
package deskkeys

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"slices"
	"strings"
	"time"

	"dari/store"
)

// Table is where the keys are kept: among the API keys, under a scope that no API route knows.
type Table interface {
	Get(ctx context.Context, id string) (store.APIKey, error)
	List(ctx context.Context) ([]store.APIKey, error)
	Create(ctx context.Context, id string, k store.APIKey) error
	Update(ctx context.Context, id string, change func(*store.APIKey) error) (store.APIKey, error)
	Delete(ctx context.Context, id string) error
}

const idPrefix = "desk_"

func scope(channelID string) string { return "desk:" + channelID }

// hash binds the header to its channel, so that the same word at two channels is two keys.
func hash(channelID, header string) [sha256.Size]byte {
	return sha256.Sum256([]byte("desk " + channelID + " " + header))
}

// id follows from the header, so that a request finds its record with one look. No API key has an id
// that begins like it.
func id(sum [sha256.Size]byte) string {
	return idPrefix + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// Generate makes a header of 256 random bits.
func Generate() string { return idPrefix + rand.Text() + rand.Text() }

// Add lets the header open the channel's desk until expires, for ever if that is zero. A header that is
// known already gets the new name and expiry.
func Add(ctx context.Context, t Table, channelID, name, header string, now, expires time.Time) (store.APIKey, error) {
	sum := hash(channelID, header)
	k := store.APIKey{
		ID: id(sum), Name: name, Scopes: []string{scope(channelID)}, Hash: sum[:], CreatedAt: now.UTC(), ExpiresAt: expires.UTC(),
	}
	if expires.IsZero() {
		k.ExpiresAt = expires
	}
	err := t.Create(ctx, k.ID, k)
	if errors.Is(err, store.ErrExists) {
		return t.Update(ctx, k.ID, func(have *store.APIKey) error {
			have.Name, have.ExpiresAt = k.Name, k.ExpiresAt
			return nil
		})
	}
	return k, err
}

// lastUsedGrain is how exact the time of the last use is kept, as every note of it is a write.
const lastUsedGrain = time.Minute

// Find returns the key that the header is at the channel, and notes its use and the address it came from. ok is
// false for a header that opens nothing.
func Find(ctx context.Context, t Table, channelID, header, from string, now time.Time) (k store.APIKey, ok bool, err error) {
	sum := hash(channelID, header)
	k, err = t.Get(ctx, id(sum))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return k, false, nil
	case err != nil:
		return k, false, err
	case subtle.ConstantTimeCompare(k.Hash, sum[:]) != 1, !slices.Contains(k.Scopes, scope(channelID)), Over(k, now):
		return store.APIKey{}, false, nil
	}
	if now.Sub(k.LastUsedAt) >= lastUsedGrain {
		// That the use is not noted is no reason to turn the caller away.
		_, _ = t.Update(ctx, k.ID, func(have *store.APIKey) error {
			have.LastUsedAt, have.LastUsedFrom = now.UTC(), from
			return nil
		})
	}
	return k, true, nil
}

// ErrOver means that a key cannot be rotated any more.
var ErrOver = errors.New("the header has expired or has been replaced already")

// Rotate makes a new header for the integrator of a key. The one before goes on working for the overlap, and
// the new one lives as long as that was meant to.
func Rotate(ctx context.Context, t Table, channelID, keyID string, now time.Time, overlap time.Duration) (k store.APIKey, header string, err error) {
	old, err := get(ctx, t, channelID, keyID)
	switch {
	case err != nil:
		return k, "", err
	case old.ReplacedBy != "" || Over(old, now):
		return k, "", ErrOver
	}
	var expires time.Time
	if !old.ExpiresAt.IsZero() {
		expires = now.Add(old.ExpiresAt.Sub(old.CreatedAt))
	}
	header = Generate()
	// The new one comes first: a crash between the two leaves one that nobody knows, not none at all.
	if k, err = Add(ctx, t, channelID, old.Name, header, now, expires); err != nil {
		return k, "", err
	}
	_, err = t.Update(ctx, old.ID, func(have *store.APIKey) error {
		have.ReplacedBy = k.ID
		if end := now.Add(overlap).UTC(); have.ExpiresAt.IsZero() || end.Before(have.ExpiresAt) {
			have.ExpiresAt = end
		}
		return nil
	})
	return k, header, err
}

// get is a key of the channel; store.ErrNotFound if the channel has none of that id.
func get(ctx context.Context, t Table, channelID, keyID string) (store.APIKey, error) {
	k, err := t.Get(ctx, keyID)
	if err == nil && !slices.Contains(k.Scopes, scope(channelID)) {
		return k, store.ErrNotFound
	}
	return k, err
}

// Over tells whether the key has expired.
func Over(k store.APIKey, now time.Time) bool {
	return !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt)
}

// Of lists the keys of a channel, the newest first.
func Of(ctx context.Context, t Table, channelID string) ([]store.APIKey, error) {
	all, err := t.List(ctx)
	mine := slices.DeleteFunc(all, func(k store.APIKey) bool { return !slices.Contains(k.Scopes, scope(channelID)) })
	slices.SortStableFunc(mine, func(a, b store.APIKey) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return mine, err
}

// Delete ends a key of the channel; store.ErrNotFound if the channel has none of that id.
func Delete(ctx context.Context, t Table, channelID, keyID string) error {
	if _, err := get(ctx, t, channelID, keyID); err != nil {
		return err
	}
	return t.Delete(ctx, keyID)
}

// DeleteAll ends all keys of a channel.
func DeleteAll(ctx context.Context, t Table, channelID string) error {
	mine, err := Of(ctx, t, channelID)
	for _, k := range mine {
		if gone := t.Delete(ctx, k.ID); err == nil && !errors.Is(gone, store.ErrNotFound) {
			err = gone
		}
	}
	return err
}
