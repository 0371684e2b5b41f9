package pgstore

import (
	"container/heap"
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

var errClosed = errors.New("store is closed")

// lanes knows which conversations of the node's shards may have work, and hands that out one at a time for
// each conversation. What it knows is a hint; load reads from the database what the work is. An idle
// conversation costs nothing.
type lanes[C any] struct {
	load   func(ctx context.Context, keys []string) (map[string]head[C], error)
	tenure func(shard int16) (epoch int64, ok bool) // of a shard that may be worked on
	fresh  func() bool                              // whether the lease has been renewed lately
	stamp  func(c *C, fence uint64)

	mu      sync.Mutex
	more    *sync.Cond
	byKey   map[string]*lane
	ready   []*lane // a FIFO; ready[first:] is in use
	first   int
	loaded  []loadedHead[C] // read, but not handed out yet
	timers  laneHeap
	wake    *time.Timer
	loading bool
	closed  bool
	fence   uint64
	holds   map[uint64]*hold
}

// head is the oldest work of a conversation.
type head[C any] struct {
	claim C
	id    int64
	more  bool      // something waits behind it
	due   time.Time // it is not handed out before
}

type laneState int

const (
	laneReady laneState = iota
	laneTaken           // its head is being read, or has been handed out
	laneDelayed
)

type lane struct {
	key   string
	shard int16
	state laneState
	again bool // there was a hint while it was taken
	due   time.Time
}

type loadedHead[C any] struct {
	*lane
	head  head[C]
	epoch int64
	at    time.Time
}

// hold is work that somebody has in hand.
type hold struct {
	lane  *lane
	epoch int64
	id    int64
	more  bool
	ids   []int64 // of the deliveries that a turn's first attempt to commit has named
}

const (
	loadAtOnce = 64
	// loadedFor is how long what was read may wait: things may change meanwhile.
	loadedFor = 500 * time.Millisecond
	// backAfter is when work that was handed back is offered again: soon, but not in a tight loop.
	backAfter = 200 * time.Millisecond
)

func newLanes[C any]() *lanes[C] {
	l := &lanes[C]{byKey: map[string]*lane{}, holds: map[uint64]*hold{}}
	l.more = sync.NewCond(&l.mu)
	return l
}

// hint says that a conversation has work. urgent says that its head may be another now: it is read again,
// unless somebody has it in hand.
func (l *lanes[C]) hint(key string, shard int16, urgent bool) {
	if _, ok := l.tenure(shard); !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch ln := l.byKey[key]; {
	case ln == nil:
		ln = &lane{key: key, shard: shard}
		l.byKey[key] = ln
		l.offer(ln)
	case ln.state == laneTaken && urgent && l.unload(ln):
		l.offer(ln)
	case ln.state == laneTaken:
		ln.again = true
	case ln.state == laneDelayed && urgent:
		ln.due = time.Time{}
		l.offer(ln) // what is left of it in the heap is passed over
	}
}

// unload takes back what has been read of a lane, if it was not handed out yet. The caller holds the lock.
func (l *lanes[C]) unload(ln *lane) bool {
	before := len(l.loaded)
	l.loaded = slices.DeleteFunc(l.loaded, func(h loadedHead[C]) bool { return h.lane == ln })
	return len(l.loaded) < before
}

// offer makes a lane ready. The caller holds the lock, as for all that follow down to next.
func (l *lanes[C]) offer(ln *lane) {
	ln.state, ln.again = laneReady, false
	l.ready = append(l.ready, ln)
	l.more.Signal()
}

func (l *lanes[C]) delay(ln *lane, due time.Time) {
	if !due.After(time.Now()) {
		l.offer(ln)
		return
	}
	ln.state, ln.again, ln.due = laneDelayed, false, due
	heap.Push(&l.timers, timed{ln, due})
	l.arm()
}

func (l *lanes[C]) arm() {
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

// ripen makes those ready whose time has come.
func (l *lanes[C]) ripen() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for len(l.timers) > 0 && !l.timers[0].due.After(now) {
		t := heap.Pop(&l.timers).(timed)
		if t.lane.state == laneDelayed && t.lane.due.Equal(t.due) && l.byKey[t.lane.key] == t.lane {
			l.offer(t.lane)
		}
	}
	l.arm()
}

// next waits for work and returns it with the right to it.
func (l *lanes[C]) next(ctx context.Context) (c C, err error) {
	stop := context.AfterFunc(ctx, l.wakeAll)
	defer stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		switch {
		case ctx.Err() != nil:
			return c, ctx.Err()
		case l.closed:
			return c, errClosed
		}
		if c, ok := l.pop(); ok {
			return c, nil
		}
		if l.loading || !l.fresh() {
			l.more.Wait()
			continue
		}
		batch := l.take()
		if len(batch) == 0 {
			l.more.Wait()
			continue
		}
		if err := l.fill(batch); err != nil {
			return c, err
		}
	}
}

// pop hands out what has been read.
func (l *lanes[C]) pop() (c C, ok bool) {
	for len(l.loaded) > 0 {
		if !l.fresh() {
			return c, false
		}
		h := l.loaded[0]
		l.loaded[0] = loadedHead[C]{}
		l.loaded = l.loaded[1:]
		epoch, ours := l.tenure(h.shard)
		switch {
		case l.byKey[h.key] != h.lane:
		case !ours || epoch != h.epoch:
			delete(l.byKey, h.key)
		case time.Since(h.at) > loadedFor:
			l.offer(h.lane)
		default:
			l.fence++
			l.holds[l.fence] = &hold{lane: h.lane, epoch: h.epoch, id: h.head.id, more: h.head.more}
			c = h.head.claim
			l.stamp(&c, l.fence)
			return c, true
		}
	}
	return c, false
}

// take takes ready lanes whose heads are to be read.
func (l *lanes[C]) take() []loadedHead[C] {
	var batch []loadedHead[C]
	for l.first < len(l.ready) && len(batch) < loadAtOnce {
		ln := l.ready[l.first]
		l.ready[l.first] = nil
		l.first++
		if l.byKey[ln.key] != ln || ln.state != laneReady {
			continue
		}
		epoch, ours := l.tenure(ln.shard)
		if !ours {
			delete(l.byKey, ln.key)
			continue
		}
		ln.state, ln.again = laneTaken, false
		batch = append(batch, loadedHead[C]{lane: ln, epoch: epoch})
	}
	if l.first == len(l.ready) {
		l.ready, l.first = l.ready[:0], 0
	}
	return batch
}

// fill reads the heads of the lanes. It lets go of the lock meanwhile.
func (l *lanes[C]) fill(batch []loadedHead[C]) error {
	l.loading = true
	l.mu.Unlock()
	keys := make([]string, len(batch))
	for i, h := range batch {
		keys[i] = h.key
	}
	ctx, cancel := context.WithTimeout(context.Background(), statementTime)
	heads, err := l.load(ctx, keys)
	cancel()
	l.mu.Lock()
	l.loading = false
	now := time.Now()
	for _, h := range batch {
		found, ok := heads[h.key]
		switch {
		case l.byKey[h.key] != h.lane: // the shard was lost
		case err != nil:
			l.delay(h.lane, now.Add(backAfter))
		case !ok && h.again:
			l.offer(h.lane)
		case !ok:
			delete(l.byKey, h.key)
		case found.due.After(now):
			l.delay(h.lane, found.due)
		default:
			h.head, h.at = found, now
			l.loaded = append(l.loaded, h)
		}
	}
	l.more.Broadcast()
	return err
}

func (l *lanes[C]) wakeAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.more.Broadcast()
}

func (l *lanes[C]) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.wake != nil {
		l.wake.Stop()
	}
	l.more.Broadcast()
}

type timed struct {
	lane *lane
	due  time.Time
}

type laneHeap []timed

func (h laneHeap) Len() int           { return len(h) }
func (h laneHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h laneHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *laneHeap) Push(x any)        { *h = append(*h, x.(timed)) }
func (h *laneHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = timed{}
	*h = old[:len(old)-1]
	return t
}
