package store

import (
	"context"
	"time"
)

// Queue is what waits for work.
type Queue struct {
	Waiting int       // those under way among them
	Oldest  time.Time // when the oldest of them was added; zero if nothing waits
}

// Queues is an optional ability of a Store: it tells how long its queues are. It is asked often, so it
// must be cheap, and it tells of the queues that the caller's process sees.
type Queues interface {
	Queues(ctx context.Context) (turns, deliveries Queue, err error)
}
