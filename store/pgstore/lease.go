package pgstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// lease keeps the node alive in the eyes of the others, and shares the shards out among those who live.
type lease struct {
	s     *Store
	every time.Duration
	again chan struct{} // asks for a beat now

	beating sync.Mutex
	conn    *pgx.Conn // the beat's own, so that no load keeps it waiting

	mu       sync.Mutex
	id       int64
	until    time.Time // by the monotonic clock: nobody has taken anything away before
	owned    map[int16]tenure
	topics   map[string]bool // what other nodes want to hear of
	leaving  bool
	resting  time.Time       // no shard is given away before
	unlocked map[string]bool // locks whose release did not reach the database
}

// tenure is the time for which a shard is the node's.
type tenure struct {
	epoch int64
	// going is when it stopped to be worked on, so that it can be given away; zero if it is worked on.
	going time.Time
}

func newLease(s *Store) *lease {
	return &lease{s: s, every: s.opts.lease / 6, again: make(chan struct{}, 1), owned: map[int16]tenure{}, unlocked: map[string]bool{}}
}

// tenure tells whether the shard may be worked on, and since which epoch it is the node's.
func (l *lease) tenure(shard int16) (int64, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.owned[shard]
	return t.epoch, ok && t.going.IsZero()
}

// fresh tells whether the lease has been renewed lately enough that nobody else can have taken over.
func (l *lease) fresh() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Now().Before(l.until)
}

func (l *lease) node() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.id
}

// active lists the shards that are worked on.
func (l *lease) active() []int16 {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []int16
	for shard, t := range l.owned {
		if t.going.IsZero() {
			list = append(list, shard)
		}
	}
	slices.Sort(list)
	return list
}

// soon asks for a beat at once.
func (l *lease) soon() {
	select {
	case l.again <- struct{}{}:
	default:
	}
}

// run renews the lease until the store is closed.
func (l *lease) run() {
	tick := time.NewTicker(l.every)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-l.s.ctx.Done():
			return
		case <-tick.C:
		case <-l.again:
		}
		err := l.beat(l.s.ctx)
		switch {
		case err != nil && l.s.ctx.Err() == nil && !failing:
			l.s.log.Error("the database does not answer; work stops until it does", "error", err)
			failing = true
		case err == nil && failing:
			l.s.log.Info("the database answers again")
			failing = false
		}
	}
}

// beat renews the lease and looks who else lives and who works on what.
func (l *lease) beat(ctx context.Context) error {
	l.beating.Lock()
	defer l.beating.Unlock()
	ctx, cancel := context.WithTimeout(ctx, l.s.opts.lease)
	defer cancel()
	err := l.beatOn(ctx)
	if err != nil && l.conn != nil {
		l.conn.Close(ctx)
		l.conn = nil
	}
	if err == nil {
		l.s.turns.wakeAll()
		l.s.outs.wakeAll()
	}
	return err
}

func (l *lease) beatOn(ctx context.Context) (err error) {
	if l.conn == nil {
		if l.conn, err = pgx.ConnectConfig(ctx, l.s.pool.Config().ConnConfig); err != nil {
			return err
		}
		for range 4 { // the shortest of some is close
			if err := l.ping(ctx); err != nil {
				return err
			}
		}
	}
	if err := l.ping(ctx); err != nil {
		return err
	}
	if l.node() == 0 {
		if err := l.register(ctx); err != nil {
			return err
		}
	}
	v, err := l.renew(ctx)
	if err != nil {
		return err
	}
	if !v.known { // so long away that its number has been given to another
		return errors.New("this node was taken for dead; it joins anew")
	}
	if err := l.unlock(ctx); err != nil {
		return err
	}
	return l.share(ctx, v)
}

// ping looks at the server's clock.
func (l *lease) ping(ctx context.Context) error {
	var server time.Time
	sent := time.Now()
	if err := l.conn.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&server); err != nil {
		return err
	}
	l.s.saw(sent, time.Now(), server)
	return nil
}

// register finds a number for the node: a new one, else that of the node that has been gone for longest.
func (l *lease) register(ctx context.Context) error {
	const sql = `INSERT INTO dari_nodes AS o (slot, node, until, topics, leaving)
		SELECT slot, $1, clock_timestamp() + $2::interval, '{}', false FROM (
			SELECT coalesce(max(slot) + 1, 1) AS slot, 0 AS rank FROM dari_nodes HAVING coalesce(max(slot), 0) < $3
			UNION ALL
			(SELECT slot, 1 FROM dari_nodes WHERE until < clock_timestamp() - interval '1 minute' ORDER BY until LIMIT 1)
		) AS free ORDER BY rank LIMIT 1
		ON CONFLICT (slot) DO UPDATE SET node = excluded.node, until = excluded.until, topics = '{}', leaving = false
			WHERE o.until < clock_timestamp() - interval '1 minute'
		RETURNING slot`
	id := rand.Int64N(1<<62) + 1
	for range 20 { // others may join at the same instant
		var slot int64
		err := l.conn.QueryRow(ctx, sql, id, l.s.opts.lease, maxSlot).Scan(&slot)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		l.s.use(slot)
		l.mu.Lock()
		l.id = id
		l.mu.Unlock()
		return nil
	}
	return fmt.Errorf("no number is free for this node; at most %d may share a database", maxSlot)
}

// view is what a beat sees.
type view struct {
	known   bool // the node is
	alive   map[int64]bool
	working int // those alive that do not leave
	owners  map[int16]int64
	epochs  map[int16]int64
}

func (l *lease) renew(ctx context.Context) (view, error) {
	v := view{alive: map[int64]bool{}, owners: map[int16]int64{}, epochs: map[int16]int64{}}
	topics := map[string]bool{}
	me, sent := l.node(), time.Now()
	l.mu.Lock()
	leaving := l.leaving
	l.mu.Unlock()
	var b pgx.Batch
	b.Queue("UPDATE dari_nodes SET until = clock_timestamp() + $2::interval, topics = $3, leaving = $4 WHERE node = $1",
		me, l.s.opts.lease, l.s.news.wanted(), leaving).Exec(func(tag pgconn.CommandTag) error {
		v.known = tag.RowsAffected() == 1
		return nil
	})
	b.Queue("SELECT node, topics, leaving FROM dari_nodes WHERE until > clock_timestamp()").Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var node int64
			var wants []string
			var leaves bool
			if err := rows.Scan(&node, &wants, &leaves); err != nil {
				return err
			}
			if !leaves {
				v.working++
			}
			if v.alive[node] = true; node != me {
				for _, t := range wants {
					topics[t] = true
				}
			}
		}
		return rows.Err()
	})
	b.Queue("SELECT shard, node, epoch FROM dari_shards").Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var shard int16
			var node, epoch int64
			if err := rows.Scan(&shard, &node, &epoch); err != nil {
				return err
			}
			v.owners[shard], v.epochs[shard] = node, epoch
		}
		return rows.Err()
	})
	if err := l.conn.SendBatch(ctx, &b).Close(); err != nil {
		return v, err
	}
	l.lose(l.saw(v, topics, sent))
	return v, nil
}

// saw keeps what a beat has seen and returns the shards that others have taken.
func (l *lease) saw(v view, topics map[string]bool, sent time.Time) (gone []int16) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.topics = topics
	if !v.known {
		for shard := range l.owned {
			gone = append(gone, shard)
		}
		clear(l.owned)
		l.id, l.until = 0, time.Time{}
		return gone
	}
	for shard, t := range l.owned {
		if v.owners[shard] != l.id || v.epochs[shard] != t.epoch {
			gone = append(gone, shard)
			delete(l.owned, shard)
		}
	}
	l.until = sent.Add(l.s.opts.lease)
	return gone
}

// lose forgets what is known about shards that others have taken.
func (l *lease) lose(gone []int16) {
	if len(gone) == 0 {
		return
	}
	l.s.log.Warn("conversations were taken over by another node", "shards", len(gone))
	l.s.dropLanes(gone, true)
}

// leave hands everything to the other nodes.
func (l *lease) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), l.s.opts.lease)
	defer cancel()
	if l.conn == nil {
		return
	}
	var b pgx.Batch
	b.Queue("UPDATE dari_shards SET node = 0 WHERE node = $1", l.node())
	b.Queue("DELETE FROM dari_locks WHERE node = $1", l.node())
	b.Queue("UPDATE dari_nodes SET until = clock_timestamp() WHERE node = $1", l.node())
	err := l.conn.SendBatch(ctx, &b).Close()
	if err == nil && l.s.opts.notify {
		err = l.s.news.send(ctx, l.conn, []item{{Kind: itemShards}})
	}
	if err != nil {
		l.s.log.Warn("the others were not told that this node is gone; they find out in a moment", "error", err)
	}
	l.conn.Close(ctx)
}

// Leave implements store.Leaver.
func (s *Store) Leave() {
	s.lease.mu.Lock()
	s.lease.leaving = true
	s.lease.mu.Unlock()
	s.lease.soon()
}

// dropLanes forgets what is known about shards.
func (s *Store) dropLanes(list []int16, lost bool) {
	gone := map[int16]bool{}
	for _, shard := range list {
		gone[shard] = true
	}
	s.turns.drop(gone, lost)
	s.outs.drop(gone, lost)
}

func keysOf(set map[int16]bool) []int16 {
	var list []int16
	for k := range set {
		list = append(list, k)
	}
	return list
}
