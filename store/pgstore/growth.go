package pgstore

import "sync/atomic"

// growth has the server look at the tables anew when they have become ten times as large: its own look
// comes a minute later, and until then it may plan for a table that was empty.
type growth struct {
	events atomic.Int64 // accepted by this node
	next   int64
}

func (g *growth) add(n int) { g.events.Add(int64(n)) }

func (g *growth) analyse(s *Store) {
	if g.next == 0 {
		g.next = 1000
	}
	if g.events.Load() < g.next || g.next > 1_000_000 {
		return
	}
	for g.next <= g.events.Load() {
		g.next *= 10
	}
	if _, err := s.exec(s.ctx, "ANALYZE dari_events, dari_deliveries, dari_keys, dari_conversations"); err != nil && s.ctx.Err() == nil {
		s.log.Warn("the database did not look at its tables anew; it does so by itself in a while", "error", err)
	}
}
