package slack

import (
	"context"
	"regexp"

	"dari/bot/message"
	"dari/channels"
)

var _ channels.Editor = (*adapter)(nil)

// timestamp is the id of a message: https://docs.slack.dev/messaging/retrieving-messages
var timestamp = regexp.MustCompile(`^[0-9]{1,15}\.[0-9]{1,9}$`)

// Edit implements channels.Editor with https://docs.slack.dev/reference/methods/chat.update . Files cannot
// take the place of a message. To make the same change again does no harm, so that no failure is uncertain.
func (a *adapter) Edit(ctx context.Context, out channels.Outgoing, messageID string, m message.Message) error {
	p, err := composeChange([]message.Message{m})
	if err != nil {
		return err
	}
	channel, err := a.sent(ctx, out, messageID)
	if err != nil {
		return err
	}
	if _, _, _, err := a.api.UpdateMessageContext(ctx, channel, messageID, p.options()...); err != nil {
		return harmless(a.sendError("chat.update", err))
	}
	return nil
}

// Withdraw implements channels.Editor with https://docs.slack.dev/reference/methods/chat.delete
func (a *adapter) Withdraw(ctx context.Context, out channels.Outgoing, messageID string) error {
	channel, err := a.sent(ctx, out, messageID)
	if err != nil {
		return err
	}
	if _, _, err := a.api.DeleteMessageContext(ctx, channel, messageID); err != nil {
		return harmless(a.sendError("chat.delete", err))
	}
	return nil
}

// sent is the channel of a sent message. Unlike a new one it cannot be addressed by the person.
func (a *adapter) sent(ctx context.Context, out channels.Outgoing, messageID string) (channel string, err error) {
	if !timestamp.MatchString(messageID) {
		return "", channels.Failf(channels.Rejected, "message_id", "slack: message_id: %q is no time stamp of a message", a.scrub(messageID))
	}
	channel, _, err = a.room(ctx, out)
	if err == nil && channel == "" {
		err = channels.Failf(channels.Rejected, "conversation", "slack: conversation: there is none to look in")
	}
	return channel, err
}

// composeChange is compose for a message that takes the place of another one. A change may have less text
// than a message, but as many blocks.
func composeChange(messages []message.Message) (post, error) {
	p, err := compose(messages)
	if err == nil && len(p.blocks) == 0 {
		m := messages[0]
		p = post{text: summary(m.Text), blocks: sections(m.Text)}
	}
	return p, err
}
