package bot

import (
	"sync"
	"time"
)

// strays counts callbacks that name no channel. Anybody can send those, so that nothing of them is kept.
type strays struct {
	mu   sync.Mutex
	n    uint64
	last time.Time
}

// Stray counts a callback of a channel type that names no channel there is, or one that is still a draft.
func (r *Runtime) Stray(channelType string) {
	r.metrics.strays.WithLabelValues(channelType).Inc()
	r.strays.mu.Lock()
	defer r.strays.mu.Unlock()
	r.strays.n++
	r.strays.last = time.Now()
}

// Strays tells how many such callbacks this process has seen, and when the last one came.
func (r *Runtime) Strays() (n uint64, last time.Time) {
	r.strays.mu.Lock()
	defer r.strays.mu.Unlock()
	return r.strays.n, r.strays.last
}
