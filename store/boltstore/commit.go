package boltstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"dari/store"
)

var errClosed = errors.New("store is closed")

// op is one change that waits for the committer.
type op struct {
	// apply makes the change. It may run again in a later transaction if this one fails.
	apply func(*txn) error
	// undo takes back what apply did to memory when its transaction did not become durable.
	undo func()
	// after runs once the change is durable, in the order of the commits. It must not block.
	after func()
	// done gets the result; nil when nobody waits.
	done chan error
}

// txn is one transaction of the committer.
type txn struct {
	*bbolt.Tx
	counts counts
}

// counts are the totals behind the ledger. They are written with the changes they count.
type counts struct {
	Accepted, Handled, Failed, PrunedEvents uint64
}

func (c counts) ledger() store.Ledger {
	return store.Ledger{Accepted: c.Accepted, Handled: c.Handled, Failed: c.Failed, Waiting: c.Accepted - c.Handled - c.Failed}
}

// maxBatch bounds how much one commit takes, so that the first of a burst does not wait for the last.
const maxBatch = 2048

// committer gathers changes into shared transactions: it takes one, drains what waits meanwhile,
// commits once, and answers all. There is no timer, so a lone change waits for nobody, and under load
// every fsync is shared by all who came during the one before.
type committer struct {
	db     *bbolt.DB
	ops    chan *op
	quit   chan struct{}
	gone   chan struct{}
	counts atomic.Pointer[counts]
	fsyncs atomic.Uint64
	stats  commitStats
	since  int   // changes since the memory was looked at
	mapped int64 // memory in mapped files when it was given back last
}

// When memory is given back: every lookEvery changes it is looked at how much of the file this process
// holds on to, and what is more than releaseAbove bytes goes back to the system's cache. One change may
// touch a few pages or, in a large store, hundreds of KB, because the system maps the neighbours too.
const (
	lookEvery    = 256
	releaseAbove = 4 << 20
)

func newCommitter(db *bbolt.DB, c counts) *committer {
	k := &committer{db: db, ops: make(chan *op, maxBatch), quit: make(chan struct{}), gone: make(chan struct{}), stats: newCommitStats(), mapped: mappedMemory()}
	k.counts.Store(&c)
	go k.run()
	return k
}

// do queues a change and waits until it is durable. Once queued it happens even if ctx ends; the
// caller then does not learn the result.
func (k *committer) do(ctx context.Context, o *op) error {
	o.done = make(chan error, 1)
	select {
	case k.ops <- o:
	case <-ctx.Done():
		return ctx.Err()
	case <-k.quit:
		return errClosed
	}
	select {
	case err := <-o.done:
		return err
	case <-k.gone:
		select {
		case err := <-o.done:
			return err
		default:
			return errClosed
		}
	}
}

// note queues a change that nobody waits for, and drops it when the queue is half full.
func (k *committer) note(o *op) bool {
	if len(k.ops) > cap(k.ops)/2 {
		return false
	}
	select {
	case k.ops <- o:
		return true
	default:
		return false
	}
}

// close commits what is queued and stops.
func (k *committer) close() {
	close(k.quit)
	<-k.gone
}

func (k *committer) run() {
	defer close(k.gone)
	batch := make([]*op, 0, maxBatch)
	for {
		select {
		case o := <-k.ops:
			batch = append(batch[:0], o)
		case <-k.quit:
			for len(k.ops) > 0 {
				k.commit(k.drain(batch[:0]))
			}
			return
		}
		runtime.Gosched() // whoever is about to write comes along: fewer commits, each of which costs the same
		batch = k.drain(batch)
		k.commit(batch)
		if k.since += len(batch); k.since >= lookEvery {
			k.since = 0
			k.release()
		}
	}
}

// release gives memory back when much has gathered.
func (k *committer) release() {
	now := mappedMemory()
	if k.mapped = min(k.mapped, now); now < k.mapped+releaseAbove { // the program itself may have become smaller
		return
	}
	releaseMemory(k.db)
	k.mapped = mappedMemory()
}

func (k *committer) drain(batch []*op) []*op {
	for len(batch) < maxBatch {
		select {
		case o := <-k.ops:
			batch = append(batch, o)
		default:
			return batch
		}
	}
	return batch
}

// commit makes a batch durable. If it cannot be done together, each change is tried alone, so that
// one that is at fault does not take the others with it.
func (k *committer) commit(batch []*op) {
	err := k.try(batch)
	if err != nil && len(batch) > 1 {
		for _, o := range batch {
			k.commit([]*op{o})
		}
		return
	}
	for _, o := range batch {
		if err == nil && o.after != nil {
			o.after()
		}
		if o.done != nil {
			o.done <- err
		}
	}
}

func (k *committer) try(batch []*op) (err error) {
	tx, err := k.db.Begin(true)
	if err != nil {
		return err
	}
	t := &txn{Tx: tx, counts: *k.counts.Load()}
	applied := 0
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("store: %v", p)
		}
		if err != nil {
			tx.Rollback()
			for i := applied - 1; i >= 0; i-- {
				if batch[i].undo != nil {
					batch[i].undo()
				}
			}
		}
	}()
	for _, o := range batch {
		applied++ // counted before: apply may fail half way
		if err := o.apply(t); err != nil {
			return err
		}
	}
	if t.counts != *k.counts.Load() {
		if err := putCounts(t); err != nil {
			return err
		}
	}
	start := time.Now()
	if err := tx.Commit(); err != nil {
		return err
	}
	k.stats.committed(len(batch), time.Since(start))
	k.fsyncs.Add(1)
	k.counts.Store(&t.counts)
	return nil
}
