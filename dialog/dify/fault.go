package dify

import (
	"encoding/json"
	"net/http"
	"strings"

	"dari/dialog"
	"dari/dialog/remote"
)

// fault is how the API reports a failure, with a status and inside a stream alike.
type fault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Status  int    `json:"status"`
}

func readFault(body []byte) fault {
	var f fault
	if json.Unmarshal(body, &f) != nil {
		return fault{}
	}
	return f
}

// refusal is the error of an answer that refuses, and whether asking again may help: not where the
// model's provider or a quota is the reason.
func refusal(status int, body []byte) (*dialog.Error, bool) {
	f := readFault(body)
	e := remote.Refused(status, f.said())
	if f.Code == "rate_limit_error" {
		e.Code = "rate_limited"
	}
	again := status == http.StatusTooManyRequests && f.Code != "rate_limit_error" && !strings.HasPrefix(f.Code, "provider_") ||
		status == http.StatusServiceUnavailable
	return e, again
}

// stale tells whether the app does not know the conversation any more, or has closed it.
func (f fault) stale(status int) bool {
	return status == http.StatusNotFound && f.Code == "not_found" ||
		status == http.StatusBadRequest && f.Code == "conversation_completed"
}

func (f fault) said() string {
	if f.Code == "" || f.Message == "" {
		return f.Code + f.Message
	}
	return f.Code + ": " + f.Message
}

// failed is the error of a failure inside an answer of status 200.
func (f fault) failed() *dialog.Error {
	code := "failed"
	switch {
	case f.Code == "rate_limit_error" || f.Code == "too_many_requests" || f.Status == http.StatusTooManyRequests:
		code = "rate_limited"
	case f.Status >= 400 && f.Status < 500 && !strings.HasPrefix(f.Code, "provider_"):
		code = "refused"
	}
	said := f.said()
	if said == "" {
		said = "it does not say why"
	}
	return remote.Failf(code, "the app failed inside its answer: %s", remote.Clip(said, 300))
}
