package teams

import (
	"context"
	"net/http"

	"dari/bot/message"
	"dari/channels"
)

var _ channels.Editor = (*adapter)(nil)

// Edit implements channels.Editor. To make the same change again does no harm, so that no failure is
// uncertain. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/update-and-delete-bot-messages
func (a *adapter) Edit(ctx context.Context, out channels.Outgoing, messageID string, m message.Message) error {
	ref, err := a.sent(out, messageID)
	if err != nil {
		return err
	}
	out.Messages = []message.Message{m}
	return a.overwrite(ctx, ref, out, messageID)
}

// Withdraw implements channels.Editor.
func (a *adapter) Withdraw(ctx context.Context, out channels.Outgoing, messageID string) error {
	ref, err := a.sent(out, messageID)
	if err != nil {
		return err
	}
	_, err = a.call(ctx, http.MethodDelete, activityURL(ref, out, messageID), nil)
	return harmless(err)
}

// sent finds out where a sent message is.
func (a *adapter) sent(out channels.Outgoing, messageID string) (reference, error) {
	if messageID == "" || messageID == "." || messageID == ".." { // the others stay one segment of the path
		return reference{}, channels.Failf(channels.Rejected, "message_id", "teams: message_id: %q is no message's", messageID)
	}
	return a.target(out)
}

// overwrite writes a message over a sent one.
func (a *adapter) overwrite(ctx context.Context, ref reference, out channels.Outgoing, messageID string) error {
	act, err := a.compose(ctx, out, ref)
	if err != nil {
		return err
	}
	act.ReplyToID = ""
	body, err := encodeActivity(act)
	if err != nil {
		return err
	}
	_, err = a.call(ctx, http.MethodPut, activityURL(ref, out, messageID), body)
	return harmless(err)
}

func activityURL(ref reference, out channels.Outgoing, messageID string) string {
	return sendURL(ref.ServiceURL, out.Conversation.ID) + "/" + segment(messageID)
}
