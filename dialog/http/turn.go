package httpengine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"dari/dialog"
	"dari/dialog/remote"
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

// Turn implements dialog.Engine. It emits what a stream says; any other answer is in the result alone.
func (e *engine) Turn(ctx context.Context, t dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
	end := e.now().Add(e.left(ctx, t))
	ctx, cancel := context.WithTimeout(ctx, end.Sub(e.now()))
	defer cancel()
	for n := 0; ; n++ {
		res, f := e.attempt(ctx, t, end, emit)
		if f == nil {
			return e.clean(res), nil
		}
		e.scrub.Error(f.err)
		wait := max(backOff<<(2*n), f.after)
		if !f.retry || n == maxRetries || !e.now().Add(wait).Before(end) {
			return dialog.Result{}, f.err
		}
		e.log.Info("engine is asked again", "bot", t.Bot.ID, "turn", t.ID, "attempt", n+2, "code", f.err.Code, "wait", wait)
		if err := e.sleep(ctx, wait); err != nil {
			return dialog.Result{}, remote.Ended(err)
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
func (e *engine) attempt(ctx context.Context, t dialog.Turn, end time.Time, emit dialog.Emit) (dialog.Result, *failure) {
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	req, err := e.request(ctx, e.question(t, end.Sub(e.now())))
	if err != nil {
		return dialog.Result{}, fail("failed", "build the request: %w", err)
	}
	resp, err := remote.Client{HTTP: e.client, Scrub: e.scrub}.Open(req)
	if err != nil { // only a request of which nothing was written is sent again: the engine may be at work on any other
		return dialog.Result{}, &failure{err: dialog.AsError(err), retry: remote.Unsent(err)}
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header, later: t.ReplyTo != ""}
	if a.streams() {
		return e.stream(ctx, giveUp, resp.Body, newGrowth(t, emit))
	}
	a.body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil && ctx.Err() != nil {
		return dialog.Result{}, &failure{err: remote.Ended(ctx.Err())}
	}
	a.cut = err != nil
	return a.result(t.ID, e.now())
}

// request signs a question.
func (e *engine) request(ctx context.Context, q question) (*http.Request, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url.String(), bytes.NewReader(body))
	if err != nil {
		return nil, remote.Plain(err)
	}
	req.Header = e.headers.Clone()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	sign(req.Header, e.keys, q.TurnID, e.now(), body)
	return req, nil
}

// clean takes secrets out of a result's trace.
func (e *engine) clean(res dialog.Result) dialog.Result {
	if len(res.Trace) > 0 {
		res.Trace = e.scrub.Trace(res.Trace)
	}
	return res
}
