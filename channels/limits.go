package channels

import (
	"time"

	"dari/bot/message"
)

// Level says how well a messenger shows something.
type Level int

// The levels, from worst to best.
const (
	// Unsupported messages are shown as their fallback text.
	Unsupported Level = iota
	// Partial messages are shown with something missing; the adapter's Limits numbers say what.
	Partial
	// Full messages are shown as meant.
	Full
)

// Unit is what a platform counts when it limits text.
type Unit string

// The units.
const (
	UTF16     Unit = "utf16"     // UTF-16 code units
	Graphemes Unit = "graphemes" // what a person calls a character
	CodePoint Unit = "runes"
	Bytes     Unit = "bytes" // of UTF-8
)

// Limits are the numbers of one messenger. Zero means "none" for a count of things the messenger
// lacks and "no limit known" for a length.
type Limits struct {
	Messages map[message.Type]Level `json:"messages"`

	TextMax  int  `json:"text_max"`
	TextUnit Unit `json:"text_unit"`
	// PerCall is how many messages one platform call carries.
	PerCall int `json:"per_call"`

	Buttons       int `json:"buttons_max"`
	ButtonText    int `json:"button_text_max"`  // the text above the buttons
	ButtonLabel   int `json:"button_label_max"` // in graphemes
	QuickReplies  int `json:"quick_replies_max"`
	QuickLabel    int `json:"quick_label_max"`
	PostbackData  int `json:"postback_data_max"`
	MessageAction int `json:"message_action_max"` // text that a message action sends
	URL           int `json:"url_max"`
	// MediaURL bounds the address of a picture or file that the messenger fetches, and Carries lists the types
	// whose file the adapter brings to it where it cannot: their addresses may be of any length, and http.
	MediaURL int            `json:"media_url_max"`
	Carries  []message.Type `json:"-"`

	Cards       int `json:"cards_max"`
	CardActions int `json:"card_actions_max"`
	CardTitle   int `json:"card_title_max"`
	CardText    int `json:"card_text_max"`

	// Actions lists the button kinds the messenger has; the runtime spells the others out as text.
	Actions []message.ActionKind `json:"actions"`

	Markdown  bool `json:"markdown"`
	Streaming bool `json:"streaming"`
	Edit      bool `json:"edit"`
	Typing    bool `json:"typing"`

	// MarksMentions is true when the platform tells whether the bot was mentioned; without it groups
	// are answered always.
	MarksMentions bool `json:"marks_mentions"`
	// Redelivers is true when the platform sends a callback again that was not answered 2xx, and Patience
	// how long it waits for the answer; 0 if it does not say.
	Redelivers bool          `json:"-"`
	Patience   time.Duration `json:"-"`
	// SendTimeout bounds one platform call.
	SendTimeout time.Duration `json:"-"`
	// Rate is how often one channel may call the platform to send, and ConversationRate how often for
	// one conversation, as published. The runtime keeps to them once the platform has complained. The
	// zero Rate means that none is published.
	Rate             Rate `json:"-"`
	ConversationRate Rate `json:"-"`
	// InFlight bounds concurrent platform calls of one channel, unless the adapter is Bounded; 0 means no bound.
	InFlight int `json:"-"`
}

// Level returns how well the messenger shows messages of type t.
func (l Limits) Level(t message.Type) Level { return l.Messages[t] }

// Rate is a number of calls in a time, of which Burst may come at once.
type Rate struct {
	Calls int
	Per   time.Duration
	Burst int
}
