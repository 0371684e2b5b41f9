package pgstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"dari/store"
	"dari/store/driver"
)

const eventColumns = "d.id, d.state, d.bot_id, d.channel_id, d.conversation_id, d.body, d.turn"

// eventRow is a row of eventColumns, empty where a list has none.
type eventRow struct {
	id                                *int64
	state, bot, channel, conversation *string
	body, turn                        []byte
}

func (r *eventRow) fields() []any {
	return []any{&r.id, &r.state, &r.bot, &r.channel, &r.conversation, &r.body, &r.turn}
}

func (r *eventRow) event() (store.Event, error) {
	e := store.Event{
		ID: idText(driver.Events, *r.id), State: store.EventState(*r.state),
		BotID: *r.bot, ChannelID: *r.channel, ConversationID: *r.conversation,
	}
	if err := decodeEvent(&e, r.body); err != nil {
		return e, err
	}
	return e, decodeOutcome(&e, r.turn)
}

var listEvents = lists("dari_events", "state", eventColumns, string(store.Failed), string(store.Rejected), string(store.Duplicate))

// Events implements store.Inbox.
func (s *Store) Events(ctx context.Context, q store.Query) (store.Page[store.Event], error) {
	return page(ctx, s, listEvents, driver.Events, q, func(r pgx.Rows, edge *int64) (e store.Event, id string, ok bool, err error) {
		var row eventRow
		if err := r.Scan(append([]any{edge}, row.fields()...)...); err != nil || row.id == nil {
			return e, "", false, err
		}
		e, err = row.event()
		return e, e.ID, true, err
	})
}

// Event implements store.Inbox.
func (s *Store) Event(ctx context.Context, id string) (store.Event, error) {
	number, err := idOf(driver.Events, id)
	if err != nil {
		return store.Event{}, err
	}
	var row eventRow
	err = s.retry(ctx, func(ctx context.Context) error {
		row = eventRow{}
		return s.pool.QueryRow(ctx, "SELECT "+eventColumns+" FROM dari_events d WHERE d.shard = ANY($1) AND d.id = $2", everyShard, number).Scan(row.fields()...)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return store.Event{}, store.ErrNotFound
	}
	if err != nil {
		return store.Event{}, err
	}
	return row.event()
}

// Ledger implements store.Inbox. Every change of a count is part of the statement that it counts, and one
// statement sums them up, so that the ledger adds up at every instant.
func (s *Store) Ledger(ctx context.Context) (l store.Ledger, err error) {
	var accepted, handled, failed int64
	err = s.retry(ctx, func(ctx context.Context) error {
		return s.pool.QueryRow(ctx, `SELECT coalesce(sum(accepted), 0)::bigint, coalesce(sum(handled), 0)::bigint, coalesce(sum(failed), 0)::bigint
			FROM dari_ledger`).Scan(&accepted, &handled, &failed)
	})
	return store.Ledger{
		Accepted: uint64(accepted), Handled: uint64(handled), Failed: uint64(failed), Waiting: uint64(accepted - handled - failed),
	}, err
}

var listDeliveries = lists("dari_deliveries", "status", deliveryColumns,
	string(store.Undelivered), string(store.Uncertain), string(store.Cancelled))

// Deliveries implements store.Outbox.
func (s *Store) Deliveries(ctx context.Context, q store.Query) (store.Page[store.Delivery], error) {
	if q.EventID != "" {
		return s.deliveriesOf(ctx, q)
	}
	return page(ctx, s, listDeliveries, driver.Deliveries, q, func(r pgx.Rows, edge *int64) (d store.Delivery, id string, ok bool, err error) {
		var number *int64
		var status *string
		var body, result []byte
		if err := r.Scan(edge, &number, &status, &body, &result); err != nil || number == nil {
			return d, "", false, err
		}
		d, err = decodeDelivery(*number, *status, body, result)
		return d, d.ID, true, err
	})
}

// deliveriesOf lists the deliveries of one event, which has few, by their own index.
func (s *Store) deliveriesOf(ctx context.Context, q store.Query) (p store.Page[store.Delivery], err error) {
	before, err := cursor(driver.Deliveries, q)
	if err != nil {
		return p, err
	}
	limit := limitOf(q)
	list, err := s.deliveries(ctx, "SELECT "+deliveryColumns+` FROM dari_deliveries d
		WHERE d.shard = ANY($1) AND d.event_id = $2 AND d.event_id <> '' AND d.id < $3 AND ($4 = '' OR d.bot_id = $4) AND ($5 = '' OR d.channel_id = $5)
			AND ($6 = '' OR d.conversation_id = $6) AND ($7 = '' OR d.status = $7)
		ORDER BY d.id DESC LIMIT $8`, everyShard, clean(q.EventID), before, clean(q.BotID), clean(q.ChannelID), clean(q.ConversationID), q.State, limit+1)
	if len(list) > limit {
		list = list[:limit]
		p.Next = list[limit-1].ID
	}
	p.Items = list
	return p, err
}
