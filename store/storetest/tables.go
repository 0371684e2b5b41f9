package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"dari/store"
)

func tables(t *testing.T, d Driver) {
	ctx := context.Background()
	s := open(t, d)
	bots := s.Bots()
	if err := bots.Create(ctx, "b1", store.Bot{ID: "b1", Name: "one"}); err != nil {
		t.Fatal(err)
	}
	t.Run("an id is taken once", func(t *testing.T) {
		if err := bots.Create(ctx, "b1", store.Bot{}); !errors.Is(err, store.ErrExists) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("what is not there is not found", func(t *testing.T) {
		_, err := bots.Get(ctx, "none")
		_, uerr := bots.Update(ctx, "none", func(*store.Bot) error { return nil })
		for _, err := range []error{err, uerr, bots.Delete(ctx, "none")} {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("got %v", err)
			}
		}
	})
	t.Run("updates at once are not lost", func(t *testing.T) {
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := bots.Update(ctx, "b1", func(b *store.Bot) error { b.Name += "x"; return nil }); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if b, err := bots.Get(ctx, "b1"); err != nil || len(b.Name) != len("one")+20 {
			t.Errorf("%+v, %v", b, err)
		}
	})
	t.Run("an update that fails changes nothing and gives its error back", func(t *testing.T) {
		mine := errors.New("no")
		if _, err := bots.Update(ctx, "b1", func(b *store.Bot) error { b.Name = ""; return mine }); !errors.Is(err, mine) {
			t.Errorf("got %v", err)
		}
		if b, _ := bots.Get(ctx, "b1"); b.Name == "" {
			t.Error("changed all the same")
		}
	})
	t.Run("lists are in order of id, and what is deleted is gone", func(t *testing.T) {
		if err := bots.Put(ctx, "a0", store.Bot{ID: "a0"}); err != nil {
			t.Fatal(err)
		}
		if l, err := bots.List(ctx); err != nil || len(l) != 2 || l[0].ID != "a0" {
			t.Errorf("%+v, %v", l, err)
		}
		if err := bots.Delete(ctx, "a0"); err != nil {
			t.Fatal(err)
		}
		if l, _ := bots.List(ctx); len(l) != 1 {
			t.Errorf("%+v", l)
		}
	})
}

// shelf is a table of any type.
type shelf struct {
	put    func(id string) error
	count  func() (int, error)
	delete func(id string) error
}

func shelfOf[T any](table store.Table[T]) shelf {
	ctx := context.Background()
	return shelf{
		put:    func(id string) error { var v T; return table.Create(ctx, id, v) },
		count:  func() (int, error) { list, err := table.List(ctx); return len(list), err },
		delete: func(id string) error { return table.Delete(ctx, id) },
	}
}

func everyTable(t *testing.T, d Driver) {
	s := open(t, d)
	all := map[string]shelf{
		"bots": shelfOf(s.Bots()), "channels": shelfOf(s.Channels()), "api_keys": shelfOf(s.APIKeys()), "users": shelfOf(s.Users()),
		"sessions": shelfOf(s.Sessions()), "links": shelfOf(s.Links()), "people": shelfOf(s.People()), "broadcasts": shelfOf(s.Broadcasts()),
		"handoffs": shelfOf(s.Handoffs()), "revisions": shelfOf(s.Revisions()), "stats": shelfOf(s.Stats()), "alarms": shelfOf(s.Alarms()),
		"alarm_targets": shelfOf(s.AlarmTargets()), "postbacks": shelfOf(s.Postbacks()), "tokens": shelfOf(s.Tokens()),
	}
	for _, name := range store.ItemTables {
		if _, ok := all[name]; !ok {
			t.Errorf("%s is copied, but not looked at here", name)
		}
	}
	for name, table := range all {
		if err := table.put("one"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, table := range all {
		if n, err := table.count(); err != nil || n != 1 {
			t.Errorf("%s: %d records, %v", name, n, err)
		}
		if err := table.delete("one"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
