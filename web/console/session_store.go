package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"dari/store"
)

// sessionStore keeps scs's sessions in the store, under a hash of the cookie: who reads the database
// finds no cookie that works. It implements scs.CtxStore.
type sessionStore struct {
	table store.Table[store.Session]
	now   func() time.Time
}

// sessionID is also the first part of a session's data: a listed record does not tell its id, and the
// expired ones have to be deleted by it.
func sessionID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

const sessionIDLength = 2 * sha256.Size

// FindCtx implements scs.CtxStore.
func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	id := sessionID(token)
	rec, err := s.table.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if !s.now().Before(rec.Expires) {
		return nil, false, s.delete(ctx, id)
	}
	if len(rec.Data) < sessionIDLength {
		return nil, false, nil
	}
	return rec.Data[sessionIDLength:], true, nil
}

// CommitCtx implements scs.CtxStore.
func (s sessionStore) CommitCtx(ctx context.Context, token string, b []byte, expires time.Time) error {
	id := sessionID(token)
	return s.table.Put(ctx, id, store.Session{Data: append([]byte(id), b...), Expires: expires.UTC()})
}

// DeleteCtx implements scs.CtxStore.
func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.delete(ctx, sessionID(token))
}

func (s sessionStore) delete(ctx context.Context, id string) error {
	if err := s.table.Delete(ctx, id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return nil
}

// sweep deletes what has expired.
func (s sessionStore) sweep(ctx context.Context) error {
	all, err := s.table.List(ctx)
	if err != nil {
		return err
	}
	for _, rec := range all {
		if len(rec.Data) < sessionIDLength || s.now().Before(rec.Expires) {
			continue
		}
		if err := s.delete(ctx, string(rec.Data[:sessionIDLength])); err != nil {
			return err
		}
	}
	return nil
}

// Find implements scs.Store.
func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements scs.Store.
func (s sessionStore) Commit(token string, b []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expires)
}

// Delete implements scs.Store.
func (s sessionStore) Delete(token string) error {
	return s.DeleteCtx(context.Background(), token)
}
