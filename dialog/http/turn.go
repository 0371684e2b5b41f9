package httpengine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"syscall"
	"time"

	"dari/bot/message"
	"dari/dialog"
)

const (
	version = "1"
	// maxRetries, maxBody and the statuses in retryStatus are promises of docs/engines/http.md.
	maxRetries = 2
	maxBody    = 1 << 20
	backOff    = 250 * time.Millisecond // before the first retry; four times that before the second
	// maxTurn bounds a turn that came without any deadline; it is the largest runtime.turn_timeout.
	maxTurn = 10 * time.Minute
)

// failure is a failed attempt.
type failure struct {
	err   *dialog.Error
	retry bool          // another attempt may help and does no harm
	after time.Duration // the engine asked to wait that long
}

func fail(code, format string, args ...any) *failure {
	return &failure{err: &dialog.Error{Code: code, Err: fmt.Errorf(format, args...)}}
}

// Turn implements dialog.Engine. It emits nothing before its end.
func (e *engine) Turn(ctx context.Context, t dialog.Turn, _ func(message.Message) error) (dialog.Result, error) {
	end := e.now().Add(e.left(ctx, t))
	ctx, cancel := context.WithTimeout(ctx, end.Sub(e.now()))
	defer cancel()
	for n := 0; ; n++ {
		res, f := e.attempt(ctx, t, end)
		if f == nil {
			res.Trace = e.scrub.trace(res.Trace)
			return res, nil
		}
		e.scrub.err(f.err)
		wait := max(backOff<<(2*n), f.after)
		if !f.retry || n == maxRetries || !e.now().Add(wait).Before(end) {
			return dialog.Result{}, f.err
		}
		e.log.Info("engine is asked again", "bot", t.Bot.ID, "turn", t.ID, "attempt", n+2, "code", f.err.Code, "wait", wait)
		if err := e.sleep(ctx, wait); err != nil {
			return dialog.Result{}, ended(err).err
		}
	}
}

// left is how long the turn may still take. Turn.Deadline is by the runtime's clock, a context's
// deadline always by the machine's.
func (e *engine) left(ctx context.Context, t dialog.Turn) time.Duration {
	left := maxTurn
	if e.timeout > 0 {
		left = min(left, e.timeout)
	}
	if !t.Deadline.IsZero() {
		left = min(left, t.Deadline.Sub(e.now()))
	}
	if d, ok := ctx.Deadline(); ok {
		left = min(left, time.Until(d))
	}
	return left
}

// attempt asks once.
func (e *engine) attempt(ctx context.Context, t dialog.Turn, end time.Time) (dialog.Result, *failure) {
	if err := ctx.Err(); err != nil {
		return dialog.Result{}, ended(err)
	}
	body, err := e.body(t, end.Sub(e.now()))
	if err != nil {
		return dialog.Result{}, fail("failed", "build the request: %w", err)
	}
	var wrote atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodPost, e.url.String(), bytes.NewReader(body))
	if err != nil {
		return dialog.Result{}, fail("failed", "build the request: %w", plain(err))
	}
	req.Header = e.headers.Clone()
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "Dari")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	sign(req.Header, e.key, t.ID, e.now(), body)

	resp, err := e.client.Do(req)
	if err != nil {
		return dialog.Result{}, e.unanswered(ctx, err, wrote.Load())
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	a.body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil && ctx.Err() != nil {
		return dialog.Result{}, ended(ctx.Err())
	}
	a.cut = err != nil
	return a.result(t.ID, e.now())
}

// unanswered tells what it means that no answer came. Only a request of which nothing was written is
// sent again: the engine may be at work on any other.
func (e *engine) unanswered(ctx context.Context, err error, wrote bool) *failure {
	if ctx.Err() != nil {
		return ended(ctx.Err())
	}
	code := "unreachable"
	if wrote && timedOut(err) {
		code = "timeout"
	}
	f := fail(code, "ask %s: %w", e.url.Host, plain(err))
	f.retry = !wrote && passing(err)
	return f
}

// ended is the failure of a turn whose context is over.
func ended(err error) *failure {
	if errors.Is(err, context.DeadlineExceeded) {
		return fail("timeout", "no answer before the deadline: %w", err)
	}
	return fail("cancelled", "the turn was given up: %w", err)
}

// passing tells whether a failed connection may succeed a moment later. An address that Dari itself
// refuses and a bad certificate do not mend themselves.
func passing(err error) bool {
	var errno syscall.Errno
	var dns *net.DNSError
	return errors.As(err, &errno) || errors.As(err, &dns) || errors.Is(err, io.EOF) || timedOut(err)
}

func timedOut(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// plain takes off an error what the owner of the bot need not learn: the full URL, which may hold a key
// in its query, and the addresses of the operator's network.
func plain(err error) error {
	var dns *net.DNSError
	var op *net.OpError
	var u *url.Error
	switch {
	case errors.As(err, &dns):
		own := *dns
		own.Server = ""
		return &own
	case errors.As(err, &op):
		return fmt.Errorf("%s: %w", op.Op, op.Err)
	case errors.As(err, &u):
		return u.Err
	}
	return err
}
