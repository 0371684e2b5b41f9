package kakaoskill

import (
	"context"
	"net/http"
	"strconv"

	"dari/bot/check"
	"dari/dialog"
	"dari/dialog/remote"
)

// Check implements dialog.Checker. The protocol has no call that does nothing, and a skill may place an
// order: so the server is only fetched from, which no skill acts on, and any answer shows that it is there.
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
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url.String(), nil)
		if err != nil {
			return nil, remote.Failf("failed", "build the request: %w", remote.Plain(err))
		}
		req.Header = e.headers.Clone()
		return req, nil
	})
	status := strconv.Itoa(a.Status)
	switch {
	case err != nil && dialog.AsError(err).Code != "bad_answer": // an endless page is an answer, too
		return check.New("server", check.Fail, "engine.kakao_skill.unreachable", "reason", dialog.AsError(err).Err.Error())
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		return check.New("server", check.Warn, "engine.kakao_skill.forbidden", "status", status)
	case a.Status == http.StatusNotFound || a.Status == http.StatusGone:
		return check.New("server", check.Warn, "engine.kakao_skill.not_found", "status", status)
	case a.Status >= 300 && a.Status < 400:
		return check.New("server", check.Fail, "engine.kakao_skill.redirect", "status", status)
	case a.Status >= 500:
		return check.New("server", check.Warn, "engine.kakao_skill.server_error", "status", status)
	}
	return check.New("server", check.Pass, "engine.kakao_skill.ok")
}
