package bot

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dari/store"
)

// away is a store whose records of channels and bots cannot be read for a while.
type away struct {
	store.Store
	gone atomic.Bool
}

var errAway = errors.New("the database is away")

func (a *away) Channels() store.Table[store.Channel] {
	return awayTable[store.Channel]{a.Store.Channels(), a}
}

func (a *away) Bots() store.Table[store.Bot] { return awayTable[store.Bot]{a.Store.Bots(), a} }

type awayTable[T any] struct {
	store.Table[T]
	a *away
}

func (t awayTable[T]) Get(ctx context.Context, id string) (T, error) {
	if t.a.gone.Load() {
		var none T
		return none, errAway
	}
	return t.Table.Get(ctx, id)
}

func TestAStoreThatIsAwayForAMomentFailsNoTurnAndNoDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		s := &away{Store: h.store}
		h.rt = h.runtime(s)
		h.say("ch", said{Conv: "u1", Key: "1", Text: "hi"})
		d := store.Delivery{ChannelID: "ch", ConversationID: "ch:u2"}
		if _, _, err := h.store.Enqueue(t.Context(), "key", []store.Delivery{d}); err != nil {
			t.Fatal(err)
		}
		h.rt.forgetAll()
		s.gone.Store(true)
		h.rt.Start()
		time.Sleep(5 * time.Second)
		s.gone.Store(false)
		time.Sleep(5 * time.Second)
		l, err := h.store.Ledger(t.Context())
		if want := (store.Ledger{Accepted: 1, Handled: 1}); err != nil || l != want {
			t.Errorf("ledger %+v, %v; want %+v", l, err, want)
		}
		page, err := h.store.Deliveries(t.Context(), store.Query{})
		if err != nil || len(page.Items) != 2 {
			t.Fatalf("%d deliveries, %v", len(page.Items), err)
		}
		for _, d := range page.Items {
			if d.Result.Status != store.Delivered {
				t.Errorf("delivery in %s is %s: %s", d.ConversationID, d.Result.Status, d.Result.Error)
			}
		}
		h.rt.Drain(context.Background())
		h.store.Close()
	})
}
