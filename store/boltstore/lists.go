package boltstore

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"time"

	"go.etcd.io/bbolt"

	"dari/store"
	"dari/store/driver"
)

// A list call goes to no more than maxEffort; a page cut short by that still has a cursor. To see from the
// beginning of a record that it is somebody else's is cheaper than to read it, by about this much.
const (
	maxEffort    = 200_000
	readEffort   = 10
	defaultLimit = 50
)

func limitOf(q store.Query) int {
	if q.Limit <= 0 {
		return defaultLimit
	}
	return q.Limit
}

// newestFirst walks down several sequence-keyed buckets as if they were one, from the cursor on, passes over
// what skip returns true for, and collects what read returns true for.
func newestFirst[T any](tx *bbolt.Tx, buckets [][]byte, prefix string, q store.Query,
	skip func(v []byte) bool, read func(bucket []byte, seq uint64, v []byte) (T, bool, error),
) (store.Page[T], error) {
	var page store.Page[T]
	before := uint64(math.MaxUint64)
	if q.Cursor != "" {
		seq, err := driver.Number(prefix, q.Cursor)
		if err != nil {
			return page, err
		}
		before = seq
	}
	heads := make([]head, len(buckets))
	for i, name := range buckets {
		heads[i] = head{name: name, c: tx.Bucket(name).Cursor()}
		heads[i].seekBefore(before)
	}
	last := before
	for effort := 0; effort < maxEffort && len(page.Items) < limitOf(q); effort++ {
		h := newest(heads)
		if h == nil {
			break
		}
		last = readUint(h.k)
		if !skip(h.v) {
			effort += readEffort
			item, ok, err := read(h.name, last, h.v)
			if err != nil {
				return page, err
			}
			if ok {
				page.Items = append(page.Items, item)
			}
		}
		h.k, h.v = h.c.Prev()
	}
	if newest(heads) != nil {
		page.Next = driver.ID(prefix, last)
	}
	return page, nil
}

type head struct {
	name []byte
	c    *bbolt.Cursor
	k, v []byte
}

func (h *head) seekBefore(seq uint64) {
	k, _ := h.c.Seek(seqKey(seq))
	if k == nil {
		h.k, h.v = h.c.Last()
		if h.k != nil && readUint(h.k) >= seq {
			h.k = nil
		}
		return
	}
	h.k, h.v = h.c.Prev()
}

func newest(heads []head) *head {
	var best *head
	for i := range heads {
		if h := &heads[i]; h.k != nil && (best == nil || bytes.Compare(h.k, best.k) > 0) {
			best = h
		}
	}
	return best
}

// Events implements store.Inbox.
func (s *Store) Events(_ context.Context, q store.Query) (page store.Page[store.Event], err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		page, err = newestFirst(tx, eventBuckets(q.State), driver.Events, q,
			func(v []byte) bool { return len(v) > 0 && !eventMayMatch(v, &q) },
			func(bucket []byte, seq uint64, v []byte) (store.Event, bool, error) {
				if len(v) == 0 { // in a list
					bucket, v = bucketInbox, tx.Bucket(bucketInbox).Get(seqKey(seq))
				}
				e, err := readEvent(tx, bucket, seq, v)
				return e, err == nil && eventMatches(e, q), err
			})
		return err
	})
	return page, err
}

// eventBuckets are where events of a state are found.
func eventBuckets(state string) [][]byte {
	switch store.EventState(state) {
	case "":
		return [][]byte{bucketInbox, bucketNotes}
	case store.Rejected, store.Duplicate:
		return [][]byte{bucketNotes}
	case store.Failed:
		return [][]byte{bucketFailed}
	}
	return [][]byte{bucketInbox}
}

func eventMatches(e store.Event, q store.Query) bool {
	return matches(q.BotID, e.BotID) && matches(q.ChannelID, e.ChannelID) &&
		matches(q.ConversationID, e.ConversationID) && matches(q.State, string(e.State))
}

func matches(want, have string) bool { return want == "" || want == have }

func readEvent(tx *bbolt.Tx, bucket []byte, seq uint64, v []byte) (store.Event, error) {
	e, err := decodeEvent(seq, v)
	if err != nil || bytes.Equal(bucket, bucketNotes) {
		return e, err
	}
	if b := tx.Bucket(bucketTurns).Get(seqKey(seq)); b != nil {
		r, err := decodeTurn(b)
		if err != nil {
			return e, fmt.Errorf("event %s: outcome: %w", e.ID, err)
		}
		r.fill(&e)
	}
	return e, nil
}

// Event implements store.Inbox.
func (s *Store) Event(_ context.Context, id string) (e store.Event, err error) {
	seq, err := driver.Number(driver.Events, id)
	if err != nil {
		return e, err
	}
	err = s.db.View(func(tx *bbolt.Tx) error {
		for _, bucket := range [][]byte{bucketInbox, bucketNotes} {
			if v := tx.Bucket(bucket).Get(seqKey(seq)); v != nil {
				e, err = readEvent(tx, bucket, seq, v)
				return err
			}
		}
		return store.ErrNotFound
	})
	return e, err
}

// Ledger implements store.Inbox.
func (s *Store) Ledger(context.Context) (store.Ledger, error) {
	return s.counts.Load().ledger(), nil
}

// Deliveries implements store.Outbox.
func (s *Store) Deliveries(_ context.Context, q store.Query) (page store.Page[store.Delivery], err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		bucket := bucketOutbox
		if unsent(store.DeliveryStatus(q.State)) {
			bucket = bucketUnsent
		}
		page, err = newestFirst(tx, [][]byte{bucket}, driver.Deliveries, q,
			func(v []byte) bool { return len(v) > 0 && !deliveryMayMatch(v, &q) },
			func(_ []byte, seq uint64, _ []byte) (store.Delivery, bool, error) {
				d, err := readDelivery(tx, seq)
				return d, err == nil && deliveryMatches(d, q), err
			})
		return err
	})
	return page, err
}

func deliveryMatches(d store.Delivery, q store.Query) bool {
	return matches(q.BotID, d.BotID) && matches(q.ChannelID, d.ChannelID) && matches(q.EventID, d.EventID) &&
		matches(q.ConversationID, d.ConversationID) && matches(q.State, string(d.Result.Status))
}

// DeliveriesAfter implements store.Outbox.
func (s *Store) DeliveriesAfter(_ context.Context, conversationID, afterID string, since time.Time, limit int) ([]store.Delivery, error) {
	start := driver.At(since)
	if afterID != "" {
		seq, err := driver.Number(driver.Deliveries, afterID)
		if err != nil {
			return nil, err
		}
		start = seq + 1
	}
	var out []store.Delivery
	q := store.Query{ConversationID: conversationID}
	err := s.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketOutbox).Cursor()
		effort := 0
		for k, v := c.Seek(seqKey(start)); k != nil && len(out) < limit && effort < maxEffort; k, v = c.Next() {
			if effort++; !deliveryMayMatch(v, &q) {
				continue
			}
			effort += readEffort
			d, err := readDelivery(tx, readUint(k))
			if err != nil {
				return err
			}
			if d.ConversationID == conversationID {
				out = append(out, d)
			}
		}
		return nil
	})
	return out, err
}
