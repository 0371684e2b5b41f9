// Package slack connects Slack: events, interactivity and slash commands arrive on one URL or over one
// socket, answers leave through the Web API.
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
	maxURL     = 3000 // url of a button, image_url of an image

	maxTextCut  = 40000 // what Slack cuts a text to: https://docs.slack.dev/reference/methods/chat.postMessage#truncating
	maxMarkdown = 12000 // markdown blocks of one message, markdown_text of a stream
	maxBlocks   = 50    // blocks of one message
	maxAlt      = 2000  // alt_text of an image

	maxSenderName = 80 // as that of a bot user: https://docs.slack.dev/reference/app-manifest

	// A card is a section and a row of buttons. Ten of them with dividers between are 29 blocks.
	maxCards       = 10
	maxCardActions = 5
	maxCardTitle   = 150 // as in a header block
	maxCardText    = 2000
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
		Redelivers: true, Patience: 3 * time.Second,
		Messages: map[message.Type]channels.Level{
			message.TypeText:     channels.Full,
			message.TypeButtons:  channels.Full,
			message.TypeImage:    channels.Full,
			message.TypeVideo:    channels.Full,    // uploaded; Slack makes the preview itself
			message.TypeAudio:    channels.Full,    // uploaded
			message.TypeFile:     channels.Full,    // uploaded
			message.TypeLocation: channels.Partial, // a link to a map, no map
			message.TypeSticker:  channels.Unsupported,
			message.TypeCards:    channels.Partial, // one below the other, no sideways scroll
			message.TypeNative:   channels.Full,
		},
		TextMax: maxText, TextUnit: channels.CodePoint, PerCall: 1,
		Buttons: maxRow, ButtonText: maxSection, ButtonLabel: maxLabel,
		QuickReplies: maxRow, QuickLabel: maxLabel,
		PostbackData: maxValue, MessageAction: maxValue, URL: maxURL, MediaURL: maxURL,
		Carries: []message.Type{message.TypeVideo, message.TypeAudio, message.TypeFile},
		Cards:   maxCards, CardActions: maxCardActions, CardTitle: maxCardTitle, CardText: maxCardText,
		Actions:  []message.ActionKind{message.ActionPostback, message.ActionMessage, message.ActionURL},
		Markdown: true, Streaming: true, Edit: true, Typing: true,
		MarksMentions: true,
		// An upload is four calls, two of which carry the file.
		SendTimeout: 30 * time.Second,
		// One message per second and conversation, with short bursts. Of the whole workspace Slack says
		// "several hundred messages per minute" and no number: https://docs.slack.dev/apis/web-api/rate-limits
		ConversationRate: channels.Rate{Calls: 1, Per: time.Second, Burst: 3},
	}
}

// New implements channels.Type.
func (Type) New(v settings.Values, deps channels.Deps) (channels.Adapter, error) {
	cfg, err := newConfig(v)
	if err != nil {
		return nil, err
	}
	// No retry option: retries belong to the runtime, which knows what may be repeated.
	api := slackapi.New(cfg.botToken, slackapi.OptionAPIURL(cfg.base.String()),
		slackapi.OptionHTTPClient(deps.HTTP), slackapi.OptionAppLevelToken(cfg.appToken))
	return &adapter{config: cfg, deps: deps, api: api}, nil
}

// adapter is one Slack app in one workspace.
type adapter struct {
	config
	deps channels.Deps
	api  *slackapi.Client

	// What the workspace or the app turned out to lack.
	noTyping, noStreams, noFaces lull

	own self
}
