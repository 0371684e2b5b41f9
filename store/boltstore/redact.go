package boltstore

import (
	"context"

	"dari/store"
	"dari/store/driver"
)

// Redact implements store.Inbox.
func (s *Store) Redact(ctx context.Context, id, reason string) error {
	seq, err := driver.Number(driver.Events, id)
	if err != nil {
		return err
	}
	return s.do(ctx, &op{apply: func(t *txn) error {
		inbox, turns := t.Bucket(bucketInbox), t.Bucket(bucketTurns)
		record := inbox.Get(seqKey(seq))
		if record == nil {
			return store.ErrNotFound
		}
		e, err := decodeEvent(seq, record)
		if err != nil {
			return err
		}
		e.Raw = nil
		if turn := turns.Get(seqKey(seq)); turn != nil {
			r, err := decodeTurn(turn)
			if err != nil {
				return err
			}
			r.Reason, r.Trace = reason, nil
			if err := turns.Put(seqKey(seq), encodeTurn(r)); err != nil {
				return err
			}
		} else if e.State == store.Waiting {
			return store.ErrState
		} else {
			e.Reason = reason
		}
		return inbox.Put(seqKey(seq), encodeEvent(&e))
	}})
}
