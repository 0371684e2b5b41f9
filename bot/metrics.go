package bot

import (
	"math"
	"strings"

	"dari/dialog"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the runtime's counters. Labels are types, ids of bots and channels, names of engines and
// words of a fixed few: nothing that people write, and no more of them than what is registered.
type metrics struct {
	strays        *prometheus.CounterVec
	events        *prometheus.CounterVec
	attempts      *prometheus.CounterVec
	deliveries    *prometheus.CounterVec
	engineErrors  *prometheus.CounterVec
	failovers     *prometheus.CounterVec
	tokens        *prometheus.CounterVec
	modelTokens   *prometheus.CounterVec
	modelCost     *prometheus.CounterVec
	turnSeconds   *prometheus.HistogramVec
	engineSeconds *prometheus.HistogramVec
	sendSeconds   *prometheus.HistogramVec
	replySeconds  *prometheus.HistogramVec
	acceptSeconds prometheus.Histogram
}

// buckets reach from half a millisecond to the longest turn.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 600}

func newMetrics() *metrics {
	return &metrics{
		strays:       counter("dari_callbacks_unknown_total", "Callbacks that name no channel, or one that is still a draft.", "type"),
		events:       counter("dari_events_total", "Inbound events by what became of them: accepted, handled, failed, ignored, duplicate, rejected, turned_away.", "type", "channel", "state"),
		attempts:     counter("dari_delivery_attempts_total", "Platform calls by result: delivered, or the kind of failure.", "type", "channel", "result"),
		deliveries:   counter("dari_deliveries_total", "Delivered answers by route; LINE's reply costs nothing, push counts against the plan.", "type", "channel", "route"),
		engineErrors: counter("dari_engine_errors_total", "Failed turns by bot and error code.", "bot", "code"),
		failovers:    counter("dari_engine_failovers_total", "Turns that another engine of the bot answered because the first failed.", "bot"),
		modelTokens:  counter("dari_engine_tokens_total", "Tokens of language models as their providers count them: input, cached (of input) and output.", "bot", "engine", "kind"),
		modelCost:    counter("dari_engine_cost_total", "What language models cost, by the prices in the engine's settings or as the provider tells.", "bot", "engine", "currency"),
		tokens:       counter("dari_token_issues_total", "Access tokens that a platform has issued.", "type"),

		turnSeconds:   histogram("dari_turn_seconds", "Time of a turn, from claim to commit.", "bot"),
		engineSeconds: histogram("dari_engine_seconds", "Time of an engine's answer, failed ones included.", "bot", "engine"),
		sendSeconds:   histogram("dari_delivery_seconds", "Time of a platform call.", "type"),
		replySeconds:  histogram("dari_reply_seconds", "From a callback's arrival to its first answer being delivered.", "type"),
		acceptSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "dari_accept_seconds", Help: "Time to make a callback's events durable.", Buckets: buckets,
		}),
	}
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
}

// register adds the metrics to a registry; nil keeps them.
func (m *metrics) register(reg prometheus.Registerer, r *Runtime) {
	if reg == nil {
		return
	}
	reg.MustRegister(m.events, m.strays, m.attempts, m.deliveries, m.engineErrors, m.failovers, m.tokens, m.modelTokens, m.modelCost,
		m.turnSeconds, m.engineSeconds, m.sendSeconds, m.replySeconds, m.acceptSeconds, gauges{r})
	if own, ok := r.store.(prometheus.Collector); ok {
		reg.MustRegister(own)
	}
}

// used counts what a turn took of a language model.
func (m *metrics) used(botID, engine string, u *dialog.Usage) {
	if u == nil {
		return
	}
	for kind, n := range map[string]int{"input": u.Input, "cached": u.Cached, "output": u.Output} {
		if n > 0 {
			m.modelTokens.WithLabelValues(botID, engine, kind).Add(float64(n))
		}
	}
	if u.Cost > 0 && !math.IsInf(u.Cost, 0) {
		m.modelCost.WithLabelValues(botID, engine, currencyCode(u.Currency)).Add(u.Cost)
	}
}

// currencyCode is the currency if it looks like one: three capital letters (ISO 4217).
func currencyCode(s string) string {
	if len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return s
	}
	return ""
}

// codes are the engines' error codes that have a name of their own in the metrics. An engine may send
// any, and each would be one more series for ever.
var codes = map[string]bool{
	"timeout": true, "unreachable": true, "failed": true, "bad_answer": true, "rate_limited": true, "stream_cut": true, "panic": true,
	"refused": true, "redirect": true, "gone": true, "cancelled": true, "breaker_open": true, "too_long": true, "loop": true, "unknown_engine": true,
}

func errorCode(code string) string {
	if codes[code] {
		return code
	}
	return "other"
}
