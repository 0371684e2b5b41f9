package pgstore

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// giveAwayTime is how long work in a shard may take to end before the shard is kept after all.
	giveAwayTime = time.Second
	// restTime is how long after that nothing is given away.
	restTime = 10 * time.Second
)

// share takes what nobody works on, up to a fair share, and gives away what is beyond that.
func (l *lease) share(ctx context.Context, v view) error {
	l.mu.Lock()
	mine, leaving := len(l.owned), l.leaving
	l.mu.Unlock()
	if leaving {
		return l.giveAway(ctx, mine)
	}
	fair := (shards + v.working - 1) / max(v.working, 1)
	free := 0
	for _, owner := range v.owners {
		if !v.alive[owner] {
			free++
		}
	}
	switch {
	case mine < fair && free > 0:
		return l.claim(ctx, min(fair-mine, free))
	case mine > fair:
		return l.giveAway(ctx, mine-fair)
	}
	l.keep()
	return nil
}

// claim takes over shards whose owner is gone. Rows that a commit has in hand are left for the next beat.
func (l *lease) claim(ctx context.Context, n int) error {
	const sql = `UPDATE dari_shards SET node = $1, epoch = epoch + 1 WHERE shard IN (
			SELECT s.shard FROM dari_shards s
			WHERE NOT EXISTS (SELECT FROM dari_nodes o WHERE o.node = s.node AND o.until > clock_timestamp())
			ORDER BY s.shard LIMIT $2 FOR UPDATE SKIP LOCKED)
		RETURNING shard, epoch`
	rows, err := l.conn.Query(ctx, sql, l.node(), n)
	if err != nil {
		return err
	}
	taken := map[int16]tenure{}
	var shard int16
	var epoch int64
	if _, err := pgx.ForEachRow(rows, []any{&shard, &epoch}, func() error {
		taken[shard] = tenure{epoch: epoch}
		return nil
	}); err != nil {
		return err
	}
	l.mu.Lock()
	var list []int16
	for shard, t := range taken {
		l.owned[shard] = t
		list = append(list, shard)
	}
	l.mu.Unlock()
	return l.s.findWork(ctx, list)
}

// giveAway gives up to n shards to others: it stops to hand out their work, and lets go of those where none
// is in hand. Where that takes too long the shard is kept, or, when the node leaves, given away all the
// same: what is in hand there then commits no more and is done again.
func (l *lease) giveAway(ctx context.Context, n int) error {
	now := time.Now()
	l.mu.Lock()
	if !l.leaving && now.Before(l.resting) {
		l.mu.Unlock()
		return nil
	}
	going := map[int16]bool{}
	for shard, t := range l.owned {
		if !t.going.IsZero() {
			going[shard] = true
		}
	}
	for shard, t := range l.owned {
		if len(going) < n && t.going.IsZero() {
			t.going, going[shard] = now, true
			l.owned[shard] = t
		}
	}
	l.mu.Unlock()
	l.s.dropLanes(keysOf(going), false)
	busy := l.s.turns.busy()
	for shard, n := range l.s.outs.busy() {
		busy[shard] += n
	}
	var free, late []int16
	l.mu.Lock()
	for shard := range going {
		since := now.Sub(l.owned[shard].going)
		switch {
		case busy[shard] == 0, l.leaving && since > l.s.opts.lease:
			free = append(free, shard)
		case !l.leaving && since > giveAwayTime:
			late = append(late, shard)
		}
	}
	l.mu.Unlock()
	if err := l.letGo(ctx, free); err != nil {
		return err
	}
	if len(free) < len(going) {
		time.AfterFunc(20*time.Millisecond, l.soon)
	}
	return l.takeBack(ctx, late)
}

func (l *lease) letGo(ctx context.Context, free []int16) error {
	if len(free) == 0 {
		return nil
	}
	if _, err := l.conn.Exec(ctx, "UPDATE dari_shards SET node = 0 WHERE shard = ANY($1) AND node = $2", free, l.node()); err != nil {
		return err
	}
	l.mu.Lock()
	for _, shard := range free {
		delete(l.owned, shard)
	}
	l.mu.Unlock()
	l.s.dropLanes(free, true)
	l.s.news.put(item{Kind: itemShards})
	return nil
}

// takeBack goes on with shards that could not be given away.
func (l *lease) takeBack(ctx context.Context, late []int16) error {
	if len(late) == 0 {
		return nil
	}
	l.mu.Lock()
	l.resting = time.Now().Add(restTime)
	l.mu.Unlock()
	return l.resume(ctx)
}

// keep goes on with all shards: nothing has to be given away any more.
func (l *lease) keep() { _ = l.resume(l.s.ctx) }

func (l *lease) resume(ctx context.Context) error {
	var back []int16
	l.mu.Lock()
	for shard, t := range l.owned {
		if !t.going.IsZero() {
			l.owned[shard] = tenure{epoch: t.epoch}
			back = append(back, shard)
		}
	}
	l.mu.Unlock()
	return l.s.findWork(ctx, back)
}
