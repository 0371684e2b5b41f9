package pgstore

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"dari/store"
	"dari/store/driver"
)

// acceptance is what one callback brings.
type acceptance struct {
	shard  int16 // of the first event
	events []*arrival
}

// arrival is one event on its way in.
type arrival struct {
	id     int64
	shard  int16
	event  store.Event
	body   []byte
	keys   [][]byte // hashes, each once
	result store.Accepted
	// first is the event of the same batch that this one is a redelivery of; nil for most.
	first *arrival
}

func (a *acceptance) size() int {
	n := 0
	for _, e := range a.events {
		n += 256 + len(e.body)
	}
	return n
}

// Accept implements store.Inbox.
func (s *Store) Accept(ctx context.Context, events []store.Event) ([]store.Accepted, error) {
	all := &acceptance{}
	for i := range events {
		all.events = append(all.events, s.newArrival(events[i]))
	}
	noted := s.lastNote.Load()
	for _, part := range s.parts(all) {
		if err := s.accepts.do(ctx, part); err != nil {
			return nil, err
		}
	}
	if noted != nil {
		select {
		case <-*noted:
		case <-s.ctx.Done():
		}
	}
	out := make([]store.Accepted, len(events))
	for i, e := range all.events {
		if out[i] = e.result; !e.result.Duplicate && e.event.State == store.Waiting {
			s.hintTurn(e.event.ConversationID, e.shard, false)
		}
	}
	s.grown.add(len(events))
	return out, nil
}

// parts is the callback as a whole, or one part for each shard. If a later part fails the platform is told
// that all did; what it then sends again is found to be known.
func (s *Store) parts(all *acceptance) []*acceptance {
	if len(all.events) == 0 {
		return nil
	}
	all.shard = all.events[0].shard
	if !s.opts.oneShard {
		return []*acceptance{all}
	}
	var parts []*acceptance
	for _, e := range all.events {
		i := slices.IndexFunc(parts, func(p *acceptance) bool { return p.shard == e.shard })
		if i < 0 {
			i, parts = len(parts), append(parts, &acceptance{shard: e.shard})
		}
		parts[i].events = append(parts[i].events, e)
	}
	return parts
}

func (s *Store) newArrival(e store.Event) *arrival {
	e.ConversationID, e.ChannelID, e.BotID = clean(e.ConversationID), clean(e.ChannelID), clean(e.BotID)
	a := &arrival{id: s.nextID(), event: e, shard: shardOf(e.ConversationID, e.ChannelID), body: encodeEvent(&e)}
	for _, key := range e.Keys {
		if h := keyHash(e.ChannelID, key); !slices.ContainsFunc(a.keys, func(k []byte) bool { return bytes.Equal(k, h) }) {
			a.keys = append(a.keys, h)
		}
	}
	return a
}

// keyShard is where a key is kept: by itself, so that it is found whatever conversation the redelivery
// names, or with its conversation where a statement must stay in one shard.
func (s *Store) keyShard(hash []byte, conversation int16) int16 {
	if s.opts.oneShard {
		return conversation
	}
	return int16(hash[0]) % shards
}

// takeIn writes keys and events in one go: an event whose keys are not all new is left out. It looks for
// known keys first and then inserts plainly, which costs a third less than ON CONFLICT; where two nodes
// take in the same key at the same instant, one of them fails and is tried again.
const takeIn = `WITH keyed AS (
		INSERT INTO dari_keys (shard, hash, event_id)
		SELECT g.shard, g.hash, g.event_id FROM unnest($1::smallint[], $2::bytea[], $3::bigint[]) AS g(shard, hash, event_id)
		LEFT JOIN LATERAL (SELECT true AS known FROM dari_keys k WHERE k.shard = g.shard AND k.hash = g.hash LIMIT 1) AS k ON true
		WHERE k.known IS NULL
		RETURNING event_id
	), fresh AS (
		SELECT event_id, count(*) AS keys FROM keyed GROUP BY event_id
	), taken AS (
		INSERT INTO dari_events (shard, id, state, bot_id, channel_id, conversation_id, body)
		SELECT e.shard, e.id, e.state, e.bot_id, e.channel_id, e.conversation_id, e.body
		FROM unnest($4::smallint[], $5::bigint[], $6::int[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bytea[])
			AS e(shard, id, keys, state, bot_id, channel_id, conversation_id, body)
		LEFT JOIN fresh ON fresh.event_id = e.id
		WHERE e.keys = coalesce(fresh.keys, 0)
		RETURNING id, state
	), counted AS (
		INSERT INTO dari_ledger AS l (shard, slot, accepted, handled, failed)
		SELECT $12, $13, count(*), count(*) FILTER (WHERE state <> 'accepted'), 0 FROM taken HAVING count(*) > 0
		ON CONFLICT (shard, slot) DO UPDATE SET accepted = l.accepted + excluded.accepted, handled = l.handled + excluded.handled
	)
	SELECT id FROM taken`

// writeEvents is the committer's work on callbacks.
func (s *Store) writeEvents(ctx context.Context, slot int, batch []*acceptance) error {
	events := distinct(batch)
	taken := map[int64]bool{}
	err := s.again(func() error {
		return s.rows(ctx, func(r pgx.Rows) error {
			var id int64
			err := r.Scan(&id)
			taken[id] = true
			return err
		}, func() { clear(taken) }, takeIn, s.arguments(events, batch[0].shard, slot)...)
	}, len(events) == 1)
	if err != nil {
		return err
	}
	var known []*arrival
	for _, e := range events {
		e.result = store.Accepted{ID: idText(driver.Events, e.id)}
		if !taken[e.id] && len(e.keys) > 0 {
			known = append(known, e)
		}
	}
	if err := s.nameFirst(ctx, known); err != nil {
		return err
	}
	for _, a := range batch {
		for _, e := range a.events {
			if e.first != nil {
				e.result = store.Accepted{ID: e.first.result.ID, Duplicate: true}
			}
		}
	}
	return nil
}

// again repeats what has met another node on the same key, who is known by then. A batch is left to be
// taken apart, so that one event does not hold up the others. An event without keys met itself: it was taken
// in by an attempt whose answer was lost.
func (s *Store) again(run func() error, alone bool) (err error) {
	for range 5 {
		var pe *pgconn.PgError
		if err = run(); !alone || !errors.As(err, &pe) || pe.Code != "23505" {
			return err
		}
		if pe.TableName == "dari_events" {
			return nil
		}
	}
	return err
}

// distinct lists the events of a batch but for those that repeat one before them.
func distinct(batch []*acceptance) (events []*arrival) {
	seen := map[string]*arrival{}
	for _, a := range batch {
	events:
		for _, e := range a.events {
			e.first = nil
			for _, k := range e.keys {
				if e.first = seen[string(k)]; e.first != nil {
					continue events
				}
			}
			for _, k := range e.keys {
				seen[string(k)] = e
			}
			events = append(events, e)
		}
	}
	return events
}

func (s *Store) arguments(events []*arrival, shard int16, slot int) []any {
	type key struct {
		shard int16
		hash  []byte
		event int64
	}
	var all []key
	n := len(events)
	shard2, ids, counts := make([]int16, n), make([]int64, n), make([]int32, n)
	states, bots, channels, convs, bodies := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([][]byte, n)
	for i, e := range events {
		shard2[i], ids[i], counts[i] = e.shard, e.id, int32(len(e.keys))
		states[i], bots[i], channels[i], convs[i] = string(e.event.State), e.event.BotID, e.event.ChannelID, e.event.ConversationID
		bodies[i] = e.body
		for _, k := range e.keys {
			all = append(all, key{s.keyShard(k, e.shard), k, e.id})
		}
	}
	// In one order everywhere, so that no two statements wait for each other.
	slices.SortFunc(all, func(a, b key) int { return cmp.Or(cmp.Compare(a.shard, b.shard), bytes.Compare(a.hash, b.hash)) })
	keyShards, hashes, owners := make([]int16, len(all)), make([][]byte, len(all)), make([]int64, len(all))
	for i, k := range all {
		keyShards[i], hashes[i], owners[i] = k.shard, k.hash, k.event
	}
	return []any{keyShards, hashes, owners, shard2, ids, counts, states, bots, channels, convs, bodies, s.ledgerShard(shard), s.ledgerSlot(slot)}
}

// ledgerShard is the shard of the ledger's row: where a statement need not stay in one, a node has one row
// for each committer.
func (s *Store) ledgerShard(shard int16) int16 {
	if s.opts.oneShard {
		return shard
	}
	return 0
}

func (s *Store) ledgerSlot(worker int) int {
	s.clock.mu.Lock()
	defer s.clock.mu.Unlock()
	return int(s.clock.slot)*ledgerRows + worker
}

// nameFirst finds what the events that were not taken in are redeliveries of. One whose keys are all its
// own was taken in by an attempt whose answer was lost.
func (s *Store) nameFirst(ctx context.Context, known []*arrival) error {
	if len(known) == 0 {
		return nil
	}
	var keyShards []int16
	var hashes [][]byte
	byHash := map[string][]*arrival{}
	for _, e := range known {
		for _, k := range e.keys {
			keyShards, hashes = append(keyShards, s.keyShard(k, e.shard)), append(hashes, k)
			byHash[string(k)] = append(byHash[string(k)], e)
		}
	}
	first := map[*arrival]int64{}
	err := s.rows(ctx, func(r pgx.Rows) error {
		var hash []byte
		var id int64
		if err := r.Scan(&hash, &id); err != nil {
			return err
		}
		for _, e := range byHash[string(hash)] {
			if before, ok := first[e]; id != e.id && (!ok || id < before) {
				first[e] = id
			}
		}
		return nil
	}, func() { clear(first) }, `SELECT k.hash, k.event_id FROM unnest($1::smallint[], $2::bytea[]) AS g(shard, hash)
		JOIN dari_keys k ON k.shard = g.shard AND k.hash = g.hash`, keyShards, hashes)
	for e, id := range first {
		e.result = store.Accepted{ID: idText(driver.Events, id), Duplicate: true}
	}
	return err
}
