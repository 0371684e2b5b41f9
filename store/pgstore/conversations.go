package pgstore

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"dari/store"
)

// Conversation implements store.Store.
func (s *Store) Conversation(ctx context.Context, id string) (c store.Conversation, err error) {
	id = clean(id)
	var body []byte
	err = s.retry(ctx, func(ctx context.Context) error {
		return s.pool.QueryRow(ctx, "SELECT body FROM dari_conversations WHERE shard = $1 AND id = $2", shardOf(id, ""), id).Scan(&body)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return c, store.ErrNotFound
	}
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(body, &c)
}

// Conversations implements store.Store. Every shard gives its first ones after the cursor; what fits into
// the page is beyond none that a shard has held back.
func (s *Store) Conversations(ctx context.Context, q store.Query) (page store.Page[store.Conversation], err error) {
	limit := limitOf(q)
	err = s.rows(ctx, func(r pgx.Rows) error {
		var body []byte
		if err := r.Scan(&body); err != nil {
			return err
		}
		if len(page.Items) == limit {
			page.Next = page.Items[limit-1].ID
			return nil
		}
		var c store.Conversation
		err := json.Unmarshal(body, &c)
		page.Items = append(page.Items, c)
		return err
	}, func() { page = store.Page[store.Conversation]{} }, `SELECT l.body FROM unnest($1::smallint[]) AS s(shard)
		CROSS JOIN LATERAL (
			SELECT c.id, c.body FROM dari_conversations c
			WHERE c.shard = s.shard AND c.id > $2 AND ($3 = '' OR c.bot_id = $3) AND ($4 = '' OR c.channel_id = $4)
			ORDER BY c.id LIMIT $5
		) AS l ORDER BY l.id LIMIT $5`, everyShard, clean(q.Cursor), clean(q.BotID), clean(q.ChannelID), limit+1)
	return page, err
}

// ResetConversation implements store.Store.
func (s *Store) ResetConversation(ctx context.Context, id string) error {
	id = clean(id)
	err := s.retry(ctx, func(ctx context.Context) error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			var body []byte
			err := tx.QueryRow(ctx, "SELECT body FROM dari_conversations WHERE shard = $1 AND id = $2 FOR UPDATE", shardOf(id, ""), id).Scan(&body)
			if errors.Is(err, pgx.ErrNoRows) {
				return store.ErrNotFound
			}
			var c store.Conversation
			if err == nil {
				err = json.Unmarshal(body, &c)
			}
			if err != nil {
				return err
			}
			c.State, c.States, c.Engine = "", nil, ""
			if body, err = json.Marshal(c); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, "UPDATE dari_conversations SET body = $3 WHERE shard = $1 AND id = $2", shardOf(id, ""), id, body)
			return err
		})
	})
	if err == nil {
		s.hintTurn(id, shardOf(id, ""), true)
	}
	return err
}
