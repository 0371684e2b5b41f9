package naverworks

import (
	"time"

	"dari/bot/message"
	"dari/channels"
)

const sendTimeout = 10 * time.Second

// Limits implements channels.Type. Where the platform has two numbers for one thing, the smaller one
// stands here.
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

		// https://developers.worksmobile.com/en/docs/bot-send-text; what a character is, is not said.
		// There are never more code points than UTF-16 units, so these keep both counts inside.
		TextMax:  2000,
		TextUnit: channels.UTF16,
		PerCall:  1, // https://developers.worksmobile.com/en/docs/bot-user-message-send

		Buttons:       10,   // https://developers.worksmobile.com/en/docs/bot-send-button
		ButtonText:    1000, // the same page
		ButtonLabel:   20,   // https://developers.worksmobile.com/en/docs/bot-actionobject
		QuickReplies:  13,   // https://developers.worksmobile.com/en/docs/bot-quickreply
		QuickLabel:    20,   // as for buttons
		PostbackData:  300,  // of a postback action; a message action's postback may have 1000
		MessageAction: 300,
		URL:           1000,

		// https://developers.worksmobile.com/en/docs/bot-send-carousel
		Cards:       10,
		CardActions: 3,
		CardTitle:   40,
		CardText:    60, // 120 without title and image

		// There is no phone action: a uri must be http or https.
		Actions: []message.ActionKind{message.ActionPostback, message.ActionMessage, message.ActionURL, message.ActionCopy},

		MarksMentions: false, // https://developers.worksmobile.com/en/docs/bot-callback-message
		SendTimeout:   sendTimeout,
		// There is a limit of concurrent access whose number is not published; five has been seen:
		// https://developers.worksmobile.com/en/docs/rate-limits
		InFlight: 4,
	}
}
