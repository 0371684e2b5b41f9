package boltstore

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"dari/store"
	"dari/store/storetest"
)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, quiet())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBoltKeepsTheStoreContract(t *testing.T) {
	storetest.Run(t, storetest.Driver{
		New: func(t *testing.T) store.Store { return open(t, t.TempDir()) },
		// The file as a crash leaves it is the file as of the last commit: it is copied away under the
		// running store, whose farewell goes to the old one.
		Reopen: func(t *testing.T, s store.Store) store.Store {
			dir := t.TempDir()
			b, err := os.ReadFile(s.(*Store).db.Path())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, FileName), b, 0o600); err != nil {
				t.Fatal(err)
			}
			s.Close()
			return open(t, dir)
		},
	})
}

func TestOpenRefusesWithOneClearSentence(t *testing.T) {
	newer := func(t *testing.T, dir string) {
		s := open(t, dir)
		err := s.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketMeta).Put(metaFormat, seqKey(99)) })
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
	foreign := func(t *testing.T, dir string) {
		db, err := bbolt.Open(filepath.Join(dir, FileName), 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("x")); return err }); err != nil {
			t.Fatal(err)
		}
	}
	locked := func(t *testing.T, dir string) {
		s := open(t, dir)
		t.Cleanup(func() { s.Close() })
	}
	rubbish := func(t *testing.T, dir string) {
		if err := os.WriteFile(filepath.Join(dir, FileName), []byte(strings.Repeat("no database", 2000)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for want, prepare := range map[string]func(*testing.T, string){
		fmt.Sprintf("was written by a newer Dari (format 99, this one knows %d)", len(migrations)): newer,
		"is a database of another program":          foreign,
		"is in use by another Dari":                 locked,
		"restore it from a backup if it is damaged": rubbish,
	} {
		t.Run(want, func(t *testing.T) {
			dir := t.TempDir()
			prepare(t, dir)
			s, err := Open(dir, quiet())
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), FileName) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %q", err)
			}
		})
	}
	t.Run("a directory that cannot be made", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(filepath.Join(file, "data"), quiet()); err == nil || !strings.Contains(err.Error(), "store.path") {
			t.Errorf("got %v", err)
		}
	})
}

func TestAFileWithoutListsOfFailuresGetsThem(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	ctx := t.Context()
	if _, err := s.Accept(ctx, []store.Event{{BotID: "bot", ChannelID: "ch", ConversationID: "ch:a", State: store.Waiting, ReceivedAt: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	c, err := s.NextTurn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	dl := store.Delivery{BotID: "bot", ChannelID: "ch", ConversationID: "ch:a", CreatedAt: time.Now()}
	if _, err := s.CommitTurn(ctx, c, store.Turn{State: store.Failed, Deliveries: []store.Delivery{dl}}); err != nil {
		t.Fatal(err)
	}
	sent, err := s.NextDelivery(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.FinishDelivery(ctx, sent, store.Result{Status: store.Undelivered}); err != nil {
		t.Fatal(err)
	}
	err = s.db.Update(func(tx *bbolt.Tx) error {
		return errors.Join(tx.DeleteBucket(bucketFailed), tx.DeleteBucket(bucketUnsent), tx.Bucket(bucketMeta).Put(metaFormat, seqKey(2)))
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, dir)
	defer s.Close()
	if page, err := s.Events(ctx, store.Query{State: "failed"}); err != nil || len(page.Items) != 1 {
		t.Errorf("events: %+v, %v", page, err)
	}
	if page, err := s.Deliveries(ctx, store.Query{State: "failed"}); err != nil || len(page.Items) != 1 {
		t.Errorf("deliveries: %+v, %v", page, err)
	}
}

func TestMigrationsRunOnceAndInOrder(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	var ran []int
	step := func(n int) func(*bbolt.Tx) error {
		return func(*bbolt.Tx) error { ran = append(ran, n); return nil }
	}
	steps := append([]func(*bbolt.Tx) error{}, migrations...)
	steps = append(steps, step(2), step(3))
	for range 2 {
		if err := migrate(s.db, steps); err != nil {
			t.Fatal(err)
		}
	}
	if len(ran) != 2 || ran[0] != 2 || ran[1] != 3 {
		t.Errorf("ran %v", ran)
	}
	failing := append(steps, func(tx *bbolt.Tx) error {
		_ = tx.Bucket(bucketMeta).Put([]byte("half"), []byte("done"))
		return errors.New("no")
	})
	if err := migrate(s.db, failing); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("migration to format %d", len(failing))) {
		t.Errorf("got %v", err)
	}
	s.db.View(func(tx *bbolt.Tx) error {
		if tx.Bucket(bucketMeta).Get([]byte("half")) != nil {
			t.Error("a failed migration left something behind")
		}
		return nil
	})
}
