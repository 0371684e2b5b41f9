package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dari/store"
)

func recovery(t *testing.T, d Driver) {
	ctx := context.Background()
	t.Run("what was acknowledged waits after a crash, in order and once", func(t *testing.T) {
		s := d.New(t)
		accept(t, s, event("a", "a1"), event("a", "a2"), event("a", "a3"))
		commit(t, s, nextTurn(t, s), store.Turn{Deliveries: []store.Delivery{delivery("a", "one"), delivery("a", "two")}})
		nextTurn(t, s) // a2 is claimed when the crash comes
		sent := nextDelivery(t, s)
		if err := s.FinishDelivery(ctx, sent, store.Result{Status: store.Delivered}); err != nil {
			t.Fatal(err)
		}
		s = d.Reopen(t, s)
		t.Cleanup(func() { s.Close() })
		ledger(t, s, 3, 1, 2, 0)
		c := nextTurn(t, s)
		if c.Event.Keys[0] != "a2" {
			t.Fatalf("got %v", c.Event.Keys)
		}
		commit(t, s, c, store.Turn{})
		if c := nextTurn(t, s); c.Event.Keys[0] != "a3" {
			t.Errorf("got %v", c.Event.Keys)
		}
		if c := nextDelivery(t, s); c.Delivery.Messages[0].Text != "two" {
			t.Errorf("%+v", c)
		}
	})
	t.Run("a redelivery after a crash is still a duplicate", func(t *testing.T) {
		s := d.New(t)
		first := accept(t, s, event("a", "a1"))[0]
		commit(t, s, nextTurn(t, s), store.Turn{})
		s = d.Reopen(t, s)
		t.Cleanup(func() { s.Close() })
		if r := accept(t, s, event("a", "a1"))[0]; !r.Duplicate || r.ID != first.ID {
			t.Errorf("%+v, want a duplicate of %s", r, first.ID)
		}
		noTurn(t, s)
	})
	t.Run("a retry keeps its time over a restart", func(t *testing.T) {
		s := d.New(t)
		if _, _, err := s.Enqueue(ctx, "", []store.Delivery{delivery("a", "1")}); err != nil {
			t.Fatal(err)
		}
		c := nextDelivery(t, s)
		if err := s.FinishDelivery(ctx, c, store.Result{Status: store.Pending, Attempts: 2, NextAt: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		s = d.Reopen(t, s)
		t.Cleanup(func() { s.Close() })
		noDelivery(t, s)
		if got, err := s.Delivery(ctx, c.Delivery.ID); err != nil || got.Result.Attempts != 2 {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("new ids come after the old ones", func(t *testing.T) {
		s := d.New(t)
		before := accept(t, s, event("a", "a1"))[0].ID
		s = d.Reopen(t, s)
		t.Cleanup(func() { s.Close() })
		if after := accept(t, s, event("a", "a2"))[0].ID; after <= before {
			t.Errorf("%s after %s", after, before)
		}
	})
}

func lists(t *testing.T, d Driver) {
	ctx := context.Background()
	t.Run("pages join without a gap, newest first", func(t *testing.T) {
		s := open(t, d)
		for i := range 7 {
			accept(t, s, event(fmt.Sprint(i%2), fmt.Sprint(i)))
		}
		var got []string
		q := store.Query{Limit: 3}
		for {
			page, err := s.Events(ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Items {
				got = append(got, e.Keys[0])
			}
			if page.Next == "" {
				break
			}
			q.Cursor = page.Next
		}
		if fmt.Sprint(got) != "[6 5 4 3 2 1 0]" {
			t.Errorf("got %v", got)
		}
	})
	t.Run("the last page has no cursor", func(t *testing.T) {
		s := open(t, d)
		accept(t, s, event("a", "1"), event("b", "2"))
		for _, q := range []store.Query{{}, {Limit: 2}, {ConversationID: "ch:a"}, {State: "failed"}} {
			if page, err := s.Events(ctx, q); err != nil || page.Next != "" {
				t.Errorf("%+v: next %q, %v", q, page.Next, err)
			}
		}
	})
	t.Run("filters select", func(t *testing.T) {
		s := open(t, d)
		other := event("a", "x")
		other.ChannelID = "other"
		accept(t, s, event("a", "1"), event("b", "2"), other)
		for want, q := range map[int]store.Query{
			1: {ConversationID: "ch:b"}, 2: {ChannelID: "ch"}, 3: {State: "accepted"}, 0: {State: "failed"},
		} {
			page, err := s.Events(ctx, q)
			if err != nil || len(page.Items) != want {
				t.Errorf("%+v: %d, want %d (%v)", q, len(page.Items), want, err)
			}
		}
	})
	t.Run("what failed is found page by page among the rest", func(t *testing.T) {
		s := open(t, d)
		var failed []string
		for i := range 9 {
			conv := fmt.Sprint(i)
			accept(t, s, event(conv, conv))
			turn := store.Turn{Conversation: &store.Conversation{ID: "ch:" + conv, ChannelID: "ch"}}
			if i%2 == 1 {
				turn.State, failed = store.Failed, append([]string{conv}, failed...)
			}
			commit(t, s, nextTurn(t, s), turn)
		}
		var found []string
		for q := (store.Query{State: "failed", BotID: "bot", Limit: 3}); ; {
			page, err := s.Events(ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Items {
				found = append(found, e.Keys[0])
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
		if !slices.Equal(found, failed) {
			t.Errorf("found %v, want %v", found, failed)
		}
		if page, err := s.Events(ctx, store.Query{State: "failed", ChannelID: "other"}); err != nil || len(page.Items) != 0 {
			t.Errorf("of another channel: %d, %v", len(page.Items), err)
		}
	})
	t.Run("deliveries that did not arrive are found until they do", func(t *testing.T) {
		s := open(t, d)
		statuses := []store.DeliveryStatus{store.Delivered, store.Undelivered, store.Uncertain, store.Delivered, store.Undelivered}
		for i, status := range statuses {
			enqueue(t, s, delivery(fmt.Sprint(i), fmt.Sprint(i)))
			finish(t, s, nextDelivery(t, s), store.Result{Status: status, Attempts: 1})
		}
		of := func(status store.DeliveryStatus) (list []string) {
			page, err := s.Deliveries(ctx, store.Query{State: string(status)})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range page.Items {
				list = append(list, d.Messages[0].Text)
			}
			return list
		}
		if got := of(store.Undelivered); !slices.Equal(got, []string{"4", "1"}) {
			t.Errorf("failed: %v", got)
		}
		if got := of(store.Uncertain); !slices.Equal(got, []string{"2"}) {
			t.Errorf("uncertain: %v", got)
		}
		page, err := s.Deliveries(ctx, store.Query{State: string(store.Undelivered), Limit: 1})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("%d, %v", len(page.Items), err)
		}
		if _, err := s.Resend(ctx, page.Items[0].ID); err != nil {
			t.Fatal(err)
		}
		if got := of(store.Undelivered); !slices.Equal(got, []string{"1"}) {
			t.Errorf("while one is sent again: %v", got)
		}
		finish(t, s, nextDelivery(t, s), store.Result{Status: store.Delivered, Attempts: 1})
		if got := of(store.Undelivered); !slices.Equal(got, []string{"1"}) {
			t.Errorf("after it arrived: %v", got)
		}
		if got := of(store.Delivered); !slices.Equal(got, []string{"4", "3", "0"}) {
			t.Errorf("delivered: %v", got)
		}
	})
	t.Run("a cursor that is none is refused", func(t *testing.T) {
		s := open(t, d)
		if _, err := s.Events(ctx, store.Query{Cursor: "rubbish"}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("conversations page by id", func(t *testing.T) {
		s := open(t, d)
		for i := range 5 {
			conv := fmt.Sprint(i)
			accept(t, s, event(conv, conv))
			commit(t, s, nextTurn(t, s), store.Turn{Conversation: &store.Conversation{ID: "ch:" + conv, ChannelID: "ch"}})
		}
		page, err := s.Conversations(ctx, store.Query{Limit: 3})
		if err != nil || len(page.Items) != 3 {
			t.Fatalf("%+v, %v", page, err)
		}
		page, err = s.Conversations(ctx, store.Query{Limit: 3, Cursor: page.Next})
		if err != nil || len(page.Items) != 2 || page.Items[0].ID != "ch:3" || page.Next != "" {
			t.Errorf("%+v, %v", page, err)
		}
	})
	t.Run("deliveries of one event are found", func(t *testing.T) {
		s := open(t, d)
		mine := delivery("a", "1")
		mine.EventID = "ev_mine"
		if _, _, err := s.Enqueue(ctx, "", []store.Delivery{mine, delivery("a", "2")}); err != nil {
			t.Fatal(err)
		}
		page, err := s.Deliveries(ctx, store.Query{EventID: "ev_mine"})
		if err != nil || len(page.Items) != 1 || page.Items[0].Messages[0].Text != "1" {
			t.Errorf("%+v, %v", page, err)
		}
	})
	t.Run("the audit log lists newest first", func(t *testing.T) {
		s := open(t, d)
		for _, a := range []string{"one", "two"} {
			if err := s.Audit(ctx, store.Audit{Action: a, At: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		accept(t, s, event("a", "after"))
		page, err := s.Audits(ctx, store.Query{})
		if err != nil || len(page.Items) != 2 || page.Items[0].Action != "two" {
			t.Errorf("%+v, %v", page, err)
		}
	})
}

func retention(t *testing.T, d Driver) {
	ctx := context.Background()
	t.Run("old finished events go with their deliveries, waiting ones stay", func(t *testing.T) {
		s := open(t, d)
		accept(t, s, event("a", "done"), event("b", "waits"))
		commit(t, s, nextTurn(t, s), store.Turn{Deliveries: []store.Delivery{delivery("a", "sent"), delivery("c", "pending")}})
		if err := s.FinishDelivery(ctx, nextDelivery(t, s), store.Result{Status: store.Delivered}); err != nil {
			t.Fatal(err)
		}
		<-time.After(5 * time.Millisecond) // ids carry the real time in milliseconds
		p, err := s.Prune(ctx, store.Retention{Events: time.Millisecond})
		if err != nil || p.Events != 1 || p.Deliveries != 1 {
			t.Errorf("%+v, %v", p, err)
		}
		if page, _ := s.Events(ctx, store.Query{}); len(page.Items) != 1 || page.Items[0].Keys[0] != "waits" {
			t.Errorf("%+v", page.Items)
		}
		if r := accept(t, s, event("a", "done"))[0]; !r.Duplicate {
			t.Error("a redelivery of a pruned event got in")
		}
		ledger(t, s, 2, 1, 1, 0)
	})
	t.Run("too many events are cut to the newest", func(t *testing.T) {
		s := open(t, d)
		for i := range 20 {
			accept(t, s, event("a", fmt.Sprint(i)))
			commit(t, s, nextTurn(t, s), store.Turn{})
		}
		if p, err := s.Prune(ctx, store.Retention{MaxRecords: 5}); err != nil || p.Events != 15 {
			t.Errorf("%+v, %v", p, err)
		}
		if page, _ := s.Events(ctx, store.Query{}); len(page.Items) != 5 || page.Items[4].Keys[0] != "15" {
			t.Errorf("%+v", page.Items)
		}
	})
	t.Run("nothing goes when nothing is asked", func(t *testing.T) {
		s := open(t, d)
		accept(t, s, event("a", "1"))
		commit(t, s, nextTurn(t, s), store.Turn{})
		if p, err := s.Prune(ctx, store.Retention{}); err != nil || p != (store.Pruned{}) {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

func locks(t *testing.T, d Driver) {
	ctx := context.Background()
	s := open(t, d)
	t.Run("a name is held by one at a time", func(t *testing.T) {
		var inside atomic.Int32
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				unlock, err := s.Lock(ctx, "n")
				if err != nil {
					t.Error(err)
					return
				}
				if inside.Add(1) != 1 {
					t.Error("two inside")
				}
				inside.Add(-1)
				unlock()
			})
		}
		wg.Wait()
	})
	t.Run("another name is free, and waiting ends with the context", func(t *testing.T) {
		unlock, err := s.Lock(ctx, "held")
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
		if free, err := s.Lock(ctx, "other"); err != nil {
			t.Error(err)
		} else {
			free()
		}
		nothing(t, "the lock", func(ctx context.Context) error { _, err := s.Lock(ctx, "held"); return err })
	})
}
