package boltstore

import (
	"context"
	"log/slog"
	"strings"
	"testing"
)

func TestTheHalfOfACopyIsNoStoreToWorkOn(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	importTo := func(at string) {
		a, err := OpenArchive(dir, true)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		if err := a.Import(ctx, nil, at); err != nil {
			t.Fatal(err)
		}
	}
	importTo("0:")
	if _, err := Open(dir, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "half of a copy") {
		t.Fatalf("%v", err)
	}
	importTo("") // the copy is done
	s, err := Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}
