// Package apikeys makes and ends the keys of the API. Only hashes of keys are kept.
package apikeys

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dari/bot"
	"dari/store"
)

// Scopes are the names of rights that a key can have, the mightiest first.
var Scopes = []string{"admin", "builder", "send", "read"}

// Prefix is what every generated key begins with.
const Prefix = "dari_"

// How long a rotated key goes on working beside its successor.
const (
	DefaultOverlap = 24 * time.Hour
	MaxOverlap     = 90 * 24 * time.Hour
)

// KeptExpired is how long a replaced key is still listed after its end, for those who wonder why a
// client has fallen silent.
const KeptExpired = 30 * 24 * time.Hour

// ErrOver means that a key cannot be rotated any more: it has expired, or another has its place.
var ErrOver = errors.New("the key has expired or has been rotated already; rotate the one that took its place, or make a new one")

// Table is where keys are kept. Other packages may keep keys with scopes of their own there; they are
// not touched.
type Table interface {
	Get(ctx context.Context, id string) (store.APIKey, error)
	List(ctx context.Context) ([]store.APIKey, error)
	Create(ctx context.Context, id string, k store.APIKey) error
	Update(ctx context.Context, id string, change func(*store.APIKey) error) (store.APIKey, error)
	Delete(ctx context.Context, id string) error
}

// Keys are the keys of the API. It is safe for concurrent use.
type Keys struct {
	table Table
	now   func() time.Time
}

// New opens the keys that are kept in a table.
func New(t Table, now func() time.Time) *Keys { return &Keys{t, now} }

// Spec is a key as a person describes it.
type Spec struct {
	Name    string
	Scopes  []string
	Expires time.Time // zero: never
}

// check tidies the spec up; a mistake is a *bot.InputError.
func (s *Spec) check(now time.Time) error {
	s.Name = strings.TrimSpace(s.Name)
	if s.Name == "" {
		return &bot.InputError{Field: "name", Code: "required", Detail: "is missing"}
	}
	if utf8.RuneCountInString(s.Name) > 100 {
		return &bot.InputError{Field: "name", Code: "length", Detail: "must be at most 100 characters long"}
	}
	if len(s.Scopes) == 0 {
		return &bot.InputError{Field: "scopes", Code: "required", Detail: "is missing; name one or more of " + strings.Join(Scopes, ", ")}
	}
	for _, name := range s.Scopes {
		if !slices.Contains(Scopes, name) {
			return &bot.InputError{Field: "scopes", Code: "option", Detail: "must hold only " + strings.Join(Scopes, ", ")}
		}
	}
	s.Scopes = slices.Compact(slices.Sorted(slices.Values(s.Scopes)))
	return checkExpiry(s.Expires, now)
}

func checkExpiry(at, now time.Time) error {
	if !at.IsZero() && !at.After(now) {
		return &bot.InputError{Field: "expires_at", Code: "range", Detail: "must lie in the future"}
	}
	return nil
}

// List returns the keys in order of their ids.
func (k *Keys) List(ctx context.Context) ([]store.APIKey, error) {
	all, err := k.table.List(ctx)
	return slices.DeleteFunc(all, foreign), err
}

// foreign tells whether a record is none of the API's.
func foreign(rec store.APIKey) bool {
	return !slices.ContainsFunc(rec.Scopes, func(name string) bool { return slices.Contains(Scopes, name) })
}

func (k *Keys) get(ctx context.Context, id string) (store.APIKey, error) {
	rec, err := k.table.Get(ctx, id)
	if err == nil && foreign(rec) {
		err = store.ErrNotFound
	}
	return rec, err
}

// Create makes a key, which nobody sees again.
func (k *Keys) Create(ctx context.Context, s Spec) (rec store.APIKey, key string, err error) {
	now := k.now().UTC()
	if err := s.check(now); err != nil {
		return rec, "", err
	}
	rec, key = generate(s, now)
	return rec, key, k.table.Create(ctx, rec.ID, rec)
}

// generate makes a key of 256 random bits and its record, of which only the hash leads back to the key.
func generate(s Spec, now time.Time) (rec store.APIKey, key string) {
	b := make([]byte, 32)
	rand.Read(b)
	key = Prefix + base64.RawURLEncoding.EncodeToString(b)
	hash := sha256.Sum256([]byte(key))
	return store.APIKey{ID: ID(hash), Name: s.Name, Scopes: s.Scopes, Hash: hash[:], CreatedAt: now, ExpiresAt: s.Expires}, key
}

// ID is the id of a generated key. It follows from the key, so that a request finds its record with one
// look, and does not lead back to it.
func ID(hash [sha256.Size]byte) string {
	return "key_" + strings.ToLower(base32.StdEncoding.EncodeToString(hash[:10]))
}

// Rotate makes a key in the place of another, with the same name and scopes. Both work until the overlap
// is over, so that clients can be changed one after another; the time of last use shows which of them
// still have the old one. A zero expires gives the new key as long a life as the old one had.
func (k *Keys) Rotate(ctx context.Context, id string, overlap time.Duration, expires time.Time) (old, rec store.APIKey, key string, err error) {
	now := k.now().UTC()
	if overlap < 0 || overlap > MaxOverlap {
		return old, rec, "", &bot.InputError{Field: "overlap", Code: "range", Detail: "must be between 0s and " + MaxOverlap.String()}
	}
	if err := checkExpiry(expires, now); err != nil {
		return old, rec, "", err
	}
	if old, err = k.get(ctx, id); err != nil {
		return old, rec, "", err
	}
	if expires.IsZero() && !old.ExpiresAt.IsZero() && old.ReplacedBy == "" {
		expires = now.Add(old.ExpiresAt.Sub(old.CreatedAt))
	}
	rec, key = generate(Spec{old.Name, old.Scopes, expires}, now)
	// The new key comes first: a crash between the two leaves one that nobody knows, not none at all.
	if err := k.table.Create(ctx, rec.ID, rec); err != nil {
		return old, rec, "", err
	}
	old, err = k.table.Update(ctx, old.ID, func(o *store.APIKey) error { return replace(o, rec.ID, now, overlap) })
	if err != nil {
		return old, rec, "", errors.Join(err, k.table.Delete(context.WithoutCancel(ctx), rec.ID))
	}
	return old, rec, key, k.sweep(ctx, now)
}

// replace ends a key after the overlap, or earlier if it would have ended by itself.
func replace(k *store.APIKey, by string, now time.Time, overlap time.Duration) error {
	if k.ReplacedBy != "" || Expired(*k, now) {
		return ErrOver
	}
	k.ReplacedBy = by
	if end := now.Add(overlap); k.ExpiresAt.IsZero() || end.Before(k.ExpiresAt) {
		k.ExpiresAt = end
	}
	return nil
}

// Expired tells whether a key has come to its end.
func Expired(k store.APIKey, now time.Time) bool {
	return !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt)
}

// Delete ends a key at once: every request looks its key up.
func (k *Keys) Delete(ctx context.Context, id string) error {
	if _, err := k.get(ctx, id); err != nil {
		return err
	}
	return k.table.Delete(ctx, id)
}

// sweep deletes keys that were replaced long ago.
func (k *Keys) sweep(ctx context.Context, now time.Time) error {
	all, err := k.List(ctx)
	if err != nil {
		return err
	}
	for _, rec := range all {
		if rec.ReplacedBy == "" || !Expired(rec, now.Add(-KeptExpired)) {
			continue
		}
		if err := k.table.Delete(ctx, rec.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}
