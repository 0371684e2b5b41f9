package pgstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"dari/store"
	"dari/store/driver"
)

// archive implements store.Archive on the database.
type archive struct{ pool *pgxpool.Pool }

// OpenArchive opens a database for being copied. No Dari may work on it.
func OpenArchive(ctx context.Context, dsn string) (store.Archive, error) {
	pool, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	var alive bool
	err = pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM dari_nodes WHERE until > clock_timestamp())").Scan(&alive)
	if err == nil && alive {
		err = errors.New("store.dsn: a Dari works on this database; stop all nodes first")
	}
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &archive{pool}, nil
}

func (a *archive) Close() error {
	a.pool.Close()
	return nil
}

// section is a table as a kind of items. Its rows are read in the order of its key, a batch at a time.
type section struct {
	kind, table string
	// query reads the rows behind $1 and, in tables by shard, $2; at most $3.
	query string
	read  func(r pgx.Rows) (store.Item, string, error)
}

// behind reads rows of a table by shard: those behind the last id in the same shard first, then the next.
func behind(table, columns string) string {
	return "SELECT d.shard, " + columns + " FROM " + table + " d WHERE (d.shard, d.id) > ($1::smallint, $2) ORDER BY d.shard, d.id LIMIT $3"
}

func sections() []section {
	list := []section{
		{store.ItemEvent, "dari_events", behind("dari_events", eventColumns), readEventItem},
		{store.ItemConversation, "dari_conversations", behind("dari_conversations", "d.id, d.body"), readConversationItem},
		{store.ItemDelivery, "dari_deliveries", behind("dari_deliveries", deliveryColumns), readDeliveryItem},
		{store.ItemSend, "dari_sends", "SELECT key, ids FROM dari_sends WHERE key > $1 ORDER BY key LIMIT $2", readSendItem},
		{store.ItemAudit, "dari_audit", "SELECT id, body FROM dari_audit WHERE id > $1 ORDER BY id LIMIT $2", readAuditItem},
	}
	for _, name := range store.ItemTables {
		list = append(list, section{
			name, "dari_" + name, "SELECT id, body FROM dari_" + name + " WHERE id > $1 ORDER BY id LIMIT $2",
			func(r pgx.Rows) (item store.Item, at string, err error) {
				var body []byte
				err = r.Scan(&item.ID, &body)
				item.Value = body
				return item, item.ID, err
			},
		})
	}
	return list
}

func readEventItem(r pgx.Rows) (item store.Item, at string, err error) {
	var shard int16
	var row eventRow
	if err := r.Scan(append([]any{&shard}, row.fields()...)...); err != nil {
		return item, "", err
	}
	e, err := row.event()
	return store.Item{ID: e.ID, Value: e}, fmt.Sprintf("%d:%d", shard, *row.id), err
}

func readConversationItem(r pgx.Rows) (item store.Item, at string, err error) {
	var shard int16
	var body []byte
	if err := r.Scan(&shard, &item.ID, &body); err != nil {
		return item, "", err
	}
	var c store.Conversation
	err = json.Unmarshal(body, &c)
	item.Value = c
	return item, fmt.Sprintf("%d:%s", shard, item.ID), err
}

func readDeliveryItem(r pgx.Rows) (item store.Item, at string, err error) {
	var shard int16
	var id int64
	var status string
	var body, result []byte
	if err := r.Scan(&shard, &id, &status, &body, &result); err != nil {
		return item, "", err
	}
	d, err := decodeDelivery(id, status, body, result)
	return store.Item{ID: d.ID, Value: d}, fmt.Sprintf("%d:%d", shard, id), err
}

func readSendItem(r pgx.Rows) (item store.Item, at string, err error) {
	var ids []int64
	if err := r.Scan(&item.ID, &ids); err != nil {
		return item, "", err
	}
	var s store.Send
	for _, id := range ids {
		s.Deliveries = append(s.Deliveries, idText(driver.Deliveries, id))
	}
	item.Value = s
	return item, item.ID, nil
}

func readAuditItem(r pgx.Rows) (item store.Item, at string, err error) {
	var id int64
	var body []byte
	if err := r.Scan(&id, &body); err != nil {
		return item, "", err
	}
	var line store.Audit
	err = json.Unmarshal(body, &line)
	line.ID = idText(driver.Audits, id)
	return store.Item{ID: line.ID, Value: line}, strconv.FormatInt(id, 10), err
}

const archiveStep = 500

// Export implements store.Archive. A position is the kind and the key of the last record.
func (a *archive) Export(ctx context.Context, after string, visit func([]store.Item, string) error) error {
	kind, at, _ := strings.Cut(after, " ")
	all := sections()
	from := max(slices.IndexFunc(all, func(s section) bool { return s.kind == kind }), 0)
	if kind == store.ItemLedger {
		from = len(all)
	}
	for _, s := range all[from:] {
		for {
			items, last, err := a.batch(ctx, s, at)
			if err == nil && len(items) > 0 {
				at = last
				err = visit(items, s.kind+" "+at)
			}
			if err != nil {
				return err
			}
			if len(items) == 0 {
				break
			}
		}
		at = ""
	}
	l := store.Ledger{}
	err := a.pool.QueryRow(ctx, "SELECT coalesce(sum(accepted), 0)::bigint, coalesce(sum(handled), 0)::bigint, coalesce(sum(failed), 0)::bigint FROM dari_ledger").Scan(&l.Accepted, &l.Handled, &l.Failed)
	if err != nil {
		return err
	}
	l.Waiting = l.Accepted - l.Handled - l.Failed
	return visit([]store.Item{{Kind: store.ItemLedger, Value: l}}, store.ItemLedger)
}

func (a *archive) batch(ctx context.Context, s section, at string) (items []store.Item, last string, err error) {
	args, err := s.arguments(at)
	if err != nil {
		return nil, "", err
	}
	rows, err := a.pool.Query(ctx, s.query, append(args, archiveStep)...)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	for rows.Next() {
		item, key, err := s.read(rows)
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", s.kind, err)
		}
		item.Kind = s.kind
		items, last = append(items, item), key
	}
	return items, last, rows.Err()
}

// arguments are the position as the query takes it.
func (s section) arguments(at string) ([]any, error) {
	shardText, key, byShard := strings.Cut(at, ":")
	switch s.table {
	case "dari_events", "dari_deliveries", "dari_conversations":
		shard := -1
		if byShard {
			var err error
			if shard, err = strconv.Atoi(shardText); err != nil {
				return nil, fmt.Errorf("%q is not a position in %s", at, s.kind)
			}
		}
		if s.table == "dari_conversations" {
			return []any{shard, key}, nil
		}
		id, err := strconv.ParseInt(key, 10, 64)
		if byShard && err != nil {
			return nil, fmt.Errorf("%q is not a position in %s", at, s.kind)
		}
		return []any{shard, id}, nil
	case "dari_audit":
		if at == "" {
			return []any{int64(0)}, nil
		}
		id, err := strconv.ParseInt(at, 10, 64)
		return []any{id}, err
	}
	return []any{at}, nil
}

// Imported implements store.Archive.
func (a *archive) Imported(ctx context.Context) (at string, err error) {
	err = a.pool.QueryRow(ctx, "SELECT coalesce(import_at, '') FROM dari_meta").Scan(&at)
	return at, err
}

// Count implements store.Archive.
func (a *archive) Count(ctx context.Context) (map[string]int, error) {
	n := map[string]int{}
	for _, s := range sections() {
		var rows int
		if err := a.pool.QueryRow(ctx, "SELECT count(*) FROM "+s.table).Scan(&rows); err != nil {
			return nil, err
		}
		n[s.kind] = rows
	}
	return n, nil
}
