package boltstore

import (
	"context"
	"fmt"
	"testing"

	"dari/store"
)

func TestWhatWasReadOfALargeFileIsGivenBack(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	ctx := context.Background()
	raw := make([]byte, 64<<10)
	var ids []string
	for range 1000 { // some 64 MB
		e := benchEvent(int64(len(ids)))
		e.Keys, e.Raw = []string{fmt.Sprint(len(ids))}, raw
		got, err := s.Accept(ctx, []store.Event{e})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, got[0].ID)
	}
	before := mappedMemory()
	if before == 0 {
		t.Fatal("the system does not tell what is mapped")
	}
	for _, id := range ids {
		if _, err := s.Event(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	if grown := mappedMemory() - before; grown < releaseAbove {
		t.Fatalf("reading took only %d bytes; the test proves nothing", grown)
	}
	for range lookEvery {
		if err := s.Ready(ctx); err != nil { // commits an empty change
			t.Fatal(err)
		}
	}
	if grown := mappedMemory() - before; grown > releaseAbove {
		t.Errorf("%d bytes are still held", grown)
	}
}
