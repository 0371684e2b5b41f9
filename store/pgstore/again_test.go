package pgstore

import (
	"fmt"
	"testing"

	"dari/store"
	"dari/store/driver"
	"dari/store/pgtest"
)

// The answer to a commit may be lost on its way although the commit has happened. Then it is tried again.

func TestATurnThatIsCommittedAgainChangesNothing(t *testing.T) {
	eachWay(t, func(t *testing.T, dsn func(*testing.T) string) {
		s := open(t, dsn(t))
		ctx := t.Context()
		if _, err := s.Accept(ctx, []store.Event{waiting("1", "k")}); err != nil {
			t.Fatal(err)
		}
		claim, err := s.NextTurn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		h, _ := s.turns.held(claim.Fence)
		for _, text := range []string{"first", "again", "by another run of the turn"} {
			turn := store.Turn{State: store.Failed, Reason: text, Conversation: &store.Conversation{ID: "ch:1", State: text}, Deliveries: []store.Delivery{pending("1", text)}}
			c, err := s.newTurnCommit(claim, h, turn)
			if err != nil {
				t.Fatal(err)
			}
			if text == "by another run of the turn" {
				c.deliveries[0].id = s.nextID()
			}
			if err := s.commits.do(ctx, c); err != nil || !c.valid {
				t.Fatalf("%s: %v, %v", text, c.valid, err)
			}
		}
		page, err := s.Deliveries(ctx, store.Query{})
		if err != nil || len(page.Items) != 1 || page.Items[0].Messages[0].Text != "first" {
			t.Errorf("%+v, %v", page.Items, err)
		}
		if c, err := s.Conversation(ctx, "ch:1"); err != nil || c.State != "first" {
			t.Errorf("%+v, %v", c, err)
		}
		if l, err := s.Ledger(ctx); err != nil || l != (store.Ledger{Accepted: 1, Failed: 1}) {
			t.Errorf("%+v, %v", l, err)
		}
	})
}

func TestAnEventThatIsTakenInAgainIsNoDuplicateOfItself(t *testing.T) {
	eachWay(t, func(t *testing.T, dsn func(*testing.T) string) {
		s := open(t, dsn(t))
		keyless := waiting("2", "")
		keyless.Keys = nil
		a := &acceptance{}
		for _, e := range []store.Event{waiting("1", "k"), keyless} {
			one := s.newArrival(e)
			a = &acceptance{shard: one.shard, events: []*arrival{one}}
			for range 2 {
				if err := s.accepts.do(t.Context(), a); err != nil {
					t.Fatal(err)
				}
				if r := one.result; r.Duplicate || r.ID != idText(driver.Events, one.id) {
					t.Errorf("%+v", r)
				}
			}
		}
		if l, err := s.Ledger(t.Context()); err != nil || l != (store.Ledger{Accepted: 2, Waiting: 2}) {
			t.Errorf("%+v, %v", l, err)
		}
	})
}

func TestABroadcastToManyIsQueuedAndCancelledAsOne(t *testing.T) {
	address := pgtest.Shared(t).Schema(t)
	a, b := open(t, address), open(t, address)
	const people = 5000
	ds := make([]store.Delivery, people)
	for i := range ds {
		ds[i] = pending(fmt.Sprint(i), "to all")
	}
	if out, again, err := a.Enqueue(t.Context(), "broadcast", ds); err != nil || again || len(out) != people {
		t.Fatalf("%d, %v, %v", len(out), again, err)
	}
	sent, err := b.NextDelivery(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.FinishDelivery(t.Context(), sent, store.Result{Status: store.Delivered}); err != nil {
		t.Fatal(err)
	}
	if n, err := a.Cancel(t.Context(), "broadcast"); err != nil || n != people-1 {
		t.Errorf("%d cancelled, %v", n, err)
	}
	if got, err := b.Enqueued(t.Context(), "broadcast"); err != nil || len(got) != people {
		t.Errorf("%d, %v", len(got), err)
	}
}
