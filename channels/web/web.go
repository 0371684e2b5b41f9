// Package webchat is the channel of the chat on Dari's own page. There is no platform behind it: the
// browser posts what the visitor says as a callback, and reads the answers from the outbox by a stream.
package webchat

import (
	"context"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
)

// Name is the channel type's name.
const Name = "web"

// Keys of the settings.
const (
	TitleKey    = "title"    // heading of the page; the channel's name stands in
	GreetingKey = "greeting" // shown before anything has been said
)

// Type is the web chat.
type Type struct{}

// Name implements channels.Type.
func (Type) Name() string { return Name }

// Setup implements channels.Type. Nothing is required: the page works at once.
func (Type) Setup() channels.Setup {
	return channels.Setup{
		Sample: channels.Sample{Conversation: message.Conversation{ID: "sample", Kind: message.Direct}},
		Fields: []settings.Field{
			{Key: TitleKey, Kind: settings.Text, Help: "web.title", Example: "Support"},
			{Key: GreetingKey, Kind: settings.Text, Help: "web.greeting", Example: "How can we help?"},
		},
		Steps: []settings.Step{{ID: "web.step.open"}},
	}
}

// Bounds of what the page shows. They are our own; they keep a page usable and what it posts back
// within what Parse takes.
const (
	maxText     = 20_000
	maxButtons  = 20
	maxLabel    = 100
	maxPostback = 5_000
	maxSays     = 1_000
	maxURL      = 2_000
)

// Limits implements channels.Type.
func (Type) Limits() channels.Limits {
	levels := map[message.Type]channels.Level{}
	for _, t := range message.Types {
		levels[t] = channels.Unsupported
	}
	levels[message.TypeText] = channels.Full
	levels[message.TypeButtons] = channels.Full
	return channels.Limits{
		Messages: levels,
		TextMax:  maxText, TextUnit: channels.CodePoint, PerCall: 1,
		Buttons: maxButtons, ButtonText: maxText, ButtonLabel: maxLabel,
		QuickReplies: maxButtons, QuickLabel: maxLabel,
		PostbackData: maxPostback, MessageAction: maxSays, URL: maxURL, MediaURL: maxURL,
		Actions: []message.ActionKind{
			message.ActionPostback, message.ActionMessage, message.ActionURL, message.ActionPhone, message.ActionCopy,
		},
	}
}

// New implements channels.Type.
func (Type) New(_ settings.Values, deps channels.Deps) (channels.Adapter, error) {
	return adapter{deps.ChannelID}, nil
}

type adapter struct{ channelID string }

// routePage tells that the page fetches the delivery itself.
const routePage = "page"

// Send implements channels.Adapter. There is nothing to call: the delivery is durable in the outbox,
// and the page's stream reads it there as soon as it counts as delivered.
func (adapter) Send(_ context.Context, out channels.Outgoing) (channels.Receipt, error) {
	if out.Conversation.ID == "" {
		return channels.Receipt{}, noVisitor()
	}
	return channels.Receipt{Route: routePage}, nil
}

// Open implements channels.Opener. A visitor is known by the id of the one conversation they have.
func (adapter) Open(_ context.Context, user string) (message.Conversation, []byte, error) {
	if !conversationPattern.MatchString(user) {
		return message.Conversation{}, nil, noVisitor()
	}
	return message.Conversation{ID: user, Kind: message.Direct}, nil, nil
}

func noVisitor() error {
	return channels.Failf(channels.Rejected, "visitor",
		"no such visitor; the id is the sender's as the events show it, for nobody else has a page that could read it")
}
