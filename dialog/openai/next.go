package openai

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"dari/dialog"
	"dari/dialog/llm"
	"dari/dialog/remote"
)

// Next implements llm.Model.
func (m *model) Next(ctx context.Context, r llm.Request, say func(string) error) (llm.Answer, error) {
	for {
		var said fault
		caller := m.caller
		caller.Refusal = func(status int, body []byte) (*dialog.Error, bool) {
			said = readFault(body)
			return said.refusal(status)
		}
		speak := m.dialect()
		s, err := caller.Open(ctx, func(ctx context.Context) (*http.Request, error) { return m.build(ctx, r, speak) })
		if err != nil && m.learn(said, speak) {
			continue // without the field that the server does not know; at most once for each
		}
		if err != nil {
			return llm.Answer{}, err
		}
		defer s.Close()
		return m.read(s, say)
	}
}

// dialect is what differs between servers.
type dialect struct {
	tokens  string // the field that limits tokens
	options bool   // stream_options is known
}

func (m *model) dialect() dialect {
	d := dialect{m.tokenField, m.settings.Stream && !m.noOptions.Load()}
	if m.otherTokens.Load() {
		d.tokens = other(d.tokens)
	}
	return d
}

func other(tokenField string) string {
	if tokenField == "max_tokens" {
		return "max_completion_tokens"
	}
	return "max_tokens"
}

// learn tells whether the server refused a field of the dialect that can be left out, or has another
// name; the next dialect is without it.
func (m *model) learn(f fault, spoken dialect) bool {
	about := func(field string) bool { return f.Param == field || strings.Contains(f.Message, field) }
	if spoken.options && about("stream_options") {
		m.noOptions.Store(true)
		return true
	}
	unknown := strings.Contains(strings.ToLower(f.Message), "support") || f.Code == "unsupported_parameter"
	if !m.tokenFixed && spoken.tokens == m.tokenField && about(spoken.tokens) && unknown {
		m.otherTokens.Store(true)
		return true
	}
	return false
}

func (m *model) read(s *llm.Stream, say func(string) error) (llm.Answer, error) {
	var a llm.Answer
	var err error
	if s.IsEvents() {
		a, err = decode(s, say)
	} else {
		a, err = m.whole(s, say)
	}
	if e, ok := err.(*dialog.Error); ok {
		err = m.settings.Scrub.Error(e)
	}
	return a, err
}

// fault is what a server says about a failure.
type fault struct {
	Message string
	Type    string
	Param   string
	Code    string
}

// readFault reads the API's own form and those of compatible servers: {"error":"…"}, {"message":"…"} and
// {"detail":"…"}. Of another body it keeps nothing.
func readFault(body []byte) fault {
	var w struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
		Type    string          `json:"type"`
		Param   any             `json:"param"`
		Code    any             `json:"code"`
		Detail  json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(body, &w) != nil {
		return fault{}
	}
	if len(w.Error) > 0 && w.Error[0] == '{' {
		return readFault(w.Error)
	}
	f := fault{Message: w.Message, Type: w.Type}
	f.Param, _ = w.Param.(string)
	f.Code, _ = w.Code.(string)
	for _, raw := range []json.RawMessage{w.Error, w.Detail} {
		var text string
		switch {
		case f.Message != "" || len(raw) == 0 || string(raw) == "null":
		case json.Unmarshal(raw, &text) == nil:
			f.Message = text
		default:
			f.Message = string(raw)
		}
	}
	return f
}

// refusal is the error of an answer that refuses, and whether asking again may help.
func (f fault) refusal(status int) (*dialog.Error, bool) {
	e := remote.Refused(status, f.Message)
	again := status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
	switch {
	case f.filtered():
		e.Code = "content_filter"
	case f.Code == "insufficient_quota" || f.Type == "insufficient_quota":
		e, again = remote.Failf("refused", "status %d: the account has no credit left; check its plan and billing", status), false
	}
	return e, again
}

func (f fault) filtered() bool {
	return f.Code == "content_filter" || f.Code == "content_policy_violation" || f.Type == "content_filter"
}

// failed is the error of a failure inside an answer of status 200.
func (f fault) failed() *dialog.Error {
	code := "failed"
	switch {
	case f.filtered():
		code = "content_filter"
	case f.Code == "rate_limit_exceeded" || strings.Contains(f.Type, "rate_limit"):
		code = "rate_limited"
	case f.Type == "invalid_request_error" || f.Type == "BadRequestError":
		code = "refused"
	}
	message := f.Message
	if message == "" {
		message = "it does not say why"
	}
	return remote.Failf(code, "the server failed inside its answer: %s", remote.Clip(message, 300))
}
