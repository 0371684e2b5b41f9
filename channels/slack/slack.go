// Package slack connects Slack: events, interactivity and slash commands arrive on one URL, answers
// leave through chat.postMessage.
package slack

import (
	"time"

	slackapi "github.com/slack-go/slack"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
)

// What Slack can show. Block Kit numbers: https://docs.slack.dev/reference/block-kit/block-elements ,
// https://docs.slack.dev/reference/block-kit/blocks
const (
	maxText    = 4000 // best length of text: https://docs.slack.dev/reference/methods/chat.postMessage
	maxSection = 3000 // text of one section block, in the escaped form
	maxRow     = 25   // elements of one actions block
	maxLabel   = 75   // text of a button
	maxValue   = 2000 // value of a button
	maxURL     = 3000 // url of a button
)

// Type is the channel type "slack".
type Type struct{}

// Name implements channels.Type.
func (Type) Name() string { return "slack" }

// Limits implements channels.Type. Slack counts characters, taken as code points here; it truncates
// a text only far beyond the limit. It has no quick replies of its own: they are shown as a row of
// buttons under the text.
func (Type) Limits() channels.Limits {
	return channels.Limits{
		Messages: map[message.Type]channels.Level{
			message.TypeText:     channels.Full,
			message.TypeButtons:  channels.Full,
			message.TypeImage:    channels.Unsupported,
			message.TypeVideo:    channels.Unsupported,
			message.TypeAudio:    channels.Unsupported,
			message.TypeFile:     channels.Unsupported,
			message.TypeLocation: channels.Unsupported,
			message.TypeSticker:  channels.Unsupported,
			message.TypeCards:    channels.Unsupported,
			message.TypeNative:   channels.Unsupported,
		},
		TextMax: maxText, TextUnit: channels.CodePoint, PerCall: 1,
		Buttons: maxRow, ButtonText: maxSection, ButtonLabel: maxLabel,
		QuickReplies: maxRow, QuickLabel: maxLabel,
		PostbackData: maxValue, MessageAction: maxValue, URL: maxURL,
		Actions:       []message.ActionKind{message.ActionPostback, message.ActionMessage, message.ActionURL},
		MarksMentions: true,
		SendTimeout:   10 * time.Second,
	}
}

// New implements channels.Type.
func (Type) New(v settings.Values, deps channels.Deps) (channels.Adapter, error) {
	cfg, err := newConfig(v)
	if err != nil {
		return nil, err
	}
	// No retry option: retries belong to the runtime, which knows what may be repeated.
	api := slackapi.New(cfg.botToken, slackapi.OptionAPIURL(cfg.base.String()), slackapi.OptionHTTPClient(deps.HTTP))
	return &adapter{config: cfg, deps: deps, api: api}, nil
}

// adapter is one Slack app in one workspace.
type adapter struct {
	config
	deps channels.Deps
	api  *slackapi.Client
}
