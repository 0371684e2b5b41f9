package pgstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"dari/store"
	"dari/store/driver"
)

// Import implements store.Archive: the items and the position are one transaction.
func (a *archive) Import(ctx context.Context, items []store.Item, at string) error {
	return pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) error {
		var b pgx.Batch
		for _, item := range items {
			if err := queueItem(&b, item); err != nil {
				return fmt.Errorf("%s %s: %w", item.Kind, item.ID, err)
			}
		}
		b.Queue("UPDATE dari_meta SET import_at = nullif($1, '')", at)
		return tx.SendBatch(ctx, &b).Close()
	})
}

func queueItem(b *pgx.Batch, item store.Item) error {
	switch v := item.Value.(type) {
	case store.Event:
		return queueEvent(b, v)
	case store.Delivery:
		return queueDelivery(b, v)
	case store.Conversation:
		body, err := json.Marshal(v)
		id := clean(item.ID)
		b.Queue(`INSERT INTO dari_conversations VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (shard, id) DO UPDATE SET bot_id = excluded.bot_id, channel_id = excluded.channel_id, body = excluded.body`,
			shardOf(id, ""), id, clean(v.BotID), clean(v.ChannelID), body)
		return err
	case store.Send:
		return queueSend(b, item.ID, v)
	case store.Audit:
		id, err := idOf(driver.Audits, item.ID)
		if err != nil {
			return err
		}
		body, err := json.Marshal(v)
		b.Queue("INSERT INTO dari_audit VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body", id, body)
		return err
	case store.Ledger:
		// In a row that no node has; what was there before is none of this copy's.
		b.Queue("DELETE FROM dari_ledger")
		b.Queue("INSERT INTO dari_ledger VALUES (0, 0, $1, $2, $3)", int64(v.Accepted), int64(v.Handled), int64(v.Failed))
		return nil
	case []byte:
		if !slices.Contains(store.ItemTables, item.Kind) {
			return errors.New("this version has no such table")
		}
		b.Queue("INSERT INTO dari_"+item.Kind+" VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body", clean(item.ID), v)
		return nil
	}
	return fmt.Errorf("unknown value %T", item.Value)
}

// queueEvent parts an event into what came in and what a turn made of it. The keys of one that may be
// delivered again come along.
func queueEvent(b *pgx.Batch, e store.Event) error {
	id, err := idOf(driver.Events, e.ID)
	if err != nil {
		return err
	}
	var turn []byte
	if !e.FinishedAt.IsZero() || e.State == store.Failed || e.State == store.Handled {
		if turn, err = json.Marshal(outcome{e.Reason, e.StartedAt, e.FinishedAt, e.Trace}); err != nil {
			return err
		}
		e.Reason = ""
	}
	e.ConversationID, e.ChannelID, e.BotID = clean(e.ConversationID), clean(e.ChannelID), clean(e.BotID)
	shard := shardOf(e.ConversationID, e.ChannelID)
	b.Queue(`INSERT INTO dari_events VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (shard, id) DO UPDATE SET state = excluded.state, body = excluded.body, turn = excluded.turn`,
		shard, id, string(e.State), e.BotID, e.ChannelID, e.ConversationID, encodeEvent(&e), turn)
	if e.State == store.Rejected || e.State == store.Duplicate || time.Since(timeOf(id)) > keysLast {
		return nil
	}
	for _, key := range e.Keys {
		// Under both of the shards that a key may be looked for in.
		h := keyHash(e.ChannelID, key)
		b.Queue("INSERT INTO dari_keys VALUES ($1, $2, $3), ($4, $2, $3) ON CONFLICT DO NOTHING", int16(h[0])%shards, h, id, shard)
	}
	return nil
}

func queueDelivery(b *pgx.Batch, d store.Delivery) error {
	id, err := idOf(driver.Deliveries, d.ID)
	if err != nil {
		return err
	}
	o, err := newOutgoing(id, d)
	if err != nil {
		return err
	}
	var result []byte
	if fresh := d.Result; fresh.Status != store.Pending || fresh.Attempts > 0 || fresh.Doubt || !fresh.NextAt.IsZero() {
		if result, err = json.Marshal(d.Result); err != nil {
			return err
		}
	}
	b.Queue(`INSERT INTO dari_deliveries VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (shard, id) DO UPDATE SET status = excluded.status, body = excluded.body, result = excluded.result`,
		o.shard, o.id, string(d.Result.Status), clean(d.BotID), clean(d.ChannelID), o.delivery.ConversationID, clean(d.EventID), o.body, result)
	return nil
}

func queueSend(b *pgx.Batch, key string, s store.Send) error {
	var parts []int16
	var ids []int64
	for i, text := range s.Deliveries {
		id, err := idOf(driver.Deliveries, text)
		if err != nil {
			return err
		}
		if i >= len(s.Conversations) {
			return errors.New("the conversations of its deliveries are not known")
		}
		parts, ids = append(parts, shardOf(clean(s.Conversations[i]), "")), append(ids, id)
	}
	if parts == nil {
		parts, ids = []int16{}, []int64{}
	}
	b.Queue("INSERT INTO dari_sends VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET shards = excluded.shards, ids = excluded.ids", clean(key), parts, ids)
	return nil
}
