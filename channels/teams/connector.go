package teams

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"dari/channels"
)

// maxAnswer bounds how much of an answer is read, in bytes.
const maxAnswer = 1 << 20

// The entry points of the public cloud and of its community for governments.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
const (
	publicHost    = "smba.trafficmanager.net"
	publicService = "https://smba.trafficmanager.net/teams/"
	gccService    = "https://smba.infra.gcc.teams.microsoft.com/teams"
)

// answered is what the Connector says about a call that it took.
type answered struct {
	ID         string `json:"id"`
	ActivityID string `json:"activityId"`
	ServiceURL string `json:"serviceUrl"`

	service string // the service URL that was called in the end
}

// apiRoot begins every path of the Connector.
const apiRoot = "/v3/"

// sendURL joins with exactly one slash and keeps the id one path segment.
func sendURL(serviceURL, conversationID string) string {
	return strings.TrimSuffix(serviceURL, "/") + apiRoot + "conversations/" + segment(conversationID) + "/activities"
}

func segment(id string) string { return strings.ReplaceAll(url.QueryEscape(id), "+", "%20") }

// call makes one call of the Connector. A tenant of the government community is refused on the public
// host before anything happens, and is then called on its own.
func (a *adapter) call(ctx context.Context, method, address string, body []byte) (answered, error) {
	got, err := a.callOnce(ctx, method, address, body)
	if err == nil || channels.AsSendError(err).Code != "InvalidBotApiHost" {
		return got, err
	}
	u, bad := url.Parse(address)
	if bad != nil || !strings.EqualFold(u.Hostname(), publicHost) {
		return got, err
	}
	_, path, _ := strings.Cut(address, apiRoot)
	return a.callOnce(ctx, method, gccService+apiRoot+path, body)
}

func (a *adapter) callOnce(ctx context.Context, method, address string, body []byte) (answered, error) {
	resp, err := a.authorized(ctx, method, address, body)
	if err != nil {
		return answered{}, err
	}
	defer resp.Body.Close()
	// The status has decided; a body cut short only costs the id or the explanation.
	raw, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return answered{}, a.failure(resp, raw)
	}
	var got answered
	_ = json.Unmarshal(raw, &got)
	got.service, _, _ = strings.Cut(address, apiRoot)
	return got, nil
}

// authorized calls with the shared token, and once more with a new one when that is refused.
// References come back from a store, so the address is checked here whatever was checked on receipt.
func (a *adapter) authorized(ctx context.Context, method, address string, body []byte) (*http.Response, error) {
	if err := a.hosts.check(address); err != nil {
		return nil, channels.Failf(channels.Config, "service_host", "teams: not sent: %w", err)
	}
	token, err := a.token.Get(ctx)
	if err != nil {
		return nil, err
	}
	resp, err := a.with(ctx, token, method, address, body)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	discard(resp)
	if token, err = a.token.Replace(ctx, token.Access); err != nil {
		return nil, err
	}
	return a.with(ctx, token, method, address, body)
}

// with is the only place that puts the bot's token on a request; authorized has checked the address.
func (a *adapter) with(ctx context.Context, token channels.Token, method, address string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, channels.Failf(channels.Rejected, "service_url", "teams: the service URL cannot be called")
	}
	req.Header.Set("Authorization", "Bearer "+token.Access)
	if body != nil {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	resp, err := a.http.Do(req)
	if err != nil {
		se := *channels.AsSendError(err)
		se.Err = fmt.Errorf("teams: send: %w", cause(err))
		return nil, &se
	}
	return resp, nil
}

// discard reads the rest of an answer, so that its connection can serve again.
func discard(resp *http.Response) {
	// What cannot be read makes the connection close, which is all that could be done about it.
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer)
	resp.Body.Close()
}

// harmless is the error of a call that may be made again whatever became of it.
func harmless(err error) error {
	var se *channels.SendError
	if !errors.As(err, &se) || se.Kind != channels.Uncertain {
		return err
	}
	again := *se
	again.Kind = channels.Temporary
	return &again
}
