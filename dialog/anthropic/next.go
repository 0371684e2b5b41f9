package anthropic

import (
	"context"
	"encoding/json"
	"net/http"

	"dari/dialog"
	"dari/dialog/llm"
	"dari/dialog/remote"
)

// statusOverloaded is the API's own: https://docs.anthropic.com/en/api/errors
const statusOverloaded = 529

// Next implements llm.Model.
func (m *model) Next(ctx context.Context, r llm.Request, say func(string) error) (llm.Answer, error) {
	caller := m.caller
	caller.Refusal = refusal
	s, err := caller.Open(ctx, func(ctx context.Context) (*http.Request, error) { return m.build(ctx, r) })
	if err != nil {
		return llm.Answer{}, err
	}
	defer s.Close()
	var a llm.Answer
	if s.IsEvents() {
		a, err = decode(s, say)
	} else {
		a, err = whole(s, say)
	}
	if e, ok := err.(*dialog.Error); ok {
		err = m.settings.Scrub.Error(e)
	}
	return a, err
}

// fault is how the API reports a failure: https://docs.anthropic.com/en/api/errors
type fault struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

func readFault(body []byte) fault {
	var w struct {
		Error fault `json:"error"`
	}
	if json.Unmarshal(body, &w) != nil {
		return fault{}
	}
	return w.Error
}

// refusal is the error of an answer that refuses, and whether asking again may help.
func refusal(status int, body []byte) (*dialog.Error, bool) {
	again := status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable || status == statusOverloaded
	return remote.Refused(status, readFault(body).Message), again
}

// failed is the error of a failure inside an answer of status 200.
func (f fault) failed() *dialog.Error {
	code := "failed"
	switch f.Type {
	case "rate_limit_error":
		code = "rate_limited"
	case "timeout_error":
		code = "timeout"
	case "invalid_request_error", "authentication_error", "permission_error", "billing_error", "not_found_error", "request_too_large":
		code = "refused"
	}
	message := f.Message
	if message == "" {
		message = "it does not say why"
	}
	return remote.Failf(code, "the server failed inside its answer: %s", remote.Clip(message, 300))
}
