package boltstore

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dari/store"
)

func TestCommitsAreCountedAndTimed(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	registry := prometheus.NewRegistry()
	if err := registry.Register(s); err != nil {
		t.Fatal(err)
	}
	type value struct {
		counter, gauge float64
		timed          uint64
	}
	metric := func(name string) value {
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			if f.GetName() == name {
				m := f.GetMetric()[0]
				return value{m.GetCounter().GetValue(), m.GetGauge().GetValue(), m.GetHistogram().GetSampleCount()}
			}
		}
		t.Fatalf("there is no %s", name)
		return value{}
	}
	commits := func() float64 { return metric("dari_store_commits_total").counter }
	changes := func() float64 { return metric("dari_store_changes_total").counter }
	timed := func() uint64 { return metric("dari_store_commit_seconds").timed }
	before, changed, seen := commits(), changes(), timed()
	if err := s.Ready(context.Background()); err != nil { // commits an empty change
		t.Fatal(err)
	}
	if commits() != before+1 || changes() != changed+1 || timed() != seen+1 {
		t.Errorf("%v commits, %v changes, %v timed; before %v, %v, %v", commits(), changes(), timed(), before, changed, seen)
	}
	if metric("dari_store_size_bytes").gauge <= 0 {
		t.Error("the file has no size")
	}
}

func TestQueuesTellHowMuchWaitsAndSinceWhen(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir())
	defer s.Close()
	queues := func() (store.Queue, store.Queue) {
		t.Helper()
		turns, deliveries, err := s.Queues(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return turns, deliveries
	}
	if turns, deliveries := queues(); turns != (store.Queue{}) || deliveries != (store.Queue{}) {
		t.Fatalf("an empty store has %+v, %+v", turns, deliveries)
	}
	before := time.Now().Truncate(time.Millisecond)
	accept(t, s, "1", "2", "3")
	turns, _ := queues()
	if turns.Waiting != 3 || turns.Oldest.Before(before) || time.Since(turns.Oldest) > time.Minute {
		t.Errorf("three wait: %+v", turns)
	}
	claim, err := s.NextTurn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if turns, _ := queues(); turns.Waiting != 3 {
		t.Errorf("one under way still counts: %+v", turns)
	}
	if _, err := s.CommitTurn(ctx, claim, store.Turn{State: store.Handled, Deliveries: []store.Delivery{{ChannelID: "line", ConversationID: "line:u1", CreatedAt: time.Now()}}}); err != nil {
		t.Fatal(err)
	}
	if turns, deliveries := queues(); turns.Waiting != 2 || deliveries.Waiting != 1 || deliveries.Oldest.IsZero() {
		t.Errorf("one handled, one to be sent: %+v, %+v", turns, deliveries)
	}
}
