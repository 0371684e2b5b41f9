package slack

import (
	"encoding/json"
	"strconv"
	"strings"

	"dari/bot/message"
)

// sayPrefix and linkPrefix begin the action ids of buttons that this package sends and that do
// something other than to come back as a postback.
const (
	sayPrefix  = "say:"
	linkPrefix = "url:"
)

// field is one control of a message or a dialog, with what the person did with it:
// https://docs.slack.dev/reference/block-kit/block-elements
type field struct {
	Type     string `json:"type"`
	ActionID string `json:"action_id"`
	ActionTS string `json:"action_ts"`
	URL      string `json:"url"`
	Text     label  `json:"text"`

	Value         string          `json:"value"`
	Option        *option         `json:"selected_option"`
	Options       []option        `json:"selected_options"`
	User          string          `json:"selected_user"`
	Users         []string        `json:"selected_users"`
	Channel       string          `json:"selected_channel"`
	Channels      []string        `json:"selected_channels"`
	Conversation  string          `json:"selected_conversation"`
	Conversations []string        `json:"selected_conversations"`
	Date          string          `json:"selected_date"`
	Time          string          `json:"selected_time"`
	DateTime      int64           `json:"selected_date_time"`
	RichText      json.RawMessage `json:"rich_text_value"`
	Files         []file          `json:"files"`
}

type label struct {
	Text string `json:"text"`
}

type option struct {
	Text  label  `json:"text"`
	Value string `json:"value"`
}

// link tells a button that opens an address. Slack reports the tap all the same.
func (f field) link() bool { return f.URL != "" || strings.HasPrefix(f.ActionID, linkPrefix) }

// value is what was entered or picked, several picks separated by commas. Rich text is given as
// Slack's own JSON.
func (f field) value() string {
	if f.Option != nil {
		return f.Option.Value
	}
	var many []string
	for _, o := range f.Options {
		many = append(many, o.Value)
	}
	for _, file := range f.Files {
		many = append(many, file.ID)
	}
	many = append(many, f.Users...)
	many = append(many, f.Channels...)
	many = append(many, f.Conversations...)
	if f.DateTime != 0 {
		many = append(many, strconv.FormatInt(f.DateTime, 10))
	}
	if present(f.RichText) {
		many = append(many, strings.ToValidUTF8(string(f.RichText), "\ufffd"))
	}
	return first(f.Value, f.User, f.Channel, f.Conversation, f.Date, f.Time, strings.Join(many, ","))
}

// label is the caption of what was tapped or picked.
func (f field) label() string {
	captions := []string{}
	if f.Option != nil {
		captions = append(captions, f.Option.Text.Text)
	}
	for _, o := range f.Options {
		captions = append(captions, o.Text.Text)
	}
	return unescape(first(strings.Join(captions, ", "), f.Text.Text))
}

// postback carries the value. A button made elsewhere without a value is told by its action id.
func (f field) postback() *message.Postback {
	p := &message.Postback{Data: f.value(), Label: f.label()}
	if f.Type != "button" && f.Type != "feedback_buttons" && f.Type != "" {
		p.Params = map[string]string{f.ActionID: p.Data}
	}
	p.Data = first(p.Data, f.ActionID)
	return p
}
