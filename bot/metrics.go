package bot

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"dari/store"
)

type metrics struct {
	events        *prometheus.CounterVec
	attempts      *prometheus.CounterVec
	engineErrors  *prometheus.CounterVec
	turnSeconds   prometheus.Histogram
	acceptSeconds prometheus.Histogram
}

// buckets reach from half a millisecond to the longest turn.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 600}

func newMetrics(reg prometheus.Registerer, s store.Store) *metrics {
	m := &metrics{
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dari_events_total", Help: "Inbound events by what became of them (accepted, handled, failed, ignored, duplicate, rejected).",
		}, []string{"type", "channel", "state"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dari_delivery_attempts_total", Help: "Platform calls by result: delivered, or the kind of failure.",
		}, []string{"type", "channel", "result"}),
		engineErrors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dari_engine_errors_total", Help: "Failed turns by bot and error code.",
		}, []string{"bot", "code"}),
		turnSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "dari_turn_seconds", Help: "Time of a turn, from claim to commit.", Buckets: buckets,
		}),
		acceptSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "dari_accept_seconds", Help: "Time to make a callback's events durable.", Buckets: buckets,
		}),
	}
	if reg != nil {
		reg.MustRegister(m.events, m.attempts, m.engineErrors, m.turnSeconds, m.acceptSeconds, waiting(s))
	}
	return m
}

func waiting(s store.Store) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "dari_events_waiting", Help: "Accepted events whose turn is still to come.",
	}, func() float64 {
		l, err := s.Ledger(context.Background())
		if err != nil {
			return -1
		}
		return float64(l.Waiting)
	})
}
