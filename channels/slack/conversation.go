package slack

import (
	"strings"

	"dari/bot/message"
)

// place is the conversation of a channel, or of the thread that starts with the message root.
//
// Its id is the channel id alone, or "channel:root" for a thread. A thread of a direct chat stays
// direct: it is how agent apps show one talk after the other.
func place(tenant, channel, channelType, root string) message.Conversation {
	c := message.Conversation{ID: channel, Kind: message.Group, Tenant: tenant}
	if channel == "" {
		return message.Conversation{Tenant: tenant}
	}
	if isDirect(channel, channelType) {
		c.Kind = message.Direct
	}
	if root == "" {
		return c
	}
	c.ID, c.Room = channel+":"+root, channel
	if c.Kind == message.Group {
		c.Kind = message.Thread
	}
	return c
}

// isDirect recognises a direct chat by the type of the event, or by the id where an event names none.
func isDirect(channel, channelType string) bool {
	return channelType == "im" || strings.HasPrefix(channel, "D")
}

// withUser is the direct chat with a person whose channel id is not known: chat.postMessage takes the
// member id and opens the chat.
func withUser(tenant, user string) message.Conversation {
	if user == "" {
		return message.Conversation{Tenant: tenant}
	}
	return message.Conversation{ID: user, Kind: message.Direct, Tenant: tenant}
}

// target is the channel and the thread to post to; the inverse of place.
func target(c message.Conversation, user string) (channel, thread string) {
	if c.ID == "" {
		return user, ""
	}
	if c.Room == "" {
		return c.ID, ""
	}
	return c.Room, strings.TrimPrefix(c.ID, c.Room+":")
}
