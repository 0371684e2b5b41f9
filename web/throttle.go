package web

import (
	"net/netip"
	"sync"
	"time"
)

// throttle bounds wrong secrets per client. Once a client has used up its tries it is turned away
// until the minute is over, even with a right one: else guessing would go on undisturbed.
type throttle struct {
	tries int
	now   func() time.Time

	mu    sync.Mutex
	table map[attempt]*tries
	queue []arrival // what the table holds, oldest first
}

// attempt says who tries what.
type attempt struct {
	client string
	at     string // what the secret is for
}

type tries struct {
	wrong int
	since time.Time
}

type arrival struct {
	attempt
	since time.Time
}

const (
	throttleWindow = time.Minute
	// maxThrottled bounds the memory that a flood of addresses can take, to about a megabyte.
	maxThrottled = 10_000
)

func newThrottle(n int, now func() time.Time) *throttle {
	return &throttle{tries: n, now: now, table: map[attempt]*tries{}}
}

// try counts a try in and returns how long the client has to wait, 0 if the try counts. Judging and
// counting are one step, so that many tries at once are no way round.
func (t *throttle) try(a attempt, right bool) time.Duration {
	a.client = network(a.client)
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	have := t.table[a]
	if have != nil && now.Sub(have.since) >= throttleWindow {
		delete(t.table, a)
		have = nil
	}
	switch {
	case have == nil && right:
	case have == nil:
		t.makeRoom(now)
		t.table[a] = &tries{wrong: 1, since: now}
		t.queue = append(t.queue, arrival{a, now})
	case have.wrong >= t.tries:
		return have.since.Add(throttleWindow).Sub(now)
	case !right:
		have.wrong++
	}
	return 0
}

// makeRoom drops what is over, and the oldest when the table is full.
func (t *throttle) makeRoom(now time.Time) {
	for len(t.queue) > 0 && (len(t.table) >= maxThrottled || now.Sub(t.queue[0].since) >= throttleWindow) {
		oldest := t.queue[0]
		t.queue = t.queue[1:]
		if have := t.table[oldest.attempt]; have != nil && have.since.Equal(oldest.since) {
			delete(t.table, oldest.attempt)
		}
	}
}

// network is the part of an address that one client does not change at will: a household has a whole
// /64 of IPv6.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	p, _ := ip.Prefix(64)
	return p.String()
}
