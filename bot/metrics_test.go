package bot

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"dari/dialog"
)

func TestAnEngineThatIsSparedShowsInTheMetrics(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		registry := prometheus.NewRegistry()
		h.rt.metrics.register(registry, h.rt)
		h.engine.turn = func(context.Context, dialog.Turn) (dialog.Result, error) {
			return dialog.Result{}, &dialog.Error{Code: "failed", Err: errors.New("broken")}
		}
		state := func() float64 { return value(t, registry, "dari_breaker_state", "engine", "(main)") }
		h.say("ch", said{Conv: "a", Key: "first", Text: "hi"})
		h.settle()
		if got := state(); got != 0 {
			t.Errorf("after one failure the state is %v", got)
		}
		for i := range breakerTurns {
			h.say("ch", said{Conv: "a", Key: fmt.Sprint(i), Text: "hi"})
			h.settle()
		}
		if got := state(); got != 2 {
			t.Errorf("after many failures the state is %v", got)
		}
		if value(t, registry, "dari_engine_errors_total", "code", "breaker_open") == 0 {
			t.Error("turns that found the engine spared are not counted")
		}
	})
}

func TestCodesOfAnEnginesOwnShareOneSeries(t *testing.T) {
	for code, want := range map[string]string{"timeout": "timeout", "breaker_open": "breaker_open", "user 4711 is unknown": "other", "": "other"} {
		if got := errorCode(code); got != want {
			t.Errorf("%q is counted as %q", code, got)
		}
	}
}

// value is that of the metric with the label.
func value(t *testing.T, g prometheus.Gatherer, name, label, labelValue string) float64 {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if f.GetName() == name && l.GetName() == label && l.GetValue() == labelValue {
					return m.GetGauge().GetValue() + m.GetCounter().GetValue()
				}
			}
		}
	}
	t.Fatalf("there is no %s with %s %s", name, label, labelValue)
	return 0
}

func TestWhatLanguageModelsTakeIsCounted(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		registry := prometheus.NewRegistry()
		h.rt.metrics.register(registry, h.rt)
		h.engine.turn = func(context.Context, dialog.Turn) (dialog.Result, error) {
			u := &dialog.Usage{Model: "m", Input: 100, Cached: 40, Output: 7, Cost: 0.25, Currency: "USD"}
			return dialog.Result{Usage: u}, &dialog.Error{Code: "failed", Err: errors.New("too late")} // it was paid for
		}
		for i := range 2 {
			h.say("ch", said{Conv: "a", Key: fmt.Sprint(i), Text: "hi"})
			h.settle()
		}
		for kind, want := range map[string]float64{"input": 200, "cached": 80, "output": 14} {
			if got := value(t, registry, "dari_engine_tokens_total", "kind", kind); got != want {
				t.Errorf("%s tokens: %v, want %v", kind, got, want)
			}
		}
		if got := value(t, registry, "dari_engine_cost_total", "currency", "USD"); got != 0.5 {
			t.Errorf("cost: %v", got)
		}
	})
}

func TestACurrencyIsALabelOnlyIfItLooksLikeOne(t *testing.T) {
	for currency, want := range map[string]string{"USD": "USD", "usd": "", "": "", "KRW (with VAT)": ""} {
		if got := currencyCode(currency); got != want {
			t.Errorf("%q is counted as %q", currency, got)
		}
	}
}
