package boltstore

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	fastjson "github.com/goccy/go-json"
	lru "github.com/hashicorp/golang-lru/v2"
	"go.etcd.io/bbolt"

	"dari/store"
	"dari/store/driver"
)

// conversations remembers those that had a turn lately: whoever writes writes again soon. What it holds
// is shared, and never changed.
type conversations struct {
	// mu is held from the beginning of a read until it is remembered, so that a change made meanwhile
	// is not forgotten.
	mu     sync.Mutex
	lately *lru.Cache[string, store.Conversation]
}

// keepConversations is how many are remembered, at about a kilobyte each.
const keepConversations = 4096

// changed notes what is stored now; an empty ID means that it has to be read again.
func (c *conversations) changed(id string, conv store.Conversation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if conv.ID == "" {
		c.lately.Remove(id)
		return
	}
	c.lately.Add(id, conv)
}

// of returns the conversation of a turn, with a zero ID if there is none yet.
func (c *conversations) of(db *bbolt.DB, id string) (conv store.Conversation, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if conv, ok := c.lately.Get(id); ok {
		return conv, nil
	}
	err = db.View(func(tx *bbolt.Tx) error {
		raw := tx.Bucket(bucketConversations).Get([]byte(id))
		if raw == nil {
			return store.ErrNotFound
		}
		return fastjson.Unmarshal(raw, &conv) // for every turn of who has not written lately; encoding/json takes three times as long
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return store.Conversation{}, nil
	case err == nil:
		c.lately.Add(id, conv)
	}
	return conv, err
}

// Conversation implements store.Store.
func (s *Store) Conversation(_ context.Context, id string) (c store.Conversation, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error { return getJSON(tx.Bucket(bucketConversations), id, &c) })
	return c, err
}

// Conversations implements store.Store.
func (s *Store) Conversations(_ context.Context, q store.Query) (page store.Page[store.Conversation], err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketConversations).Cursor()
		k, v := c.Seek([]byte(q.Cursor))
		if q.Cursor != "" && string(k) == q.Cursor {
			k, v = c.Next()
		}
		for n := 0; k != nil; k, v = c.Next() {
			var conv store.Conversation
			if err := json.Unmarshal(v, &conv); err != nil {
				return err
			}
			if matches(q.BotID, conv.BotID) && matches(q.ChannelID, conv.ChannelID) {
				page.Items = append(page.Items, conv)
			}
			if n++; len(page.Items) == limitOf(q) || n == maxEffort/readEffort {
				if next, _ := c.Next(); next != nil {
					page.Next = conv.ID
				}
				return nil
			}
		}
		return nil
	})
	return page, err
}

// ResetConversation implements store.Store.
func (s *Store) ResetConversation(ctx context.Context, id string) error {
	return s.do(ctx, &op{
		apply: func(t *txn) error {
			var conv store.Conversation
			b := t.Bucket(bucketConversations)
			if err := getJSON(b, id, &conv); err != nil {
				return err
			}
			conv.State, conv.States, conv.Engine = "", nil, ""
			return putJSON(b, id, conv)
		},
		after: func() { s.convs.changed(id, store.Conversation{}) },
	})
}

// Audit implements store.Store.
func (s *Store) Audit(_ context.Context, a store.Audit) error {
	if !s.note(&op{apply: func(t *txn) error {
		return putJSON(t.bucket(bucketAudit), string(seqKey(s.nextSeq())), a)
	}}) {
		s.log.Warn("audit line dropped under load", "action", a.Action, "on", a.On)
	}
	return nil
}

// Audits implements store.Store.
func (s *Store) Audits(_ context.Context, q store.Query) (page store.Page[store.Audit], err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		page, err = newestFirst(tx, [][]byte{bucketAudit}, driver.Audits, q,
			func([]byte) bool { return false },
			func(_ []byte, seq uint64, v []byte) (a store.Audit, ok bool, err error) {
				err = json.Unmarshal(v, &a)
				a.ID = driver.ID(driver.Audits, seq)
				return a, err == nil, err
			})
		return err
	})
	return page, err
}
