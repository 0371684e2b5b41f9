package slack

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	slackapi "github.com/slack-go/slack"

	"dari/bot/message"
	"dari/channels"
)

// Send implements channels.Adapter with https://docs.slack.dev/reference/methods/chat.postMessage , or
// with an upload where the message is a file. Slack knows no idempotency key: a lost answer leaves it
// open whether the message is there.
func (a *adapter) Send(ctx context.Context, out channels.Outgoing) (channels.Receipt, error) {
	m, err := single(out.Messages)
	if err != nil {
		return channels.Receipt{}, err
	}
	switch m.Type {
	case message.TypeVideo, message.TypeAudio, message.TypeFile:
		return a.upload(ctx, out, m)
	}
	p, err := compose(out.Messages)
	if err != nil {
		return channels.Receipt{}, err
	}
	channel, thread := target(out.Conversation, out.User)
	_, ts, err := a.postAs(ctx, channel, thread, p, m.Sender)
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

// postAs posts under another name and picture where the app may do that, else under its own: the words
// matter more than who seems to say them. https://docs.slack.dev/reference/scopes/chat.write.customize
func (a *adapter) postAs(ctx context.Context, channel, thread string, p post, s *message.Sender) (at, ts string, err error) {
	if s == nil || a.noFaces.on(a.deps.Now()) {
		return a.post(ctx, channel, thread, p)
	}
	as := p
	as.name, as.icon = clip(strings.TrimSpace(s.Name), maxSenderName), icon(s.IconURL)
	at, ts, err = a.post(ctx, channel, thread, as)
	if err == nil || as.name+as.icon == "" {
		return at, ts, err
	}
	if e := a.sendError("chat.postMessage", err); e.Code != "missing_scope" || e.Scope != "" && !strings.Contains(e.Scope, customize) {
		return at, ts, err
	}
	a.noFaces.begin(a.deps.Now()) // Slack has taken nothing, so this is no second message
	a.deps.Log.InfoContext(ctx, "slack sender not shown", "channel", a.deps.ChannelID, "missing_scope", customize)
	return a.post(ctx, channel, thread, p)
}

// customize is the scope to speak under another name.
const customize = "chat:write.customize"

// icon is the address of a sender's picture, "" if Slack could not fetch it.
func icon(raw string) string {
	if u, err := url.Parse(raw); err != nil || u.Scheme != "https" || u.Host == "" || characters(raw) > maxURL {
		return ""
	}
	return raw
}

// post returns the channel and the time stamp of the new message. The channel is another one than was
// asked for when that was a person.
func (a *adapter) post(ctx context.Context, channel, thread string, p post) (at, ts string, err error) {
	options := p.options()
	if thread != "" {
		options = append(options, slackapi.MsgOptionTS(thread))
	}
	if p.name != "" {
		options = append(options, slackapi.MsgOptionUsername(p.name))
	}
	if p.icon != "" {
		options = append(options, slackapi.MsgOptionIconURL(p.icon))
	}
	at, ts, err = a.api.PostMessageContext(ctx, channel, options...)
	if err == nil && ts == "" { // the library takes an answer without "error" for a success
		err = channels.Failf(channels.Uncertain, "", "slack: chat.postMessage: the answer names no message")
	}
	return first(at, channel), ts, err
}

// options are the content of a message as arguments of a call.
func (p post) options() []slackapi.MsgOption {
	var options []slackapi.MsgOption
	if p.text != "" {
		options = append(options, slackapi.MsgOptionText(p.text, false))
	}
	if len(p.blocks) > 0 {
		options = append(options, slackapi.MsgOptionBlocks(p.blocks...))
	}
	return options
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
