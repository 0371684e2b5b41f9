package console

import (
	"net/netip"
	"sync"
	"time"
)

// How often somebody may fail: per client address and per login name.
const (
	maxFailures   = 10
	failureWindow = 15 * time.Minute
	maxWatched    = 20_000 // keys remembered at once
)

// throttle counts failures per key in windows that begin with the first one. It lives in memory: a
// restart forgives everybody.
type throttle struct {
	limit  int
	window time.Duration
	now    func() time.Time

	mu   sync.Mutex
	seen map[string]failed
}

type failed struct {
	count int
	until time.Time
}

func newThrottle(limit int, window time.Duration, now func() time.Time) *throttle {
	return &throttle{limit: limit, window: window, now: now, seen: map[string]failed{}}
}

// try counts a failure for every key before the try is made, so that many tries at once count too;
// forgive takes it back. When a key has had its failures nothing is counted and the wait is returned.
func (t *throttle) try(keys ...string) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for _, key := range keys {
		if f := t.seen[key]; f.count >= t.limit && now.Before(f.until) {
			wait = max(wait, f.until.Sub(now))
		}
	}
	if wait > 0 {
		return wait
	}
	for _, key := range keys {
		f := t.seen[key]
		if !now.Before(f.until) {
			f = failed{until: now.Add(t.window)}
		}
		f.count++
		t.makeRoom(now)
		t.seen[key] = f
	}
	return 0
}

// forgive takes back what the last try counted.
func (t *throttle) forgive(keys ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range keys {
		if f := t.seen[key]; f.count > 1 {
			f.count--
			t.seen[key] = f
		} else {
			delete(t.seen, key)
		}
	}
}

// makeRoom forgets what is over, and if that is not enough, any key.
func (t *throttle) makeRoom(now time.Time) {
	if len(t.seen) < maxWatched {
		return
	}
	for key, f := range t.seen {
		if !now.Before(f.until) {
			delete(t.seen, key)
		}
	}
	for key := range t.seen {
		if len(t.seen) < maxWatched {
			return
		}
		delete(t.seen, key)
	}
}

// addressKey is the throttle's key of a client address. Whoever has one IPv6 address has its whole /64.
func addressKey(client string) string {
	addr, err := netip.ParseAddr(client)
	if err != nil || addr.Unmap().Is4() {
		return "address " + client
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return "address " + client
	}
	return "address " + prefix.String()
}
