package boltstore

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"dari/store"
)

func TestAnOrderlyEndSparesTheNextStartTheSearchForFreePages(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if _, err := s.Accept(context.Background(), []store.Event{benchEvent(1)}); err != nil {
		t.Fatal(err)
	}
	if closedInOrder(filepath.Join(dir, FileName), os.Getpagesize()) {
		t.Error("the free pages are written with every commit")
	}
	for range 2 { // what was written down holds no longer once the store is in use again
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if !closedInOrder(filepath.Join(dir, FileName), os.Getpagesize()) {
			t.Error("the free pages are not written down")
		}
		s = open(t, dir)
		if err := s.Ready(context.Background()); err != nil {
			t.Fatal(err)
		}
		if closedInOrder(filepath.Join(dir, FileName), os.Getpagesize()) {
			t.Error("an old list of free pages counts")
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRedeliveriesAreKnownAfterARestart(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var first []store.Accepted
	for n := range int64(50) {
		got, err := s.Accept(context.Background(), []store.Event{benchEvent(n)})
		if err != nil {
			t.Fatal(err)
		}
		first = append(first, got...)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	defer s.Close()
	for n := range int64(50) {
		got, err := s.Accept(context.Background(), []store.Event{benchEvent(n)})
		if err != nil || !got[0].Duplicate || got[0].ID != first[n].ID {
			t.Fatalf("event %d: %+v, %v; the first one was %s", n, got, err, first[n].ID)
		}
	}
}

func TestADamagedEventStopsTheStartWithItsID(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	err := s.do(context.Background(), &op{apply: func(t *txn) error {
		return t.bucket(bucketInbox).Put(seqKey(s.nextSeq()), []byte{eventVersion, 0, 9})
	}})
	if err != nil {
		t.Fatal(err)
	}
	tx, err := s.db.Begin(false)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if err := s.recoverWindow(tx); err == nil || !bytes.Contains([]byte(err.Error()), []byte("event ev_")) {
		t.Errorf("%v", err)
	}
}
