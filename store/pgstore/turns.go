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

// loadHeads reads the oldest waiting event of each conversation, with what is known of the conversation.
const loadHeads = `SELECT q.conversation_id, e.id, e.state, e.bot_id, e.channel_id, e.body, c.body,
		EXISTS (SELECT FROM dari_events m WHERE m.shard = q.shard AND m.conversation_id = q.conversation_id AND m.state = 'accepted' AND m.id > e.id)
	FROM unnest($1::smallint[], $2::text[]) AS q(shard, conversation_id)
	CROSS JOIN LATERAL (
		SELECT * FROM dari_events w
		WHERE w.shard = q.shard AND w.conversation_id = q.conversation_id AND w.state = 'accepted' ORDER BY w.id LIMIT 1
	) AS e
	LEFT JOIN dari_conversations c ON c.shard = q.shard AND c.id = q.conversation_id`

func (s *Store) loadTurns(ctx context.Context, keys []string) (map[string]head[store.TurnClaim], error) {
	heads := map[string]head[store.TurnClaim]{}
	err := s.rows(ctx, func(r pgx.Rows) error {
		var h head[store.TurnClaim]
		var state string
		var body, conversation []byte
		e := &h.claim.Event
		if err := r.Scan(&e.ConversationID, &h.id, &state, &e.BotID, &e.ChannelID, &body, &conversation, &h.more); err != nil {
			return err
		}
		e.ID, e.State = idText(driver.Events, h.id), store.EventState(state)
		if err := decodeEvent(e, body); err != nil {
			return err
		}
		if conversation != nil {
			if err := json.Unmarshal(conversation, &h.claim.Conversation); err != nil {
				return err
			}
		}
		heads[e.ConversationID] = h
		return nil
	}, func() { clear(heads) }, loadHeads, shardsOf(keys), keys)
	return heads, err
}

func shardsOf(conversations []string) []int16 {
	list := make([]int16, len(conversations))
	for i, c := range conversations {
		list[i] = shardOf(c, "")
	}
	return list
}

// NextTurn implements store.Inbox.
func (s *Store) NextTurn(ctx context.Context) (store.TurnClaim, error) { return s.turns.next(ctx) }

// ReleaseTurn implements store.Inbox.
func (s *Store) ReleaseTurn(c store.TurnClaim) { s.turns.release(c.Fence, time.Now().Add(backAfter)) }

// turnCommit is the outcome of a turn on its way in.
type turnCommit struct {
	id           int64
	shard        int16
	epoch        int64
	state        store.EventState
	outcome      []byte
	conversation *store.Conversation
	talk         []byte
	deliveries   []*outgoing
	valid        bool
}

func (t *turnCommit) size() int {
	n := 256 + len(t.outcome) + len(t.talk)
	for _, d := range t.deliveries {
		n += 256 + len(d.body)
	}
	return n
}

// outgoing is a delivery on its way in.
type outgoing struct {
	id       int64
	shard    int16
	delivery store.Delivery
	body     []byte
}

func newOutgoing(id int64, d store.Delivery) (*outgoing, error) {
	d.ID, d.Result = idText(driver.Deliveries, id), store.Result{Status: store.Pending}
	d.ConversationID = clean(d.ConversationID)
	body, err := encodeDelivery(&d)
	return &outgoing{id, shardOf(d.ConversationID, ""), d, body}, err
}

// CommitTurn implements store.Inbox.
func (s *Store) CommitTurn(ctx context.Context, c store.TurnClaim, turn store.Turn) ([]store.Delivery, error) {
	h, ok := s.turns.held(c.Fence)
	if !ok {
		return nil, store.ErrStale
	}
	t, err := s.newTurnCommit(c, h, turn)
	if err != nil {
		return nil, err
	}
	if err := s.commits.do(ctx, t); err != nil {
		return nil, err
	}
	if !t.valid {
		s.turns.release(c.Fence, time.Now().Add(backAfter))
		s.lease.soon()
		return nil, store.ErrStale
	}
	out := make([]store.Delivery, 0, len(t.deliveries))
	for _, d := range t.deliveries {
		out = append(out, d.delivery)
		s.hintDelivery(d.delivery.ConversationID, d.shard, false)
	}
	s.turns.done(c.Fence)
	return out, nil
}

func (s *Store) newTurnCommit(c store.TurnClaim, h hold, turn store.Turn) (t *turnCommit, err error) {
	t = &turnCommit{id: h.id, shard: h.lane.shard, epoch: h.epoch, state: turn.State, conversation: turn.Conversation}
	if t.outcome, err = json.Marshal(outcome{turn.Reason, turn.StartedAt, turn.FinishedAt, turn.Trace}); err != nil {
		return nil, err
	}
	if turn.Conversation != nil {
		if t.talk, err = json.Marshal(turn.Conversation); err != nil {
			return nil, err
		}
	}
	// A second attempt after one whose answer was lost has to name the same deliveries.
	ids := s.turns.name(c.Fence, func() []int64 { return s.nextIDs(len(turn.Deliveries)) })
	for len(ids) < len(turn.Deliveries) { // it was another turn that failed to commit before
		ids = append(slices.Clone(ids), s.nextID())
	}
	for i, d := range turn.Deliveries {
		o, err := newOutgoing(ids[i], d)
		if err != nil {
			return nil, err
		}
		t.deliveries = append(t.deliveries, o)
	}
	return t, nil
}

func (c *clock) nextIDs(n int) []int64 {
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = c.nextID()
	}
	return ids
}

// fence locks the shards' rows of those claims that are still valid, so that whoever takes a shard over
// waits for this commit, or this commit finds that it came too late. $1 and $2 are the claims' shards and
// epochs; n counts them.
const fence = `fence AS (
		SELECT f.n FROM unnest($1::smallint[], $2::bigint[]) WITH ORDINALITY AS f(shard, epoch, n)
		JOIN dari_shards s ON s.shard = f.shard AND s.epoch = f.epoch
		ORDER BY f.shard FOR SHARE OF s
	)`

// commitTurns writes turns, all of each or nothing. An event whose turn is done already was done, with all
// that belongs to it, by an attempt whose answer was lost: as long as the fence holds nobody else can have.
const commitTurns = `WITH ` + fence + `, done AS (
		UPDATE dari_events e SET state = t.state, turn = t.turn
		FROM unnest($1::smallint[], $3::bigint[], $4::text[], $5::bytea[]) WITH ORDINALITY AS t(shard, id, state, turn, n)
		JOIN fence USING (n)
		WHERE e.shard = t.shard AND e.id = t.id AND e.turn IS NULL RETURNING t.n, e.state
	), counted AS (
		INSERT INTO dari_ledger AS l (shard, slot, accepted, handled, failed)
		SELECT $6, $7, 0, count(*) FILTER (WHERE state <> 'failed'), count(*) FILTER (WHERE state = 'failed') FROM done HAVING count(*) > 0
		ON CONFLICT (shard, slot) DO UPDATE SET handled = l.handled + excluded.handled, failed = l.failed + excluded.failed
	), talked AS (
		INSERT INTO dari_conversations (shard, id, bot_id, channel_id, body)
		SELECT c.shard, c.id, c.bot_id, c.channel_id, c.body
		FROM unnest($8::bigint[], $9::smallint[], $10::text[], $11::text[], $12::text[], $13::bytea[]) AS c(n, shard, id, bot_id, channel_id, body)
		JOIN done USING (n)
		ON CONFLICT (shard, id) DO UPDATE SET bot_id = excluded.bot_id, channel_id = excluded.channel_id, body = excluded.body
	), answered AS (
		INSERT INTO dari_deliveries (shard, id, status, bot_id, channel_id, conversation_id, event_id, body)
		SELECT d.shard, d.id, 'pending', d.bot_id, d.channel_id, d.conversation_id, d.event_id, d.body
		FROM unnest($14::bigint[], $15::smallint[], $16::bigint[], $17::text[], $18::text[], $19::text[], $20::text[], $21::bytea[])
			AS d(n, shard, id, bot_id, channel_id, conversation_id, event_id, body)
		JOIN done USING (n)
	)
	SELECT n FROM fence`

// writeTurns is the committer's work on turns.
func (s *Store) writeTurns(ctx context.Context, slot int, batch []*turnCommit) error {
	var ids, epochs []int64
	var parts []int16
	var states []string
	var outcomes [][]byte
	var talks, outs columns
	for i, t := range batch {
		n := int64(i + 1)
		parts, epochs, ids = append(parts, t.shard), append(epochs, t.epoch), append(ids, t.id)
		states, outcomes = append(states, string(t.state)), append(outcomes, t.outcome)
		if c := t.conversation; c != nil {
			id := clean(c.ID)
			talks.add(n, shardOf(id, ""), 0, []string{id, clean(c.BotID), clean(c.ChannelID)}, t.talk)
		}
		for _, d := range t.deliveries {
			outs.addDelivery(n, d)
		}
	}
	valid := map[int64]bool{}
	args := []any{parts, epochs, ids, states, outcomes, s.ledgerShard(batch[0].shard), s.ledgerSlot(slot)}
	args = append(args, talks.n, talks.shards, talks.text(0), talks.text(1), talks.text(2), talks.bodies)
	args = append(args, outs.n, outs.shards, outs.ids, outs.text(0), outs.text(1), outs.text(2), outs.text(3), outs.bodies)
	err := s.rows(ctx, func(r pgx.Rows) error {
		var n int64
		err := r.Scan(&n)
		valid[n] = true
		return err
	}, func() { clear(valid) }, commitTurns, args...)
	for i, t := range batch {
		t.valid = valid[int64(i+1)]
	}
	return err
}

// columns are rows turned into the arrays of a statement.
type columns struct {
	n      []int64
	shards []int16
	ids    []int64
	texts  [][]string
	bodies [][]byte
}

func (c *columns) add(n int64, shard int16, id int64, texts []string, body []byte) {
	c.n, c.shards, c.ids, c.texts, c.bodies = append(c.n, n), append(c.shards, shard), append(c.ids, id), append(c.texts, texts), append(c.bodies, body)
}

func (c *columns) addDelivery(n int64, d *outgoing) {
	c.add(n, d.shard, d.id, []string{clean(d.delivery.BotID), clean(d.delivery.ChannelID), d.delivery.ConversationID, clean(d.delivery.EventID)}, d.body)
}

// part is some of the rows.
func (c *columns) part(from, to int) *columns {
	return &columns{c.n[from:to], c.shards[from:to], c.ids[from:to], c.texts[from:to], c.bodies[from:to]}
}

// text is one column of the texts.
func (c *columns) text(column int) []string {
	list := make([]string, len(c.texts))
	for i, row := range c.texts {
		list[i] = row[column]
	}
	return list
}
