package pgstore

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// How often the node looks for work that no news told of: now and then, or all the time where there is no
// NOTIFY.
const (
	lookSeldom = 2 * time.Second
	lookOften  = 100 * time.Millisecond
)

// look finds work by looking until the store is closed. However much waits, it takes a tenth of the time at
// most.
func (s *Store) look() {
	every := lookSeldom
	if !s.opts.notify {
		every = lookOften
	}
	wait := time.NewTimer(every)
	defer wait.Stop()
	for {
		select {
		case <-wait.C:
		case <-s.news.looks:
		case <-s.ctx.Done():
			return
		}
		begin := time.Now()
		if err := s.findWork(s.ctx, s.lease.active()); err != nil && s.ctx.Err() == nil {
			s.log.Debug("no look at what waits", "error", err)
		}
		s.grown.analyse(s)
		wait.Reset(max(every, 10*time.Since(begin)))
	}
}

const (
	findTurns      = "SELECT shard, conversation_id FROM dari_events WHERE shard = ANY($1) AND state = 'accepted' GROUP BY 1, 2 ORDER BY min(id)"
	findDeliveries = "SELECT shard, conversation_id FROM dari_deliveries WHERE shard = ANY($1) AND status = 'pending' GROUP BY 1, 2 ORDER BY min(id)"
)

// findWork looks which conversations of the shards have work, those first that wait for longest.
func (s *Store) findWork(ctx context.Context, list []int16) error {
	if len(list) == 0 {
		return nil
	}
	for sql, hint := range map[string]func(string, int16, bool){findTurns: s.turns.hint, findDeliveries: s.outs.hint} {
		err := s.rows(ctx, func(r pgx.Rows) error {
			var shard int16
			var conversation string
			err := r.Scan(&shard, &conversation)
			hint(conversation, shard, false)
			return err
		}, func() {}, sql, list)
		if err != nil {
			return err
		}
	}
	return nil
}

// hintTurn makes the conversation's owner look at it; urgently, when what it has read is not so any more.
func (s *Store) hintTurn(conversation string, shard int16, urgent bool) {
	if _, ours := s.lease.tenure(shard); ours {
		s.turns.hint(conversation, shard, urgent)
		return
	}
	kind := itemTurn
	if urgent {
		kind = itemReset
	}
	s.news.put(item{Kind: kind, Key: conversation})
}

// hintDelivery is hintTurn for a delivery.
func (s *Store) hintDelivery(conversation string, shard int16, urgent bool) {
	if _, ours := s.lease.tenure(shard); ours {
		s.outs.hint(conversation, shard, urgent)
		return
	}
	kind := itemDelivery
	if urgent {
		kind = itemRedelivery
	}
	s.news.put(item{Kind: kind, Key: conversation})
}
