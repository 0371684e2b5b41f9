package message

import (
	"errors"
	"fmt"
)

// Type is the kind of an outbound message.
type Type string

// The outbound message union. Which fields of Message count depends on the type.
const (
	TypeText     Type = "text"     // Text, Format, Lang
	TypeImage    Type = "image"    // URL, Alt, PreviewURL
	TypeVideo    Type = "video"    // URL, PreviewURL
	TypeAudio    Type = "audio"    // URL, DurationMS
	TypeFile     Type = "file"     // URL, Name
	TypeLocation Type = "location" // Lat, Lng, Title, Address
	TypeSticker  Type = "sticker"  // Set, ID
	TypeButtons  Type = "buttons"  // Text, Actions
	TypeCards    Type = "cards"    // Cards, Layout
	TypeNative   Type = "native"   // Channel, Payload, FallbackText
)

// Types lists the outbound union.
var Types = []Type{
	TypeText, TypeImage, TypeVideo, TypeAudio, TypeFile, TypeLocation, TypeSticker,
	TypeButtons, TypeCards, TypeNative,
}

// Message is one thing to say, before any platform's limits are applied to it.
type Message struct {
	Type Type `json:"type"`

	Text   string `json:"text,omitempty"`
	Format string `json:"format,omitempty"` // "plain" (default) or "markdown"
	Lang   string `json:"lang,omitempty"`

	URL        string `json:"url,omitempty"`
	PreviewURL string `json:"preview_url,omitempty"`
	Alt        string `json:"alt,omitempty"`
	Name       string `json:"name,omitempty"`
	DurationMS int64  `json:"duration_ms,omitempty"`

	Lat     float64 `json:"lat,omitempty"`
	Lng     float64 `json:"lng,omitempty"`
	Title   string  `json:"title,omitempty"`
	Address string  `json:"address,omitempty"`

	Set string `json:"set,omitempty"`
	ID  string `json:"id,omitempty"`

	Actions []Action `json:"actions,omitempty"`
	Cards   []Card   `json:"cards,omitempty"`
	Layout  string   `json:"layout,omitempty"` // "list" or "carousel" (default)

	Channel      string `json:"channel,omitempty"` // channel type that Payload is for
	Payload      Raw    `json:"payload,omitempty"`
	FallbackText string `json:"fallback_text,omitempty"`

	// QuickReplies are suggestions that vanish once the person answers. They belong to the last
	// message of a reply.
	QuickReplies []Action `json:"quick_replies,omitempty"`
	// Sender shows the message under another name, where the messenger can.
	Sender *Sender `json:"sender,omitempty"`
	// SpeakAfterMS asks for a pause before this message, in milliseconds.
	SpeakAfterMS int64 `json:"speak_after_ms,omitempty"`
}

// Sender is the name and picture that a message is shown under.
type Sender struct {
	Name    string `json:"name,omitempty"`
	IconURL string `json:"icon_url,omitempty"`
}

// Card is one card of a list or carousel.
type Card struct {
	Title    string   `json:"title,omitempty"`
	Subtitle string   `json:"subtitle,omitempty"`
	Text     string   `json:"text,omitempty"`
	ImageURL string   `json:"image_url,omitempty"`
	Actions  []Action `json:"actions,omitempty"`
}

// ActionKind says what a button does.
type ActionKind string

// The kinds of action.
const (
	ActionPostback ActionKind = "postback" // Data comes back as a Postback; Text is shown as the user's words
	ActionMessage  ActionKind = "message"  // Text comes back as if the user had typed it
	ActionURL      ActionKind = "url"
	ActionPhone    ActionKind = "phone"
	ActionCopy     ActionKind = "copy"
)

// Action is one button or quick reply.
type Action struct {
	Kind   ActionKind `json:"kind"`
	Label  string     `json:"label"`
	Data   string     `json:"data,omitempty"`
	Text   string     `json:"text,omitempty"`
	URL    string     `json:"url,omitempty"`
	Number string     `json:"number,omitempty"`
}

// Reply is what the engine answered to one turn.
type Reply struct {
	Messages     []Message `json:"messages"`
	QuickReplies []Action  `json:"quick_replies,omitempty"`
}

// Text makes a plain text message.
func Text(s string) Message { return Message{Type: TypeText, Text: s} }

// Validate reports the first field that makes the message impossible to show anywhere. The error
// names the field by its path in the JSON form.
func (m Message) Validate() error {
	if err := m.validateBody(); err != nil {
		return err
	}
	if err := validateActions("actions", m.Actions); err != nil {
		return err
	}
	return validateActions("quick_replies", m.QuickReplies)
}

func (m Message) validateBody() error {
	switch m.Type {
	case TypeText:
		return required("text", m.Text)
	case TypeImage, TypeVideo, TypeAudio, TypeFile:
		return required("url", m.URL)
	case TypeLocation:
		if m.Lat < -90 || m.Lat > 90 || m.Lng < -180 || m.Lng > 180 {
			return errors.New("lat, lng: not a place on earth")
		}
		return nil
	case TypeSticker:
		return required("id", m.ID)
	case TypeButtons:
		if len(m.Actions) == 0 {
			return errors.New("actions: a buttons message needs at least one")
		}
		return required("text", m.Text)
	case TypeCards:
		return validateCards(m.Cards)
	case TypeNative:
		if len(m.Payload) == 0 {
			return errors.New("payload: missing")
		}
		return nil
	case "":
		return errors.New("type: missing")
	}
	return fmt.Errorf("type: %q is not known", m.Type)
}

func validateCards(cards []Card) error {
	if len(cards) == 0 {
		return errors.New("cards: at least one is needed")
	}
	for i, c := range cards {
		if c.Title == "" && c.Text == "" && c.ImageURL == "" {
			return fmt.Errorf("cards[%d]: has no title, text or image", i)
		}
		if err := validateActions(fmt.Sprintf("cards[%d].actions", i), c.Actions); err != nil {
			return err
		}
	}
	return nil
}

func validateActions(path string, actions []Action) error {
	for i, a := range actions {
		if err := a.Validate(); err != nil {
			return fmt.Errorf("%s[%d].%w", path, i, err)
		}
	}
	return nil
}

// Validate reports the first field that makes the action impossible to show.
func (a Action) Validate() error {
	if a.Label == "" {
		return errors.New("label: missing")
	}
	switch a.Kind {
	case ActionPostback:
		return required("data", a.Data)
	case ActionMessage:
		return nil // the label stands in for an empty text
	case ActionURL:
		return required("url", a.URL)
	case ActionPhone:
		return required("number", a.Number)
	case ActionCopy:
		return required("text", a.Text)
	}
	return fmt.Errorf("kind: %q is not known", a.Kind)
}

func required(field, value string) error {
	if value == "" {
		return fmt.Errorf("%s: missing", field)
	}
	return nil
}

// Says is the text that tapping the action puts in the user's mouth.
func (a Action) Says() string {
	if a.Text != "" && a.Kind != ActionCopy {
		return a.Text
	}
	return a.Label
}
