package pgstore

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"dari/store"
	"dari/store/driver"
)

// addDeliveries is what brings deliveries that belong to no turn.
const addDeliveries = `INSERT INTO dari_deliveries (shard, id, status, bot_id, channel_id, conversation_id, event_id, body)
	SELECT shard, id, 'pending', bot_id, channel_id, conversation_id, event_id, body
	FROM unnest($1::smallint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])
		AS d(shard, id, bot_id, channel_id, conversation_id, event_id, body)
	ON CONFLICT DO NOTHING`

// Enqueue implements store.Outbox.
func (s *Store) Enqueue(ctx context.Context, key string, ds []store.Delivery) ([]store.Delivery, bool, error) {
	var outs columns
	out := make([]store.Delivery, len(ds))
	list := make([]*outgoing, len(ds))
	for i, d := range ds {
		o, err := newOutgoing(s.nextID(), d)
		if err != nil {
			return nil, false, err
		}
		outs.addDelivery(0, o)
		out[i], list[i] = o.delivery, o
	}
	fresh, err := s.enqueue(ctx, clean(key), &outs)
	if err != nil {
		return nil, false, err
	}
	if !fresh {
		out, err = s.Enqueued(ctx, key)
		return out, true, err
	}
	for _, o := range list {
		s.hintDelivery(o.delivery.ConversationID, o.shard, false)
	}
	return out, false, nil
}

// enqueueTime bounds an enqueue, which may bring the deliveries of a broadcast to very many people.
const (
	enqueueTime = 2 * time.Minute
	enqueueStep = 2000
)

// enqueue writes the deliveries and returns false if the key is known.
func (s *Store) enqueue(ctx context.Context, key string, outs *columns) (fresh bool, err error) {
	const claimKey = `INSERT INTO dari_sends AS s VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET key = s.key RETURNING ids`
	err = s.retryFor(ctx, enqueueTime, func(ctx context.Context) error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			if key != "" {
				var ids []int64
				if err := tx.QueryRow(ctx, claimKey, key, outs.shards, outs.ids).Scan(&ids); err != nil {
					return err
				}
				if fresh = slices.Equal(ids, outs.ids); !fresh {
					return nil
				}
			}
			fresh = true
			for from := 0; from < len(outs.ids); from += enqueueStep {
				part := outs.part(from, min(from+enqueueStep, len(outs.ids)))
				if _, err := tx.Exec(ctx, addDeliveries, part.shards, part.ids, part.text(0), part.text(1), part.text(2), part.text(3), part.bodies); err != nil {
					return err
				}
			}
			return nil
		})
	})
	return fresh, err
}

// Enqueued implements store.Outbox.
func (s *Store) Enqueued(ctx context.Context, key string) ([]store.Delivery, error) {
	list, err := s.deliveries(ctx, `SELECT `+deliveryColumns+` FROM dari_sends s
		CROSS JOIN unnest(s.shards, s.ids) WITH ORDINALITY AS k(shard, id, n)
		JOIN dari_deliveries d ON d.shard = k.shard AND d.id = k.id WHERE s.key = $1 ORDER BY k.n`, clean(key))
	if err == nil && len(list) == 0 {
		return nil, s.knownKey(ctx, key)
	}
	return list, err
}

// knownKey returns ErrNotFound for a key that is not known.
func (s *Store) knownKey(ctx context.Context, key string) error {
	var known bool
	err := s.retry(ctx, func(ctx context.Context) error {
		return s.pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM dari_sends WHERE key = $1)", clean(key)).Scan(&known)
	})
	if err == nil && !known {
		return store.ErrNotFound
	}
	return err
}

// Cancel implements store.Outbox. Nodes pass over what is cancelled.
func (s *Store) Cancel(ctx context.Context, key string) (n int, err error) {
	ds, err := s.Enqueued(ctx, key)
	if err != nil {
		return 0, err
	}
	ds = slices.DeleteFunc(ds, func(d store.Delivery) bool { return d.Result.Status != store.Pending })
	for part := range slices.Chunk(ds, enqueueStep) {
		changed, err := s.cancel(ctx, part)
		if n += changed; err != nil {
			return n, err
		}
	}
	return n, nil
}

// cancel ends those deliveries that are still pending, and tells their owners.
func (s *Store) cancel(ctx context.Context, ds []store.Delivery) (n int, err error) {
	var rows columns
	for _, d := range ds {
		// The attempts and the doubt stay as they are.
		d.Result.Status, d.Result.NextAt, d.Result.DoneAt = store.Cancelled, time.Time{}, time.Now().UTC()
		result, err := json.Marshal(d.Result)
		if err != nil {
			return 0, err
		}
		id, err := idOf(driver.Deliveries, d.ID)
		if err != nil {
			return 0, err
		}
		rows.add(0, shardOf(d.ConversationID, ""), id, nil, result)
	}
	changed, err := s.exec(ctx, `UPDATE dari_deliveries d SET status = 'cancelled', result = r.result
		FROM unnest($1::smallint[], $2::bigint[], $3::bytea[]) AS r(shard, id, result)
		WHERE d.shard = r.shard AND d.id = r.id AND d.status = 'pending'`, rows.shards, rows.ids, rows.bodies)
	for _, d := range ds {
		s.hintDelivery(d.ConversationID, shardOf(d.ConversationID, ""), true)
	}
	return int(changed), err
}
