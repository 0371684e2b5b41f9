package bot

import (
	"context"
	"net/http"
	"sync"
	"time"

	"dari/bot/check"
)

// How wrong the clock may be. Slack and Teams allow five minutes; a signed token request of NAVER WORKS
// begins half a minute in the past, and answers take a while to arrive.
const (
	driftWarn = time.Minute
	driftFail = 5 * time.Minute
)

// drift is how far this machine's clock is ahead of a messenger's, by the Date headers of its answers.
type drift struct {
	now func() time.Time

	mu    sync.Mutex
	ahead time.Duration
	known bool
}

type driftKey struct{}

// withDrift lets answers to calls with the context be looked at.
func withDrift(ctx context.Context, d *drift) context.Context {
	return context.WithValue(ctx, driftKey{}, d)
}

// note keeps the smallest difference: an answer that was long on the way seems older than it is.
func (d *drift) note(h http.Header) {
	at, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	ahead := d.now().Sub(at)
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.known || ahead.Abs() < d.ahead.Abs() {
		d.ahead, d.known = ahead, true
	}
}

// check has nothing to say without an answer.
func (d *drift) check() (check.Check, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	off := d.ahead.Abs()
	status := check.Warn
	if off > driftFail {
		status = check.Fail
	}
	by := off.Round(time.Second).String()
	switch {
	case !d.known:
		return check.Check{}, false
	case off <= driftWarn:
		return check.New("clock", check.Pass, "channel.clock_good"), true
	case d.ahead > 0:
		return check.New("clock", status, "channel.clock_ahead", "by", by), true
	}
	return check.New("clock", status, "channel.clock_behind", "by", by), true
}

// dated shows the answers of messengers to a connection test that asks for them.
type dated struct{ base http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t dated) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.base.RoundTrip(req)
	if d, ok := req.Context().Value(driftKey{}).(*drift); ok && err == nil {
		d.note(resp.Header)
	}
	return resp, err
}

// CloseIdleConnections passes the wish on.
func (t dated) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
