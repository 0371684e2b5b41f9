package bot

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/sony/gobreaker/v2"

	"dari/store"
)

// gauges are worked out when somebody asks.
type gauges struct{ r *Runtime }

var (
	waitingMetric = prometheus.NewDesc("dari_events_waiting", "Accepted events whose turn is still to come.", nil, nil)
	depthMetric   = prometheus.NewDesc("dari_queue_waiting", "Turns and deliveries that wait or are under way.", []string{"queue"}, nil)
	oldestMetric  = prometheus.NewDesc("dari_queue_oldest_seconds", "Age of the oldest turn and delivery that waits; 0 if none does.", []string{"queue"}, nil)
	breakerMetric = prometheus.NewDesc("dari_breaker_state", "Whether an engine is spared because it fails: 0 no, 1 it is being tried again, 2 yes. The bot's main engine is (main).", []string{"bot", "engine"}, nil)
)

// scrapeTime bounds the look into the store.
const scrapeTime = 5 * time.Second

// Describe implements prometheus.Collector.
func (g gauges) Describe(out chan<- *prometheus.Desc) {
	out <- waitingMetric
	out <- breakerMetric
	if _, ok := g.r.store.(store.Queues); ok {
		out <- depthMetric
		out <- oldestMetric
	}
}

// Collect implements prometheus.Collector. What the store does not tell is left out.
func (g gauges) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	if l, err := g.r.store.Ledger(ctx); err == nil {
		out <- gauge(waitingMetric, float64(l.Waiting))
	}
	if s, ok := g.r.store.(store.Queues); ok {
		if turns, deliveries, err := s.Queues(ctx); err == nil {
			queue(out, "turns", turns)
			queue(out, "deliveries", deliveries)
		}
	}
	g.r.Catalog.breakers(func(bot, engine string, state gobreaker.State) {
		out <- gauge(breakerMetric, float64(state), bot, engine)
	})
}

func queue(out chan<- prometheus.Metric, name string, q store.Queue) {
	age := 0.0
	if !q.Oldest.IsZero() {
		age = max(time.Since(q.Oldest).Seconds(), 0)
	}
	out <- gauge(depthMetric, float64(q.Waiting), name)
	out <- gauge(oldestMetric, age, name)
}

func gauge(d *prometheus.Desc, v float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

// breakers visits the breakers of all engines in use.
func (c *Catalog) breakers(visit func(bot, engine string, state gobreaker.State)) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for bot, b := range c.liveBots {
		for name, e := range b.engines {
			if name == "" {
				name = "(main)" // no name looks like that
			}
			visit(bot, name, e.breaker.State())
		}
	}
}
