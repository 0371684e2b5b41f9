package boltstore

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"dari/bot/message"
	"dari/store"
)

// In a synctest bubble the clock starts at midnight and moves when everybody waits. A second bubble
// starts there anew, so that a store reopened in it finds its clock set back.

func at(key string) store.Event {
	return store.Event{
		BotID: "b", ChannelID: "c", ConversationID: "one", Kind: message.KindText, State: store.Waiting,
		ReceivedAt: time.Now().UTC(), Keys: []string{key}, Raw: []byte(key),
	}
}

// accept takes events in, one commit each, and returns their ids.
func accept(t *testing.T, s *Store, keys ...string) (ids []string) {
	t.Helper()
	for _, key := range keys {
		res, err := s.Accept(context.Background(), []store.Event{at(key)})
		if err != nil || res[0].Duplicate {
			t.Fatalf("%s: %+v, %v", key, res, err)
		}
		ids = append(ids, res[0].ID)
	}
	return ids
}

func TestAClockThatIsSetBackAnHourChangesNoOrder(t *testing.T) {
	dir := t.TempDir()
	var ids []string
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Hour) // the clock was an hour fast
		s := open(t, dir)
		ids = accept(t, s, "first", "second")
		s.Close()
	})
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		ids = append(ids, accept(t, s, "third", "fourth")...)
		time.Sleep(2 * time.Hour) // it goes on, and an hour later it has caught up
		ids = append(ids, accept(t, s, "fifth")...)
		if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != 5 {
			t.Errorf("ids do not rise: %v", ids)
		}
		res, err := s.Accept(t.Context(), []store.Event{at("second")})
		if err != nil || !res[0].Duplicate || res[0].ID != ids[1] {
			t.Errorf("a redelivery of what came before the clock was set: %+v, %v", res, err)
		}
		for i, want := range []string{"first", "second", "third", "fourth", "fifth"} {
			c, err := s.NextTurn(t.Context())
			if err != nil || string(c.Event.Raw) != want || c.Event.ID != ids[i] {
				t.Fatalf("turn %d is of %q, want %q (%v)", i, c.Event.Raw, want, err)
			}
			turn := store.Turn{State: store.Handled, Deliveries: []store.Delivery{{
				ConversationID: "one", ChannelID: "c", Messages: []message.Message{message.Text(want)},
			}}}
			if _, err := s.CommitTurn(t.Context(), c, turn); err != nil {
				t.Fatal(err)
			}
		}
		for _, want := range []string{"first", "second", "third", "fourth", "fifth"} {
			c, err := s.NextDelivery(t.Context())
			if err != nil || c.Delivery.Messages[0].Text != want {
				t.Fatalf("delivery of %+v, want %q (%v)", c.Delivery.Messages, want, err)
			}
			if err := s.FinishDelivery(t.Context(), c, store.Result{Status: store.Delivered}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestAClockThatIsSetBackAnHourPrunesNothingEarly(t *testing.T) {
	dir := t.TempDir()
	keep := store.Retention{Events: 30 * time.Minute}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Hour)
		s := open(t, dir)
		for i := range 10 {
			accept(t, s, fmt.Sprint(i))
			c, err := s.NextTurn(t.Context())
			if err == nil {
				_, err = s.CommitTurn(t.Context(), c, store.Turn{State: store.Handled})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		s.Close()
	})
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		for _, step := range []struct {
			wait time.Duration
			want int
		}{{0, 0}, {time.Hour, 0}, {31 * time.Minute, 10}} {
			time.Sleep(step.wait)
			if p, err := s.Prune(t.Context(), keep); err != nil || p.Events != step.want {
				t.Errorf("after %v more: pruned %+v, %v, want %d", step.wait, p, err, step.want)
			}
		}
		if l, err := s.Ledger(t.Context()); err != nil || l.Accepted != 10 || l.Handled != 10 {
			t.Errorf("ledger %+v, %v", l, err)
		}
	})
}
