package boltstore

import (
	"context"
	"fmt"
	"testing"

	"dari/store"
)

func TestWhatWasJustWrittenIsHandedOnFromMemory(t *testing.T) {
	s := open(t, t.TempDir())
	ctx := context.Background()
	e := benchEvent(1)
	if _, err := s.Accept(ctx, []store.Event{e}); err != nil {
		t.Fatal(err)
	}
	if s.turns.held == 0 {
		t.Error("the event is not held")
	}
	c, err := s.NextTurn(ctx)
	if err != nil || c.Event.ID == "" || string(c.Event.Raw) != string(e.Raw) {
		t.Fatalf("%+v, %v", c.Event, err)
	}
	if s.turns.held != 0 {
		t.Errorf("%d bytes are held for nobody", s.turns.held)
	}
}

func TestWhatIsTooMuchToHoldIsReadAgainInOrder(t *testing.T) {
	l := newLanes[int]()
	const n = 10
	for i := range n {
		l.add("a", uint64(i+1), new(int), holdMost/4)
	}
	if l.held > holdMost {
		t.Errorf("%d bytes are held, more than %d", l.held, holdMost)
	}
	for i := range n {
		got, err := l.next(context.Background())
		if want := i < 4; err != nil || got.seq != uint64(i+1) || (got.record != nil) != want {
			t.Errorf("number %d: %+v, %v", i+1, got, err)
		}
		l.done("a")
	}
	if l.held != 0 || l.count != 0 {
		t.Errorf("%d bytes, %d items are left", l.held, l.count)
	}
}

func TestACancelledDeliveryIsNotHandedOnFromMemory(t *testing.T) {
	s := open(t, t.TempDir())
	ctx := context.Background()
	for i := range 2 {
		d := fullDelivery()
		if _, _, err := s.Enqueue(ctx, fmt.Sprint("key", i), []store.Delivery{d}); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.Cancel(ctx, "key0"); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	left, err := s.Enqueued(ctx, "key1")
	if err != nil {
		t.Fatal(err)
	}
	if c, err := s.NextDelivery(ctx); err != nil || c.Delivery.ID != left[0].ID {
		t.Errorf("handed out %s, %v; want %s", c.Delivery.ID, err, left[0].ID)
	}
}

func TestAResetIsSeenByTheNextTurn(t *testing.T) {
	s := open(t, t.TempDir())
	ctx := context.Background()
	turn := func(key int64, state string) store.Conversation {
		if _, err := s.Accept(ctx, []store.Event{benchEvent(key)}); err != nil {
			t.Fatal(err)
		}
		c, err := s.NextTurn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		conv := store.Conversation{ID: c.Event.ConversationID, State: state}
		if _, err := s.CommitTurn(ctx, c, store.Turn{State: store.Handled, Conversation: &conv}); err != nil {
			t.Fatal(err)
		}
		return c.Conversation
	}
	turn(1, "kept")
	if got := turn(1001, "kept"); got.State != "kept" {
		t.Fatalf("the second turn has %+v", got)
	}
	if err := s.ResetConversation(ctx, benchEvent(1).ConversationID); err != nil {
		t.Fatal(err)
	}
	if got := turn(2001, ""); got.State != "" {
		t.Errorf("after the reset the turn has %+v", got)
	}
}
