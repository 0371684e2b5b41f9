package boltstore

import (
	"context"
	"encoding/json"

	"go.etcd.io/bbolt"

	"dari/store"
)

// table implements store.Table in one bucket of JSON values.
type table[T any] struct {
	s      *Store
	bucket []byte
}

// Bots implements store.Catalog, as do the tables that follow.
func (s *Store) Bots() store.Table[store.Bot] { return table[store.Bot]{s, bucketBots} }

// Channels returns the channels.
func (s *Store) Channels() store.Table[store.Channel] { return table[store.Channel]{s, bucketChannels} }

// APIKeys returns the API keys.
func (s *Store) APIKeys() store.Table[store.APIKey] { return table[store.APIKey]{s, bucketAPIKeys} }

// Users returns the people who may sign in.
func (s *Store) Users() store.Table[store.User] { return table[store.User]{s, bucketUsers} }

// Sessions returns the console sessions.
func (s *Store) Sessions() store.Table[store.Session] { return table[store.Session]{s, bucketSessions} }

// Links returns the one-time links.
func (s *Store) Links() store.Table[store.Link] { return table[store.Link]{s, bucketLinks} }

// Postbacks returns the button data that was too long for its platform.
func (s *Store) Postbacks() store.Table[store.Postback] {
	return table[store.Postback]{s, bucketPostbacks}
}

// People returns what engines keep about people.
func (s *Store) People() store.Table[store.Person] { return table[store.Person]{s, bucketPeople} }

// Broadcasts returns the broadcasts.
func (s *Store) Broadcasts() store.Table[store.Broadcast] {
	return table[store.Broadcast]{s, bucketBroadcasts}
}

// Handoffs returns the conversations that people have taken over.
func (s *Store) Handoffs() store.Table[store.Handoff] { return table[store.Handoff]{s, bucketHandoffs} }

// Revisions returns the published and drafted files of bots.
func (s *Store) Revisions() store.Table[store.Revision] {
	return table[store.Revision]{s, bucketRevisions}
}

// Stats returns the counters for the plots.
func (s *Store) Stats() store.Table[store.Stats] { return table[store.Stats]{s, bucketStats} }

// Alarms returns what goes wrong and is told of.
func (s *Store) Alarms() store.Table[store.Alarm] { return table[store.Alarm]{s, bucketAlarms} }

// AlarmTargets returns the places that alarms are told to.
func (s *Store) AlarmTargets() store.Table[store.AlarmTarget] {
	return table[store.AlarmTarget]{s, bucketAlarmTargets}
}

// Tokens returns the sealed tokens.
func (s *Store) Tokens() store.Table[store.Token] { return table[store.Token]{s, bucketTokens} }

func (t table[T]) Get(_ context.Context, id string) (v T, err error) {
	err = t.s.db.View(func(tx *bbolt.Tx) error { return getJSON(tx.Bucket(t.bucket), id, &v) })
	return v, err
}

func (t table[T]) List(context.Context) ([]T, error) {
	var out []T
	err := t.s.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(t.bucket).ForEach(func(_, b []byte) error {
			var v T
			if err := json.Unmarshal(b, &v); err != nil {
				return err
			}
			out = append(out, v)
			return nil
		})
	})
	return out, err
}

func (t table[T]) Create(ctx context.Context, id string, v T) error {
	return t.s.do(ctx, &op{apply: func(tx *txn) error {
		b := tx.Bucket(t.bucket)
		if b.Get([]byte(id)) != nil {
			return store.ErrExists
		}
		return putJSON(b, id, v)
	}})
}

func (t table[T]) Put(ctx context.Context, id string, v T) error {
	return t.s.do(ctx, &op{apply: func(tx *txn) error { return putJSON(tx.Bucket(t.bucket), id, v) }})
}

func (t table[T]) Update(ctx context.Context, id string, change func(*T) error) (T, error) {
	var v T
	err := t.s.do(ctx, &op{apply: func(tx *txn) error {
		var fresh T // apply may run twice
		b := tx.Bucket(t.bucket)
		if err := getJSON(b, id, &fresh); err != nil {
			return err
		}
		if err := change(&fresh); err != nil {
			return err
		}
		v = fresh
		return putJSON(b, id, v)
	}})
	return v, err
}

func (t table[T]) Delete(ctx context.Context, id string) error {
	return t.s.do(ctx, &op{apply: func(tx *txn) error {
		b := tx.Bucket(t.bucket)
		if b.Get([]byte(id)) == nil {
			return store.ErrNotFound
		}
		return b.Delete([]byte(id))
	}})
}

func getJSON(b *bbolt.Bucket, id string, v any) error {
	raw := b.Get([]byte(id))
	if raw == nil {
		return store.ErrNotFound
	}
	return json.Unmarshal(raw, v)
}

func putJSON(b *bbolt.Bucket, id string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return b.Put([]byte(id), raw)
}
