package pgstore

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// How often a lock that another node has is asked for. Where there is NOTIFY its release wakes those who
// wait, and this only finds the locks of nodes that are gone.
const (
	askSeldom = 250 * time.Millisecond
	askOften  = 50 * time.Millisecond
)

// Lock implements store.Store by a row that counts as long as the node lives that wrote it.
func (s *Store) Lock(ctx context.Context, name string) (func(), error) {
	name = clean(name)
	leave, err := s.locks.Lock(ctx, name)
	if err != nil {
		return nil, err
	}
	every := askSeldom
	if !s.opts.notify {
		every = askOften
	}
	for {
		freed := s.news.unlocked()
		node, got, err := s.tryLock(ctx, name)
		if got {
			return sync.OnceFunc(func() { s.unlock(name, node); leave() }), nil
		}
		if err != nil {
			leave()
			return nil, err
		}
		select {
		case <-freed:
		case <-time.After(every):
		case <-ctx.Done():
			leave()
			return nil, ctx.Err()
		}
	}
}

func (s *Store) tryLock(ctx context.Context, name string) (node int64, got bool, err error) {
	if !s.lease.fresh() {
		return 0, false, nil // the others take this node for dead
	}
	node = s.lease.node()
	s.lease.keepLock(name)
	err = s.retry(ctx, func(ctx context.Context) error {
		return s.pool.QueryRow(ctx, `INSERT INTO dari_locks AS l (name, node) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET node = excluded.node
			WHERE l.node = excluded.node OR NOT EXISTS (SELECT FROM dari_nodes n WHERE n.node = l.node AND n.until > clock_timestamp())
			RETURNING true`, name, node).Scan(&got)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return node, false, nil
	}
	if err != nil { // it may have been taken all the same
		s.lease.giveLock(name)
	}
	return node, got, err
}

// unlock gives the lock back now, or with a beat of the lease if the database does not answer.
func (s *Store) unlock(name string, node int64) {
	ctx, cancel := context.WithTimeout(s.ctx, statementTime)
	defer cancel()
	if _, err := s.exec(ctx, "DELETE FROM dari_locks WHERE name = $1 AND node = $2", name, node); err != nil {
		s.lease.giveLock(name)
		return
	}
	s.news.put(item{Kind: itemLock, Key: name})
}

// keepLock takes back what giveLock has asked for, for the name is about to be used again.
func (l *lease) keepLock(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.unlocked, name)
}

// giveLock asks for a lock to be released with the next beat.
func (l *lease) giveLock(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unlocked[name] = true
}

// unlock releases what giveLock has asked for.
func (l *lease) unlock(ctx context.Context) error {
	l.mu.Lock()
	var names []string
	for name := range l.unlocked {
		names = append(names, name)
	}
	l.mu.Unlock()
	if len(names) == 0 {
		return nil
	}
	// Under the lock of each name in this process, so that nobody has just taken it again.
	for _, name := range names {
		leave, err := l.s.locks.Lock(ctx, name)
		if err != nil {
			return err
		}
		if l.asked(name) {
			_, err = l.conn.Exec(ctx, "DELETE FROM dari_locks WHERE name = $1 AND node = $2", name, l.node())
		}
		if err == nil {
			l.keepLock(name)
		}
		leave()
		if err != nil {
			return err
		}
		l.s.news.put(item{Kind: itemLock, Key: name})
	}
	return nil
}

func (l *lease) asked(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.unlocked[name]
}
