package pgstore

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"

	"dari/store"
)

// A list call looks at no more than maxScan records; a page cut short by that still has a cursor.
const (
	maxScan      = 20_000
	defaultLimit = 50
)

// everyShard lists all shards, for what is looked up without its conversation.
var everyShard = func() (list []int16) {
	for n := range int16(shards) {
		list = append(list, n)
	}
	return list
}()

func limitOf(q store.Query) int {
	if q.Limit <= 0 {
		return defaultLimit
	}
	return q.Limit
}

func cursor(prefix string, q store.Query) (int64, error) {
	if q.Cursor == "" {
		return math.MaxInt64, nil
	}
	return idOf(prefix, q.Cursor)
}

// span is what a list looks at: the shards, and how many records of each.
func span(q store.Query, filtered bool) (list []int16, each int) {
	switch {
	case q.ConversationID != "":
		return []int16{shardOf(clean(q.ConversationID), "")}, maxScan
	case filtered:
		return everyShard, max(limitOf(q)+1, maxScan/shards)
	}
	return everyShard, limitOf(q) + 1
}

// newestFirst looks at the newest records of each shard. Where more follow in one of them, what is older
// than the last it looked at there has to wait for the next page: edge is that id.
const newestFirst = `WITH looked AS (
		SELECT l.* FROM unnest($1::smallint[]) AS s(shard)
		CROSS JOIN LATERAL (
			SELECT r.shard, r.id, r.%[2]s AS state, r.bot_id, r.channel_id, r.conversation_id FROM %[1]s r
			WHERE r.shard = s.shard AND r.id < $2 %[4]s ORDER BY r.id DESC LIMIT $3
		) AS l
	), edge AS (
		SELECT coalesce(max(low), 0) AS id FROM (SELECT min(id) AS low FROM looked GROUP BY shard HAVING count(*) = $3) AS cut_short
	), chosen AS (
		SELECT l.shard, l.id FROM looked l, edge
		WHERE l.id >= edge.id AND ($4 = '' OR l.bot_id = $4) AND ($5 = '' OR l.channel_id = $5)
			AND ($6 = '' OR l.conversation_id = $6) AND ($7 = '' OR l.state = $7)
		ORDER BY l.id DESC LIMIT $8
	)
	SELECT edge.id, d.* FROM edge LEFT JOIN (
		chosen CROSS JOIN LATERAL (SELECT %[3]s FROM %[1]s d WHERE d.shard = chosen.shard AND d.id = chosen.id OFFSET 0) AS d
	) ON true ORDER BY d.id DESC`

// lists are the statements of newestFirst for a table by the state that is asked for, those of all states
// under "". Each of the few states stands in its statement, so that the server sees that its index serves.
func lists(table, column, columns string, few ...string) map[string]string {
	all := map[string]string{"": fmt.Sprintf(newestFirst, table, column, columns, "")}
	for _, state := range few {
		all[state] = fmt.Sprintf(newestFirst, table, column, columns, fmt.Sprintf("AND r.%s = '%s'", column, state))
	}
	return all
}

// page runs a query of newestFirst; scan reads the columns after the first and returns the item's id.
func page[T any](ctx context.Context, s *Store, lists map[string]string, prefix string, q store.Query, scan func(r pgx.Rows, edge *int64) (T, string, bool, error)) (p store.Page[T], err error) {
	before, err := cursor(prefix, q)
	if err != nil {
		return p, err
	}
	filtered := q.BotID != "" || q.ChannelID != "" || q.State != ""
	list, each := span(q, filtered)
	sql, found := lists[q.State]
	if !found {
		sql = lists[""]
	}
	edge, last := int64(0), ""
	err = s.rows(ctx, func(r pgx.Rows) error {
		item, id, ok, err := scan(r, &edge)
		switch {
		case err != nil || !ok:
			return err
		case len(p.Items) == limitOf(q):
			p.Next = last
			return nil
		}
		p.Items, last = append(p.Items, item), id
		return nil
	}, func() { p = store.Page[T]{} }, sql, list, before, each, clean(q.BotID), clean(q.ChannelID), clean(q.ConversationID), q.State, limitOf(q)+1)
	if p.Next == "" && edge > 0 {
		p.Next = idText(prefix, edge)
	}
	return p, err
}
