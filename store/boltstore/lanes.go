package boltstore

import (
	"container/heap"
	"context"
	"math"
	"sync"
	"time"

	"dari/store"
	"dari/store/driver"
)

// lanes is a queue of queues: sequence numbers wait in order within a lane (a conversation), and
// lanes whose head is due are handed out one at a time each. It lives in memory and is rebuilt from
// the records at start; an idle lane costs nothing. What was written a moment ago is held beside its
// number, so that it need not be read again; beyond holdMost bytes the numbers alone are kept.
type lanes[T any] struct {
	mu     sync.Mutex
	more   *sync.Cond
	byKey  map[string]*lane[T]
	ready  []*lane[T] // a FIFO; ready[head:] is in use
	head   int
	timers laneHeap[T]
	count  int // of waiting sequence numbers
	held   int // bytes
	wake   *time.Timer
	closed bool
}

type lane[T any] struct {
	key   string
	items []laneItem[T]
	due   time.Time // the head is not handed out before; zero if it may be at once
}

// laneItem is one sequence number, with its record while that is held.
type laneItem[T any] struct {
	seq    uint64
	record *T
	size   int // of the record, in bytes, about
}

// holdMost bounds the records that one queue holds, in bytes: some thousand messages.
const holdMost = 8 << 20

func newLanes[T any]() *lanes[T] {
	l := &lanes[T]{byKey: map[string]*lane[T]{}}
	l.more = sync.NewCond(&l.mu)
	return l
}

// add puts seq at the end of its lane, with its record.
func (l *lanes[T]) add(key string, seq uint64, record *T, size int) {
	l.put(key, laneItem[T]{seq, record, size}, time.Time{})
}

// addAt puts seq at the end of its lane. A head is not due before the given time; behind others the time
// is ignored.
func (l *lanes[T]) addAt(key string, seq uint64, due time.Time) {
	l.put(key, laneItem[T]{seq: seq}, due)
}

func (l *lanes[T]) put(key string, it laneItem[T], due time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held+it.size > holdMost {
		it.record, it.size = nil, 0
	}
	l.held += it.size
	ln := l.byKey[key]
	if ln == nil {
		ln = &lane[T]{key: key}
		l.byKey[key] = ln
	}
	ln.items = append(ln.items, it)
	l.count++
	if len(ln.items) == 1 {
		l.offer(ln, due)
	}
}

// let gives up the record of an item, which then has to be read again. The caller holds the lock.
func (l *lanes[T]) let(it *laneItem[T]) *T {
	record := it.record
	l.held -= it.size
	it.record, it.size = nil, 0
	return record
}

// forget gives up the held record of seq, because what is stored has changed.
func (l *lanes[T]) forget(key string, seq uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ln := l.byKey[key]; ln != nil {
		for i := range ln.items {
			if ln.items[i].seq == seq {
				l.let(&ln.items[i])
			}
		}
	}
}

// offer makes a lane available now or at its time. The caller holds the lock.
func (l *lanes[T]) offer(ln *lane[T], due time.Time) {
	if due.After(time.Now()) {
		ln.due = due
		heap.Push(&l.timers, ln)
		l.arm()
		return
	}
	ln.due = time.Time{}
	l.ready = append(l.ready, ln)
	l.more.Signal()
}

// arm sets the timer to the earliest waiting lane. The caller holds the lock.
func (l *lanes[T]) arm() {
	if len(l.timers) == 0 || l.closed {
		return
	}
	d := time.Until(l.timers[0].due)
	if l.wake == nil {
		l.wake = time.AfterFunc(d, l.ripen)
		return
	}
	l.wake.Reset(d)
}

// ripen moves the lanes whose time has come to the ready ones.
func (l *lanes[T]) ripen() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for len(l.timers) > 0 && !l.timers[0].due.After(now) {
		ln := heap.Pop(&l.timers).(*lane[T])
		l.offer(ln, time.Time{})
	}
	l.arm()
}

// ticket is the head of a lane. The record is nil if it has to be read.
type ticket[T any] struct {
	key    string
	seq    uint64
	record *T
}

// next waits for a ready lane and returns its head, which stays in place until done or delay.
func (l *lanes[T]) next(ctx context.Context) (ticket[T], error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	watched := false
	for {
		switch {
		case ctx.Err() != nil:
			return ticket[T]{}, ctx.Err()
		case l.closed:
			return ticket[T]{}, errClosed
		case l.head < len(l.ready):
			return l.take(), nil
		}
		if !watched { // only who waits has to
			watched = true
			stop := context.AfterFunc(ctx, func() {
				l.mu.Lock()
				defer l.mu.Unlock()
				l.more.Broadcast()
			})
			defer stop()
		}
		l.more.Wait()
	}
}

// take hands out the first ready lane. The caller holds the lock.
func (l *lanes[T]) take() ticket[T] {
	ln := l.ready[l.head]
	l.ready[l.head] = nil
	l.head++
	if l.head == len(l.ready) {
		l.ready, l.head = l.ready[:0], 0
	}
	it := &ln.items[0]
	return ticket[T]{ln.key, it.seq, l.let(it)}
}

// done removes the head and offers what follows.
func (l *lanes[T]) done(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln := l.byKey[key]
	l.count--
	l.let(&ln.items[0])
	if ln.items = ln.items[1:]; len(ln.items) == 0 {
		delete(l.byKey, key)
		return
	}
	l.offer(ln, time.Time{})
}

// delay hands the head back until due; a zero time hands it back at once.
func (l *lanes[T]) delay(key string, due time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.offer(l.byKey[key], due)
}

// oldest returns the smallest waiting sequence number, or none if nothing waits.
func (l *lanes[T]) oldest(none uint64) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, ln := range l.byKey {
		none = min(none, ln.items[0].seq)
	}
	return none
}

// queue tells how much waits.
func (l *lanes[T]) queue() store.Queue {
	l.mu.Lock()
	q := store.Queue{Waiting: l.count}
	l.mu.Unlock()
	if seq := l.oldest(math.MaxUint64); seq < math.MaxUint64 {
		q.Oldest = driver.TimeOf(seq)
	}
	return q
}

func (l *lanes[T]) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.wake != nil {
		l.wake.Stop()
	}
	l.more.Broadcast()
}

type laneHeap[T any] []*lane[T]

func (h laneHeap[T]) Len() int           { return len(h) }
func (h laneHeap[T]) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h laneHeap[T]) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *laneHeap[T]) Push(x any)        { *h = append(*h, x.(*lane[T])) }
func (h *laneHeap[T]) Pop() any {
	old := *h
	ln := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return ln
}
