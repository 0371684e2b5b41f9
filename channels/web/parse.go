package webchat

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"dari/bot/message"
	"dari/channels"
)

// payload is what the page posts. In the form that is kept with the event, the conversation stands in
// place of the session.
type payload struct {
	Session      string    `json:"session,omitempty"`
	Conversation *string   `json:"conversation,omitempty"`
	ID           string    `json:"id"`
	Text         *string   `json:"text,omitempty"`
	Postback     *postback `json:"postback,omitempty"`
	Open         bool      `json:"open,omitempty"`
	Locale       string    `json:"locale,omitempty"`
}

type postback struct {
	Data  string `json:"data"`
	Label string `json:"label,omitempty"`
}

// Bounds of what a page may post.
const (
	maxID      = 64
	maxInbound = 10_000 // runes
)

var (
	idPattern           = regexp.MustCompile(`^[A-Za-z0-9._~-]{1,64}$`)
	conversationPattern = regexp.MustCompile(`^[a-z2-7]{26}$`)
	// localePattern is the shape of a BCP 47 tag. What browsers send besides ("en-US@posix") is dropped.
	localePattern = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$`)
)

// decode reads a JSON object; it looks no further into it.
func decode(body []byte) (payload, error) {
	var p payload
	if !utf8.Valid(body) || !strings.HasPrefix(strings.TrimLeft(string(body), " \t\r\n"), "{") {
		return p, channels.Malformed("the body must be a JSON object")
	}
	if err := channels.Decode(body, &p); err != nil {
		return p, channels.Malformed("the body is not the JSON object that the chat page posts")
	}
	return p, nil
}

// Parse implements channels.Adapter. It takes what a page posts, and the form of Inbound.Raw.
func (a adapter) Parse(r *channels.Request) (channels.Callback, error) {
	p, err := decode(r.Body)
	if err != nil {
		return channels.Callback{}, err
	}
	conversation, err := a.conversation(p)
	if err != nil {
		return channels.Callback{}, err
	}
	if !idPattern.MatchString(p.ID) {
		return channels.Callback{}, channels.Malformed("id: must be 1 to %d letters, digits or any of . _ ~ -", maxID)
	}
	if !localePattern.MatchString(p.Locale) {
		p.Locale = ""
	}
	in := message.Inbound{
		Keys:         []string{conversation + " " + p.ID},
		Time:         r.ReceivedAt,
		Conversation: message.Conversation{ID: conversation, Kind: message.Direct},
		Sender:       message.User{ID: conversation},
		MessageID:    p.ID,
		Locale:       p.Locale,
	}
	if err := p.fill(&in); err != nil {
		return channels.Callback{}, err
	}
	p.Session, p.Conversation = "", &conversation
	if in.Raw, err = json.Marshal(p); err != nil {
		return channels.Callback{}, err
	}
	return channels.Callback{Events: []message.Inbound{in}}, nil
}

func (a adapter) conversation(p payload) (string, error) {
	switch {
	case p.Conversation == nil && ValidSession(p.Session):
		return ConversationID(a.channelID, p.Session), nil
	case p.Conversation == nil:
		return "", channels.Malformed("session: must be 22 to 64 characters of base64url")
	case p.Session != "" || !conversationPattern.MatchString(*p.Conversation):
		return "", channels.Malformed("conversation: must be an id of this channel, without a session beside it")
	}
	return *p.Conversation, nil
}

// fill sets what has happened. A payload that says nothing this version knows is of an unknown kind.
func (p payload) fill(in *message.Inbound) error {
	given := 0
	if p.Text != nil {
		given++
		in.Kind, in.Name, in.Text = message.KindText, "text", *p.Text
		if err := checkText("text", *p.Text); err != nil {
			return err
		}
	}
	if p.Postback != nil {
		given++
		in.Kind, in.Name = message.KindPostback, "postback"
		in.Postback = &message.Postback{Data: p.Postback.Data, Label: p.Postback.Label}
		if err := checkText("postback.data", p.Postback.Data); err != nil {
			return err
		}
		if utf8.RuneCountInString(p.Postback.Label) > maxInbound {
			return channels.Malformed("postback.label: must be at most %d characters long", maxInbound)
		}
	}
	if p.Open {
		given++
		in.Kind, in.Name = message.KindFollow, "open"
	}
	switch given {
	case 0:
		in.Kind, in.Name = message.KindUnknown, "unknown"
	case 1:
	default:
		return channels.Malformed("only one of text, postback and open can be posted at once")
	}
	return nil
}

func checkText(field, s string) error {
	if strings.TrimSpace(s) == "" {
		return channels.Malformed("%s: is empty", field)
	}
	if utf8.RuneCountInString(s) > maxInbound {
		return channels.Malformed("%s: must be at most %d characters long", field, maxInbound)
	}
	return nil
}
