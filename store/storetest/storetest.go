// Package storetest proves that a storage driver keeps the store contract.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"dari/bot/message"
	"dari/store"
)

// Driver opens stores of one kind.
type Driver struct {
	// New opens an empty store. The suite closes it.
	New func(t *testing.T) store.Store
	// Reopen closes the store as a crash would, without any farewell, where that is possible, and opens
	// what is left on the disk.
	Reopen func(t *testing.T, s store.Store) store.Store
}

// Run proves that the driver keeps the contract.
func Run(t *testing.T, d Driver) {
	for name, test := range map[string]func(*testing.T, Driver){
		"inbox": inbox, "order": order, "turns": turns, "outbox": outbox,
		"recovery": recovery, "lists": lists, "tables": tables, "every table": everyTable, "retention": retention, "locks": locks,
	} {
		t.Run(name, func(t *testing.T) { test(t, d) })
	}
}

// event is a waiting event of conversation conv.
func event(conv, key string) store.Event {
	return store.Event{
		BotID: "bot", ChannelID: "ch", ConversationID: "ch:" + conv, Keys: []string{key},
		Kind: message.KindText, Name: "text", State: store.Waiting, ReceivedAt: time.Now().UTC(),
		ContentType: "application/json", Raw: []byte(`{"text":"` + key + `"}`),
	}
}

func delivery(conv, text string) store.Delivery {
	return store.Delivery{
		BotID: "bot", ChannelID: "ch", ConversationID: "ch:" + conv,
		Messages: []message.Message{message.Text(text)}, CreatedAt: time.Now().UTC(),
	}
}

func accept(t *testing.T, s store.Store, events ...store.Event) []store.Accepted {
	t.Helper()
	res, err := s.Accept(context.Background(), events)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func nextTurn(t *testing.T, s store.Store) store.TurnClaim {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, err := s.NextTurn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func nextDelivery(t *testing.T, s store.Store) store.DeliveryClaim {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, err := s.NextDelivery(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// nothing checks that wait finds nothing for a moment.
func nothing(t *testing.T, what string, wait func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if err := wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%s was handed out (%v)", what, err)
	}
}

func noTurn(t *testing.T, s store.Store) {
	t.Helper()
	nothing(t, "a turn", func(ctx context.Context) error { _, err := s.NextTurn(ctx); return err })
}

func noDelivery(t *testing.T, s store.Store) {
	t.Helper()
	nothing(t, "a delivery", func(ctx context.Context) error { _, err := s.NextDelivery(ctx); return err })
}

func commit(t *testing.T, s store.Store, c store.TurnClaim, turn store.Turn) []store.Delivery {
	t.Helper()
	if turn.State == "" {
		turn.State = store.Handled
	}
	ds, err := s.CommitTurn(context.Background(), c, turn)
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

func ledger(t *testing.T, s store.Store, accepted, handled, waiting, failed uint64) {
	t.Helper()
	got, err := s.Ledger(context.Background())
	want := store.Ledger{Accepted: accepted, Handled: handled, Waiting: waiting, Failed: failed}
	if err != nil || got != want {
		t.Errorf("ledger %+v (%v), want %+v", got, err, want)
	}
}

func open(t *testing.T, d Driver) store.Store {
	t.Helper()
	s := d.New(t)
	t.Cleanup(func() { s.Close() })
	return s
}

func inbox(t *testing.T, d Driver) {
	t.Run("an event comes back as it went in", func(t *testing.T) {
		s := open(t, d)
		in := event("a", "k1")
		id := accept(t, s, in)[0].ID
		got := nextTurn(t, s).Event
		in.ID = id
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", in) {
			t.Errorf("got  %+v\nwant %+v", got, in)
		}
	})
	t.Run("a redelivery is a duplicate of the first, even within one callback", func(t *testing.T) {
		s := open(t, d)
		two := event("a", "event-id")
		two.Keys = append(two.Keys, "channel-and-ts")
		first := accept(t, s, two)[0]
		mention := event("a", "other-id")
		mention.Keys = append(mention.Keys, "channel-and-ts")
		for i, r := range accept(t, s, event("a", "event-id"), mention, event("a", "new"), event("a", "new")) {
			if r.Duplicate != (i != 2) {
				t.Errorf("%d: %+v", i, r)
			}
			if i < 2 && r.ID != first.ID {
				t.Errorf("%d names %s, want %s", i, r.ID, first.ID)
			}
		}
		ledger(t, s, 2, 0, 2, 0)
	})
	t.Run("the same key on another channel is another event", func(t *testing.T) {
		s := open(t, d)
		other := event("a", "k")
		other.ChannelID = "ch2"
		if r := accept(t, s, event("a", "k"), other); r[1].Duplicate {
			t.Error("taken for a duplicate")
		}
	})
	t.Run("of many copies at once exactly one gets in", func(t *testing.T) {
		s := open(t, d)
		var mu sync.Mutex
		fresh := 0
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				r, err := s.Accept(context.Background(), []store.Event{event("a", "k")})
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				} else if !r[0].Duplicate {
					fresh++
				}
			})
		}
		wg.Wait()
		if fresh != 1 {
			t.Errorf("%d got in", fresh)
		}
	})
	t.Run("an ignored event is kept, counted and never handed out", func(t *testing.T) {
		s := open(t, d)
		e := event("a", "k")
		e.State, e.Reason = store.Ignored, "unknown event"
		id := accept(t, s, e)[0].ID
		noTurn(t, s)
		ledger(t, s, 1, 1, 0, 0)
		if got, err := s.Event(context.Background(), id); err != nil || got.State != store.Ignored || got.Reason != e.Reason {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("bytes that are no text are kept, and hold up nobody", func(t *testing.T) {
		s := open(t, d)
		odd := event("a\x00\xff", "k\x00\xff")
		odd.Name, odd.Reason, odd.ContentType, odd.Raw = "n\x00\xff", "r\x00\xff", "c\x00\xff", []byte("\x00\xff")
		accept(t, s, odd, event("b", "plain"))
		c := nextTurn(t, s)
		if got := c.Event; got.Name != odd.Name || got.ContentType != odd.ContentType || string(got.Raw) != string(odd.Raw) || got.Keys[0] != odd.Keys[0] {
			t.Errorf("%+v", got)
		}
		conv := store.Conversation{ID: c.Event.ConversationID, State: "s\x00\xff"}
		dl := delivery("a\x00\xff", "t\x00\xff")
		dl.ConversationID = c.Event.ConversationID
		commit(t, s, c, store.Turn{State: store.Failed, Reason: "why\x00\xff", Conversation: &conv, Deliveries: []store.Delivery{dl}})
		if got, err := s.Conversation(context.Background(), conv.ID); err != nil || got.State == "" {
			t.Errorf("%+v, %v", got, err)
		}
		if got := nextDelivery(t, s).Delivery; got.ConversationID != c.Event.ConversationID || len(got.Messages) != 1 {
			t.Errorf("%+v", got)
		}
		if r := accept(t, s, odd)[0]; !r.Duplicate {
			t.Error("a redelivery got in")
		}
		if c := nextTurn(t, s); c.Event.Keys[0] != "plain" {
			t.Errorf("%+v", c.Event)
		}
	})
	t.Run("what an event said can be forgotten once it is over", func(t *testing.T) {
		s := open(t, d)
		ids := accept(t, s, event("a", "1"), event("a", "2"))
		if err := s.Redact(t.Context(), ids[0].ID, "withdrawn"); !errors.Is(err, store.ErrState) {
			t.Errorf("one that waits: %v", err)
		}
		ignored := event("a", "3")
		ignored.State, ignored.Reason = store.Ignored, "not mentioned"
		ids = append(ids, accept(t, s, ignored)...)
		commit(t, s, nextTurn(t, s), store.Turn{Trace: []byte(`{"said":"1"}`)})
		for _, a := range []store.Accepted{ids[0], ids[2]} {
			before, err := s.Event(t.Context(), a.ID)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Redact(t.Context(), a.ID, "withdrawn"); err != nil {
				t.Fatal(err)
			}
			before.Raw, before.Trace, before.Reason = nil, nil, "withdrawn"
			if got, err := s.Event(t.Context(), a.ID); err != nil || len(got.Raw) > 0 || len(got.Trace) > 0 || got.Reason != "withdrawn" ||
				got.State != before.State || !got.ReceivedAt.Equal(before.ReceivedAt) || !slices.Equal(got.Keys, before.Keys) {
				t.Errorf("got %+v, %v, want %+v", got, err, before)
			}
		}
		if got, err := s.Event(t.Context(), ids[1].ID); err != nil || len(got.Raw) == 0 {
			t.Errorf("its neighbour: %+v, %v", got, err)
		}
		if res := accept(t, s, event("a", "1")); !res[0].Duplicate {
			t.Error("its redelivery is no duplicate any more")
		}
		if err := s.Redact(t.Context(), "ev_nonsense", "withdrawn"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("unknown: %v", err)
		}
	})
	t.Run("rejected and duplicate events are listed but not counted", func(t *testing.T) {
		s := open(t, d)
		for _, state := range []store.EventState{store.Rejected, store.Duplicate} {
			e := event("a", "k")
			e.State = state
			s.Record(e)
		}
		accept(t, s, event("a", "after")) // the notes are written no later than this
		page, err := s.Events(context.Background(), store.Query{State: "rejected"})
		if err != nil || len(page.Items) != 1 {
			t.Errorf("%+v, %v", page, err)
		}
		ledger(t, s, 1, 0, 1, 0)
	})
}

func order(t *testing.T, d Driver) {
	t.Run("a conversation is worked on one event at a time, in order, while others go on", func(t *testing.T) {
		s := open(t, d)
		accept(t, s, event("a", "a1"), event("a", "a2"), event("b", "b1"))
		one, two := nextTurn(t, s), nextTurn(t, s)
		if one.Event.Keys[0] != "a1" || two.Event.Keys[0] != "b1" {
			t.Fatalf("got %v and %v", one.Event.Keys, two.Event.Keys)
		}
		noTurn(t, s)
		commit(t, s, one, store.Turn{})
		if c := nextTurn(t, s); c.Event.Keys[0] != "a2" {
			t.Errorf("got %v", c.Event.Keys)
		}
	})
	t.Run("an event that is handed back comes again before its successors", func(t *testing.T) {
		s := open(t, d)
		accept(t, s, event("a", "a1"), event("a", "a2"))
		s.ReleaseTurn(nextTurn(t, s))
		if c := nextTurn(t, s); c.Event.Keys[0] != "a1" {
			t.Errorf("got %v", c.Event.Keys)
		}
	})
	t.Run("under concurrent accepts every conversation keeps the order of its callers", func(t *testing.T) {
		s := open(t, d)
		const convs, each = 20, 30
		var wg sync.WaitGroup
		for c := range convs {
			wg.Go(func() {
				for i := range each {
					if _, err := s.Accept(context.Background(), []store.Event{event(fmt.Sprint(c), fmt.Sprintf("%d-%03d", c, i))}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		last := map[string]string{}
		for range convs * each {
			c := nextTurn(t, s)
			if k := c.Event.Keys[0]; k <= last[c.Event.ConversationID] {
				t.Errorf("%s after %s", k, last[c.Event.ConversationID])
			}
			last[c.Event.ConversationID] = c.Event.Keys[0]
			commit(t, s, c, store.Turn{})
		}
		wg.Wait()
		ledger(t, s, convs*each, convs*each, 0, 0)
	})
}

func turns(t *testing.T, d Driver) {
	t.Run("a turn commits outcome, conversation and deliveries together", func(t *testing.T) {
		s := open(t, d)
		id := accept(t, s, event("a", "a1"))[0].ID
		c := nextTurn(t, s)
		if c.Conversation.ID != "" {
			t.Errorf("a first turn has a conversation: %+v", c.Conversation)
		}
		conv := store.Conversation{ID: "ch:a", BotID: "bot", ChannelID: "ch", State: "token", FirstAt: time.Now().UTC(), LastAt: time.Now().UTC()}
		ds := commit(t, s, c, store.Turn{
			State: store.Failed, Reason: "engine down", Trace: []byte(`{"x":1}`), StartedAt: time.Now().UTC(),
			Conversation: &conv, Deliveries: []store.Delivery{delivery("a", "one"), delivery("a", "two")},
		})
		e, err := s.Event(context.Background(), id)
		if err != nil || e.State != store.Failed || e.Reason != "engine down" || string(e.Trace) != `{"x":1}` {
			t.Errorf("%+v, %v", e, err)
		}
		if got, err := s.Conversation(context.Background(), "ch:a"); err != nil || got.State != "token" {
			t.Errorf("%+v, %v", got, err)
		}
		if got := nextDelivery(t, s).Delivery; got.ID != ds[0].ID || got.Messages[0].Text != "one" || got.Result.Status != store.Pending {
			t.Errorf("%+v", got)
		}
		ledger(t, s, 1, 0, 0, 1)
	})
	t.Run("the next turn sees the conversation", func(t *testing.T) {
		s := open(t, d)
		accept(t, s, event("a", "a1"), event("a", "a2"))
		commit(t, s, nextTurn(t, s), store.Turn{Conversation: &store.Conversation{ID: "ch:a", State: "s1"}})
		if c := nextTurn(t, s); c.Conversation.State != "s1" {
			t.Errorf("%+v", c.Conversation)
		}
	})
	t.Run("a reset clears the state alone", func(t *testing.T) {
		s := open(t, d)
		accept(t, s, event("a", "a1"))
		commit(t, s, nextTurn(t, s), store.Turn{Conversation: &store.Conversation{ID: "ch:a", State: "s1", Locale: "ko"}})
		if err := s.ResetConversation(context.Background(), "ch:a"); err != nil {
			t.Fatal(err)
		}
		if c, err := s.Conversation(context.Background(), "ch:a"); err != nil || c.State != "" || c.Locale != "ko" {
			t.Errorf("%+v, %v", c, err)
		}
		if err := s.ResetConversation(context.Background(), "ch:none"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
}
