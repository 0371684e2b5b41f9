package boltstore

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.etcd.io/bbolt"

	"dari/store"
)

// What is told about the store. A commit is how often the disk was waited for, shared by all who wrote
// meanwhile; it syncs the file twice: its pages, then the page that makes them valid.
var (
	commitsMetric = prometheus.NewDesc("dari_store_commits_total", "Commits of the store, of two fsyncs each; under load many changes share one.", nil, nil)
	sizeMetric    = prometheus.NewDesc("dari_store_size_bytes", "Size of the store's file.", nil, nil)
)

// commitStats are kept by the committer for the metrics.
type commitStats struct {
	changes prometheus.Counter
	seconds prometheus.Histogram
}

func newCommitStats() commitStats {
	return commitStats{
		changes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dari_store_changes_total", Help: "Changes that the store has made durable.",
		}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "dari_store_commit_seconds", Help: "Time to make a commit durable, which is mostly the disk's fsync.",
			Buckets: []float64{.0002, .0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5},
		}),
	}
}

func (c commitStats) committed(changes int, took time.Duration) {
	c.changes.Add(float64(changes))
	c.seconds.Observe(took.Seconds())
}

// Describe implements prometheus.Collector.
func (s *Store) Describe(out chan<- *prometheus.Desc) {
	out <- commitsMetric
	out <- sizeMetric
	s.stats.changes.Describe(out)
	s.stats.seconds.Describe(out)
}

// Collect implements prometheus.Collector.
func (s *Store) Collect(out chan<- prometheus.Metric) {
	out <- prometheus.MustNewConstMetric(commitsMetric, prometheus.CounterValue, float64(s.Fsyncs()))
	if size, err := s.Size(); err == nil {
		out <- prometheus.MustNewConstMetric(sizeMetric, prometheus.GaugeValue, float64(size))
	}
	s.stats.changes.Collect(out)
	s.stats.seconds.Collect(out)
}

// Size is that of the store's file, in bytes.
func (s *Store) Size() (size int64, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error { size = tx.Size(); return nil })
	return size, err
}

// Queues implements store.Queues from memory.
func (s *Store) Queues(context.Context) (turns, deliveries store.Queue, err error) {
	return s.turns.queue(), s.outs.queue(), nil
}

var _ store.Queues = (*Store)(nil)
