package boltstore

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"dari/store"
)

// migrations bring a file from one format to the next; their number is the format this version
// writes. A migration runs once, in one transaction, and is never changed after it was released.
var migrations = []func(*bbolt.Tx) error{
	makeBuckets,
	makeBuckets2,
	makeBuckets3,
}

func makeBuckets(tx *bbolt.Tx) error {
	for _, name := range [][]byte{
		bucketMeta, bucketInbox, bucketTurns, bucketNotes, bucketOutbox, bucketResults, bucketAudit,
		bucketConversations, bucketBots, bucketChannels, bucketAPIKeys, bucketUsers, bucketSessions,
		bucketLinks, bucketTokens, bucketPostbacks, bucketSends,
	} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}

func makeBuckets2(tx *bbolt.Tx) error {
	for _, name := range [][]byte{bucketPeople, bucketBroadcasts, bucketRevisions, bucketHandoffs, bucketStats} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}

func makeBuckets3(tx *bbolt.Tx) error {
	for _, name := range [][]byte{bucketAlarms, bucketAlarmTargets} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return listFailures(tx)
}

// listFailures makes the lists of what failed, which files before did not have.
func listFailures(tx *bbolt.Tx) error {
	for _, list := range []struct {
		name, of []byte
		takes    func(v []byte) (bool, error)
	}{
		{bucketFailed, bucketTurns, func(v []byte) (bool, error) { r, err := decodeTurn(v); return r.State == store.Failed, err }},
		{bucketUnsent, bucketResults, func(v []byte) (bool, error) { r, err := decodeResult(v); return unsent(r.Status), err }},
	} {
		b, err := tx.CreateBucketIfNotExists(list.name)
		if err != nil {
			return err
		}
		c := tx.Bucket(list.of).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			takes, err := list.takes(v)
			if err == nil && takes {
				err = b.Put(k, nil)
			}
			if err != nil {
				return fmt.Errorf("%s %d: %w", list.of, readUint(k), err)
			}
		}
	}
	return nil
}

var (
	metaFormat    = []byte("format")
	metaCounts    = []byte("counts")
	metaTurnsDone = []byte("turns_done") // no event up to this one waits
	metaOutsDone  = []byte("outs_done")
)

// migrate brings the file to the newest format, or refuses one that is newer still.
func migrate(db *bbolt.DB, steps []func(*bbolt.Tx) error) error {
	return db.Update(func(tx *bbolt.Tx) error {
		have := 0
		if meta := tx.Bucket(bucketMeta); meta != nil {
			have = int(readUint(meta.Get(metaFormat)))
		} else if name, _ := tx.Cursor().First(); name != nil {
			return fmt.Errorf("is a database of another program")
		}
		if have > len(steps) {
			return fmt.Errorf("was written by a newer Dari (format %d, this one knows %d); run that version or restore an older backup", have, len(steps))
		}
		for i := have; i < len(steps); i++ {
			if err := steps[i](tx); err != nil {
				return fmt.Errorf("migration to format %d: %w", i+1, err)
			}
		}
		if have == len(steps) {
			return nil
		}
		return tx.Bucket(bucketMeta).Put(metaFormat, binary.BigEndian.AppendUint64(nil, uint64(len(steps))))
	})
}

func readUint(b []byte) uint64 {
	if len(b) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}

func readCounts(tx *bbolt.Tx) (c counts, err error) {
	b := tx.Bucket(bucketMeta).Get(metaCounts)
	if b == nil {
		return c, nil
	}
	return c, json.Unmarshal(b, &c)
}

func putCounts(t *txn) error {
	b, err := json.Marshal(t.counts)
	if err != nil {
		return err
	}
	return t.Bucket(bucketMeta).Put(metaCounts, b)
}

func newestSeq(tx *bbolt.Tx) (newest uint64) {
	for _, name := range sequenceBuckets {
		k, _ := tx.Bucket(name).Cursor().Last()
		newest = max(newest, readUint(k))
	}
	return newest
}
