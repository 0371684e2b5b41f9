package boltstore

import (
	"context"
	"encoding/json"
	"slices"

	"dari/store"
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
					s.turns.add(events[i].ConversationID, seqs[i])
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
		*res, *seq = store.Accepted{ID: seqID(eventPrefix, first), Duplicate: true}, 0
		return nil
	}
	*seq = s.nextSeq()
	*res = store.Accepted{ID: seqID(eventPrefix, *seq)}
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
	key, seq, err := s.turns.next(ctx)
	if err != nil {
		return store.TurnClaim{}, err
	}
	c := store.TurnClaim{Fence: seq}
	tx, err := s.db.Begin(false)
	if err == nil {
		defer tx.Rollback()
		c.Event, err = decodeEvent(seq, tx.Bucket(bucketInbox).Get(seqKey(seq)))
	}
	if err == nil {
		err = getJSON(tx.Bucket(bucketConversations), key, &c.Conversation)
	}
	if err != nil && err != store.ErrNotFound {
		s.turns.delay(key, later())
		return store.TurnClaim{}, err
	}
	return c, nil
}

// CommitTurn implements store.Inbox.
func (s *Store) CommitTurn(ctx context.Context, c store.TurnClaim, turn store.Turn) ([]store.Delivery, error) {
	out := slices.Clone(turn.Deliveries)
	seqs := make([]uint64, len(out))
	outcome, err := json.Marshal(turnRecord{turn.State, turn.Reason, turn.StartedAt, turn.FinishedAt, turn.Trace})
	if err != nil {
		return nil, err
	}
	err = s.do(ctx, &op{
		apply: func(t *txn) error {
			if turn.State == store.Failed {
				t.counts.Failed++
			} else {
				t.counts.Handled++
			}
			if err := t.bucket(bucketTurns).Put(seqKey(c.Fence), outcome); err != nil {
				return err
			}
			if turn.Conversation != nil {
				if err := putJSON(t.Bucket(bucketConversations), turn.Conversation.ID, turn.Conversation); err != nil {
					return err
				}
			}
			return s.putDeliveries(t, out, seqs)
		},
		after: func() {
			s.queueDeliveries(out, seqs)
			s.turns.done(c.Event.ConversationID)
		},
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// ReleaseTurn implements store.Inbox.
func (s *Store) ReleaseTurn(c store.TurnClaim) { s.turns.delay(c.Event.ConversationID, later()) }
