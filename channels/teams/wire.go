package teams

import (
	"bytes"
	"encoding/json"
	"regexp"
	"unicode/utf16"

	"dari/channels"
)

const (
	// maxActivity is the size of a message that is safe, in bytes of UTF-16; about 100 KB are possible.
	// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
	maxActivity = 80_000
	// maxCards is the number of attachments of one message, in a list as in a carousel.
	// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
	maxCards = 10
)

// outActivity is what we post to the Connector.
type outActivity struct {
	Type             string          `json:"type"`
	From             account         `json:"from"`
	Recipient        *account        `json:"recipient,omitempty"`
	Conversation     outConversation `json:"conversation"`
	ReplyToID        string          `json:"replyToId,omitempty"`
	Locale           string          `json:"locale,omitempty"`
	Text             string          `json:"text,omitempty"`
	TextFormat       string          `json:"textFormat,omitempty"`
	Summary          string          `json:"summary,omitempty"`
	AttachmentLayout string          `json:"attachmentLayout,omitempty"`
	Attachments      []any           `json:"attachments,omitempty"`
	SuggestedActions any             `json:"suggestedActions,omitempty"`
	Entities         any             `json:"entities,omitempty"`
	ChannelData      json.RawMessage `json:"channelData,omitempty"`

	route string // for the receipt
}

type outConversation struct {
	ID   string `json:"id"`
	Type string `json:"conversationType,omitempty"`
}

type outAttachment struct {
	ContentType string `json:"contentType"`
	ContentURL  string `json:"contentUrl,omitempty"`
	Name        string `json:"name,omitempty"`
	Content     any    `json:"content,omitempty"`
}

// encodeActivity makes the body of a call, and refuses what Teams would refuse for its size.
func encodeActivity(act outActivity) ([]byte, error) {
	if n := len(act.Attachments); n > maxCards {
		return nil, channels.Failf(channels.Rejected, "attachments", "teams: cards: the message needs %d cards, Teams shows %d; send fewer cards or buttons", n, maxCards)
	}
	body, err := marshal(act)
	if err != nil {
		return nil, channels.Failf(channels.Rejected, "json", "teams: the message has no JSON form: %w", err)
	}
	if n := weight(body); n > maxActivity {
		return nil, channels.Failf(channels.Rejected, "MessageSizeTooBig",
			"teams: the message has %d bytes as Teams counts them, %d are possible; shorten its text, its cards or the data of its buttons", n, maxActivity)
	}
	return body, nil
}

// marshal leaves <, > and & as they are, which would take six times the room.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// embedded finds pictures inside the message, which do not count.
var embedded = regexp.MustCompile(`data:image/[a-z.+-]+;base64,[A-Za-z0-9+/=]*`)

// weight is the size of JSON in bytes of UTF-16. An escaped character counts as one.
func weight(body []byte) int {
	units, escaped := 0, false
	for _, r := range string(embedded.ReplaceAll(body, nil)) {
		if r == '\\' && !escaped {
			escaped = true
			continue
		}
		escaped = false
		units += max(utf16.RuneLen(r), 1)
	}
	return 2 * units
}
