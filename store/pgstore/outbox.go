package pgstore

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"dari/store"
	"dari/store/driver"
)

// loadPending reads the oldest pending delivery of each conversation.
const loadPending = `SELECT q.conversation_id, d.id, d.status, d.body, d.result,
		EXISTS (SELECT FROM dari_deliveries m WHERE m.shard = q.shard AND m.conversation_id = q.conversation_id AND m.status = 'pending' AND m.id > d.id)
	FROM unnest($1::smallint[], $2::text[]) AS q(shard, conversation_id)
	CROSS JOIN LATERAL (
		SELECT * FROM dari_deliveries w
		WHERE w.shard = q.shard AND w.conversation_id = q.conversation_id AND w.status = 'pending' ORDER BY w.id LIMIT 1
	) AS d`

func (s *Store) loadDeliveries(ctx context.Context, keys []string) (map[string]head[store.DeliveryClaim], error) {
	heads := map[string]head[store.DeliveryClaim]{}
	err := s.rows(ctx, func(r pgx.Rows) error {
		var h head[store.DeliveryClaim]
		var key, status string
		var body, result []byte
		err := r.Scan(&key, &h.id, &status, &body, &result, &h.more)
		if err == nil {
			h.claim.Delivery, err = decodeDelivery(h.id, status, body, result)
		}
		h.due = h.claim.Delivery.Result.NextAt
		heads[key] = h
		return err
	}, func() { clear(heads) }, loadPending, shardsOf(keys), keys)
	return heads, err
}

// NextDelivery implements store.Outbox.
func (s *Store) NextDelivery(ctx context.Context) (store.DeliveryClaim, error) {
	return s.outs.next(ctx)
}

// ReleaseDelivery implements store.Outbox.
func (s *Store) ReleaseDelivery(c store.DeliveryClaim, until time.Time) {
	if until.IsZero() {
		until = time.Now().Add(backAfter)
	}
	s.outs.release(c.Fence, until)
}

// Holds implements store.Holder.
func (s *Store) Holds(c store.DeliveryClaim) bool {
	_, ok := s.outs.held(c.Fence)
	return ok && s.lease.fresh()
}

// deliveryResult is the result of a delivery on its way in.
type deliveryResult struct {
	id     int64
	shard  int16
	epoch  int64
	status store.DeliveryStatus
	result []byte
	valid  bool
	over   bool // it was cancelled meanwhile
}

func (r *deliveryResult) size() int { return 128 + len(r.result) }

// FinishDelivery implements store.Outbox.
func (s *Store) FinishDelivery(ctx context.Context, c store.DeliveryClaim, res store.Result) error {
	h, ok := s.outs.held(c.Fence)
	if !ok {
		return store.ErrStale
	}
	b, err := json.Marshal(res)
	if err != nil {
		return err
	}
	r := &deliveryResult{id: h.id, shard: h.lane.shard, epoch: h.epoch, status: res.Status, result: b}
	if err := s.results.do(ctx, r); err != nil {
		return err
	}
	switch {
	case !r.valid:
		s.outs.release(c.Fence, time.Now().Add(backAfter))
		s.lease.soon()
		return store.ErrStale
	case res.Status == store.Pending && !r.over:
		s.outs.release(c.Fence, res.NextAt)
	default:
		s.outs.done(c.Fence)
	}
	return nil
}

// finishDeliveries writes results, but for those that would bring back what was cancelled.
const finishDeliveries = `WITH ` + fence + `, done AS (
		UPDATE dari_deliveries d SET status = r.status, result = r.result
		FROM unnest($1::smallint[], $3::bigint[], $4::text[], $5::bytea[]) WITH ORDINALITY AS r(shard, id, status, result, n)
		JOIN fence USING (n)
		WHERE d.shard = r.shard AND d.id = r.id AND NOT (r.status = 'pending' AND d.status = 'cancelled') RETURNING r.n
	)
	SELECT fence.n, done.n IS NULL FROM fence LEFT JOIN done USING (n)`

// writeResults is the committer's work on results.
func (s *Store) writeResults(ctx context.Context, _ int, batch []*deliveryResult) error {
	var parts []int16
	var epochs, ids []int64
	var states []string
	var results [][]byte
	for _, r := range batch {
		parts, epochs, ids = append(parts, r.shard), append(epochs, r.epoch), append(ids, r.id)
		states, results = append(states, string(r.status)), append(results, r.result)
	}
	return s.rows(ctx, func(row pgx.Rows) error {
		var n int64
		var over bool
		err := row.Scan(&n, &over)
		if err == nil {
			batch[n-1].valid, batch[n-1].over = true, over
		}
		return err
	}, func() {}, finishDeliveries, parts, epochs, ids, states, results)
}

const deliveryColumns = "d.id, d.status, d.body, d.result"

func scanDelivery(r pgx.Row) (store.Delivery, error) {
	var id int64
	var status string
	var body, result []byte
	if err := r.Scan(&id, &status, &body, &result); err != nil {
		return store.Delivery{}, err
	}
	return decodeDelivery(id, status, body, result)
}

// deliveries runs a query of deliveryColumns.
func (s *Store) deliveries(ctx context.Context, sql string, args ...any) (list []store.Delivery, err error) {
	err = s.rows(ctx, func(r pgx.Rows) error {
		d, err := scanDelivery(r)
		list = append(list, d)
		return err
	}, func() { list = nil }, sql, args...)
	return list, err
}

// restate writes a delivery's result if it still has one of the given states.
func (s *Store) restate(ctx context.Context, d store.Delivery, from ...string) (int64, error) {
	id, err := idOf(driver.Deliveries, d.ID)
	if err != nil {
		return 0, err
	}
	result, err := json.Marshal(d.Result)
	if err != nil {
		return 0, err
	}
	return s.exec(ctx, "UPDATE dari_deliveries SET status = $3, result = $4 WHERE shard = $1 AND id = $2 AND status = ANY($5)",
		shardOf(d.ConversationID, ""), id, string(d.Result.Status), result, from)
}

// Resend implements store.Outbox.
func (s *Store) Resend(ctx context.Context, id string) (store.Delivery, error) {
	d, err := s.Delivery(ctx, id)
	if err != nil {
		return d, err
	}
	// The attempts start over; the doubt stays, since the platform may still hold the message.
	d.Result = store.Result{Status: store.Pending, Doubt: d.Result.Doubt, Again: d.Result.Doubt}
	n, err := s.restate(ctx, d, string(store.Undelivered), string(store.Uncertain), string(store.Cancelled))
	switch {
	case err != nil:
		return d, err
	case n == 0:
		return d, store.ErrState
	}
	s.hintDelivery(d.ConversationID, shardOf(d.ConversationID, ""), true)
	return d, nil
}

// Delivery implements store.Outbox.
func (s *Store) Delivery(ctx context.Context, id string) (d store.Delivery, err error) {
	number, err := idOf(driver.Deliveries, id)
	if err != nil {
		return d, err
	}
	err = s.retry(ctx, func(ctx context.Context) (err error) {
		d, err = scanDelivery(s.pool.QueryRow(ctx, "SELECT "+deliveryColumns+" FROM dari_deliveries d WHERE d.shard = ANY($1) AND d.id = $2", everyShard, number))
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = store.ErrNotFound
	}
	return d, err
}

// DeliveriesAfter implements store.Outbox.
func (s *Store) DeliveriesAfter(ctx context.Context, conversationID, afterID string, since time.Time, limit int) ([]store.Delivery, error) {
	after := idAt(since) - 1
	if afterID != "" {
		id, err := idOf(driver.Deliveries, afterID)
		if err != nil {
			return nil, err
		}
		after = id
	}
	conversationID = clean(conversationID)
	return s.deliveries(ctx, "SELECT "+deliveryColumns+` FROM dari_deliveries d
		WHERE d.shard = $1 AND d.id > $2 AND d.conversation_id = $3 ORDER BY d.id LIMIT $4`, shardOf(conversationID, ""), after, conversationID, limit)
}
