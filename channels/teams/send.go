package teams

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	"dari/channels"
)

// Send implements channels.Adapter. The platform takes no idempotency key, so an answer that got
// lost stays uncertain.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-send-and-receive-messages
func (a *adapter) Send(ctx context.Context, out channels.Outgoing) (channels.Receipt, error) {
	ref, err := a.target(out)
	if err != nil {
		return channels.Receipt{}, err
	}
	act, err := a.compose(ctx, out, ref)
	if err != nil {
		return channels.Receipt{}, err
	}
	return a.post(ctx, ref, act)
}

// target finds out where to write to.
func (a *adapter) target(out channels.Outgoing) (reference, error) {
	var ref reference
	if out.Conversation.ID == "" {
		return ref, channels.Failf(channels.Rejected, "no_conversation",
			"teams: no conversation with this person is known; open one first, or use to.conversation")
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

// post sends an activity to its conversation.
func (a *adapter) post(ctx context.Context, ref reference, act outActivity) (channels.Receipt, error) {
	body, err := encodeActivity(act)
	if err != nil {
		return channels.Receipt{}, err
	}
	got, err := a.call(ctx, http.MethodPost, sendURL(ref.ServiceURL, act.Conversation.ID), body)
	if err != nil {
		return channels.Receipt{}, err
	}
	return receipt(act.route, cmp.Or(got.ID, got.ActivityID)), nil
}

// receipt lists the ids that the Connector told.
func receipt(route string, ids ...string) channels.Receipt {
	r := channels.Receipt{Route: route}
	for _, id := range ids {
		if id != "" {
			r.MessageIDs = append(r.MessageIDs, id)
		}
	}
	return r
}
