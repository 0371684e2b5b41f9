package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"dari/store"
)

func enqueue(t *testing.T, s store.Store, ds ...store.Delivery) []store.Delivery {
	t.Helper()
	out, _, err := s.Enqueue(context.Background(), "", ds)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func finish(t *testing.T, s store.Store, c store.DeliveryClaim, r store.Result) {
	t.Helper()
	if err := s.FinishDelivery(context.Background(), c, r); err != nil {
		t.Fatal(err)
	}
}

func outbox(t *testing.T, d Driver) {
	ctx := context.Background()
	t.Run("deliveries of a conversation go out one after another", func(t *testing.T) {
		s := open(t, d)
		enqueue(t, s, delivery("a", "1"), delivery("a", "2"), delivery("b", "3"))
		one, two := nextDelivery(t, s), nextDelivery(t, s)
		if one.Delivery.Messages[0].Text != "1" || two.Delivery.Messages[0].Text != "3" {
			t.Fatalf("%+v %+v", one, two)
		}
		noDelivery(t, s)
		finish(t, s, one, store.Result{Status: store.Delivered, Attempts: 1, MessageIDs: []string{"m1"}})
		if c := nextDelivery(t, s); c.Delivery.Messages[0].Text != "2" {
			t.Errorf("%+v", c)
		}
		got, err := s.Delivery(ctx, one.Delivery.ID)
		if err != nil || got.Result.Status != store.Delivered || got.Result.MessageIDs[0] != "m1" {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("a retry waits for its time and holds up its successors", func(t *testing.T) {
		s := open(t, d)
		enqueue(t, s, delivery("a", "1"), delivery("a", "2"))
		finish(t, s, nextDelivery(t, s), store.Result{Status: store.Pending, Attempts: 1, NextAt: time.Now().Add(150 * time.Millisecond)})
		noDelivery(t, s)
		c := nextDelivery(t, s)
		if c.Delivery.Messages[0].Text != "1" || c.Delivery.Result.Attempts != 1 {
			t.Errorf("%+v", c)
		}
	})
	t.Run("a failed delivery can be sent again, a delivered one cannot", func(t *testing.T) {
		s := open(t, d)
		enqueue(t, s, delivery("a", "1"))
		c := nextDelivery(t, s)
		if _, err := s.Resend(ctx, c.Delivery.ID); !errors.Is(err, store.ErrState) {
			t.Errorf("pending: %v", err)
		}
		finish(t, s, c, store.Result{Status: store.Undelivered, Attempts: 3, Doubt: true})
		noDelivery(t, s)
		if again, err := s.Resend(ctx, c.Delivery.ID); err != nil || again.Result.Status != store.Pending || !again.Result.Doubt || !again.Result.Again {
			t.Errorf("%+v, %v", again, err)
		}
		if c = nextDelivery(t, s); !c.Delivery.Result.Doubt || !c.Delivery.Result.Again {
			t.Errorf("%+v", c.Delivery.Result)
		}
		finish(t, s, c, store.Result{Status: store.Delivered, Attempts: 1})
		if _, err := s.Resend(ctx, c.Delivery.ID); !errors.Is(err, store.ErrState) {
			t.Errorf("delivered: %v", err)
		}
		if _, err := s.Resend(ctx, "dl_nonsense"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("unknown: %v", err)
		}
	})
	t.Run("an idempotency key adds its deliveries once", func(t *testing.T) {
		s := open(t, d)
		first, again, err := s.Enqueue(ctx, "key", []store.Delivery{delivery("a", "1"), delivery("b", "2")})
		if err != nil || again {
			t.Fatalf("%v, %v", again, err)
		}
		second, again, err := s.Enqueue(ctx, "key", []store.Delivery{delivery("a", "other")})
		if err != nil || !again || len(second) != 2 || second[0].ID != first[0].ID || second[1].Messages[0].Text != "2" {
			t.Errorf("%+v, %v, %v", second, again, err)
		}
		if _, again, err := s.Enqueue(ctx, "another", []store.Delivery{delivery("c", "3")}); err != nil || again {
			t.Errorf("%v, %v", again, err)
		}
		page, err := s.Deliveries(ctx, store.Query{})
		if err != nil || len(page.Items) != 3 {
			t.Errorf("%d deliveries, %v", len(page.Items), err)
		}
	})
	t.Run("the deliveries of a key are found and cancelled together", func(t *testing.T) {
		s := open(t, d)
		if _, err := s.Enqueued(ctx, "key"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("unknown: %v", err)
		}
		if _, err := s.Cancel(ctx, "key"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("unknown: %v", err)
		}
		ds, _, err := s.Enqueue(ctx, "key", []store.Delivery{delivery("a", "1"), delivery("b", "2"), delivery("c", "3"), delivery("c", "4")})
		if err != nil {
			t.Fatal(err)
		}
		finish(t, s, nextDelivery(t, s), store.Result{Status: store.Delivered, Attempts: 1})
		sending := nextDelivery(t, s)
		if n, err := s.Cancel(ctx, "key"); err != nil || n != 3 {
			t.Errorf("%d cancelled, %v", n, err)
		}
		// The one that was being sent is to be tried again: it is not.
		finish(t, s, sending, store.Result{Status: store.Pending, Attempts: 1, NextAt: time.Now()})
		noDelivery(t, s)
		enqueue(t, s, delivery("c", "5"))
		if c := nextDelivery(t, s); c.Delivery.Messages[0].Text != "5" {
			t.Errorf("%+v", c.Delivery)
		} else {
			finish(t, s, c, store.Result{Status: store.Delivered, Attempts: 1})
		}
		got, err := s.Enqueued(ctx, "key")
		if err != nil || len(got) != 4 || got[0].ID != ds[0].ID || got[0].Result.Status != store.Delivered {
			t.Fatalf("%+v, %v", got, err)
		}
		for _, one := range got[1:] {
			if one.Result.Status != store.Cancelled || one.Result.DoneAt.IsZero() {
				t.Errorf("%s is %s", one.Messages[0].Text, one.Result.Status)
			}
		}
		if _, err := s.Resend(ctx, got[2].ID); err != nil {
			t.Fatal(err)
		}
		if c := nextDelivery(t, s); c.Delivery.Messages[0].Text != "3" {
			t.Errorf("%+v", c.Delivery)
		}
	})
	t.Run("what comes after a known delivery is listed in order", func(t *testing.T) {
		s := open(t, d)
		start := time.Now().Add(-time.Minute)
		ds := enqueue(t, s, delivery("a", "1"), delivery("b", "x"), delivery("a", "2"), delivery("a", "3"))
		got, err := s.DeliveriesAfter(ctx, "ch:a", ds[0].ID, start, 10)
		if err != nil || len(got) != 2 || got[0].Messages[0].Text != "2" {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err = s.DeliveriesAfter(ctx, "ch:a", "", start, 2); err != nil || len(got) != 2 || got[0].Messages[0].Text != "1" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
