package slack

import (
	"encoding/json"

	"dari/bot/message"
)

// reply is the content of an Address.
type reply struct {
	// ResponseURL takes answers to this one event, even where the bot is not a member. It is a credential
	// of its own, and dies after half an hour.
	ResponseURL string `json:"response_url,omitempty"`
	// User and Team are who is being answered. A growing message in a channel has to name them:
	// https://docs.slack.dev/reference/methods/chat.startStream
	User string `json:"user,omitempty"`
	Team string `json:"team,omitempty"`
}

// replyTo leaves the person out in direct chats, where there is no other. team is the person's own,
// which in a channel shared with another organisation is not the bot's; "" if Slack did not tell.
func replyTo(at message.Conversation, responseURL, user, team string) reply {
	r := reply{ResponseURL: responseURL}
	if at.Kind != message.Direct && user != "" {
		r.User, r.Team = user, first(team, at.Tenant)
	}
	return r
}

func (r reply) raw() json.RawMessage {
	if r == (reply{}) {
		return nil
	}
	raw, _ := json.Marshal(r) // a struct of texts cannot fail
	return raw
}
