package line

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"

	"dari/bot/message"
	"dari/channels"
)

// envelope is the body of a callback. Its events stay raw, so that one which cannot be read spoils
// no other. https://developers.line.biz/en/reference/messaging-api/#request-body
type envelope struct {
	Destination string            `json:"destination"`
	Events      []json.RawMessage `json:"events"`
}

// event holds the properties of every event type; only those of its own type are set.
// https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
type event struct {
	Type           string  `json:"type"`
	Mode           string  `json:"mode"`
	Timestamp      int64   `json:"timestamp"` // milliseconds; when it happened, also in a redelivery
	Source         *source `json:"source"`
	WebhookEventID string  `json:"webhookEventId"`
	ReplyToken     string  `json:"replyToken"`

	Message           json.RawMessage            `json:"message"`
	Unsend            *webhook.UnsendDetail      `json:"unsend"`
	Follow            *webhook.FollowDetail      `json:"follow"`
	Joined            *members                   `json:"joined"`
	Left              *members                   `json:"left"`
	Postback          *webhook.PostbackContent   `json:"postback"`
	VideoPlayComplete *webhook.VideoPlayComplete `json:"videoPlayComplete"`
	Beacon            *webhook.BeaconContent     `json:"beacon"`
	Link              *webhook.LinkContent       `json:"link"`
	Membership        *membership                `json:"membership"`
	Module            *module                    `json:"module"`
	ChatControl       *webhook.ChatControl       `json:"chatControl"`
	Delivery          *webhook.PnpDelivery       `json:"delivery"`
}

type source struct {
	Type    string `json:"type"`
	UserID  string `json:"userId"` // may be missing in groups and rooms
	GroupID string `json:"groupId"`
	RoomID  string `json:"roomId"`
}

type members struct {
	Members []source `json:"members"`
}

type membership struct {
	Type string      `json:"type"`
	ID   json.Number `json:"membershipId"`
}

type module struct {
	Type   string   `json:"type"`
	BotID  string   `json:"botId"`
	Reason string   `json:"reason"`
	Scopes []string `json:"scopes"`
}

// address is what an answer to one event needs.
type address struct {
	ReplyToken string `json:"reply_token"`
}

// Parse implements channels.Adapter. The console's Verify button sends a callback without events.
func (a *adapter) Parse(r *channels.Request) (channels.Callback, error) {
	// Nearly always there is one event and nothing odd about it, so that one pass will do.
	var usual struct {
		Events []event `json:"events"`
	}
	if channels.Decode(r.Body, &usual) == nil && len(usual.Events) == 1 && usual.Events[0].WebhookEventID != "" {
		return channels.Callback{Events: []message.Inbound{usual.Events[0].inbound(nil, nil, r.Body)}}, nil
	}
	var env envelope
	if err := channels.Decode(r.Body, &env); err != nil {
		return channels.Callback{}, channels.Malformed("the body is not LINE's JSON: %v", err)
	}
	if env.Events == nil {
		return channels.Callback{}, channels.Malformed("the body has no list of events")
	}
	var cb channels.Callback
	for _, raw := range env.Events {
		var e event
		err := channels.Decode(raw, &e) // fills what fits, even when something does not
		cb.Events = append(cb.Events, e.inbound(err, raw, wrap(env.Destination, raw)))
	}
	return cb, nil
}

// inbound normalises an event; err is what reading it ended with, raw its own bytes, and callback a
// callback that holds it alone. Whatever cannot be read becomes an unknown event.
func (e event) inbound(err error, raw json.RawMessage, callback []byte) message.Inbound {
	in := message.Inbound{
		Kind:    message.KindUnknown,
		Name:    e.Type,
		Keys:    []string{key(e.WebhookEventID, raw)},
		Time:    eventTime(e.Timestamp),
		Address: newAddress(e.ReplyToken),
		Raw:     callback,
	}
	if in.Name == "" {
		in.Name = "unknown"
	}
	if e.Source != nil {
		in.Conversation, in.Sender = e.Source.conversation(), message.User{ID: e.Source.UserID}
	}
	if e.Mode == "standby" { // another channel has the conversation; nothing may be sent
		in.Ignore = "standby"
	}
	if err != nil {
		return in
	}
	known := in
	if !e.describe(&known) || known.Kind.FromUser() && known.Conversation.ID == "" {
		in.Name = known.Name
		return in
	}
	return known
}

// key is the id that stays the same when an event is delivered again. LINE always sends one; without
// it the event's own bytes have to do.
func key(id string, raw []byte) string {
	if id != "" {
		return id
	}
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// eventTime leaves out times that no calendar has.
func eventTime(ms int64) time.Time {
	t := time.UnixMilli(ms).UTC()
	if ms <= 0 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

func newAddress(replyToken string) json.RawMessage {
	if replyToken == "" {
		return nil
	}
	b, _ := json.Marshal(address{replyToken}) // a struct of one string always marshals
	return b
}

// wrap makes a callback of one event. It keeps the event's bytes, because they may be its key.
func wrap(destination string, raw []byte) []byte {
	d, _ := json.Marshal(destination) // a string always marshals
	return bytes.Join([][]byte{[]byte(`{"destination":`), d, []byte(`,"events":[`), raw, []byte(`]}`)}, nil)
}

// conversation is empty when the source names none.
func (s source) conversation() message.Conversation {
	c := message.Conversation{Kind: message.Group}
	switch s.Type {
	case "user":
		c.ID, c.Kind = s.UserID, message.Direct
	case "group":
		c.ID = s.GroupID
	case "room":
		c.ID = s.RoomID
	}
	if c.ID == "" {
		return message.Conversation{}
	}
	return c
}
