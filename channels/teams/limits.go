package teams

import (
	"maps"
	"time"

	"dari/bot/message"
	"dari/channels"
)

// levels say how Teams shows each type of message.
var levels = map[message.Type]channels.Level{
	message.TypeText:    channels.Full,
	message.TypeButtons: channels.Full,
	message.TypeCards:   channels.Full,
	message.TypeImage:   channels.Full,
	message.TypeNative:  channels.Full,
	// There are no cards that play something, so that these open in the browser.
	// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference#cards-not-supported-in-teams
	message.TypeVideo: channels.Partial,
	message.TypeAudio: channels.Partial,
	// In a personal chat the person is asked first; in groups and channels a bot cannot hand over a
	// file, so it is a link. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
	message.TypeFile: channels.Partial,
	// A link to a map, without a picture of the place.
	message.TypeLocation: channels.Partial,
	// Bots have no stickers.
	message.TypeSticker: channels.Unsupported,
}

// Limits implements channels.Type.
func (Type) Limits() channels.Limits {
	return channels.Limits{
		Redelivers: true, Patience: 15 * time.Second,
		Messages: maps.Clone(levels),
		// A message may have about 100 KB counted as UTF-16, 80 KB to be safe; 28 000 units are 56 KB,
		// still readable on a phone, and leave room for what rendering adds.
		// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
		TextMax: 28000, TextUnit: channels.UTF16,
		PerCall: 1,
		Buttons: maxButtons,
		// The text on a card is HTML: in the worst case every character grows to five ("&amp;"), and
		// 7 000 of them stay below the same 80 KB.
		ButtonText: 7000,
		// No length is documented for titles of buttons; clients cut longer ones off.
		ButtonLabel:  50,
		QuickReplies: maxSuggested,
		QuickLabel:   50,
		Carries:      []message.Type{message.TypeVideo, message.TypeAudio, message.TypeFile}, // the person opens them
		Cards:        maxCards, CardActions: maxButtons,
		// No lengths are documented here either. Ten cards of these with six buttons each stay below the
		// 80 KB, if the data of the buttons is short.
		CardTitle: 100, CardText: 1000,
		// Copying has no card action; the others do.
		// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-actions
		Actions: []message.ActionKind{
			message.ActionPostback, message.ActionMessage, message.ActionURL, message.ActionPhone,
		},
		Markdown:      true,
		Streaming:     true, // in personal chats only: https://learn.microsoft.com/microsoftteams/platform/bots/streaming-ux
		Edit:          true,
		Typing:        true,
		MarksMentions: true,
		SendTimeout:   10 * time.Second,
		// 50 requests a second for one app in one tenant, in any second: the five at once and 45 more.
		// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
		Rate: channels.Rate{Calls: 45, Per: time.Second, Burst: 5},
		// The same page gives one conversation 7 in 1 s, 8 in 2 s, 60 in 30 s and 1800 in 3600 s. Four at
		// once and 56 in 30 s keep the first three in any window; no chat between people and a bot reaches
		// the fourth, and if it does, the platform says how long to wait.
		ConversationRate: channels.Rate{Calls: 56, Per: 30 * time.Second, Burst: 4},
	}
}
