package pgstore

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"dari/store"
	"dari/store/pgtest"
)

// rowsStored is how many events there are: a million on demand, as DARI_FULL asks for, else some that are more
// than a look at all of them would be worth.
func rowsStored() int {
	if os.Getenv("DARI_FULL") != "" {
		return 1_000_000
	}
	return 50_000
}

// stock fills the tables as months of work would: all handled but for the newest.
func stock(t *testing.T, s *Store, rows int) {
	t.Helper()
	for _, sql := range []string{
		`INSERT INTO dari_events SELECT n % 128, ` + "n * 1048576 * 1000 + 1" + `, CASE WHEN n > $1 - 200 THEN 'accepted' WHEN n % 100 = 0 THEN 'failed' ELSE 'handled' END,
			'bot', 'ch' || n % 10, 'ch:' || n % 5000, '\x01', NULL FROM generate_series(1, $1::bigint) AS n`,
		`INSERT INTO dari_keys SELECT get_byte(h, 0) % 128, substr(h, 1, 16), 1 FROM (SELECT sha256(n::text::bytea) AS h FROM generate_series(1, $1::bigint) AS n) AS k`,
		`INSERT INTO dari_deliveries SELECT n % 128, n * 1048576 * 1000 + 2, CASE WHEN n > $1 - 200 THEN 'pending' ELSE 'delivered' END,
			'bot', 'ch', 'ch:' || n % 5000, 'ev_' || n, '{"v":1}', NULL FROM generate_series(1, $1::bigint) AS n`,
		`INSERT INTO dari_conversations SELECT n % 128, 'ch:' || n, 'bot', 'ch', '{}' FROM generate_series(1, $1::bigint / 10) AS n`,
	} {
		if _, err := s.pool.Exec(t.Context(), sql, rows); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.pool.Exec(t.Context(), "VACUUM ANALYZE dari_events, dari_keys, dari_deliveries, dari_conversations"); err != nil {
		t.Fatal(err)
	}
}

// plan explains a statement as the server plans it when it has seen it often.
func plan(t *testing.T, s *Store, sql string, args ...any) string {
	t.Helper()
	conn, err := s.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = on"); err != nil {
		t.Fatal(err)
	}
	defer conn.Exec(t.Context(), "RESET plan_cache_mode; SET enable_seqscan = off")
	rows, err := conn.Query(t.Context(), "EXPLAIN "+sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func TestHotStatementsGoByAnIndex(t *testing.T) {
	s := open(t, pgtest.Shared(t).Schema(t))
	rows := rowsStored()
	stock(t, s, rows)
	var arrivals []*arrival
	for i := range 20 {
		arrivals = append(arrivals, s.newArrival(waiting(fmt.Sprint(i), fmt.Sprint("new", i))))
	}
	parts, conv := []int16{1, 2}, []string{"ch:1", "ch:2"}
	none := []any{[]int64{}, []int16{}, []int64{}, []string{}, []string{}, []string{}, []string{}, [][]byte{}}
	commit := append([]any{
		parts,
		[]int64{1, 1},
		[]int64{1, 2},
		[]string{"handled", "handled"},
		[][]byte{{1}, {1}},
		0, 1,
		[]int64{},
		[]int16{},
		[]string{},
		[]string{},
		[]string{},
		[][]byte{},
	}, none...)
	list := func(q store.Query) []any {
		shards, each := span(q, q.State != "" || q.ChannelID != "")
		return []any{shards, int64(1 << 62), each, q.BotID, q.ChannelID, q.ConversationID, q.State, 51}
	}
	for _, row := range []struct {
		name, sql string
		args      []any
		index     string
	}{
		{"taking in", takeIn, s.arguments(arrivals, 0, 0), "dari_keys_pkey"},
		{"the next events", loadHeads, []any{parts, conv}, "dari_events_waiting"},
		{"committing turns", commitTurns, commit, "dari_events_pkey"},
		{"the next deliveries", loadPending, []any{parts, conv}, "dari_deliveries_pending"},
		{"noting results", finishDeliveries, []any{parts, []int64{1, 1}, []int64{1, 2}, []string{"delivered", "delivered"}, [][]byte{{1}, {1}}}, "dari_deliveries_pkey"},
		{"what waits", findTurns, []any{everyShard}, "dari_events_waiting"},
		{"what is pending", findDeliveries, []any{everyShard}, "dari_deliveries_pending"},
		{"the newest events", listEvents[""], list(store.Query{}), "dari_events_pkey"},
		{"handled events of a channel", listEvents[""], list(store.Query{State: "handled", ChannelID: "ch1"}), "dari_events_pkey"},
		{"failed events of a channel", listEvents["failed"], list(store.Query{State: "failed", ChannelID: "ch1"}), "dari_events_failed"},
		{"events of a conversation", listEvents[""], list(store.Query{ConversationID: "ch:7"}), "dari_events_pkey"},
		{"the newest deliveries", listDeliveries[""], list(store.Query{}), "dari_deliveries_pkey"},
		{"deliveries that failed", listDeliveries["failed"], list(store.Query{State: "failed"}), "dari_deliveries_unsent"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := plan(t, s, row.sql, row.args...)
			for _, table := range []string{"dari_events", "dari_keys", "dari_deliveries", "dari_conversations"} {
				if strings.Contains(p, "Seq Scan on "+table) {
					t.Errorf("%s is read as a whole:\n%s", table, p)
				}
			}
			if !strings.Contains(p, row.index) {
				t.Errorf("%s is not used:\n%s", row.index, p)
			}
		})
	}
}
