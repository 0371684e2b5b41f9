// Package line connects LINE Official Accounts through the Messaging API.
package line

import (
	"sync"

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
		Sample: channels.Sample{Conversation: message.Conversation{ID: "U0123456789abcdef0123456789abcdef", Kind: message.Direct}},
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
	menu   sync.Mutex // held while the menu is changed
}
