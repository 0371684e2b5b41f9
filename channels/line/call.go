package line

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/channels"
)

// requestID names a call; LINE's support asks for it.
const requestID = "X-Line-Request-Id"

// maxAnswer bounds what is read of an answer, since the SDK reads all of it. LINE's are far smaller.
const maxAnswer = 1 << 20

// client makes an SDK client for one call: its context belongs to the client, not to the call.
func (a *adapter) client(ctx context.Context) (*messaging_api.MessagingApiAPI, error) {
	c, err := messaging_api.NewMessagingApiAPI(a.config.token,
		messaging_api.WithHTTPClient(boundedClient(*a.deps.HTTP)), messaging_api.WithEndpoint(a.config.apiBase))
	if err != nil {
		return nil, channels.Failf(channels.Config, "settings", "line: %w", err)
	}
	return c.WithContext(ctx), nil
}

// boundedClient cuts answers that are too long.
func boundedClient(h http.Client) *http.Client {
	h.Transport = bounded{base: h.Transport}
	return &h
}

// fileClient does so too, but leaves a file as long as it is.
func fileClient(h http.Client) *http.Client {
	h.Transport = bounded{base: h.Transport, files: true}
	return &h
}

type bounded struct {
	base  http.RoundTripper
	files bool // an answer of 200 is a file
}

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	base := b.base
	if base == nil {
		base = http.DefaultTransport
	}
	res, err := base.RoundTrip(r)
	if err == nil && (!b.files || res.StatusCode != http.StatusOK) {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxAnswer), res.Body}
	}
	return res, err
}

// note logs a call that was answered.
func (a *adapter) note(ctx context.Context, op string, res *http.Response) {
	if res != nil {
		a.deps.Log.DebugContext(ctx, "line call answered", "channel", a.deps.ChannelID, "call", op,
			"status", res.StatusCode, "request_id", res.Header.Get(requestID))
	}
}

// answer is an error answer of the Messaging API.
// https://developers.line.biz/en/reference/messaging-api/#error-responses
type answer struct {
	messaging_api.ErrorResponse
	status int
}

func (a *adapter) readAnswer(res *http.Response) answer {
	ans := answer{status: res.StatusCode}
	body, _ := io.ReadAll(res.Body) // what could be read has to do
	if json.Unmarshal(body, &ans.ErrorResponse) != nil || ans.Message == "" {
		ans.Message = fmt.Sprintf("http_%d", res.StatusCode)
	}
	ans.Message = a.tidy(ans.Message)
	return ans
}

// tidy keeps a platform's words short and free of the token.
func (a *adapter) tidy(s string) string {
	s = strings.ReplaceAll(s, a.config.token, "•••")
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200]) + "…"
	}
	return s
}

// failure sorts an unsuccessful call. The SDK gives no response when the call broke off, and an error
// also for a response that is not 2xx.
func (a *adapter) failure(op string, res *http.Response, err error) *channels.SendError {
	if res == nil {
		return brokenOff(op, err)
	}
	ans := a.readAnswer(res)
	se := &channels.SendError{
		Kind: channels.Rejected, Code: ans.Message,
		RetryAfter: channels.RetryAfter(res.Header, a.deps.Now(), "Retry-After"), // not documented, but cheap to honour
		Err:        fmt.Errorf("line: %s: status %d%s, request %q", op, ans.status, a.details(ans), res.Header.Get(requestID)),
	}
	switch {
	case ans.status < 400:
		se.Kind = channels.Config // a redirect: the base address is wrong
	case ans.status == http.StatusUnauthorized, ans.status == http.StatusForbidden:
		se.Kind = channels.Auth
	case ans.status == http.StatusTooManyRequests && strings.Contains(strings.ToLower(ans.Message), "monthly limit"):
		// Waiting until next month is no retry: a person has to change the plan.
		se.Kind, se.Code = channels.Config, "monthly_limit"
	case ans.status == http.StatusTooManyRequests:
		se.Kind = channels.RateLimited
	case ans.status >= 500:
		se.Kind, se.Doubt = channels.Temporary, true
	}
	return se
}

func (a *adapter) details(ans answer) string {
	var b strings.Builder
	for _, d := range ans.Details {
		b.WriteString("; " + strings.TrimPrefix(d.Property+": "+d.Message, ": "))
	}
	return a.tidy(b.String())
}

// brokenOff sorts a call without an answer. Calling again is safe, because a reply token works once
// and LINE knows a push by its retry key; but LINE may have taken the message.
func brokenOff(op string, err error) *channels.SendError {
	se := *channels.AsSendError(err)
	if se.Kind == channels.Uncertain {
		se.Kind, se.Doubt = channels.Temporary, true
	}
	se.Err = fmt.Errorf("line: %s: %w", op, cmp.Or(se.Err, err))
	return &se
}
