package boltstore

import (
	"context"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"dari/store"
	"dari/store/driver"
)

// recover finds in the records what lived in memory: the dedupe window, and what still waits.
func (s *Store) recover(tx *bbolt.Tx) error {
	meta := tx.Bucket(bucketMeta)
	if err := s.recoverWindow(tx); err != nil {
		return err
	}
	if err := s.recoverTurns(tx, readUint(meta.Get(metaTurnsDone))); err != nil {
		return err
	}
	return s.recoverOuts(tx, readUint(meta.Get(metaOutsDone)))
}

// windowAge is how far back keys are remembered after a restart. LINE does not say for how long it
// redelivers; Slack tries for up to a day.
const windowAge = 72 * time.Hour

// releaseScanned is after how many records a scan gives back the pages that it has read: some 40 MB of
// them.
const releaseScanned = 1 << 16

func (s *Store) recoverWindow(tx *bbolt.Tx) error {
	type entry struct{ hash, seq uint64 }
	var newestFirst []entry
	oldest := driver.At(time.Now().Add(-windowAge))
	c := tx.Bucket(bucketInbox).Cursor()
	seen := 0
	for k, v := c.Last(); k != nil && len(newestFirst) < s.window.limit; k, v = c.Prev() {
		seq := readUint(k)
		if seq < oldest {
			break
		}
		err := keysOf(v, func(channel, key []byte) {
			newestFirst = append(newestFirst, entry{s.window.hashBytes(channel, key), seq})
		})
		if err != nil {
			return fmt.Errorf("event %s: %w", driver.ID(driver.Events, seq), err)
		}
		if seen++; seen%releaseScanned == 0 {
			releaseMemory(s.db)
		}
	}
	for i := len(newestFirst) - 1; i >= 0; i-- {
		s.window.add(newestFirst[i].hash, newestFirst[i].seq)
	}
	return nil
}

// keepFreelist writes down which pages are free, so that the next start need not look at all of them.
// After a crash it has to, as it would be too dear to do this with every commit.
func (s *Store) keepFreelist() {
	s.db.NoFreelistSync = false
	if err := s.db.Update(func(*bbolt.Tx) error { return nil }); err != nil {
		s.log.Warn("list of free pages not kept; the next start takes longer", "error", err)
	}
}

// recoverTurns queues the events without an outcome, in order.
func (s *Store) recoverTurns(tx *bbolt.Tx, done uint64) error {
	turns := tx.Bucket(bucketTurns).Cursor()
	outcome, _ := turns.Seek(seqKey(done + 1))
	c := tx.Bucket(bucketInbox).Cursor()
	for k, v := c.Seek(seqKey(done + 1)); k != nil; k, v = c.Next() {
		seq := readUint(k)
		for outcome != nil && readUint(outcome) < seq {
			outcome, _ = turns.Next()
		}
		if outcome != nil && readUint(outcome) == seq {
			continue
		}
		e, err := decodeEvent(seq, v)
		if err != nil {
			return err
		}
		if e.State == store.Waiting {
			s.turns.addAt(e.ConversationID, seq, time.Time{})
		}
	}
	return nil
}

// recoverOuts queues the deliveries that are still pending, in order.
func (s *Store) recoverOuts(tx *bbolt.Tx, done uint64) error {
	results := tx.Bucket(bucketResults)
	c := tx.Bucket(bucketOutbox).Cursor()
	for k, v := c.Seek(seqKey(done + 1)); k != nil; k, v = c.Next() {
		r, err := decodeResult(results.Get(k))
		if err != nil {
			return err
		}
		if r.Status != store.Pending {
			continue
		}
		d, err := decodeDelivery(readUint(k), v)
		if err != nil {
			return err
		}
		s.outs.addAt(d.ConversationID, readUint(k), r.NextAt)
	}
	return nil
}

// markEvery is how often the marks of recover are moved on, which bounds what a restart reads again.
const markEvery = time.Minute

func (s *Store) markOften() {
	tick := time.NewTicker(markEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.mark(context.Background())
			releaseMemory(s.db)
		case <-s.stop:
			return
		}
	}
}

// mark notes up to where nothing waits any more. What waits is only known once the changes before it
// have settled, so it is read in one change's aftermath and written in the next.
func (s *Store) mark(ctx context.Context) {
	var bound, turns, outs uint64
	err := s.do(ctx, &op{
		apply: func(*txn) error { bound = s.last; return nil },
		after: func() { turns, outs = s.turns.oldest(bound+1)-1, s.outs.oldest(bound+1)-1 },
	})
	if err == nil {
		err = s.do(ctx, &op{apply: func(t *txn) error {
			meta := t.Bucket(bucketMeta)
			if err := meta.Put(metaTurnsDone, seqKey(turns)); err != nil {
				return err
			}
			return meta.Put(metaOutsDone, seqKey(outs))
		}})
	}
	if err != nil {
		s.log.Warn("store mark not written", "error", err)
	}
}
