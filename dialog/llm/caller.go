package llm

import (
	"context"
	"io"
	"net/http"
	"time"

	"dari/dialog"
	"dari/dialog/remote"
)

const (
	maxRetries = 2
	backOff    = 250 * time.Millisecond // before the first retry; four times that before the second
	maxRefusal = 64 << 10               // bytes read of an answer that refuses
)

// Caller asks a server that may say "not now".
type Caller struct {
	Remote remote.Client
	// Refusal reads an answer of status 300 and above, and tells whether nothing was done and asking
	// again may help.
	Refusal func(status int, body []byte) (e *dialog.Error, again bool)
	// Sleep waits; nil means by the machine's clock.
	Sleep func(context.Context, time.Duration) error
}

// failure is a failed attempt.
type failure struct {
	err   error
	again bool          // another attempt may help and does no harm
	after time.Duration // the server asked to wait that long
}

// Open sends the request that build makes and returns its answer of status 2xx. It asks again where the
// server has seen nothing of the request or says itself that it did nothing: an answer costs money, so
// that no other is asked for twice.
func (c Caller) Open(ctx context.Context, build func(context.Context) (*http.Request, error)) (*Stream, error) {
	for n := 0; ; n++ {
		s, f := c.once(ctx, build)
		if f == nil {
			return s, nil
		}
		wait := max(f.after, backOff<<(2*n))
		end, bounded := ctx.Deadline()
		if !f.again || n == maxRetries || bounded && time.Until(end) <= wait {
			return nil, f.err
		}
		if err := c.sleep(ctx, wait); err != nil {
			return nil, remote.Ended(err)
		}
	}
}

func (c Caller) once(ctx context.Context, build func(context.Context) (*http.Request, error)) (*Stream, *failure) {
	s := &Stream{turn: ctx, scrub: c.Remote.Scrub}
	s.own, s.cancel = context.WithCancelCause(ctx)
	req, err := build(s.own)
	if err != nil {
		s.cancel(nil)
		return nil, &failure{err: err}
	}
	resp, err := c.Remote.Open(req)
	if err != nil {
		s.cancel(nil)
		return nil, &failure{err: err, again: remote.Unsent(err)}
	}
	s.header = resp.Header
	s.attach(resp.Body)
	if resp.StatusCode < 300 {
		return s, nil
	}
	defer s.Close()
	body, err := io.ReadAll(io.LimitReader(s.body, maxRefusal))
	if err != nil && ctx.Err() != nil {
		return nil, &failure{err: remote.Ended(ctx.Err())}
	}
	e, again := c.Refusal(resp.StatusCode, body) // half a body still says more than none
	now := time.Now()
	if c.Remote.Now != nil {
		now = c.Remote.Now()
	}
	return nil, &failure{
		err: c.Remote.Scrub.Error(e), after: remote.RetryAfter(resp.Header, now),
		again: again && resp.Header.Get("X-Should-Retry") != "false",
	}
}

func (c Caller) sleep(ctx context.Context, d time.Duration) error {
	if c.Sleep != nil {
		return c.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// WithoutRedirects copies a client: a question with a key must not travel on to an address that nobody
// entered.
func WithoutRedirects(c *http.Client) *http.Client {
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}
