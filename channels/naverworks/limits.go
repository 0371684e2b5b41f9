package naverworks

import (
	"time"

	"dari/bot/message"
	"dari/channels"
)

// The platform's numbers. What a character is, is not said anywhere.
const (
	maxText       = 2000 // https://developers.worksmobile.com/en/docs/bot-send-text
	maxButtons    = 10   // https://developers.worksmobile.com/en/docs/bot-send-button
	maxButtonText = 1000 // the same page
	maxQuick      = 13   // https://developers.worksmobile.com/en/docs/bot-quickreply

	// https://developers.worksmobile.com/en/docs/bot-actionobject
	maxLabel      = 20
	maxImageLabel = 12   // in an image carousel
	maxSaid       = 300  // text of a message action
	maxPostback   = 1000 // postback of a message action, the only kind of action used here that has data
	maxCopy       = 1000
	maxURL        = 1000

	// https://developers.worksmobile.com/en/docs/bot-send-carousel
	maxColumns       = 10
	maxColumnActions = 3
	maxColumnTitle   = 40
	maxColumnText    = 60  // in 2 lines; what is below them is not shown
	maxBareText      = 120 // in 4 lines, without title and image

	// https://developers.worksmobile.com/en/docs/bot-send-list
	maxElements    = 4
	maxElementText = 1000 // of title and subtitle, each

	maxPlace = 100 // title and address: https://developers.worksmobile.com/jp/docs/bot-send-location

	// https://developers.worksmobile.com/en/docs/bot-send-flex; the sizes differ between pages of the
	// documentation, these are the smaller ones.
	maxAltText      = 400
	maxFlexCarousel = 15_000 // bytes of JSON
	maxFlexBubble   = 30_000

	// https://developers.worksmobile.com/en/docs/bot-persistentmenu-create
	maxMenu      = 4
	maxMenuLabel = 1000

	// https://developers.worksmobile.com/jp/docs/bot-richmenu-create and
	// https://developers.worksmobile.com/en/docs/bot-richmenu-image-set
	richWidth      = 2500 // pixels
	richLow        = 843
	richHigh       = 1686
	maxAreas       = 20
	maxMenuPicture = 1 << 20 // bytes; what a megabyte is, is not said
)

const (
	callTimeout = 10 * time.Second
	// fileTimeout bounds everything that comes before the call that sends: reading a file and
	// uploading it.
	fileTimeout = 20 * time.Second
)

// Limits implements channels.Type. Where the platform has two numbers for one thing, the smaller one
// stands here.
func (Type) Limits() channels.Limits {
	return channels.Limits{
		Messages: map[message.Type]channels.Level{
			message.TypeText:     channels.Full,
			message.TypeButtons:  channels.Full,
			message.TypeImage:    channels.Partial, // without the alternative text
			message.TypeVideo:    channels.Full,
			message.TypeAudio:    channels.Full,
			message.TypeFile:     channels.Partial, // under the name in the address where it has one
			message.TypeLocation: channels.Full,
			message.TypeSticker:  channels.Full,
			message.TypeCards:    channels.Partial, // the subtitle is a line of the text
			message.TypeNative:   channels.Full,
		},

		// There are never more code points than UTF-16 units, so these keep both counts inside.
		TextMax:  maxText,
		TextUnit: channels.UTF16,
		PerCall:  1, // https://developers.worksmobile.com/en/docs/bot-user-message-send

		Buttons:       maxButtons,
		ButtonText:    maxButtonText,
		ButtonLabel:   maxLabel,
		QuickReplies:  maxQuick,
		QuickLabel:    maxLabel,
		PostbackData:  maxPostback,
		MessageAction: maxSaid,
		URL:           maxURL,
		MediaURL:      maxURL,
		Carries:       []message.Type{message.TypeImage, message.TypeVideo, message.TypeAudio, message.TypeFile},

		Cards:       maxColumns,
		CardActions: maxColumnActions,
		CardTitle:   maxColumnTitle,
		CardText:    maxColumnText,

		// There is no phone action: a uri must be http or https.
		Actions: []message.ActionKind{message.ActionPostback, message.ActionMessage, message.ActionURL, message.ActionCopy},

		MarksMentions: false, // https://developers.worksmobile.com/en/docs/bot-callback-message
		SendTimeout:   fileTimeout + callTimeout,
		// https://developers.worksmobile.com/en/docs/rate-limits: 240 requests a minute in paid plans, for
		// members and rooms together as far as one can tell. There is a limit of concurrent access too,
		// whose number is not published; five has been seen.
		Rate:     channels.Rate{Calls: 240, Per: time.Minute, Burst: 20},
		InFlight: defaultInFlight,
	}
}
