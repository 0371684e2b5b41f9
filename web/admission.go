package web

import (
	lists "container/list"
	"context"
	"sync"
	"time"
)

// How many callbacks are worked on at once. What they hold in memory is bounded by that: bodies of up to
// smallBody share many places, larger ones and those of unknown length a few of their own, so that they
// cannot crowd out the others.
const (
	smallBody   = 16 << 10
	smallPlaces = 2048
	largePlaces = 16
	// maxQueued bounds those that wait for a place; whoever comes then is sent away at once.
	maxQueued = 8192
)

// admission lets callbacks in when the disk cannot keep up: they wait their turn, those of platforms
// that never send again before the others, for as long as their platform waits.
type admission struct {
	small, large *places
}

func newAdmission() *admission {
	return &admission{newPlaces(smallPlaces), newPlaces(largePlaces)}
}

// enter waits for a place for a body of the announced length. It returns nil when there was none in
// time; otherwise leave must be called.
func (a *admission) enter(ctx context.Context, length int64, urgent bool, patience time.Duration) (leave func()) {
	p := a.small
	if length < 0 || length > smallBody {
		p = a.large
	}
	if !p.enter(ctx, urgent, patience) {
		return nil
	}
	return p.leave
}

// waiting is how many callbacks wait for a place.
func (a *admission) waiting() int { return a.small.queued() + a.large.queued() }

// places is a semaphore with two queues.
type places struct {
	mu      sync.Mutex
	free    int
	urgent  lists.List // of chan struct{}
	patient lists.List
}

func newPlaces(n int) *places { return &places{free: n} }

func (p *places) enter(ctx context.Context, urgent bool, patience time.Duration) bool {
	p.mu.Lock()
	if p.free > 0 {
		p.free--
		p.mu.Unlock()
		return true
	}
	queue := &p.patient
	if urgent {
		queue = &p.urgent
	}
	if queue.Len() >= maxQueued {
		p.mu.Unlock()
		return false
	}
	granted := make(chan struct{})
	place := queue.PushBack(granted)
	p.mu.Unlock()

	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-granted:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-granted: // in the very last moment
		return true
	default:
		queue.Remove(place)
		return false
	}
}

func (p *places) queued() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.urgent.Len() + p.patient.Len()
}

// leave hands the place to who waits, the urgent ones first.
func (p *places) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, queue := range []*lists.List{&p.urgent, &p.patient} {
		if first := queue.Front(); first != nil {
			queue.Remove(first)
			close(first.Value.(chan struct{}))
			return
		}
	}
	p.free++
}
