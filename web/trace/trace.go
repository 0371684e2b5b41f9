// Package trace tells people the way of an event through Dari, without showing personal data unasked.
package trace

import (
	"cmp"
	"encoding/json"
	"time"

	"dari/bot/message"
	"dari/store"
)

// Step is one station of an event on its way, for people who look at a time line.
type Step struct {
	Step   string          `json:"step"` // callback, verified, normalised, gate, engine, rendered, delivered
	Status string          `json:"status"`
	At     Stamp           `json:"at"`
	MS     float64         `json:"ms"` // taken
	Detail string          `json:"detail,omitempty"`
	Of     string          `json:"of,omitempty"` // the delivery
	Data   json.RawMessage `json:"data,omitempty"`
}

// The states of a step.
const (
	Pass = "pass"
	Fail = "fail"
	Wait = "wait"
	Stop = "stop" // the way ended here, as it should
)

// Turn is what the runtime leaves of a turn.
type Turn struct {
	ParseUS    int64             `json:"parse_us"`
	Engine     string            `json:"engine"`
	EngineName string            `json:"engine_name"`
	FailedOver string            `json:"failed_over"`
	EngineMS   int64             `json:"engine_ms"`
	RenderUS   int64             `json:"render_us"`
	State      string            `json:"state"`
	Said       []message.Message `json:"said"` // by the engine, where something else was sent
	Error      string            `json:"error"`
	Notes      []string          `json:"notes"`
	Detail     json.RawMessage   `json:"detail"`
}

// TurnOf is what the runtime left of an event's turn. A trace of another version has what it shares with
// this one.
func TurnOf(e store.Event) (t Turn) {
	_ = json.Unmarshal(e.Trace, &t)
	return t
}

// Timeline tells the way of an event from what is kept of it.
func Timeline(e store.Event, deliveries []store.Delivery) []Step {
	steps := []Step{{Step: "callback", Status: Pass, At: Stamp(e.ReceivedAt)}}
	add := func(step, status string, at time.Time, ms float64, detail string) {
		steps = append(steps, Step{Step: step, Status: status, At: Stamp(at), MS: ms, Detail: detail})
	}
	switch e.State {
	case store.Rejected:
		add("verified", Fail, e.ReceivedAt, 0, e.Reason)
		return steps
	case store.Duplicate:
		add("verified", Pass, e.ReceivedAt, 0, "")
		add("normalised", Stop, e.ReceivedAt, 0, "a redelivery of "+e.Of)
		return steps
	}
	add("verified", Pass, e.ReceivedAt, 0, "")
	if e.StartedAt.IsZero() {
		if e.State == store.Ignored {
			add("normalised", Stop, e.ReceivedAt, 0, e.Reason)
			return steps
		}
		add("normalised", Wait, e.ReceivedAt, 0, "its turn is still to come")
		return steps
	}
	t := TurnOf(e)
	at := e.StartedAt
	wait := ms(e.StartedAt.Sub(e.ReceivedAt))
	add("queued", Pass, e.ReceivedAt, wait, "")
	add("normalised", Pass, at, float64(t.ParseUS)/1000, "")
	at = at.Add(time.Duration(t.ParseUS) * time.Microsecond)
	if e.State == store.Ignored {
		add("gate", Stop, at, 0, e.Reason)
		return steps
	}
	add("gate", Pass, at, 0, "")
	if t.Engine == "" {
		if e.State == store.Failed {
			add("engine", Fail, at, 0, e.Reason)
		}
		return steps
	}
	engine := Pass
	if t.Error != "" {
		engine = Fail
	}
	add("engine", engine, at, float64(t.EngineMS), cmp.Or(t.Error, t.Engine))
	at = at.Add(time.Duration(t.EngineMS) * time.Millisecond)
	rendered := Pass
	if e.State == store.Failed && t.Error == "" {
		rendered = Fail
	}
	var notes json.RawMessage
	if len(t.Notes) > 0 {
		notes, _ = json.Marshal(t.Notes)
	}
	steps = append(steps, Step{Step: "rendered", Status: rendered, At: Stamp(at), MS: float64(t.RenderUS) / 1000, Data: notes})
	for _, d := range deliveries {
		steps = append(steps, delivered(d))
	}
	return steps
}

func delivered(d store.Delivery) Step {
	s := Step{Step: "delivered", Status: Pass, At: Stamp(d.CreatedAt), Of: d.ID, Detail: d.Result.Error}
	switch {
	case d.Result.Status == store.Pending:
		s.Status = Wait
	case d.Result.Status != store.Delivered:
		s.Status = Fail
	}
	if done := d.Result.DoneAt; !done.IsZero() {
		s.MS = ms(done.Sub(d.CreatedAt))
	}
	return s
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
