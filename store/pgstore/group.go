package pgstore

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// group gathers requests into shared statements: a worker takes one, drains what waits meanwhile, writes
// all of it at once, and answers. There is no timer, so a lone request waits for nobody.
type group[T any] struct {
	requests chan *request[T]
	// write does the batch, all or nothing, and keeps what came of it in the requests. slot tells the
	// workers apart.
	write func(ctx context.Context, slot int, batch []T) error
	// size is about how many bytes a request is long.
	size func(T) int
	// together tells whether two requests may share a statement; nil: all may.
	together func(a, b T) bool
	stats    *commitStats

	quit    chan struct{}
	gone    chan struct{} // closed when nothing is written any more
	workers sync.WaitGroup
}

type request[T any] struct {
	what T
	done chan error
}

const (
	maxBatch      = 1024
	maxBatchBytes = 1 << 20 // so that a statement leaves in one go, and never half
	statementTime = 8 * time.Second
)

func (g *group[T]) start(workers, firstSlot int) {
	g.requests = make(chan *request[T], 2*maxBatch)
	g.quit, g.gone = make(chan struct{}), make(chan struct{})
	for i := range workers {
		g.workers.Go(func() { g.run(firstSlot + i) })
	}
}

// do queues a request and waits until it is written. Once queued it happens even if ctx ends; the caller
// then does not learn the result.
func (g *group[T]) do(ctx context.Context, what T) error {
	r := &request[T]{what, make(chan error, 1)}
	select {
	case g.requests <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-g.quit:
		return errClosed
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done(): // the database may not answer for long
		return ctx.Err()
	case <-g.gone:
		select {
		case err := <-r.done:
			return err
		default:
			return errClosed
		}
	}
}

// note queues a request that nobody waits for, unless the queue is half full. done is closed when it has
// been tried.
func (g *group[T]) note(what T) (done chan error, ok bool) {
	if len(g.requests) > cap(g.requests)/2 {
		return nil, false
	}
	r := &request[T]{what, make(chan error, 1)}
	select {
	case g.requests <- r:
		return r.done, true
	default:
		return nil, false
	}
}

// close writes what is queued and stops.
func (g *group[T]) close() {
	close(g.quit)
	g.workers.Wait()
	close(g.gone)
}

func (g *group[T]) run(slot int) {
	batch := make([]*request[T], 0, maxBatch)
	for {
		select {
		case r := <-g.requests:
			batch = append(batch[:0], r)
		case <-g.quit:
			for len(g.requests) > 0 {
				if batch = g.drain(batch[:0]); len(batch) > 0 {
					g.commit(slot, batch)
				}
			}
			return
		}
		runtime.Gosched() // whoever is about to write comes along
		batch = g.drain(batch)
		g.commit(slot, batch)
	}
}

func (g *group[T]) drain(batch []*request[T]) []*request[T] {
	bytes := 0
	for _, r := range batch {
		bytes += g.size(r.what)
	}
	for len(batch) < maxBatch && bytes < maxBatchBytes {
		select {
		case r := <-g.requests:
			batch = append(batch, r)
			bytes += g.size(r.what)
		default:
			return batch
		}
	}
	return batch
}

// commit writes a batch, in parts where not all may share a statement.
func (g *group[T]) commit(slot int, batch []*request[T]) {
	if g.together == nil {
		g.try(slot, batch)
		return
	}
	for len(batch) > 0 {
		var part, rest []*request[T]
		for _, r := range batch {
			if g.together(batch[0].what, r.what) {
				part = append(part, r)
			} else {
				rest = append(rest, r)
			}
		}
		g.try(slot, part)
		batch = rest
	}
}

// try writes a batch. If that cannot be done together although the database is there, each request is
// tried alone, so that one that is at fault does not take the others with it.
func (g *group[T]) try(slot int, batch []*request[T]) {
	whats := make([]T, len(batch))
	for i, r := range batch {
		whats[i] = r.what
	}
	begin := time.Now()
	err := g.write(context.Background(), slot, whats)
	if err != nil && len(batch) > 1 && !broken(err) {
		for i := range batch {
			g.try(slot, batch[i:i+1])
		}
		return
	}
	if err == nil && g.stats != nil {
		g.stats.committed(len(batch), time.Since(begin))
	}
	for _, r := range batch {
		r.done <- err
		close(r.done)
	}
}
