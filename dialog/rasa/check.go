package rasa

import (
	"context"
	"net/http"

	"dari/bot/check"
	"dari/dialog"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// Check implements dialog.Checker, by the REST channel's own health check.
func (e *engine) Check(ctx context.Context) []check.Check {
	start := e.Now()
	c := e.check(ctx)
	c.Took = e.Now().Sub(start)
	return []check.Check{c}
}

func (e *engine) check(ctx context.Context) check.Check {
	ctx, cancel := e.Within(ctx, dialog.Turn{})
	defer cancel()
	a, err := e.Ask(ctx, func() (*http.Request, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.address("/", false), nil)
		if err != nil {
			return nil, remote.Failf("failed", "build the request: %w", remote.Plain(err))
		}
		req.Header = e.headers.Clone()
		return req, nil
	})
	var health struct {
		Status foreign.Text `json:"status"`
	}
	if err == nil && a.Status < 300 {
		if err := foreign.Decode(a.Header, a.Body, &health); err == nil && health.Status == "ok" {
			return check.New("server", check.Pass, "engine.rasa.ok")
		}
		return check.New("server", check.Fail, "engine.rasa.not_rasa")
	}
	if err == nil {
		err = refusal(a.Status, a.Body)
	}
	failed := e.Scrub.Error(dialog.AsError(err))
	reason := failed.Err.Error()
	switch {
	case a.Status == http.StatusNotFound:
		return check.New("server", check.Fail, "engine.rasa.no_rest_channel")
	case failed.Code == "unreachable" || failed.Code == "timeout":
		return check.New("server", check.Fail, "engine.rasa.unreachable", "reason", reason)
	}
	return check.New("server", check.Fail, "engine.rasa.refused", "reason", reason)
}
