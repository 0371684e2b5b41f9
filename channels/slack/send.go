package slack

import (
	"context"
	"encoding/json"

	slackapi "github.com/slack-go/slack"

	"dari/channels"
)

// Send implements channels.Adapter with https://docs.slack.dev/reference/methods/chat.postMessage .
// Slack knows no idempotency key: a lost answer leaves it open whether the message is there.
func (a *adapter) Send(ctx context.Context, out channels.Outgoing) (channels.Receipt, error) {
	p, err := compose(out.Messages)
	if err != nil {
		return channels.Receipt{}, err
	}
	channel, thread := target(out.Conversation, out.User)
	ts, err := a.post(ctx, channel, thread, p)
	if err == nil {
		return channels.Receipt{MessageIDs: []string{ts}, Route: "post"}, nil
	}
	failure := a.sendError("chat.postMessage", err)
	if out.Conversation.ID == "" && failure.Code == "channel_not_found" {
		failure.Kind = channels.Rejected // a person was addressed, and there is no such person
	}
	if url := a.otherWay(failure, out); url != "" {
		return a.respond(ctx, url, thread, p, failure)
	}
	return channels.Receipt{}, failure
}

// post returns the time stamp of the new message.
func (a *adapter) post(ctx context.Context, channel, thread string, p post) (string, error) {
	options := []slackapi.MsgOption{slackapi.MsgOptionText(p.text, false)}
	if len(p.blocks) > 0 {
		options = append(options, slackapi.MsgOptionBlocks(p.blocks...))
	}
	if thread != "" {
		options = append(options, slackapi.MsgOptionTS(thread))
	}
	_, ts, err := a.api.PostMessageContext(ctx, channel, options...)
	if err == nil && ts == "" { // the library takes an answer without "error" for a success
		err = channels.Failf(channels.Uncertain, "", "slack: chat.postMessage: the answer names no message")
	}
	return ts, err
}

// otherWay is the response URL of the event being answered, when the bot is not in the room and the
// URL is still good. It is no second attempt: Slack has said that it took nothing.
func (a *adapter) otherWay(failure *channels.SendError, out channels.Outgoing) string {
	if failure.Code != "channel_not_found" && failure.Code != "not_in_channel" {
		return ""
	}
	var r reply
	if json.Unmarshal(out.Address, &r) != nil || !a.trusts(r.ResponseURL) {
		return ""
	}
	if !out.AddressAt.IsZero() && a.deps.Now().Sub(out.AddressAt) >= responseLife {
		return ""
	}
	return r.ResponseURL
}
