package pgstore

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"dari/store"
)

// What is told about the store. A commit is a statement that was made durable, shared by all who wrote
// meanwhile.
type commitStats struct {
	commits, changes prometheus.Counter
	seconds          prometheus.Histogram
}

var (
	shardsMetric = prometheus.NewDesc("dari_store_shards", "Parts of the conversations that this node works on, of 128.", nil, nil)
	connsMetric  = prometheus.NewDesc("dari_store_connections", "Connections to the database by what they do.", []string{"state"}, nil)
	leaseMetric  = prometheus.NewDesc("dari_store_lease_seconds", "How long this node may still work without an answer of the database; 0 or less: it has stopped.", nil, nil)
)

func newCommitStats() commitStats {
	return commitStats{
		commits: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dari_store_commits_total", Help: "Commits of the store; under load many changes share one.",
		}),
		changes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dari_store_changes_total", Help: "Changes that the store has made durable.",
		}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "dari_store_commit_seconds", Help: "Time to make a commit durable: a round trip to the database and its disk's fsync.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5},
		}),
	}
}

func (c commitStats) committed(changes int, took time.Duration) {
	c.commits.Inc()
	c.changes.Add(float64(changes))
	c.seconds.Observe(took.Seconds())
}

// Describe implements prometheus.Collector.
func (s *Store) Describe(out chan<- *prometheus.Desc) {
	s.stats.commits.Describe(out)
	s.stats.changes.Describe(out)
	s.stats.seconds.Describe(out)
	out <- shardsMetric
	out <- connsMetric
	out <- leaseMetric
}

// Collect implements prometheus.Collector.
func (s *Store) Collect(out chan<- prometheus.Metric) {
	s.stats.commits.Collect(out)
	s.stats.changes.Collect(out)
	s.stats.seconds.Collect(out)
	conns := s.pool.Stat()
	s.lease.mu.Lock()
	left := time.Until(s.lease.until).Seconds()
	s.lease.mu.Unlock()
	out <- prometheus.MustNewConstMetric(shardsMetric, prometheus.GaugeValue, float64(len(s.lease.active())))
	out <- prometheus.MustNewConstMetric(connsMetric, prometheus.GaugeValue, float64(conns.IdleConns()), "idle")
	out <- prometheus.MustNewConstMetric(connsMetric, prometheus.GaugeValue, float64(conns.AcquiredConns()), "used")
	out <- prometheus.MustNewConstMetric(leaseMetric, prometheus.GaugeValue, left)
}

// queueCounted bounds how much a look at a queue counts.
const queueCounted = 100_000

// Queues implements store.Queues for the shards of this node.
func (s *Store) Queues(ctx context.Context) (turns, deliveries store.Queue, err error) {
	if turns, err = s.queue(ctx, "dari_events WHERE state = 'accepted'"); err == nil {
		deliveries, err = s.queue(ctx, "dari_deliveries WHERE status = 'pending'")
	}
	return turns, deliveries, err
}

func (s *Store) queue(ctx context.Context, from string) (q store.Queue, err error) {
	var oldest *int64
	err = s.rows(ctx, func(r pgx.Rows) error { return r.Scan(&q.Waiting, &oldest) }, func() {},
		"SELECT count(*), min(id) FROM (SELECT id FROM "+from+" AND shard = ANY($1) LIMIT $2) AS waiting", s.lease.active(), queueCounted)
	if oldest != nil {
		q.Oldest = timeOf(*oldest)
	}
	return q, err
}

var _ store.Queues = (*Store)(nil)
