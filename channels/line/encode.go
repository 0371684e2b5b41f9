package line

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/markdown"
)

// encode turns messages into LINE's message objects. LINE shows quick replies only on the last message
// of a call, so that is where they go.
// https://developers.line.biz/en/reference/messaging-api/#message-objects
func encode(messages []message.Message) ([]messaging_api.MessageInterface, error) {
	if len(messages) == 0 {
		return nil, channels.Failf(channels.Rejected, "empty", "line: there is no message to send")
	}
	quick, err := quickReply(messages)
	if err != nil {
		return nil, err
	}
	var out []messaging_api.MessageInterface
	for i, m := range messages {
		e := encoder{path: fmt.Sprintf("messages[%d]", i), sender: sender(m.Sender)}
		if i == len(messages)-1 {
			e.quick = quick
		}
		objects, err := e.encode(m)
		if err != nil {
			return nil, err
		}
		out = append(out, objects...)
	}
	if len(out) > perCall {
		return nil, rejected("messages", "they make %d message objects; LINE takes %d in one call", len(out), perCall)
	}
	return out, nil
}

// encoder makes the message objects of one message.
type encoder struct {
	path   string // of the message
	quick  *messaging_api.QuickReply
	sender *messaging_api.Sender
}

// rejected is the error of a field that LINE would not take.
func rejected(field, format string, args ...any) *channels.SendError {
	return channels.Failf(channels.Rejected, "invalid_message", "line: %s: %s", field, fmt.Sprintf(format, args...))
}

func (e encoder) field(name string) string { return e.path + "." + name }

func (e encoder) encode(m message.Message) ([]messaging_api.MessageInterface, error) {
	if err := m.Validate(); err != nil {
		return nil, channels.Failf(channels.Rejected, "invalid_message", "line: %s.%w", e.path, err)
	}
	if m.Type == message.TypeNative {
		return e.native(m)
	}
	object, err := e.one(m)
	if err != nil {
		return nil, err
	}
	return []messaging_api.MessageInterface{object}, nil
}

func (e encoder) one(m message.Message) (messaging_api.MessageInterface, error) {
	switch m.Type {
	case message.TypeText:
		return e.text(m)
	case message.TypeButtons:
		return e.buttons(m)
	case message.TypeCards:
		return e.cards(m)
	case message.TypeImage:
		return e.image(m)
	case message.TypeVideo:
		return e.video(m)
	case message.TypeAudio:
		return e.audio(m)
	case message.TypeFile:
		return e.link(m.Name, m.URL)
	case message.TypeLocation:
		return e.location(m)
	case message.TypeSticker:
		return e.sticker(m)
	}
	return nil, rejected(e.field("type"), "%q cannot be sent", m.Type)
}

// text is plain: LINE has no markup of any kind, and no character in it means anything.
func (e encoder) text(m message.Message) (messaging_api.MessageInterface, error) {
	if n := units(m.Text); n > textMax {
		return nil, rejected(e.field("text"), "it has %d characters; LINE takes %d", n, textMax)
	}
	text := m.Text
	switch m.Format {
	case "", "plain":
	case "markdown":
		text = markdown.Plain(m.Text)
	default:
		return nil, rejected(e.field("format"), "%q is not known; it must be plain or markdown", m.Format)
	}
	if strings.TrimSpace(text) == "" {
		return nil, rejected(e.field("text"), "it is blank")
	}
	return &messaging_api.TextMessage{Text: text, QuickReply: e.quick, Sender: e.sender}, nil
}

// altText is what stands in notifications and the chat list, where templates and Flex messages are not
// shown. LINE requires it.
func altText(m message.Message, content string) string {
	return clip(cmp.Or(strings.TrimSpace(m.FallbackText), strings.TrimSpace(content), "…"), altMax)
}

// lines joins what is not empty.
func lines(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n")
}
