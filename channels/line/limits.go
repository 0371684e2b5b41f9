package line

import (
	"time"
	"unicode/utf16"

	"github.com/rivo/uniseg"

	"dari/bot/message"
	"dari/channels"
)

// LINE counts in UTF-16 code units, except for labels, for what actions say and for the texts of
// templates, which it counts in graphemes:
// https://developers.line.biz/en/docs/messaging-api/text-character-count/
const (
	perCall = 5    // https://developers.line.biz/en/reference/messaging-api/#send-reply-message
	textMax = 5000 // https://developers.line.biz/en/reference/messaging-api/#text-message
	altMax  = 1500 // https://developers.line.biz/en/reference/messaging-api/#template-messages

	// https://developers.line.biz/en/reference/messaging-api/#buttons
	maxButtons     = 4
	buttonTextMax  = 160
	pictureTextMax = 60 // of a template with image or title
	titleMax       = 40

	// https://developers.line.biz/en/reference/messaging-api/#carousel
	maxColumns       = 10
	maxColumnActions = 3
	columnTextMax    = 120

	// https://developers.line.biz/en/reference/messaging-api/#flex-message. What a kilobyte is, is not
	// said, so it is the smaller one here.
	maxBubbles  = 12
	bubbleMax   = 30_000 // bytes of JSON
	carouselMax = 50_000

	maxQuickReplies = 13 // https://developers.line.biz/en/reference/messaging-api/#quick-reply

	// https://developers.line.biz/en/reference/messaging-api/#action-objects
	labelMax     = 20
	flexLabelMax = 40
	dataMax      = 300
	saysMax      = 300
	linkMax      = 1000
	clipboardMax = 1000

	mediaURLMax = 2000 // https://developers.line.biz/en/reference/messaging-api/#image-message
	placeMax    = 100  // https://developers.line.biz/en/reference/messaging-api/#location-message

	// https://developers.line.biz/en/reference/messaging-api/#icon-nickname-switch. What a character is,
	// is not said; there are never more of any kind than UTF-16 code units.
	senderNameMax = 20

	// https://developers.line.biz/en/reference/messaging-api/#rich-menu-structure
	menuTitleMax  = 14
	maxAreas      = 20
	menuWidthMin  = 800
	menuWidthMax  = 2500
	menuHeightMin = 250
	menuRatioMin  = 1.45    // of width to height
	menuImageMax  = 1 << 20 // bytes; what a megabyte is, is not said
)

// Limits implements channels.Type. Cards have the numbers of a template with image or title; those
// that are larger, or not alike, are shown as a Flex message.
func (Type) Limits() channels.Limits {
	return channels.Limits{
		Redelivers: true, Patience: 2 * time.Second,
		Messages: map[message.Type]channels.Level{
			message.TypeText:     channels.Full,
			message.TypeImage:    channels.Full,    // Alt has no place
			message.TypeVideo:    channels.Partial, // a link when there is no preview picture, which LINE requires
			message.TypeAudio:    channels.Full,
			message.TypeFile:     channels.Partial, // a link: LINE cannot send files
			message.TypeLocation: channels.Full,
			message.TypeSticker:  channels.Full,
			message.TypeButtons:  channels.Full,
			message.TypeCards:    channels.Full,
			message.TypeNative:   channels.Full,
		},

		TextMax:  textMax,
		TextUnit: channels.UTF16,
		PerCall:  perCall,

		Buttons:       maxButtons,
		ButtonText:    buttonTextMax,
		ButtonLabel:   labelMax,
		QuickReplies:  maxQuickReplies,
		QuickLabel:    labelMax,
		PostbackData:  dataMax,
		MessageAction: saysMax,
		URL:           linkMax,
		MediaURL:      mediaURLMax,

		Cards:       maxColumns,
		CardActions: maxColumnActions,
		CardTitle:   titleMax,
		CardText:    pictureTextMax,

		Actions: []message.ActionKind{
			message.ActionPostback, message.ActionMessage, message.ActionURL, message.ActionPhone, message.ActionCopy,
		},

		// Markdown is turned into plain text; a sent message can neither be edited nor grow.
		Typing:        true,
		MarksMentions: true,
		SendTimeout:   10 * time.Second,
		// Per channel and endpoint: https://developers.line.biz/en/reference/messaging-api/#rate-limits.
		// How many may come at once is not said.
		Rate: channels.Rate{Calls: 2000, Per: time.Second, Burst: 200},
	}
}

// units counts UTF-16 code units.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

func graphemes(s string) int { return uniseg.GraphemeClusterCount(s) }

// clip cuts text to at most limit UTF-16 code units, between graphemes.
func clip(s string, limit int) string {
	if units(s) <= limit {
		return s
	}
	const ellipsis = "…"
	used, end, rest, state := len([]rune(ellipsis)), 0, s, -1
	for rest != "" {
		var g string
		g, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used += units(g); used > limit {
			break
		}
		end += len(g)
	}
	return s[:end] + ellipsis
}
