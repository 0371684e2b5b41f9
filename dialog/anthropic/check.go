package anthropic

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"dari/bot/check"
	"dari/dialog"
	"dari/dialog/remote"
)

// Check implements llm.Model: it asks for the model's description, which costs nothing.
func (m *model) Check(ctx context.Context) []check.Check {
	start := time.Now()
	c := m.check(ctx)
	c.Took = time.Since(start)
	return []check.Check{c}
}

func (m *model) check(ctx context.Context) check.Check {
	const id = "model"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.endpoint("/models/"+m.name), nil)
	if err != nil {
		return check.New(id, check.Fail, "engine.anthropic.unreachable", "error", "the address cannot be read")
	}
	m.authorize(req)
	answer, err := m.caller.Remote.Ask(req)
	if err != nil {
		return check.New(id, check.Fail, "engine.anthropic.unreachable", "error", dialog.AsError(err).Error())
	}
	switch answer.Status {
	case http.StatusOK:
		return check.New(id, check.Pass, "engine.anthropic.ok", "model", m.name)
	case http.StatusUnauthorized, http.StatusForbidden:
		return check.New(id, check.Fail, "engine.anthropic.key")
	case http.StatusNotFound:
		return check.New(id, check.Fail, "engine.anthropic.model_missing", "model", m.name)
	}
	said := m.settings.Scrub.Text(remote.Clip(readFault(answer.Body).Message, 300))
	return check.New(id, check.Fail, "engine.anthropic.refused", "http", strconv.Itoa(answer.Status), "error", said)
}
