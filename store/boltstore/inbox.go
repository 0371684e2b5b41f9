package boltstore

import (
	"context"
	"encoding/json"
	"slices"

	"go.etcd.io/bbolt"

	"dari/store"
	"dari/store/driver"
)

// Accept implements store.Inbox. The committer's order is the order of arrival, within a conversation
// and between redeliveries.
func (s *Store) Accept(ctx context.Context, events []store.Event) ([]store.Accepted, error) {
	out := make([]store.Accepted, len(events))
	seqs := make([]uint64, len(events)) // 0 for a duplicate
	records := make([][]byte, len(events))
	for i := range events { // here and not in apply: the committer serves everybody
		records[i] = encodeEvent(&events[i])
	}
	err := s.do(ctx, &op{
		apply: func(t *txn) error {
			for i := range events {
				if err := s.acceptOne(t, &events[i], records[i], &out[i], &seqs[i]); err != nil {
					return err
				}
			}
			return nil
		},
		undo: func() {
			for i := range events {
				s.forget(&events[i], seqs[i])
				seqs[i] = 0
			}
		},
		after: func() {
			for i := range events {
				if seqs[i] != 0 && events[i].State == store.Waiting {
					e := events[i] // the caller's own is the caller's
					e.ID = out[i].ID
					s.turns.add(e.ConversationID, seqs[i], &e, 2*len(records[i])+1024)
				}
			}
		},
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Store) acceptOne(t *txn, e *store.Event, record []byte, res *store.Accepted, seq *uint64) error {
	if first, ok := s.firstOf(t, e); ok {
		*res, *seq = store.Accepted{ID: driver.ID(driver.Events, first), Duplicate: true}, 0
		return nil
	}
	*seq = s.nextSeq()
	*res = store.Accepted{ID: driver.ID(driver.Events, *seq)}
	for _, key := range e.Keys {
		s.window.add(s.window.hash(e.ChannelID, key), *seq)
	}
	t.counts.Accepted++
	if e.State != store.Waiting {
		t.counts.Handled++
	}
	return t.bucket(bucketInbox).Put(seqKey(*seq), record)
}

func (s *Store) forget(e *store.Event, seq uint64) {
	if seq == 0 {
		return
	}
	for _, key := range e.Keys {
		s.window.forget(s.window.hash(e.ChannelID, key), seq)
	}
}

// firstOf looks for an earlier event that shares a key. A hash that matches is checked against the
// record; one whose record has been pruned is believed.
func (s *Store) firstOf(t *txn, e *store.Event) (uint64, bool) {
	for _, key := range e.Keys {
		seq, ok := s.window.find(s.window.hash(e.ChannelID, key))
		if !ok {
			continue
		}
		record := t.Bucket(bucketInbox).Get(seqKey(seq))
		if record == nil {
			return seq, true
		}
		if first, err := decodeEvent(seq, record); err != nil || first.ChannelID == e.ChannelID && slices.Contains(first.Keys, key) {
			return seq, true
		}
	}
	return 0, false
}

// Record implements store.Inbox.
func (s *Store) Record(e store.Event) {
	s.note(&op{apply: func(t *txn) error {
		return t.bucket(bucketNotes).Put(seqKey(s.nextSeq()), encodeEvent(&e))
	}})
}

// NextTurn implements store.Inbox.
func (s *Store) NextTurn(ctx context.Context) (store.TurnClaim, error) {
	t, err := s.turns.next(ctx)
	if err != nil {
		return store.TurnClaim{}, err
	}
	c := store.TurnClaim{Fence: t.seq}
	c.Event, err = s.eventOf(t)
	if err == nil {
		c.Conversation, err = s.convs.of(s.db, t.key)
	}
	if err != nil {
		s.turns.delay(t.key, later())
		return store.TurnClaim{}, err
	}
	return c, nil
}

// eventOf is the event of a ticket.
func (s *Store) eventOf(t ticket[store.Event]) (e store.Event, err error) {
	if t.record != nil {
		return *t.record, nil
	}
	err = s.db.View(func(tx *bbolt.Tx) error {
		e, err = decodeEvent(t.seq, tx.Bucket(bucketInbox).Get(seqKey(t.seq)))
		return err
	})
	return e, err
}

// CommitTurn implements store.Inbox.
func (s *Store) CommitTurn(ctx context.Context, c store.TurnClaim, turn store.Turn) ([]store.Delivery, error) {
	o, err := newOutcome(c.Event.ConversationID, c.Fence, &turn)
	if err != nil {
		return nil, err
	}
	err = s.do(ctx, &op{
		apply: func(t *txn) error { return s.putOutcome(t, o) },
		after: func() {
			if o.conversation.ID != "" {
				s.convs.changed(o.conversation.ID, o.conversation)
			}
			s.queueDeliveries(o.deliveries, o.seqs, o.records)
			s.turns.done(o.lane)
		},
	})
	if err != nil {
		return nil, err
	}
	return o.deliveries, nil
}

// outcome is a turn ready to be written: the committer serves everybody, so that all that can be done
// before is done.
type outcome struct {
	lane         string
	seq          uint64
	failed       bool
	turn         []byte
	conversation store.Conversation // zero ID: stays as it is
	state        []byte             // the conversation's record
	deliveries   []store.Delivery
	seqs         []uint64
	records      [][]byte
}

func newOutcome(lane string, seq uint64, turn *store.Turn) (*outcome, error) {
	o := &outcome{
		lane: lane, seq: seq, failed: turn.State == store.Failed,
		turn:       encodeTurn(turnRecord{turn.State, turn.Reason, turn.StartedAt, turn.FinishedAt, turn.Trace}),
		deliveries: slices.Clone(turn.Deliveries), seqs: make([]uint64, len(turn.Deliveries)),
	}
	var err error
	if o.records, err = encodeDeliveries(turn.Deliveries); err == nil && turn.Conversation != nil {
		o.conversation = *turn.Conversation
		o.state, err = json.Marshal(turn.Conversation)
	}
	return o, err
}

func (s *Store) putOutcome(t *txn, o *outcome) error {
	if o.failed {
		t.counts.Failed++
	} else {
		t.counts.Handled++
	}
	if err := putTurn(t, o.seq, o.turn, o.failed); err != nil {
		return err
	}
	if o.conversation.ID != "" {
		if err := t.Bucket(bucketConversations).Put([]byte(o.conversation.ID), o.state); err != nil {
			return err
		}
	}
	return s.putDeliveries(t, o.deliveries, o.seqs, o.records)
}

// putTurn writes what a turn has made of its event. Failed events are also listed by themselves.
func putTurn(t *txn, seq uint64, record []byte, failed bool) error {
	if failed {
		if err := t.bucket(bucketFailed).Put(seqKey(seq), nil); err != nil {
			return err
		}
	}
	return t.bucket(bucketTurns).Put(seqKey(seq), record)
}

// ReleaseTurn implements store.Inbox.
func (s *Store) ReleaseTurn(c store.TurnClaim) { s.turns.delay(c.Event.ConversationID, later()) }
