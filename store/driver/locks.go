package driver

import (
	"context"
	"sync"
)

// Locks is one mutex per name, with waiting that a context can end. The zero value is ready for use.
type Locks struct {
	mu    sync.Mutex
	inUse map[string]*namedLock
}

type namedLock struct {
	token   chan struct{}
	waiters int
}

// Lock waits for the mutex of that name and returns what gives it back.
func (k *Locks) Lock(ctx context.Context, name string) (func(), error) {
	k.mu.Lock()
	if k.inUse == nil {
		k.inUse = map[string]*namedLock{}
	}
	l := k.inUse[name]
	if l == nil {
		l = &namedLock{token: make(chan struct{}, 1)}
		k.inUse[name] = l
	}
	l.waiters++
	k.mu.Unlock()
	leave := func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if l.waiters--; l.waiters == 0 {
			delete(k.inUse, name)
		}
	}
	select {
	case l.token <- struct{}{}:
		return sync.OnceFunc(func() { <-l.token; leave() }), nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
