package boltstore

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"dari/store"
	"dari/store/driver"
)

// later is when work that was handed back is offered again: soon, but not in a tight loop.
func later() time.Time { return time.Now().Add(200 * time.Millisecond) }

// encodeDeliveries is for the caller of a change, as the committer serves everybody. What a delivery only
// gets there, its id and its result, is not part of its record.
func encodeDeliveries(ds []store.Delivery) ([][]byte, error) {
	records := make([][]byte, len(ds))
	for i := range ds {
		var err error
		if records[i], err = encodeDelivery(&ds[i]); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// putDeliveries gives the deliveries their ids and writes them.
func (s *Store) putDeliveries(t *txn, ds []store.Delivery, seqs []uint64, records [][]byte) error {
	for i := range ds {
		seqs[i] = s.nextSeq()
		ds[i].ID = driver.ID(driver.Deliveries, seqs[i])
		ds[i].Result = store.Result{Status: store.Pending}
		if err := t.bucket(bucketOutbox).Put(seqKey(seqs[i]), records[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) queueDeliveries(ds []store.Delivery, seqs []uint64, records [][]byte) {
	for i := range ds {
		d := ds[i] // the caller's own is the caller's
		s.outs.add(d.ConversationID, seqs[i], &d, 2*len(records[i])+1024)
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
	records, err := encodeDeliveries(ds)
	if err != nil {
		return nil, false, err
	}
	err = s.do(ctx, &op{
		apply: func(t *txn) (err error) {
			if key != "" {
				out, repeated, err = earlier(t, key, out)
				if err != nil || repeated {
					return err
				}
			}
			if err := s.putDeliveries(t, out, seqs, records); err != nil || key == "" {
				return err
			}
			return putJSON(t.Bucket(bucketSends), key, sendRecord{key, seqs})
		},
		after: func() {
			if !repeated {
				s.queueDeliveries(out, seqs, records)
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
	gone := map[uint64]string{}
	apply := func(t *txn) error {
		clear(gone)
		ds, err := enqueued(t.Tx, key)
		if err != nil {
			return err
		}
		for _, d := range ds {
			if d.Result.Status != store.Pending {
				continue
			}
			d.Result.Status, d.Result.NextAt, d.Result.DoneAt = store.Cancelled, time.Time{}, time.Now().UTC()
			seq, err := driver.Number(driver.Deliveries, d.ID)
			if err == nil {
				err = putResult(t, seq, encodeResult(d.Result), d.Result.Status)
			}
			if err != nil {
				return err
			}
			gone[seq] = d.ConversationID
		}
		return nil
	}
	err = s.do(ctx, &op{apply: apply, after: func() {
		for seq, conversation := range gone {
			s.outs.forget(conversation, seq)
		}
	}})
	return len(gone), err
}

// NextDelivery implements store.Outbox.
func (s *Store) NextDelivery(ctx context.Context) (store.DeliveryClaim, error) {
	for {
		t, err := s.outs.next(ctx)
		if err != nil {
			return store.DeliveryClaim{}, err
		}
		c := store.DeliveryClaim{Fence: t.seq}
		if t.record != nil {
			c.Delivery = *t.record
			return c, nil
		}
		err = s.db.View(func(tx *bbolt.Tx) (err error) {
			c.Delivery, err = readDelivery(tx, t.seq)
			return err
		})
		switch {
		case err != nil:
			s.outs.delay(t.key, later())
			return store.DeliveryClaim{}, err
		case c.Delivery.Result.Status == store.Pending:
			return c, nil
		}
		s.outs.done(t.key) // cancelled while it waited
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
	d.Result, err = decodeResult(tx.Bucket(bucketResults).Get(seqKey(seq)))
	return d, err
}

// FinishDelivery implements store.Outbox.
func (s *Store) FinishDelivery(ctx context.Context, c store.DeliveryClaim, r store.Result) error {
	b := encodeResult(r)
	seq, lane, nextAt := c.Fence, c.Delivery.ConversationID, r.NextAt
	again := r.Status == store.Pending
	over := false
	return s.do(ctx, &op{
		apply: func(t *txn) error {
			if over = again && cancelled(t, seq); over {
				return nil
			}
			return putResult(t, seq, b, r.Status)
		},
		after: func() {
			if again && !over {
				s.outs.delay(lane, nextAt)
				return
			}
			s.outs.done(lane)
		},
	})
}

// putResult writes where a delivery stands. Those that did not arrive are also listed by themselves.
func putResult(t *txn, seq uint64, record []byte, status store.DeliveryStatus) error {
	if unsent(status) {
		if err := t.bucket(bucketUnsent).Put(seqKey(seq), nil); err != nil {
			return err
		}
	}
	return t.bucket(bucketResults).Put(seqKey(seq), record)
}

// unsent tells whether a delivery is over and may not have arrived.
func unsent(s store.DeliveryStatus) bool {
	return s == store.Undelivered || s == store.Uncertain || s == store.Cancelled
}

// cancelled tells whether a delivery was cancelled while it was being sent.
func cancelled(t *txn, seq uint64) bool {
	r, err := decodeResult(t.Bucket(bucketResults).Get(seqKey(seq)))
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
	seq, err := driver.Number(driver.Deliveries, id)
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
			d.Result = store.Result{Status: store.Pending, Doubt: d.Result.Doubt, Again: d.Result.Doubt}
			return putResult(t, seq, encodeResult(d.Result), d.Result.Status)
		},
		after: func() { s.outs.addAt(d.ConversationID, seq, time.Time{}) },
	})
	return d, err
}

// Delivery implements store.Outbox.
func (s *Store) Delivery(_ context.Context, id string) (d store.Delivery, err error) {
	seq, err := driver.Number(driver.Deliveries, id)
	if err != nil {
		return d, err
	}
	err = s.db.View(func(tx *bbolt.Tx) error {
		d, err = readDelivery(tx, seq)
		return err
	})
	return d, err
}
