package boltstore

import (
	"context"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestCommitsAreCountedForMetrics(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	registry := prometheus.NewRegistry()
	if err := registry.Register(s); err != nil {
		t.Fatal(err)
	}
	commits := func() float64 {
		families, err := registry.Gather()
		if err != nil || len(families) != 1 || families[0].GetName() != "dari_store_commits_total" {
			t.Fatalf("%v, %v", families, err)
		}
		return families[0].GetMetric()[0].GetCounter().GetValue()
	}
	before := commits()
	if err := s.Ready(context.Background()); err != nil { // commits an empty change
		t.Fatal(err)
	}
	if after := commits(); after != before+1 {
		t.Errorf("%v commits before, %v after", before, after)
	}
}
