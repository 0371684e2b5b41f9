package boltstore

import (
	"container/heap"
	"context"
	"math"
	"sync"
	"time"

	"dari/store"
)

// lanes is a queue of queues: sequence numbers wait in order within a lane (a conversation), and
// lanes whose head is due are handed out one at a time each. It lives in memory and is rebuilt from
// the records at start; an idle lane costs nothing.
type lanes struct {
	mu     sync.Mutex
	more   *sync.Cond
	byKey  map[string]*lane
	ready  []*lane // a FIFO; ready[head:] is in use
	head   int
	timers laneHeap
	count  int // of waiting sequence numbers
	wake   *time.Timer
	closed bool
}

type lane struct {
	key  string
	seqs []uint64
	due  time.Time // the head is not handed out before; zero if it may be at once
}

func newLanes() *lanes {
	l := &lanes{byKey: map[string]*lane{}}
	l.more = sync.NewCond(&l.mu)
	return l
}

// add puts seq at the end of its lane.
func (l *lanes) add(key string, seq uint64) { l.addAt(key, seq, time.Time{}) }

// addAt is add for a head that is not due before the given time; behind others the time is ignored.
func (l *lanes) addAt(key string, seq uint64, due time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln := l.byKey[key]
	if ln == nil {
		ln = &lane{key: key}
		l.byKey[key] = ln
	}
	ln.seqs = append(ln.seqs, seq)
	l.count++
	if len(ln.seqs) == 1 {
		l.offer(ln, due)
	}
}

// offer makes a lane available now or at its time. The caller holds the lock.
func (l *lanes) offer(ln *lane, due time.Time) {
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
func (l *lanes) arm() {
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
func (l *lanes) ripen() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for len(l.timers) > 0 && !l.timers[0].due.After(now) {
		ln := heap.Pop(&l.timers).(*lane)
		l.offer(ln, time.Time{})
	}
	l.arm()
}

// next waits for a ready lane and returns its head, which stays in place until done, release or delay.
func (l *lanes) next(ctx context.Context) (string, uint64, error) {
	stop := context.AfterFunc(ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.more.Broadcast()
	})
	defer stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return "", 0, err
		}
		if l.closed {
			return "", 0, errClosed
		}
		if l.head < len(l.ready) {
			ln := l.ready[l.head]
			l.ready[l.head] = nil
			l.head++
			if l.head == len(l.ready) {
				l.ready, l.head = l.ready[:0], 0
			}
			return ln.key, ln.seqs[0], nil
		}
		l.more.Wait()
	}
}

// done removes the head and offers what follows.
func (l *lanes) done(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln := l.byKey[key]
	l.count--
	if ln.seqs = ln.seqs[1:]; len(ln.seqs) == 0 {
		delete(l.byKey, key)
		return
	}
	l.offer(ln, time.Time{})
}

// delay hands the head back until due; a zero time hands it back at once.
func (l *lanes) delay(key string, due time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.offer(l.byKey[key], due)
}

// oldest returns the smallest waiting sequence number, or none if nothing waits.
func (l *lanes) oldest(none uint64) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, ln := range l.byKey {
		none = min(none, ln.seqs[0])
	}
	return none
}

// queue tells how much waits.
func (l *lanes) queue() store.Queue {
	l.mu.Lock()
	q := store.Queue{Waiting: l.count}
	l.mu.Unlock()
	if seq := l.oldest(math.MaxUint64); seq < math.MaxUint64 {
		q.Oldest = timeAt(seq)
	}
	return q
}

func (l *lanes) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.wake != nil {
		l.wake.Stop()
	}
	l.more.Broadcast()
}

type laneHeap []*lane

func (h laneHeap) Len() int           { return len(h) }
func (h laneHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h laneHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *laneHeap) Push(x any)        { *h = append(*h, x.(*lane)) }
func (h *laneHeap) Pop() any {
	old := *h
	ln := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return ln
}
