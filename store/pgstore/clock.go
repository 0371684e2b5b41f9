package pgstore

import (
	"sync"
	"time"

	"dari/store/driver"
)

// clock gives out ids from the clock of the database's server, which all nodes have in common. It knows
// that clock to within half of the shortest round trip that it has seen lately.
type clock struct {
	mu      sync.Mutex
	began   time.Time // on this machine's monotonic clock
	best    sample
	ring    [64]sample
	n       int
	last    int64 // microseconds of the newest id
	slot    int64
	started bool
}

// sample is one look at the server's clock: what to add to the microseconds since began, and how long the
// question took.
type sample struct {
	offset int64
	took   time.Duration
}

// slots is how many nodes there may be at once; the lowest bits of an id tell them apart.
const (
	slotBits = 10
	maxSlot  = 255
)

// drift is how far two clocks may run apart between samples.
const drift = time.Millisecond

// saw takes a sample: the server's time now, asked for at sent and learnt at got.
func (c *clock) saw(sent, got, server time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.started {
		c.began, c.started = sent, true
	}
	took := got.Sub(sent)
	middle := sent.Add(took / 2)
	s := sample{offset: server.UnixMicro() - middle.Sub(c.began).Microseconds(), took: took}
	apart := time.Duration(s.offset-c.best.offset) * time.Microsecond
	if c.n > 0 && apart.Abs() > (s.took+c.best.took)/2+drift { // one of the clocks has jumped
		c.n = 0
	}
	c.ring[c.n%len(c.ring)] = s
	c.n++
	c.best = c.ring[0]
	for _, s := range c.ring[:min(c.n, len(c.ring))] {
		if s.took < c.best.took {
			c.best = s
		}
	}
}

// micros is the server's clock. The caller holds the lock.
func (c *clock) micros() int64 { return time.Since(c.began).Microseconds() + c.best.offset }

// now is the server's time.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.UnixMicro(c.micros())
}

// use sets the number of the node.
func (c *clock) use(slot int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slot = slot
}

// nextID gives out an id. They rise, and no two nodes give out the same.
func (c *clock) nextID() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = max(c.last+1, c.micros())
	return c.last/1000<<driver.CountBits | c.last%1000<<slotBits | c.slot
}
