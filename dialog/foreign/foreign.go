// Package foreign is what engines of other makers have in common beside package remote: they know no
// turn of ours, understand words alone, and must not be asked twice.
package foreign

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"dari/dialog"
	"dari/dialog/remote"
)

// backOff are the waits before a question of which nothing was written is sent again.
var backOff = []time.Duration{250 * time.Millisecond, time.Second}

// Link asks the remote side of one engine. Its errors are *dialog.Error values, scrubbed.
type Link struct {
	remote.Client
	Timeout time.Duration // of one turn; 0 means the turn's own deadline alone
	Log     *slog.Logger
	Sleep   func(context.Context, time.Duration) error // returns ctx's error when that ends first
}

// NewLink makes a link that follows no redirects and hides the given values.
func NewLink(d dialog.Deps, timeout time.Duration, hide ...string) (Link, error) {
	if d.HTTP == nil {
		return Link{}, errors.New("no HTTP client given")
	}
	client := *d.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	l := Link{Timeout: timeout, Log: cmp.Or(d.Log, slog.New(slog.DiscardHandler)), Sleep: sleep}
	l.Client = remote.Client{HTTP: &client, Scrub: remote.NewScrubber(hide...), Now: d.Now}
	if l.Now == nil {
		l.Now = time.Now
	}
	return l, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Within bounds ctx by the engine's own time-out and the turn's deadline. Turn.Deadline is by the
// runtime's clock, a context's deadline always by the machine's.
func (l Link) Within(ctx context.Context, t dialog.Turn) (context.Context, context.CancelFunc) {
	left := time.Duration(-1)
	if !t.Deadline.IsZero() {
		left = max(0, t.Deadline.Sub(l.Now()))
	}
	if l.Timeout > 0 && (left < 0 || l.Timeout < left) {
		left = l.Timeout
	}
	if left < 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, left)
}

// Ask sends what build makes and reads the answer whole, whatever its status. build is called anew for
// every attempt; only a question of which nothing was written is sent again, because these engines
// move on with each one.
func (l Link) Ask(ctx context.Context, build func() (*http.Request, error)) (remote.Answer, error) {
	return again(ctx, l, build, l.Client.Ask)
}

// Open is Ask for streams: the answer's body is left to the caller.
func (l Link) Open(ctx context.Context, build func() (*http.Request, error)) (*http.Response, error) {
	return again(ctx, l, build, l.Client.Open)
}

func again[T any](ctx context.Context, l Link, build func() (*http.Request, error), send func(*http.Request) (T, error)) (T, error) {
	waits := slices.Clone(backOff)
	for {
		var none T
		req, err := build()
		if err != nil {
			return none, err
		}
		answer, err := send(req)
		if err == nil || !remote.Unsent(err) || len(waits) == 0 {
			return answer, err
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) <= waits[0] {
			return none, err
		}
		if err := l.Sleep(ctx, waits[0]); err != nil {
			return none, remote.Ended(err)
		}
		waits = waits[1:]
	}
}

// Finish takes secrets out of what a turn leaves behind.
func (l Link) Finish(res dialog.Result, err error) (dialog.Result, error) {
	if err != nil {
		return dialog.Result{}, l.Scrub.Error(dialog.AsError(err))
	}
	res.Trace = l.Scrub.Trace(res.Trace)
	return res, nil
}
