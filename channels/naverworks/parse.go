package naverworks

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"
	"unicode/utf8"

	"dari/bot/message"
	"dari/channels"
)

// event is a callback body: https://developers.worksmobile.com/en/docs/bot-callback.
type event struct {
	Type   loose `json:"type"`
	Source struct {
		UserID    loose `json:"userId"`
		ChannelID loose `json:"channelId"` // absent from the messages of a 1:1 chat
		DomainID  loose `json:"domainId"`  // a number; one page of the documentation says string
	} `json:"source"`
	IssuedTime loose   `json:"issuedTime"`
	Content    content `json:"content"` // of a message
	Data       loose   `json:"data"`    // of a postback
	Members    []loose `json:"members"` // of joined and left
}

// loose is a text that may arrive as a number. Anything else reads as "".
type loose string

// UnmarshalJSON never fails, so that one odd property does not cost the whole event.
func (l *loose) UnmarshalJSON(b []byte) error {
	*l = ""
	switch c := b[0]; {
	case c == '"' && utf8.Valid(b) && bytes.IndexByte(b, '\\') < 0: // what it nearly always is
		*l = loose(b[1 : len(b)-1])
	case c == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*l = loose(s)
	case c == '-' || c >= '0' && c <= '9':
		*l = loose(b)
	}
	return nil
}

// Parse implements channels.Adapter. A callback is always one event.
func (a *adapter) Parse(r *channels.Request) (channels.Callback, error) {
	body := bytes.TrimSpace(r.Body)
	var e event
	err := channels.Decode(body, &e)
	if len(body) == 0 || body[0] != '{' || err != nil && !json.Valid(body) {
		return channels.Callback{}, channels.Malformed("the body is not one JSON object")
	}
	// The JSON is valid, so an error means a shape that this version does not know.
	in := message.Inbound{
		Name:         e.name(),
		Keys:         []string{a.eventKey(r.Body)},
		Time:         e.time(),
		Conversation: e.conversation(),
		Sender:       message.User{ID: string(e.Source.UserID)},
		Raw:          bytes.Clone(r.Body),
	}
	if err != nil || in.Conversation.ID == "" || !e.fill(&in) {
		in.Kind = message.KindUnknown
	}
	return channels.Callback{Events: []message.Inbound{in}}, nil
}

// eventKey identifies an event. The platform gives events no id, but their times have milliseconds.
func (a *adapter) eventKey(body []byte) string {
	h := sha256.New()
	h.Write([]byte(a.botID + "\n"))
	h.Write(body)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

func (e event) name() string {
	name := cmp.Or(string(e.Type), "unknown")
	if e.Content.Type != "" {
		name += "." + string(e.Content.Type)
	}
	return name
}

// time returns the zero time for what is no time, and for years that JSON cannot carry.
func (e event) time() time.Time {
	t, err := time.Parse(time.RFC3339, string(e.IssuedTime))
	if t = t.UTC(); err != nil || t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// conversation is the room, or the person where there is no room. begin and end are about a 1:1 chat
// although they carry its channelId, which no message from there does:
// https://developers.worksmobile.com/kr/docs/bot-callback-begin
func (e event) conversation() message.Conversation {
	s := e.Source
	c := message.Conversation{ID: string(s.ChannelID), Kind: message.Group, Tenant: string(s.DomainID)}
	if c.ID == "" || e.Type == "begin" || e.Type == "end" {
		c.ID, c.Kind = string(s.UserID), message.Direct
	}
	return c
}

// fill sets the kind and what belongs to it; false means an event that this version does not know.
func (e event) fill(in *message.Inbound) bool {
	switch e.Type {
	case "message":
		return e.Content.fill(in)
	case "postback":
		in.Kind, in.Postback = message.KindPostback, &message.Postback{Data: string(e.Data)}
	case "begin":
		in.Kind = message.KindFollow
	case "end":
		in.Kind = message.KindUnfollow
	case "join":
		in.Kind = message.KindJoin
	case "leave":
		in.Kind = message.KindLeave
	case "joined":
		in.Kind, in.Members = message.KindMembersJoined, users(e.Members)
	case "left":
		in.Kind, in.Members = message.KindMembersLeft, users(e.Members)
	default:
		return false
	}
	return true
}

func users(ids []loose) []message.User {
	var out []message.User
	for _, id := range ids {
		if id != "" {
			out = append(out, message.User{ID: string(id)})
		}
	}
	return out
}
