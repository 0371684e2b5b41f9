// Package line connects LINE Official Accounts through the Messaging API.
package line

import (
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
)

// Name is the channel type's name.
const Name = "line"

const (
	consoleURL = "https://developers.line.biz/console/"
	managerURL = "https://manager.line.biz/"
)

// Type is the LINE channel type.
type Type struct{}

// Name implements channels.Type.
func (Type) Name() string { return Name }

// Setup implements channels.Type. The steps lead through LINE Official Account Manager, where the
// Messaging API is switched on and automatic answers are switched off, and the LINE Developers Console.
func (Type) Setup() channels.Setup {
	return channels.Setup{
		Fields: []settings.Field{
			{Key: "channel_secret", Kind: settings.Secret, Required: true, Help: "line.channel_secret", Example: "0f1e2d3c4b5a69788796a5b4c3d2e1f0"},
			{Key: "channel_access_token", Kind: settings.Secret, Required: true, Help: "line.channel_access_token", Example: "AbCd…1O/w1cDnyilFU="},
			{Key: "channel_id", Kind: settings.Text, Help: "line.channel_id", Example: "1234567890"},
			{Key: "api_base_url", Kind: settings.URL, Default: "https://api.line.me", Help: "line.api_base_url"},
			{Key: "data_base_url", Kind: settings.URL, Default: "https://api-data.line.me", Help: "line.data_base_url"},
		},
		Steps: []settings.Step{
			{ID: "line.step.account", Link: managerURL},
			{ID: "line.step.secret", Link: consoleURL},
			{ID: "line.step.token", Link: consoleURL},
			{ID: "line.step.webhook", Link: consoleURL, Shows: "webhook"},
			{ID: "line.step.use_webhook", Link: consoleURL},
			{ID: "line.step.auto_reply", Link: managerURL},
			{ID: "line.step.greeting", Link: managerURL},
			{ID: "line.step.groups", Link: managerURL},
			{ID: "line.step.verify", Link: consoleURL, Shows: "webhook"},
		},
	}
}

// Limits implements channels.Type. Text is counted in UTF-16 code units, labels and template texts in
// graphemes: https://developers.line.biz/en/docs/messaging-api/text-character-count/
func (Type) Limits() channels.Limits {
	levels := map[message.Type]channels.Level{}
	for _, t := range message.Types {
		levels[t] = channels.Unsupported
	}
	levels[message.TypeText] = channels.Full
	levels[message.TypeButtons] = channels.Full
	return channels.Limits{
		Messages: levels,
		TextMax:  5000, // https://developers.line.biz/en/reference/messaging-api/#text-message
		TextUnit: channels.UTF16,
		PerCall:  5, // https://developers.line.biz/en/reference/messaging-api/#send-reply-message

		// https://developers.line.biz/en/reference/messaging-api/#buttons, without image and title
		Buttons:     4,
		ButtonText:  160,
		ButtonLabel: 20,

		QuickReplies: 13, // https://developers.line.biz/en/reference/messaging-api/#quick-reply
		QuickLabel:   20,

		// https://developers.line.biz/en/reference/messaging-api/#action-objects
		PostbackData:  300,
		MessageAction: 300,
		URL:           1000,
		Actions: []message.ActionKind{
			message.ActionPostback, message.ActionMessage, message.ActionURL, message.ActionPhone, message.ActionCopy,
		},

		MarksMentions: true,
		SendTimeout:   10 * time.Second,
	}
}

// New implements channels.Type.
func (Type) New(v settings.Values, deps channels.Deps) (channels.Adapter, error) {
	c, err := newConfig(v)
	if err != nil {
		return nil, err
	}
	return &adapter{config: c, deps: deps}, nil
}

// adapter is one LINE channel.
type adapter struct {
	config config
	deps   channels.Deps
}
