package httpengine

import (
	"context"
	"crypto/rand"
	"net/http"
	"strconv"
	"time"

	"dari/bot/check"
	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/remote"
)

// checkTime bounds a connection test whose engine has no timeout of its own.
const checkTime = 10 * time.Second

// Check implements dialog.Checker: it sends a signed turn.event of kind "check", which concerns nobody,
// and looks at how the engine takes it.
func (e *engine) Check(ctx context.Context) []check.Check {
	start := e.now()
	limit := checkTime
	if e.timeout > 0 {
		limit = min(limit, e.timeout)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	a, err := e.probe(ctx, limit)
	if err != nil {
		c := e.unreached(err, limit)
		c.Took = e.now().Sub(start)
		return []check.Check{c}
	}
	c := e.judge(a)
	c.Took = e.now().Sub(start)
	checks := []check.Check{c}
	if off, ok := clockOff(a.Header, e.now()); ok && off.Abs() > tolerance-time.Minute {
		checks = append(checks, check.New("clock", check.Warn, "engine.http.clock", "minutes", strconv.Itoa(int(off.Abs().Minutes()))))
	}
	return checks
}

// probe asks the engine about nothing.
func (e *engine) probe(ctx context.Context, limit time.Duration) (remote.Answer, error) {
	req, err := e.request(ctx, question{
		Type: "turn.event", Version: version, TurnID: "check_" + rand.Text(),
		DeadlineMS: limit.Milliseconds(), Timestamp: stamp(e.now()),
		Channel:      channel{Type: "check", ID: "check"},
		Conversation: conversation{"check", string(message.Direct), true},
		User:         user{ID: "check"},
		Event:        event{ID: "check", Kind: "check", Attachments: []attachment{}},
	})
	if err != nil {
		return remote.Answer{}, remote.Failf("failed", "build the request: %w", err)
	}
	return remote.Client{HTTP: e.client, Scrub: e.scrub}.Ask(req)
}

func (e *engine) unreached(err error, limit time.Duration) check.Check {
	code := "engine.http.unreachable"
	switch dialog.AsError(err).Code {
	case "timeout", "cancelled":
		code = "engine.http.timeout"
	case "bad_answer":
		code = "engine.http.bad_answer"
	}
	return check.New("turn", check.Fail, code, "host", e.url.Host, "limit", limit.String(), "detail", err.Error())
}

// judge reads the status alone: what an engine says to an event that it does not know is its own affair.
func (e *engine) judge(a remote.Answer) check.Check {
	status := strconv.Itoa(a.Status)
	at := func(s check.Status, code string) check.Check {
		return check.New("turn", s, code, "host", e.url.Host, "status", status)
	}
	switch {
	case a.Status < 300:
		return at(check.Pass, "engine.http.ok")
	case a.Status < 400:
		return at(check.Fail, "engine.http.redirect")
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		return at(check.Fail, "engine.http.signature")
	case a.Status == http.StatusNotFound || a.Status == http.StatusMethodNotAllowed:
		return at(check.Fail, "engine.http.address")
	case a.Status == http.StatusGone:
		return at(check.Fail, "engine.http.gone")
	case a.Status == http.StatusTooManyRequests || a.Status >= 500:
		return at(check.Fail, "engine.http.failing")
	}
	return at(check.Warn, "engine.http.status")
}

// clockOff is how far the engine's clock is from ours: signatures of the wrong time are refused.
func clockOff(h http.Header, now time.Time) (time.Duration, bool) {
	at, err := http.ParseTime(h.Get("Date"))
	return now.Sub(at), err == nil
}
