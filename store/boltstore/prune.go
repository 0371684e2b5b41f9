package boltstore

import (
	"bytes"
	"context"
	"time"

	"dari/store"
	"dari/store/driver"
)

// pruneStep is how many records one transaction deletes, so that callbacks wait a few milliseconds at most.
const pruneStep = 500

// Prune implements store.Store.
func (s *Store) Prune(ctx context.Context, r store.Retention) (p store.Pruned, err error) {
	now := time.Now()
	if r.Events > 0 || r.MaxRecords > 0 {
		if p.Events, err = s.pruneEvents(ctx, cutoff(now, r.Events), r.MaxRecords); err != nil {
			return p, err
		}
	}
	if r.Events > 0 {
		if p.Deliveries, err = s.pruneDeliveries(ctx, cutoff(now, r.Events)); err != nil {
			return p, err
		}
		if err = s.pruneSends(ctx, cutoff(now, r.Events)); err != nil {
			return p, err
		}
	}
	if r.Rejected > 0 {
		if _, err = s.pruneAll(ctx, bucketNotes, cutoff(now, r.Rejected)); err != nil {
			return p, err
		}
	}
	if r.Audit > 0 {
		p.Audits, err = s.pruneAll(ctx, bucketAudit, cutoff(now, r.Audit))
	}
	return p, err
}

func cutoff(now time.Time, keep time.Duration) uint64 {
	if keep <= 0 {
		return 0
	}
	return driver.At(now.Add(-keep))
}

// pruneEvents deletes finished events before the cutoff, and beyond it as many as are too many.
func (s *Store) pruneEvents(ctx context.Context, before uint64, maxRecords int) (int, error) {
	return s.prune(ctx, bucketInbox, [][]byte{bucketTurns, bucketFailed}, func(t *txn, k []byte) verdict {
		c := t.counts
		tooMany := maxRecords > 0 && c.Accepted-c.PrunedEvents > uint64(maxRecords)
		switch {
		case readUint(k) >= before && !tooMany:
			return stop
		case t.Bucket(bucketTurns).Get(k) == nil && s.waits(t, k):
			return keep
		}
		t.counts.PrunedEvents++
		return remove
	})
}

// waits tells whether an event without an outcome is one whose turn is still to come.
func (s *Store) waits(t *txn, k []byte) bool {
	e, err := decodeEvent(readUint(k), t.Bucket(bucketInbox).Get(k))
	return err == nil && e.State == store.Waiting
}

func (s *Store) pruneDeliveries(ctx context.Context, before uint64) (int, error) {
	return s.prune(ctx, bucketOutbox, [][]byte{bucketResults, bucketUnsent}, func(t *txn, k []byte) verdict {
		if readUint(k) >= before {
			return stop
		}
		if r, err := decodeResult(t.Bucket(bucketResults).Get(k)); err == nil && r.Status == store.Pending {
			return keep
		}
		return remove
	})
}

// pruneSends forgets the idempotency keys whose deliveries are gone.
func (s *Store) pruneSends(ctx context.Context, before uint64) error {
	_, err := s.prune(ctx, bucketSends, nil, func(t *txn, k []byte) verdict {
		var r sendRecord
		if err := getJSON(t.Bucket(bucketSends), string(k), &r); err != nil || len(r.Seqs) == 0 || r.Seqs[0] < before {
			return remove
		}
		return keep
	})
	return err
}

func (s *Store) pruneAll(ctx context.Context, bucket []byte, before uint64) (int, error) {
	return s.prune(ctx, bucket, nil, func(_ *txn, k []byte) verdict {
		if readUint(k) >= before {
			return stop
		}
		return remove
	})
}

type verdict int

const (
	stop verdict = iota
	keep
	remove
)

// prune walks a bucket from its oldest record on, a step at a time, deleting from it and from the
// buckets beside it.
func (s *Store) prune(ctx context.Context, bucket []byte, beside [][]byte, judge func(*txn, []byte) verdict) (int, error) {
	total := 0
	var from []byte
	for {
		n, next := 0, []byte(nil)
		err := s.do(ctx, &op{apply: func(t *txn) error {
			var err error
			n, next, err = pruneOne(t, bucket, beside, from, judge)
			return err
		}})
		total += n
		if err != nil || next == nil || ctx.Err() != nil {
			return total, err
		}
		from = next
	}
}

func pruneOne(t *txn, bucket []byte, beside [][]byte, from []byte, judge func(*txn, []byte) verdict) (n int, next []byte, err error) {
	var gone [][]byte
	c := t.Bucket(bucket).Cursor()
	k, _ := c.Seek(from)
	seen := 0
	for ; k != nil && seen < pruneStep; k, _ = c.Next() {
		seen++
		v := judge(t, k)
		if v == stop {
			k = nil
			break
		}
		if v == remove {
			gone = append(gone, bytes.Clone(k))
		}
	}
	next = bytes.Clone(k)
	for _, k := range gone {
		if err := t.Bucket(bucket).Delete(k); err != nil {
			return 0, nil, err
		}
		for _, name := range beside {
			if err := t.Bucket(name).Delete(k); err != nil {
				return 0, nil, err
			}
		}
	}
	return len(gone), next, nil
}
