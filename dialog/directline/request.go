package directline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"dari/bot/message"
	"dari/dialog"
)

// outgoing is an activity of the person: https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object
type outgoing struct {
	Type        string          `json:"type"`
	Name        string          `json:"name,omitempty"`
	From        person          `json:"from"`
	Locale      string          `json:"locale,omitempty"`
	Timezone    string          `json:"localTimezone,omitempty"`
	Text        string          `json:"text,omitempty"`
	Value       json.RawMessage `json:"value,omitempty"`
	Attachments []sentFile      `json:"attachments,omitempty"`
	Entities    []any           `json:"entities,omitempty"`
	ChannelData channelData     `json:"channelData"`
}

type sentFile struct {
	ContentType string `json:"contentType"`
	ContentURL  string `json:"contentUrl"`
	Name        string `json:"name,omitempty"`
}

// channelData is what the bot learns beside the activity.
type channelData struct {
	Source      string `json:"source"`
	MessageID   string `json:"messageId,omitempty"`
	PostBack    bool   `json:"postBack,omitempty"`
	MessageBack bool   `json:"messageBack,omitempty"`
	Display     string `json:"displayText,omitempty"`
}

// tap is the data of a button that sends more than a text.
type tap struct {
	Text        string          `json:"text,omitempty"`
	Value       json.RawMessage `json:"value,omitempty"`
	MessageBack bool            `json:"messageBack,omitempty"`
	Display     string          `json:"display,omitempty"`
}

const tapPrefix = "dl:"

// activity is what a turn says to the bot; ok is false when there is nothing to send, and the type
// empty when only the conversation is opened.
func (e *engine) activity(t dialog.Turn) (a outgoing, ok bool) {
	in := t.Inbound
	a = outgoing{
		Type: "message", From: e.person(t), Locale: in.Locale, Timezone: in.Timezone,
		ChannelData: channelData{Source: t.Channel.Type, MessageID: in.MessageID},
	}
	switch {
	case in.Kind == message.KindFollow:
		if a.Type, a.Name = "event", e.welcome; e.welcome == "" {
			a.Type = ""
		}
		return a, true
	case in.Kind == message.KindPostback && in.Postback != nil:
		a.tapped(*in.Postback)
	case in.Kind == message.KindCommand && in.Command != nil:
		a.Text = strings.TrimSpace(in.Command.Name + " " + in.Command.Args)
	case in.Kind == message.KindForm && in.Form != nil:
		a.Value, _ = json.Marshal(in.Form.Values) // strings alone
		a.Text = in.Form.Data
		return a, len(in.Form.Values) > 0 || a.Text != ""
	case in.Kind == message.KindLocation && in.Location != nil:
		l := in.Location
		a.Text = first(l.Title, l.Address)
		a.Entities = []any{map[string]any{
			"type": "Place", "name": l.Title, "address": l.Address,
			"geo": map[string]any{"type": "GeoCoordinates", "latitude": l.Lat, "longitude": l.Lng},
		}}
		return a, true
	case in.Kind == message.KindSticker && in.Sticker != nil:
		a.Text = in.Sticker.Text
	case in.Kind.FromUser():
		a.Text = in.Text
		a.attach(in.Attachments)
	default:
		return a, false
	}
	a.Text = strings.TrimSpace(a.Text)
	return a, a.Text != "" || len(a.Value) > 0 || len(a.Attachments) > 0
}

// tapped sends what the button holds, in the way that Microsoft's own chat window does.
func (a *outgoing) tapped(p message.Postback) {
	a.ChannelData.PostBack = true
	a.Text = p.Data
	encoded, found := strings.CutPrefix(p.Data, tapPrefix)
	var t tap
	if !found || json.Unmarshal([]byte(encoded), &t) != nil {
		return
	}
	a.Text, a.Value = t.Text, t.Value
	if t.MessageBack {
		a.ChannelData.PostBack, a.ChannelData.MessageBack, a.ChannelData.Display = false, true, t.Display
	}
}

func (a *outgoing) attach(files []message.Attachment) {
	for _, f := range files {
		if f.URL == "" {
			continue // only the channel can fetch it
		}
		a.Attachments = append(a.Attachments, sentFile{first(f.MIME, "application/octet-stream"), f.URL, f.Name})
	}
}

// maxPerson bounds the id of a person, in bytes.
const maxPerson = 64

// person is who speaks: the conversation, because a token belongs to one person and a room has many.
func (e *engine) person(t dialog.Turn) person {
	id := "dl_" + t.ConversationID
	if len(id) > maxPerson {
		sum := sha256.Sum256([]byte(t.ConversationID))
		id = "dl_" + hex.EncodeToString(sum[:20])
	}
	p := person{ID: id, Role: "user"}
	if e.sendNames {
		p.Name = t.Inbound.Sender.Name
	}
	return p
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
