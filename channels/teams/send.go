package teams

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"dari/channels"
)

// maxAnswer bounds how much of an answer is read, in bytes.
const maxAnswer = 1 << 20

// Send implements channels.Adapter. The platform takes no idempotency key, so an answer that got
// lost stays uncertain.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-send-and-receive-messages
func (a *adapter) Send(ctx context.Context, out channels.Outgoing) (channels.Receipt, error) {
	ref, err := a.target(out)
	if err != nil {
		return channels.Receipt{}, err
	}
	var addr address
	// An address of another shape belongs to no activity of ours: then nothing is replied to.
	_ = json.Unmarshal(out.Address, &addr)
	act, err := render(out, ref, addr.ActivityID)
	if err != nil {
		return channels.Receipt{}, err
	}
	body, err := json.Marshal(act)
	if err != nil {
		return channels.Receipt{}, channels.Failf(channels.Rejected, "json", "teams: message has no JSON form: %w", err)
	}
	id, err := a.post(ctx, sendURL(ref.ServiceURL, out.Conversation.ID), body)
	if err != nil {
		return channels.Receipt{}, err
	}
	receipt := channels.Receipt{}
	if id != "" {
		receipt.MessageIDs = []string{id}
	}
	return receipt, nil
}

// target finds out where to write to.
func (a *adapter) target(out channels.Outgoing) (reference, error) {
	var ref reference
	if out.Conversation.ID == "" {
		return ref, channels.Failf(channels.Rejected, "no_conversation",
			"teams: a person can be written to only after opening the bot in Teams once; use to.conversation then")
	}
	if json.Unmarshal(out.Reference, &ref) != nil || ref.ServiceURL == "" {
		return ref, channels.Failf(channels.Rejected, "no_reference",
			"teams: no service URL is known for this conversation; somebody has to write to the bot there once")
	}
	if ref.Bot.ID == "" {
		ref.Bot.ID = botPrefix + a.appID
	}
	return ref, nil
}

// sendURL joins with exactly one slash and keeps the id one path segment.
func sendURL(serviceURL, conversationID string) string {
	segment := strings.ReplaceAll(url.QueryEscape(conversationID), "+", "%20")
	return strings.TrimSuffix(serviceURL, "/") + "/v3/conversations/" + segment + "/activities"
}

// post calls with the shared token, and once more with a new one when that is refused. References
// come back from a store, so the address is checked here whatever was checked on receipt.
func (a *adapter) post(ctx context.Context, address string, body []byte) (string, error) {
	if err := a.hosts.check(address); err != nil {
		return "", channels.Failf(channels.Config, "service_host", "teams: not sent: %w", err)
	}
	token, err := a.token.Get(ctx)
	if err != nil {
		return "", err
	}
	id, err := a.postWith(ctx, token, address, body)
	if err == nil || channels.AsSendError(err).Kind != channels.Auth {
		return id, err
	}
	if token, err = a.token.Replace(ctx, token.Access); err != nil {
		return "", err
	}
	return a.postWith(ctx, token, address, body)
}

// postWith is the only place that puts the bot's token on a request; post has checked the address.
func (a *adapter) postWith(ctx context.Context, token channels.Token, address string, body []byte) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return "", channels.Failf(channels.Rejected, "service_url", "teams: the service URL cannot be called")
	}
	req.Header.Set("Authorization", "Bearer "+token.Access)
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := a.http.Do(req)
	if err != nil {
		se := *channels.AsSendError(err)
		se.Err = fmt.Errorf("teams: send: %w", cause(err))
		return "", &se
	}
	defer resp.Body.Close()
	// The status has decided; a body cut short only costs the id or the explanation.
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return "", a.failure(resp, answer)
	}
	var sent struct {
		ID         string `json:"id"`
		ActivityID string `json:"activityId"`
	}
	_ = json.Unmarshal(answer, &sent)
	return cmp.Or(sent.ID, sent.ActivityID), nil
}
