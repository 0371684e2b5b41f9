package pgstore

import (
	"context"
	"io"
	"log/slog"
	"os"
	"testing"

	"dari/store"
	"dari/store/pgtest"
	"dari/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func open(t testing.TB, dsn string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dsn, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// crash leaves the store as a node leaves it that is killed: without a word to anybody. Its lease is made to
// have run out, so that nobody has to wait for that.
func crash(t testing.TB, s *Store) {
	t.Helper()
	s.once.Do(func() {
		if _, err := s.pool.Exec(context.Background(), "UPDATE dari_nodes SET until = clock_timestamp() - interval '1 second' WHERE node = $1", s.lease.node()); err != nil {
			t.Fatal(err)
		}
		s.stop()
		s.idle.Wait()
		s.turns.close()
		s.outs.close()
		if s.lease.conn != nil {
			s.lease.conn.Close(context.Background())
		}
		s.pool.Close()
	})
}

// ways are the switches under which everything has to work.
var ways = map[string][][2]string{
	"as it is":                         nil,
	"without LISTEN or advisory locks": {{"dari_notify", "off"}, {"dari_advisory_locks", "off"}},
	"with statements of one shard":     {{"dari_one_shard", "on"}},
	"through a pooler":                 {{"default_query_exec_mode", "cache_describe"}, {"dari_notify", "off"}},
}

// raced tells whether the race detector watches.
var raced bool

func eachWay(t *testing.T, test func(t *testing.T, dsn func(*testing.T) string)) {
	for name, params := range ways {
		if raced && len(params) == 1 { // it makes everything slow, and finds in these what it finds in the others
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := pgtest.Shared(t)
			test(t, func(t *testing.T) string {
				dsn := server.Schema(t)
				for _, p := range params {
					dsn = pgtest.With(dsn, p[0], p[1])
				}
				return dsn
			})
		})
	}
}

func TestPostgreSQLKeepsTheStoreContract(t *testing.T) {
	eachWay(t, func(t *testing.T, dsn func(*testing.T) string) {
		addresses := map[store.Store]string{} // of one way, whose cases run one after another
		storetest.Run(t, storetest.Driver{
			New: func(t *testing.T) store.Store {
				address := dsn(t)
				s := open(t, address)
				addresses[s] = address
				return s
			},
			Reopen: func(t *testing.T, s store.Store) store.Store {
				crash(t, s.(*Store))
				return open(t, addresses[s])
			},
		})
	})
}
