package boltstore

import (
	"context"
	"encoding/json"

	"go.etcd.io/bbolt"

	"dari/store"
)

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
			if n++; len(page.Items) == limitOf(q) || n == maxScan {
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
	return s.do(ctx, &op{apply: func(t *txn) error {
		var conv store.Conversation
		b := t.Bucket(bucketConversations)
		if err := getJSON(b, id, &conv); err != nil {
			return err
		}
		conv.State, conv.States, conv.Engine = "", nil, ""
		return putJSON(b, id, conv)
	}})
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
		page, err = newestFirst(tx, [][]byte{bucketAudit}, auditPrefix, q,
			func(_ []byte, seq uint64, v []byte) (a store.Audit, ok bool, err error) {
				err = json.Unmarshal(v, &a)
				a.ID = seqID(auditPrefix, seq)
				return a, err == nil, err
			})
		return err
	})
	return page, err
}
