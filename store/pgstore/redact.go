package pgstore

import (
	"context"
	"encoding/json"

	"dari/store"
	"dari/store/driver"
)

// Redact implements store.Inbox.
func (s *Store) Redact(ctx context.Context, id, reason string) error {
	number, err := idOf(driver.Events, id)
	if err != nil {
		return err
	}
	e, err := s.Event(ctx, id)
	if err != nil {
		return err
	}
	e.Raw, e.Reason = nil, reason
	turn, err := json.Marshal(outcome{Reason: reason, Start: e.StartedAt, Finish: e.FinishedAt})
	if err != nil {
		return err
	}
	n, err := s.exec(ctx, `UPDATE dari_events SET body = $3, turn = CASE WHEN turn IS NULL THEN NULL ELSE $4::bytea END
		WHERE shard = $1 AND id = $2 AND state <> $5`,
		shardOf(e.ConversationID, e.ChannelID), number, encodeEvent(&e), turn, string(store.Waiting))
	if err == nil && n == 0 {
		err = store.ErrState
	}
	return err
}
