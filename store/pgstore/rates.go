package pgstore

import (
	"context"
	"time"
)

// Reserve implements store.Pacer: one number per bucket says when it would be full again, by the server's
// clock.
func (s *Store) Reserve(ctx context.Context, name string, interval time.Duration, burst int) (time.Time, error) {
	var next int64
	now := s.now()
	err := s.retry(ctx, func(ctx context.Context) error { // a place taken twice is no harm
		return s.pool.QueryRow(ctx, `INSERT INTO dari_rates AS r (name, next) VALUES ($1, $2::bigint + $3::bigint)
			ON CONFLICT (name) DO UPDATE SET next = greatest(r.next, $2::bigint) + $3::bigint RETURNING next`,
			clean(name), now.UnixMicro(), interval.Microseconds()).Scan(&next)
	})
	if err != nil {
		return time.Time{}, err
	}
	// The bucket is full at next; the place is free when no more than burst are in it.
	wait := time.UnixMicro(next).Sub(now) - time.Duration(max(burst, 1))*interval
	return time.Now().Add(max(wait, 0)), nil
}
