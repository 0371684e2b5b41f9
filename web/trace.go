package web

import (
	"encoding/json"
	"time"

	"dari/store"
)

// traceStep is one station of an event on its way, for people who look at a time line.
type traceStep struct {
	Step   string          `json:"step"` // callback, verified, normalised, gate, engine, rendered, delivered
	Status string          `json:"status"`
	At     stamp           `json:"at"`
	MS     float64         `json:"ms"` // taken
	Detail string          `json:"detail,omitempty"`
	Of     string          `json:"of,omitempty"` // the delivery
	Data   json.RawMessage `json:"data,omitempty"`
}

// The states of a step.
const (
	stepPass = "pass"
	stepFail = "fail"
	stepWait = "wait"
	stepStop = "stop" // the way ended here, as it should
)

// turnTrace is what the runtime leaves of a turn.
type turnTrace struct {
	ParseUS  int64    `json:"parse_us"`
	Engine   string   `json:"engine"`
	EngineMS int64    `json:"engine_ms"`
	RenderUS int64    `json:"render_us"`
	Error    string   `json:"error"`
	Notes    []string `json:"notes"`
}

// timeline tells the way of an event from what is kept of it.
func timeline(e store.Event, deliveries []deliveryItem) []traceStep {
	steps := []traceStep{{Step: "callback", Status: stepPass, At: stamp(e.ReceivedAt)}}
	add := func(step, status string, at time.Time, ms float64, detail string) {
		steps = append(steps, traceStep{Step: step, Status: status, At: stamp(at), MS: ms, Detail: detail})
	}
	switch e.State {
	case store.Rejected:
		add("verified", stepFail, e.ReceivedAt, 0, e.Reason)
		return steps
	case store.Duplicate:
		add("verified", stepPass, e.ReceivedAt, 0, "")
		add("normalised", stepStop, e.ReceivedAt, 0, "a redelivery of "+e.Of)
		return steps
	}
	add("verified", stepPass, e.ReceivedAt, 0, "")
	if e.StartedAt.IsZero() {
		if e.State == store.Ignored {
			add("normalised", stepStop, e.ReceivedAt, 0, e.Reason)
			return steps
		}
		add("normalised", stepWait, e.ReceivedAt, 0, "its turn is still to come")
		return steps
	}
	var t turnTrace
	_ = json.Unmarshal(e.Trace, &t) // a trace of another version has the steps without their times
	at := e.StartedAt
	wait := ms(e.StartedAt.Sub(e.ReceivedAt))
	add("queued", stepPass, e.ReceivedAt, wait, "")
	add("normalised", stepPass, at, float64(t.ParseUS)/1000, "")
	at = at.Add(time.Duration(t.ParseUS) * time.Microsecond)
	if e.State == store.Ignored {
		add("gate", stepStop, at, 0, e.Reason)
		return steps
	}
	add("gate", stepPass, at, 0, "")
	if t.Engine == "" {
		if e.State == store.Failed {
			add("engine", stepFail, at, 0, e.Reason)
		}
		return steps
	}
	engine := stepPass
	if t.Error != "" {
		engine = stepFail
	}
	add("engine", engine, at, float64(t.EngineMS), first(t.Error, t.Engine))
	at = at.Add(time.Duration(t.EngineMS) * time.Millisecond)
	rendered := stepPass
	if e.State == store.Failed && t.Error == "" {
		rendered = stepFail
	}
	var notes json.RawMessage
	if len(t.Notes) > 0 {
		notes, _ = json.Marshal(t.Notes)
	}
	steps = append(steps, traceStep{Step: "rendered", Status: rendered, At: stamp(at), MS: float64(t.RenderUS) / 1000, Data: notes})
	for _, d := range deliveries {
		steps = append(steps, delivered(d))
	}
	return steps
}

func delivered(d deliveryItem) traceStep {
	s := traceStep{Step: "delivered", Status: stepPass, At: d.CreatedAt, Of: d.ID, Detail: d.Error}
	switch {
	case d.Status == store.Pending:
		s.Status = stepWait
	case d.Status != store.Delivered:
		s.Status = stepFail
	}
	if done := time.Time(d.DoneAt); !done.IsZero() {
		s.MS = ms(done.Sub(time.Time(d.CreatedAt)))
	}
	return s
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
