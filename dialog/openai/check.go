package openai

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"dari/bot/check"
	"dari/dialog"
	"dari/dialog/remote"
)

// Check implements llm.Model: it asks for the list of models, which costs nothing.
func (m *model) Check(ctx context.Context) []check.Check {
	start := time.Now()
	c := m.check(ctx)
	c.Took = time.Since(start)
	return []check.Check{c}
}

func (m *model) check(ctx context.Context) check.Check {
	const id = "model"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.modelList(), nil)
	if err != nil {
		return check.New(id, check.Fail, "engine.openai.unreachable", "error", "the address cannot be read")
	}
	m.authorize(req)
	answer, err := m.caller.Remote.Ask(req)
	if err != nil {
		return check.New(id, check.Fail, "engine.openai.unreachable", "error", dialog.AsError(err).Error())
	}
	switch answer.Status {
	case http.StatusOK:
		return m.listed(answer.Body)
	case http.StatusUnauthorized, http.StatusForbidden:
		return check.New(id, check.Fail, "engine.openai.key")
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return check.New(id, check.Warn, "engine.openai.no_list")
	}
	said := m.settings.Scrub.Text(remote.Clip(readFault(answer.Body).Message, 300))
	return check.New(id, check.Fail, "engine.openai.refused", "http", strconv.Itoa(answer.Status), "error", said)
}

// listed looks for the model in the list. Azure lists models and is asked for deployments, whose names
// are free; Ollama adds the tag that it takes when none is named.
func (m *model) listed(body []byte) check.Check {
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &list) != nil {
		return check.New("model", check.Warn, "engine.openai.no_list")
	}
	for _, one := range list.Data {
		if one.ID == m.config.model || one.ID == m.config.model+":latest" {
			return check.New("model", check.Pass, "engine.openai.ok", "model", m.config.model)
		}
	}
	return check.New("model", check.Warn, "engine.openai.model_missing", "model", m.config.model)
}
