package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	slackapi "github.com/slack-go/slack"

	"dari/channels"
)

// responseLife is how long a response URL takes answers:
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
const responseLife = 30 * time.Minute

// trusts tells whether an answer may be sent to a response URL: to Slack itself, or to the host of
// api_base_url. The URL came in a signed callback, but it is still an address from outside.
func (a *adapter) trusts(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil {
		return false
	}
	if u.Scheme == "https" && u.Host == "hooks.slack.com" {
		return true
	}
	return u.Scheme == a.base.Scheme && u.Host == a.base.Host
}

// answer is the body of a call to a response URL. Only the person who used the command sees it, since
// the bot has not been invited to the room.
type answer struct {
	ResponseType    string           `json:"response_type"`
	ReplaceOriginal bool             `json:"replace_original"`
	ThreadTS        string           `json:"thread_ts,omitempty"`
	Text            string           `json:"text"`
	Blocks          []slackapi.Block `json:"blocks,omitempty"`
}

// respond posts to a response URL. When Slack refuses that as well, the first refusal is what the
// owner has to mend, and is the one reported. The URL is a credential and appears in no error.
func (a *adapter) respond(ctx context.Context, to, thread string, p post, refusal *channels.SendError) (channels.Receipt, error) {
	body, err := json.Marshal(answer{ResponseType: slackapi.ResponseTypeEphemeral, ThreadTS: thread, Text: p.text, Blocks: p.blocks})
	if err != nil {
		return channels.Receipt{}, channels.Failf(channels.Rejected, "unsupported", "slack: response_url: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return channels.Receipt{}, refusal
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := a.deps.HTTP.Do(req)
	if err != nil {
		return channels.Receipt{}, a.sendError("response_url", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	switch {
	case resp.StatusCode == http.StatusOK:
		return channels.Receipt{Route: "response_url"}, nil
	case resp.StatusCode == http.StatusTooManyRequests:
		e := channels.Failf(channels.RateLimited, "ratelimited", "slack: response_url: too many answers")
		e.RetryAfter = channels.RetryAfter(resp.Header, a.deps.Now(), "Retry-After")
		return channels.Receipt{}, e
	case resp.StatusCode >= 500:
		return channels.Receipt{}, channels.Failf(channels.Uncertain, fmt.Sprintf("http_%d", resp.StatusCode), "slack: response_url: answered %d", resp.StatusCode)
	}
	return channels.Receipt{}, refusal
}
