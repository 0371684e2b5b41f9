// Package boltstore keeps everything in one bbolt file.
//
// What comes in fast is written at the end of sequence-keyed buckets, because a commit's price is the
// number of pages it touches: events in "inbox", their outcomes in "turns", deliveries in "outbox",
// their standings in "results". Which of them still wait is known in memory and found again at start.
package boltstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"dari/store"
	"dari/store/driver"
)

// Store implements store.Store.
type Store struct {
	*committer
	db     *bbolt.DB
	log    *slog.Logger
	turns  *lanes[store.Event]
	outs   *lanes[store.Delivery]
	convs  conversations
	window *window // the committer's goroutine alone
	last   uint64  // newest sequence number; the committer's goroutine alone
	locks  driver.Locks
	stop   chan struct{}
	idle   sync.WaitGroup
	once   sync.Once
}

var _ store.Store = (*Store)(nil)

// Buckets. The sequence-keyed ones only grow at their end.
var (
	bucketMeta          = []byte("meta")
	bucketInbox         = []byte("inbox")
	bucketTurns         = []byte("turns")
	bucketNotes         = []byte("notes") // rejected and duplicate events
	bucketOutbox        = []byte("outbox")
	bucketResults       = []byte("results")
	bucketFailed        = []byte("failed") // events that failed, without values
	bucketUnsent        = []byte("unsent") // deliveries that at some time did not arrive, without values
	bucketAudit         = []byte("audit")
	bucketConversations = []byte("conversations")
	bucketBots          = []byte("bots")
	bucketChannels      = []byte("channels")
	bucketAPIKeys       = []byte("api_keys")
	bucketUsers         = []byte("users")
	bucketSessions      = []byte("sessions")
	bucketLinks         = []byte("links")
	bucketTokens        = []byte("tokens")
	bucketPostbacks     = []byte("postbacks")
	bucketSends         = []byte("sends") // idempotency keys of the send API
	bucketPeople        = []byte("people")
	bucketBroadcasts    = []byte("broadcasts")
	bucketRevisions     = []byte("revisions")
	bucketHandoffs      = []byte("handoffs")
	bucketStats         = []byte("stats")
	bucketAlarms        = []byte("alarms")
	bucketAlarmTargets  = []byte("alarm_targets")
)

var sequenceBuckets = [][]byte{bucketInbox, bucketTurns, bucketNotes, bucketOutbox, bucketResults, bucketAudit}

// FileName is the name of the database inside the data directory.
const FileName = "dari.db"

// Open opens or makes the store in a directory. Errors are sentences that say what to do.
func Open(dir string, log *slog.Logger) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("store.path %s: cannot be made: %w", dir, reason(err))
	}
	path := filepath.Join(dir, FileName)
	opts := &bbolt.Options{
		Timeout:        time.Second,
		FreelistType:   bbolt.FreelistMapType,
		NoFreelistSync: true,
		NoStatistics:   true,
	}
	if runtime.GOOS == "linux" && ^uint(0)>>63 == 1 {
		// Address space, not memory: the map then seldom has to move, which would wait for readers.
		opts.InitialMmapSize = 1 << 30
	}
	half, err := inspect(path, *opts)
	var db *bbolt.DB
	if err == nil {
		db, err = bbolt.Open(path, 0o600, opts)
	}
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("store %s: is in use by another Dari; stop it first or give this one its own store.path", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("store %s: this user may not write there; give it the right or choose another store.path", path)
	case err != nil:
		return nil, fmt.Errorf("store %s: does not open: %w; restore it from a backup if it is damaged", path, reason(err))
	}
	if half {
		log.Warn("the store is damaged: one of its two beginnings is not whole, so that its last change may be missing; "+
			"that is harmless after a power cut, else compare with a backup", "store", path)
	}
	s, err := load(db, log)
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("store %s: %w", path, err)
	}
	return s, nil
}

// reason is the bare cause of a file error, whose path is named already.
func reason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

func load(db *bbolt.DB, log *slog.Logger) (*Store, error) {
	if err := migrate(db, migrations); err != nil {
		return nil, err
	}
	s := &Store{
		db: db, log: log,
		turns: newLanes[store.Event](), outs: newLanes[store.Delivery](),
		window: newWindow(windowSize),
		stop:   make(chan struct{}),
	}
	s.convs.lately, _ = lru.New[string, store.Conversation](keepConversations) // fails for a negative number alone
	var c counts
	err := db.View(func(tx *bbolt.Tx) (err error) {
		if tx.Bucket(bucketMeta).Get(metaImportAt) != nil {
			return errors.New("is the half of a copy; run dari migrate again, which goes on where it stopped, or use another store.path")
		}
		if c, err = readCounts(tx); err != nil {
			return err
		}
		s.last = newestSeq(tx)
		return s.recover(tx)
	})
	if err != nil {
		return nil, err
	}
	releaseMemory(db)
	s.committer = newCommitter(db, c)
	s.idle.Go(s.markOften)
	return s, nil
}

// Close writes what is queued and closes the file. It is safe to call twice.
func (s *Store) Close() error {
	var err error
	s.once.Do(func() {
		close(s.stop)
		s.idle.Wait()
		s.turns.close()
		s.outs.close()
		s.mark(context.Background())
		s.committer.close()
		s.keepFreelist()
		err = s.db.Close()
	})
	return err
}

// Ready commits an empty change, so that it fails when the disk is full or gone.
func (s *Store) Ready(ctx context.Context) error {
	return s.do(ctx, &op{apply: func(*txn) error { return nil }})
}

// Backup writes a consistent copy of the file as of now.
func (s *Store) Backup(ctx context.Context, w io.Writer) error {
	return s.db.View(func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(contextWriter{ctx, w})
		return err
	})
}

// Fsyncs returns how many commits have been made, for the curious and the benchmarks.
func (s *Store) Fsyncs() uint64 { return s.fsyncs.Load() }

type contextWriter struct {
	ctx context.Context
	w   io.Writer
}

func (c contextWriter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}

// bucket opens a bucket for writing at its end: pages are packed nearly full, as nothing is inserted
// between what is there.
func (t *txn) bucket(name []byte) *bbolt.Bucket {
	b := t.Bucket(name)
	b.FillPercent = 0.95
	return b
}

// nextSeq gives out the next sequence number. Only the committer's goroutine calls it.
func (s *Store) nextSeq() uint64 {
	s.last = max(s.last+1, driver.At(time.Now()))
	return s.last
}

// Lock implements store.Store for this one process.
func (s *Store) Lock(ctx context.Context, name string) (func(), error) {
	return s.locks.Lock(ctx, name)
}
