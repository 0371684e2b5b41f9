package pgstore

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"dari/store"
)

const (
	// pruneStep is how many rows one statement deletes, so that callbacks wait a few milliseconds at most.
	pruneStep = 1000
	// keysLast is how long at least redeliveries are found. LINE does not say for how long it redelivers;
	// Slack tries for up to a day.
	keysLast = 72 * time.Hour
)

// Prune implements store.Store. Ids hold their time, so that each shard is cut off at an id, by its primary
// key.
func (s *Store) Prune(ctx context.Context, r store.Retention) (p store.Pruned, err error) {
	now := s.now()
	if before, err := s.eventsBefore(ctx, now, r); err != nil {
		return p, err
	} else if p.Events, err = s.pruneShards(ctx, "dari_events", "state NOT IN ('accepted', 'rejected', 'duplicate')", before); err != nil {
		return p, err
	}
	if r.Events > 0 {
		before := idAt(now.Add(-r.Events))
		if p.Deliveries, err = s.pruneShards(ctx, "dari_deliveries", "status <> 'pending'", before); err != nil {
			return p, err
		}
		if _, err = s.exec(ctx, "DELETE FROM dari_sends WHERE ids[1] < $1 OR ids = '{}'", before); err != nil {
			return p, err
		}
		if _, err = s.pruneShards(ctx, "dari_keys", "", min(before, idAt(now.Add(-keysLast)))); err != nil {
			return p, err
		}
	}
	if r.Rejected > 0 {
		if _, err = s.pruneShards(ctx, "dari_events", "state IN ('rejected', 'duplicate')", idAt(now.Add(-r.Rejected))); err != nil {
			return p, err
		}
	}
	if r.Audit > 0 {
		n, err := s.exec(ctx, "DELETE FROM dari_audit WHERE id < $1", idAt(now.Add(-r.Audit)))
		if p.Audits = int(n); err != nil {
			return p, err
		}
	}
	if _, err = s.exec(ctx, "DELETE FROM dari_changes WHERE id < $1", idAt(now.Add(-changesLast))); err == nil {
		_, err = s.exec(ctx, "DELETE FROM dari_rates WHERE next < $1", now.Add(-time.Hour).UnixMicro())
	}
	return p, err
}

// eventsBefore is the id before which finished events go: by age, or because there are too many.
func (s *Store) eventsBefore(ctx context.Context, now time.Time, r store.Retention) (before int64, err error) {
	if r.Events > 0 {
		before = idAt(now.Add(-r.Events))
	}
	if r.MaxRecords <= 0 {
		return before, nil
	}
	var newest int64
	err = s.pool.QueryRow(ctx, "SELECT id FROM dari_events WHERE state NOT IN ('rejected', 'duplicate') ORDER BY id DESC OFFSET $1 LIMIT 1", r.MaxRecords).Scan(&newest)
	if errors.Is(err, pgx.ErrNoRows) {
		return before, nil
	}
	return max(before, newest+1), err
}

// pruneShards deletes rows with smaller ids, a step at a time. Keys have no order by time but few pages.
func (s *Store) pruneShards(ctx context.Context, name, which string, before int64) (total int, err error) {
	if before <= 0 {
		return 0, nil
	}
	id := "id"
	if name == "dari_keys" {
		id = "event_id"
	}
	if which != "" {
		which = " AND " + which
	}
	sql := "DELETE FROM " + name + " WHERE ctid = ANY(ARRAY(SELECT ctid FROM " + name + " WHERE shard = $1 AND " + id + " < $2" + which + " LIMIT $3)) AND shard = $1"
	for _, shard := range everyShard {
		for n := int64(pruneStep); n == pruneStep; total += int(n) {
			if n, err = s.exec(ctx, sql, shard, before, pruneStep); err != nil {
				return total, err
			}
		}
	}
	return total, nil
}
