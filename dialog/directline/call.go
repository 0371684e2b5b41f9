package directline

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"dari/dialog"
	"dari/dialog/remote"
)

// grant is the answer to every call that gives a token.
type grant struct {
	Conversation string  `json:"conversationId"`
	Token        string  `json:"token"`
	Life         float64 `json:"expires_in"` // seconds
}

// call asks Direct Line, by POST if there is something to send, and reads a JSON answer into out. Its error is an *answered when there was an
// answer, so that the callers can tell what to do.
func (e *engine) call(ctx context.Context, method, address, bearer string, in, out any) error {
	req, err := request(ctx, method, address, in)
	if err != nil {
		return err
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	a, err := e.client.Ask(req)
	if err != nil {
		return err
	}
	if a.Status >= 300 {
		return e.refused(a, bearer)
	}
	if err := json.Unmarshal(a.Body, out); err != nil {
		return remote.Failf("bad_answer", "%s answered no JSON", req.URL.Host)
	}
	return nil
}

func request(ctx context.Context, method, address string, in any) (*http.Request, error) {
	if in != nil {
		return remote.Post(ctx, address, in)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, remote.Failf("failed", "build the request: %w", remote.Plain(err))
	}
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// answered is a refusal with the status that came, and how long to wait before asking again.
type answered struct {
	status int
	after  time.Duration
	error
}

func (a *answered) Unwrap() error { return a.error }

// status is that of a refusal, 0 for any other error.
func status(err error) int {
	var a *answered
	if errors.As(err, &a) {
		return a.status
	}
	return 0
}

// after is how long a refusal asks to wait.
func after(err error, least time.Duration) time.Duration {
	var a *answered
	if errors.As(err, &a) {
		return max(least, a.after)
	}
	return least
}

// refused is the failure that an answer of status 300 and above stands for. A 502 says that the bot
// itself has failed: https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-direct-line-3-0-send-activity
func (e *engine) refused(a remote.Answer, bearer string) *dialog.Error {
	var body struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	_ = json.Unmarshal(a.Body, &body) // a foreign body says nothing, the status is enough
	said := body.Error.Message
	if said != "" && body.Error.Code != "" {
		said = body.Error.Code + ": " + said
	}
	if a.Status == http.StatusBadGateway {
		said = "the bot behind Direct Line failed: " + said
	}
	f := remote.NewScrubber(bearer).Error(e.scrub.Error(remote.Refused(a.Status, said)))
	f.Err = &answered{a.Status, remote.RetryAfter(a.Header, e.now()), f.Err}
	return f
}
