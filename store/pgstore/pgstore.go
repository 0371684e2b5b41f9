package pgstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"dari/store"
	"dari/store/driver"
)

// Store implements store.Store.
type Store struct {
	pool *pgxpool.Pool
	log  *slog.Logger
	opts options
	clock

	lease   *lease
	turns   *lanes[store.TurnClaim]
	outs    *lanes[store.DeliveryClaim]
	accepts group[*acceptance]
	commits group[*turnCommit]
	results group[*deliveryResult]
	notes   group[note]
	news    *news
	locks   driver.Locks // so that of one process a single caller at a time asks the database
	stats   commitStats
	grown   growth

	lastNote atomic.Pointer[chan error] // gets one error when the newest note has been tried
	stop     context.CancelFunc
	ctx      context.Context // ends when the store is closed
	idle     sync.WaitGroup
	once     sync.Once
}

var _ store.Store = (*Store)(nil)

// The committers. Several share the work because a server writes its log for many at once; each has a row
// of the ledger of its own.
const (
	acceptWorkers = 2
	commitWorkers = 2
	resultWorkers = 2
	ledgerRows    = acceptWorkers + commitWorkers
)

// Open opens the store at a PostgreSQL address and makes or updates its tables. Errors are sentences that say
// what to do, and never show the address's password.
func Open(ctx context.Context, dsn string, log *slog.Logger) (*Store, error) {
	_, opts, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	pool, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if err := unfinished(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	s := build(pool, opts, log)
	if err := s.begin(ctx); err != nil {
		s.Close()
		return nil, explain(pool.Config().ConnConfig, err)
	}
	return s, nil
}

// prepare connects once to see whether everything is well, and migrates.
func prepare(ctx context.Context, cfg *pgx.ConnConfig, steps []string, opts options) error {
	conn, err := pgx.ConnectConfig(ctx, cfg.Copy())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return migrate(ctx, conn, steps, opts)
}

// unfinished refuses a database into which another store was copied half.
func unfinished(ctx context.Context, pool *pgxpool.Pool) error {
	var at *string
	if err := pool.QueryRow(ctx, "SELECT import_at FROM dari_meta").Scan(&at); err != nil {
		return err
	}
	if at != nil {
		return errors.New("store.dsn: another store was copied into this database and not to its end; run dari migrate again, it goes on where it stopped")
	}
	return nil
}

// connect opens the database without joining the nodes that work on it.
func connect(ctx context.Context, dsn string) (*pgxpool.Pool, error) {
	cfg, opts, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	steps, err := migrations()
	if err != nil {
		return nil, err
	}
	if err := prepare(ctx, cfg.ConnConfig, steps, opts); err != nil {
		return nil, explain(cfg.ConnConfig, err)
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, explain(cfg.ConnConfig, err)
	}
	return pool, nil
}

func build(pool *pgxpool.Pool, opts options, log *slog.Logger) *Store {
	s := &Store{
		pool: pool, log: log, opts: opts, stats: newCommitStats(),
		turns: newLanes[store.TurnClaim](), outs: newLanes[store.DeliveryClaim](),
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.lease = newLease(s)
	s.news = newNews(s)
	s.turns.load, s.turns.stamp = s.loadTurns, func(c *store.TurnClaim, f uint64) { c.Fence = f }
	s.outs.load, s.outs.stamp = s.loadDeliveries, func(c *store.DeliveryClaim, f uint64) { c.Fence = f }
	s.turns.tenure, s.outs.tenure = s.lease.tenure, s.lease.tenure
	s.turns.fresh, s.outs.fresh = s.lease.fresh, s.lease.fresh
	s.accepts = group[*acceptance]{write: s.writeEvents, size: (*acceptance).size, stats: &s.stats}
	s.commits = group[*turnCommit]{write: s.writeTurns, size: (*turnCommit).size, stats: &s.stats}
	s.results = group[*deliveryResult]{write: s.writeResults, size: (*deliveryResult).size, stats: &s.stats}
	s.notes = group[note]{write: s.writeNotes, size: note.size}
	if opts.oneShard {
		s.accepts.together = func(a, b *acceptance) bool { return a.shard == b.shard }
		s.commits.together = func(a, b *turnCommit) bool { return a.shard == b.shard }
		s.results.together = func(a, b *deliveryResult) bool { return a.shard == b.shard }
	}
	return s
}

// begin joins the other nodes and starts to work.
func (s *Store) begin(ctx context.Context) error {
	s.accepts.start(acceptWorkers, 0)
	s.commits.start(commitWorkers, acceptWorkers)
	s.results.start(resultWorkers, 0)
	s.notes.start(1, 0)
	if err := s.news.begin(ctx); err != nil {
		return err
	}
	if err := s.lease.beat(ctx); err != nil {
		return err
	}
	s.idle.Go(s.lease.run)
	s.idle.Go(s.news.listen)
	s.idle.Go(s.news.tell)
	s.idle.Go(s.look)
	return nil
}

// Close writes what is queued, gives the node's work to the others and closes the connections. It is safe to
// call twice.
func (s *Store) Close() error {
	s.once.Do(func() {
		s.turns.close()
		s.outs.close()
		s.notes.close()
		s.accepts.close()
		s.commits.close()
		s.results.close()
		s.stop()
		s.idle.Wait()
		s.lease.leave()
		s.pool.Close()
	})
	return nil
}

// readyTime bounds how long Ready waits for a database that does not answer.
const readyTime = 3 * time.Second

// Ready makes a small change durable, so that it fails when the database is gone, full or read-only, or has
// taken this node for dead.
func (s *Store) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	tag, err := s.pool.Exec(ctx, "UPDATE dari_nodes SET ready_at = clock_timestamp() WHERE node = $1", s.lease.node())
	switch {
	case err != nil:
		return fmt.Errorf("the database takes no writes: %w", err)
	case tag.RowsAffected() == 0 || !s.lease.fresh():
		return errors.New("this node's lease has run out; it comes back when the database answers")
	}
	return nil
}

// retryTimes is how often a statement whose connection broke is tried in all.
const retryTimes = 3

// retry runs a statement that is safe to repeat, again when its connection breaks: those in the pool may
// have died with a server that is back already.
func (s *Store) retry(ctx context.Context, run func(ctx context.Context) error) error {
	return s.retryFor(ctx, statementTime, run)
}

// retryFor is retry for what may take longer.
func (s *Store) retryFor(ctx context.Context, most time.Duration, run func(ctx context.Context) error) (err error) {
	for range retryTimes {
		attempt, cancel := context.WithTimeout(ctx, most)
		err = run(attempt)
		timedOut := attempt.Err() != nil
		cancel()
		if err == nil || timedOut || !broken(err) {
			return err
		}
	}
	return err
}

// rows runs a query that is safe to repeat and visits its rows.
func (s *Store) rows(ctx context.Context, visit func(pgx.Rows) error, begin func(), sql string, args ...any) error {
	return s.retry(ctx, func(ctx context.Context) error {
		begin()
		rows, err := s.pool.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := visit(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// exec runs a statement that is safe to repeat and returns how many rows it changed.
func (s *Store) exec(ctx context.Context, sql string, args ...any) (n int64, err error) {
	err = s.retry(ctx, func(ctx context.Context) error {
		tag, err := s.pool.Exec(ctx, sql, args...)
		n = tag.RowsAffected()
		return err
	})
	return n, err
}
