package boltstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"dari/store"
)

// later is when work that was handed back is offered again: soon, but not in a tight loop.
func later() time.Time { return time.Now().Add(200 * time.Millisecond) }

// deliveryRecord carries a version beside the delivery, so that a later format can be told apart.
type deliveryRecord struct {
	V int `json:"v"`
	*store.Delivery
}

func decodeDelivery(seq uint64, b []byte) (store.Delivery, error) {
	d := store.Delivery{}
	r := deliveryRecord{Delivery: &d}
	err := json.Unmarshal(b, &r)
	d.ID = seqID(deliveryPrefix, seq)
	if err == nil && r.V != 1 {
		err = fmt.Errorf("unknown record version %d", r.V)
	}
	if err != nil {
		return d, fmt.Errorf("delivery %s: %w", d.ID, err)
	}
	return d, nil
}

// putDeliveries gives the deliveries their ids and writes them.
func (s *Store) putDeliveries(t *txn, ds []store.Delivery, seqs []uint64) error {
	for i := range ds {
		seqs[i] = s.nextSeq()
		ds[i].ID = seqID(deliveryPrefix, seqs[i])
		ds[i].Result = store.Result{Status: store.Pending}
		b, err := json.Marshal(deliveryRecord{1, &ds[i]})
		if err != nil {
			return err
		}
		if err := t.bucket(bucketOutbox).Put(seqKey(seqs[i]), b); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) queueDeliveries(ds []store.Delivery, seqs []uint64) {
	for i := range ds {
		s.outs.add(ds[i].ConversationID, seqs[i])
	}
}

// sendRecord remembers what an idempotency key stands for.
type sendRecord struct {
	Key  string   `json:"key"`
	Seqs []uint64 `json:"seqs"`
}

// Enqueue implements store.Outbox.
func (s *Store) Enqueue(ctx context.Context, key string, ds []store.Delivery) ([]store.Delivery, bool, error) {
	out := slices.Clone(ds)
	seqs := make([]uint64, len(out))
	repeated := false
	err := s.do(ctx, &op{
		apply: func(t *txn) (err error) {
			if key != "" {
				out, repeated, err = earlier(t, key, out)
				if err != nil || repeated {
					return err
				}
			}
			if err := s.putDeliveries(t, out, seqs); err != nil || key == "" {
				return err
			}
			return putJSON(t.Bucket(bucketSends), key, sendRecord{key, seqs})
		},
		after: func() {
			if !repeated {
				s.queueDeliveries(out, seqs)
			}
		},
	})
	if err != nil {
		return nil, false, err
	}
	return out, repeated, nil
}

// earlier returns the deliveries that the key has brought before, or fresh ones if it is new.
func earlier(t *txn, key string, fresh []store.Delivery) ([]store.Delivery, bool, error) {
	out, err := enqueued(t.Tx, key)
	if errors.Is(err, store.ErrNotFound) {
		return slices.Clone(fresh), false, nil
	}
	return out, err == nil, err
}

// enqueued returns the deliveries of a key that are still kept.
func enqueued(tx *bbolt.Tx, key string) ([]store.Delivery, error) {
	var known sendRecord
	if err := getJSON(tx.Bucket(bucketSends), key, &known); err != nil {
		return nil, err
	}
	var out []store.Delivery
	for _, seq := range known.Seqs {
		d, err := readDelivery(tx, seq)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err == nil {
			out = append(out, d)
		}
	}
	return out, nil
}

// Enqueued implements store.Outbox.
func (s *Store) Enqueued(_ context.Context, key string) (ds []store.Delivery, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		ds, err = enqueued(tx, key)
		return err
	})
	return ds, err
}

// Cancel implements store.Outbox. The cancelled ones stay in their lanes, where NextDelivery passes
// them over.
func (s *Store) Cancel(ctx context.Context, key string) (n int, err error) {
	err = s.do(ctx, &op{apply: func(t *txn) error {
		n = 0
		ds, err := enqueued(t.Tx, key)
		if err != nil {
			return err
		}
		for _, d := range ds {
			if d.Result.Status != store.Pending {
				continue
			}
			d.Result.Status, d.Result.NextAt, d.Result.DoneAt = store.Cancelled, time.Time{}, time.Now().UTC()
			seq, err := idSeq(deliveryPrefix, d.ID)
			if err == nil {
				err = putJSON(t.bucket(bucketResults), string(seqKey(seq)), d.Result)
			}
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}})
	return n, err
}

// NextDelivery implements store.Outbox.
func (s *Store) NextDelivery(ctx context.Context) (store.DeliveryClaim, error) {
	for {
		key, seq, err := s.outs.next(ctx)
		if err != nil {
			return store.DeliveryClaim{}, err
		}
		c := store.DeliveryClaim{Fence: seq}
		err = s.db.View(func(tx *bbolt.Tx) (err error) {
			c.Delivery, err = readDelivery(tx, seq)
			return err
		})
		switch {
		case err != nil:
			s.outs.delay(key, later())
			return store.DeliveryClaim{}, err
		case c.Delivery.Result.Status == store.Pending:
			return c, nil
		}
		s.outs.done(key) // cancelled while it waited
	}
}

func readDelivery(tx *bbolt.Tx, seq uint64) (store.Delivery, error) {
	b := tx.Bucket(bucketOutbox).Get(seqKey(seq))
	if b == nil {
		return store.Delivery{}, store.ErrNotFound
	}
	d, err := decodeDelivery(seq, b)
	if err != nil {
		return d, err
	}
	d.Result, err = readResult(tx.Bucket(bucketResults).Get(seqKey(seq)))
	return d, err
}

// FinishDelivery implements store.Outbox.
func (s *Store) FinishDelivery(ctx context.Context, c store.DeliveryClaim, r store.Result) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	again := r.Status == store.Pending
	over := false
	return s.do(ctx, &op{
		apply: func(t *txn) error {
			if over = again && cancelled(t, c.Fence); over {
				return nil
			}
			return t.bucket(bucketResults).Put(seqKey(c.Fence), b)
		},
		after: func() {
			if again && !over {
				s.outs.delay(c.Delivery.ConversationID, r.NextAt)
				return
			}
			s.outs.done(c.Delivery.ConversationID)
		},
	})
}

// cancelled tells whether a delivery was cancelled while it was being sent.
func cancelled(t *txn, seq uint64) bool {
	r, err := readResult(t.Bucket(bucketResults).Get(seqKey(seq)))
	return err == nil && r.Status == store.Cancelled
}

// ReleaseDelivery implements store.Outbox.
func (s *Store) ReleaseDelivery(c store.DeliveryClaim, until time.Time) {
	if until.IsZero() {
		until = later()
	}
	s.outs.delay(c.Delivery.ConversationID, until)
}

// Resend implements store.Outbox.
func (s *Store) Resend(ctx context.Context, id string) (store.Delivery, error) {
	var d store.Delivery
	seq, err := idSeq(deliveryPrefix, id)
	if err != nil {
		return d, err
	}
	err = s.do(ctx, &op{
		apply: func(t *txn) error {
			if d, err = readDelivery(t.Tx, seq); err != nil {
				return err
			}
			switch d.Result.Status {
			case store.Undelivered, store.Uncertain, store.Cancelled:
			default:
				return store.ErrState
			}
			// The attempts start over; the doubt stays, since the platform may still hold the message.
			d.Result = store.Result{Status: store.Pending, Doubt: d.Result.Doubt}
			return putJSON(t.bucket(bucketResults), string(seqKey(seq)), d.Result)
		},
		after: func() { s.outs.add(d.ConversationID, seq) },
	})
	return d, err
}

// Delivery implements store.Outbox.
func (s *Store) Delivery(_ context.Context, id string) (d store.Delivery, err error) {
	seq, err := idSeq(deliveryPrefix, id)
	if err != nil {
		return d, err
	}
	err = s.db.View(func(tx *bbolt.Tx) error {
		d, err = readDelivery(tx, seq)
		return err
	})
	return d, err
}
