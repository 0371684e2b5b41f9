package teams

import (
	"context"
	"net/http"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// Typing implements channels.Typist. Teams shows it for about three seconds, in personal and group
// chats; a channel has no place for it, so nothing is called there.
// https://github.com/microsoft/Agents/blob/main/specs/activity/protocol-activity.md#typing-activity
func (a *adapter) Typing(ctx context.Context, out channels.Outgoing) error {
	ref, err := a.target(out)
	if err != nil {
		return err
	}
	if inChannel(out.Conversation) {
		return nil
	}
	body, err := encodeActivity(outActivity{
		Type: "typing", From: ref.Bot, Conversation: outConversation{ID: out.Conversation.ID},
	})
	if err != nil {
		return err
	}
	_, err = a.call(ctx, http.MethodPost, sendURL(ref.ServiceURL, out.Conversation.ID), body)
	return harmless(err)
}

// inChannel tells a channel from a group chat by the form of its id. An id of a new form costs a call
// that shows nothing.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
func inChannel(c message.Conversation) bool {
	return c.Kind == message.Thread ||
		c.Kind == message.Group && (strings.HasSuffix(c.ID, "@thread.tacv2") || strings.HasSuffix(c.ID, "@thread.skype"))
}
