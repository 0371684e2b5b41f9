package boltstore

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"dari/store"
	"dari/store/driver"
)

// archive implements store.Archive on the file.
type archive struct{ db *bbolt.DB }

// metaImportAt is how far an import has come; there is none when it is done.
var metaImportAt = []byte("import_at")

// OpenArchive opens the store in a directory for being copied. It must not be in use; fresh allows that there
// is none yet.
func OpenArchive(dir string, fresh bool) (store.Archive, error) {
	path := filepath.Join(dir, FileName)
	if _, err := os.Stat(path); err != nil && !fresh {
		return nil, fmt.Errorf("store %s: %w", path, reason(err))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("store %s: cannot be made: %w", dir, reason(err))
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, FreelistType: bbolt.FreelistMapType})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("store %s: is in use by a Dari; stop it first", path)
	}
	if err == nil {
		if err = migrate(db, migrations); err != nil {
			db.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", path, err)
	}
	return &archive{db}, nil
}

func (a *archive) Close() error { return a.db.Close() }

// section is a bucket of the file as a kind of items.
type section struct {
	kind   string
	bucket []byte
	read   func(tx *bbolt.Tx, k, v []byte) (store.Item, error)
}

// sections are all that is copied, in the order of the copy. The ledger comes last, when all that it counts
// is there.
func sections() []section {
	list := []section{
		{store.ItemEvent, bucketInbox, exportEvent},
		{store.ItemEvent, bucketNotes, exportEvent},
		{store.ItemConversation, bucketConversations, func(_ *bbolt.Tx, k, v []byte) (store.Item, error) {
			var c store.Conversation
			err := json.Unmarshal(v, &c)
			return store.Item{ID: string(k), Value: c}, err
		}},
		{store.ItemDelivery, bucketOutbox, func(tx *bbolt.Tx, k, _ []byte) (store.Item, error) {
			d, err := readDelivery(tx, readUint(k))
			return store.Item{ID: d.ID, Value: d}, err
		}},
		{store.ItemSend, bucketSends, exportSend},
		{store.ItemAudit, bucketAudit, func(_ *bbolt.Tx, k, v []byte) (store.Item, error) {
			var a store.Audit
			err := json.Unmarshal(v, &a)
			a.ID = driver.ID(driver.Audits, readUint(k))
			return store.Item{ID: a.ID, Value: a}, err
		}},
	}
	for _, name := range store.ItemTables {
		list = append(list, section{name, []byte(name), func(_ *bbolt.Tx, k, v []byte) (store.Item, error) {
			return store.Item{ID: string(k), Value: slices.Clone(v)}, nil
		}})
	}
	return list
}

func exportEvent(tx *bbolt.Tx, k, v []byte) (store.Item, error) {
	bucket := bucketInbox
	if tx.Bucket(bucketInbox).Get(k) == nil {
		bucket = bucketNotes
	}
	e, err := readEvent(tx, bucket, readUint(k), v)
	return store.Item{ID: e.ID, Value: e}, err
}

func exportSend(tx *bbolt.Tx, k, v []byte) (store.Item, error) {
	var r sendRecord
	if err := json.Unmarshal(v, &r); err != nil {
		return store.Item{}, err
	}
	var s store.Send
	for _, seq := range r.Seqs {
		d, err := readDelivery(tx, seq)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return store.Item{}, err
		}
		// Of one that was deleted by its age nobody knows the conversation any more.
		s.Deliveries, s.Conversations = append(s.Deliveries, driver.ID(driver.Deliveries, seq)), append(s.Conversations, d.ConversationID)
	}
	return store.Item{ID: string(k), Value: s}, nil
}

const archiveStep = 500

// Export implements store.Archive. A position is the number of a section and the key of its last record.
func (a *archive) Export(ctx context.Context, after string, visit func([]store.Item, string) error) error {
	from, key, err := position(after)
	if err != nil {
		return err
	}
	all := sections()
	for i := from; i < len(all); i++ {
		for more := true; more; {
			var items []store.Item
			err := a.db.View(func(tx *bbolt.Tx) (err error) {
				items, key, err = batch(tx, all[i], key)
				return err
			})
			if more = len(items) > 0; err == nil && more {
				err = visit(items, fmt.Sprintf("%d:%s", i, hex.EncodeToString(key)))
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return err
			}
		}
		key = nil
	}
	return a.exportLedger(visit, len(all))
}

// batch reads records behind key.
func batch(tx *bbolt.Tx, s section, key []byte) (items []store.Item, last []byte, err error) {
	c := tx.Bucket(s.bucket).Cursor()
	k, v := c.Seek(key)
	if key != nil && string(k) == string(key) {
		k, v = c.Next()
	}
	for ; k != nil && len(items) < archiveStep; k, v = c.Next() {
		item, err := s.read(tx, k, v)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.kind, err)
		}
		item.Kind = s.kind
		items, last = append(items, item), slices.Clone(k)
	}
	return items, last, nil
}

func (a *archive) exportLedger(visit func([]store.Item, string) error, at int) error {
	var c counts
	err := a.db.View(func(tx *bbolt.Tx) (err error) { c, err = readCounts(tx); return err })
	if err != nil {
		return err
	}
	return visit([]store.Item{{Kind: store.ItemLedger, Value: c.ledger()}}, fmt.Sprintf("%d:", at))
}

func position(at string) (section int, key []byte, err error) {
	if at == "" {
		return 0, nil, nil
	}
	number, rest, _ := strings.Cut(at, ":")
	if _, err = fmt.Sscanf(number, "%d", &section); err == nil {
		key, err = hex.DecodeString(rest)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("%q is not a position in this store", at)
	}
	return section, key, nil
}

// Import implements store.Archive.
func (a *archive) Import(ctx context.Context, items []store.Item, at string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return a.db.Update(func(tx *bbolt.Tx) error {
		for _, item := range items {
			if err := importItem(&txn{Tx: tx}, item); err != nil {
				return fmt.Errorf("%s %s: %w", item.Kind, item.ID, err)
			}
		}
		if at == "" {
			return tx.Bucket(bucketMeta).Delete(metaImportAt)
		}
		return tx.Bucket(bucketMeta).Put(metaImportAt, []byte(at))
	})
}

func importItem(t *txn, item store.Item) error {
	switch v := item.Value.(type) {
	case store.Event:
		return importEvent(t, v)
	case store.Delivery:
		return importDelivery(t, v)
	case store.Conversation:
		return putJSON(t.Bucket(bucketConversations), item.ID, v)
	case store.Send:
		r := sendRecord{Key: item.ID}
		for _, id := range v.Deliveries {
			seq, err := driver.Number(driver.Deliveries, id)
			if err != nil {
				return err
			}
			r.Seqs = append(r.Seqs, seq)
		}
		return putJSON(t.Bucket(bucketSends), item.ID, r)
	case store.Audit:
		seq, err := driver.Number(driver.Audits, item.ID)
		if err != nil {
			return err
		}
		return putJSON(t.bucket(bucketAudit), string(seqKey(seq)), v)
	case store.Ledger:
		t.counts = counts{Accepted: v.Accepted, Handled: v.Handled, Failed: v.Failed}
		t.counts.PrunedEvents = v.Accepted - min(v.Accepted, uint64(t.Bucket(bucketInbox).Stats().KeyN))
		return putCounts(t)
	case []byte:
		b := t.Bucket([]byte(item.Kind))
		if b == nil || !slices.Contains(store.ItemTables, item.Kind) {
			return errors.New("this version has no such table")
		}
		return b.Put([]byte(item.ID), v)
	}
	return fmt.Errorf("unknown value %T", item.Value)
}

// importEvent parts an event into what came in and what a turn made of it.
func importEvent(t *txn, e store.Event) error {
	seq, err := driver.Number(driver.Events, e.ID)
	if err != nil {
		return err
	}
	if e.State == store.Rejected || e.State == store.Duplicate {
		return t.bucket(bucketNotes).Put(seqKey(seq), encodeEvent(&e))
	}
	if e.State != store.Waiting && !(e.State == store.Ignored && e.FinishedAt.IsZero()) {
		r := turnRecord{e.State, e.Reason, e.StartedAt, e.FinishedAt, e.Trace}
		if err := putTurn(t, seq, encodeTurn(r), e.State == store.Failed); err != nil {
			return err
		}
		e.State, e.Reason = store.Waiting, ""
	}
	return t.bucket(bucketInbox).Put(seqKey(seq), encodeEvent(&e))
}

func importDelivery(t *txn, d store.Delivery) error {
	seq, err := driver.Number(driver.Deliveries, d.ID)
	if err != nil {
		return err
	}
	b, err := encodeDelivery(&d)
	if err != nil {
		return err
	}
	if err := t.bucket(bucketOutbox).Put(seqKey(seq), b); err != nil {
		return err
	}
	if d.Result.Status == store.Pending && d.Result.Attempts == 0 && d.Result.NextAt.IsZero() && !d.Result.Doubt {
		return t.bucket(bucketResults).Delete(seqKey(seq))
	}
	return putResult(t, seq, encodeResult(d.Result), d.Result.Status)
}

// Imported implements store.Archive.
func (a *archive) Imported(context.Context) (at string, err error) {
	err = a.db.View(func(tx *bbolt.Tx) error { at = string(tx.Bucket(bucketMeta).Get(metaImportAt)); return nil })
	return at, err
}

// Count implements store.Archive.
func (a *archive) Count(context.Context) (map[string]int, error) {
	n := map[string]int{}
	return n, a.db.View(func(tx *bbolt.Tx) error {
		for _, s := range sections() {
			n[s.kind] += tx.Bucket(s.bucket).Stats().KeyN
		}
		return nil
	})
}
