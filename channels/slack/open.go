package slack

import (
	"context"

	slackapi "github.com/slack-go/slack"

	"dari/bot/message"
	"dari/channels"
)

// Open implements channels.Opener for a member id, with
// https://docs.slack.dev/reference/methods/conversations.open
func (a *adapter) Open(ctx context.Context, user string) (message.Conversation, []byte, error) {
	const call = "conversations.open"
	if user == "" {
		return message.Conversation{}, nil, rejected("user", "a member id is needed")
	}
	ch, _, _, err := a.api.OpenConversationContext(ctx, &slackapi.OpenConversationParameters{Users: []string{user}})
	if err != nil {
		return message.Conversation{}, nil, needing("im:write", harmless(a.sendError(call, err)))
	}
	if ch == nil || ch.ID == "" {
		return message.Conversation{}, nil, channels.Failf(channels.Temporary, "", "slack: %s: the answer names no conversation", call)
	}
	return message.Conversation{ID: ch.ID, Kind: message.Direct}, nil, nil
}
