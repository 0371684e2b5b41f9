package httpengine

import (
	"encoding/json"
	"time"

	"dari/bot/message"
	"dari/dialog"
)

// question is the body of a request. docs/engines/http.md explains each field.
type question struct {
	Type         string       `json:"type"`
	Version      string       `json:"version"`
	TurnID       string       `json:"turn_id"`
	DeadlineMS   int64        `json:"deadline_ms"`
	Timestamp    string       `json:"timestamp"`
	Bot          bot          `json:"bot"`
	Channel      channel      `json:"channel"`
	Conversation conversation `json:"conversation"`
	User         user         `json:"user"`
	Event        event        `json:"event"`
	State        state        `json:"state"`
	ReplyTo      *replyTo     `json:"reply_to,omitempty"`
}

// replyTo is where later answers go.
type replyTo struct {
	URL       string `json:"url"`
	ExpiresAt string `json:"expires_at,omitempty"`
}

type bot struct {
	ID       string `json:"id"`
	Name     string `json:"name,omitempty"`
	Locale   string `json:"locale,omitempty"`
	Revision string `json:"revision,omitempty"`
}

type channel struct {
	Type         string          `json:"type"`
	ID           string          `json:"id"`
	Capabilities json.RawMessage `json:"capabilities,omitempty"`
}

type conversation struct {
	ID   string `json:"id"`
	Kind string `json:"kind"` // "direct" or "group"
	New  bool   `json:"new"`
}

type user struct {
	ID          string `json:"id"`
	DisplayName string `json:"display_name,omitempty"`
	Locale      string `json:"locale,omitempty"`
	Timezone    string `json:"timezone,omitempty"`
}

type event struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	// MessageID is the message that a reaction, edit or delete is about.
	MessageID   string            `json:"message_id,omitempty"`
	Text        string            `json:"text"`
	Postback    *message.Postback `json:"postback"`
	Attachments []attachment      `json:"attachments"`
	Location    *message.Location `json:"location,omitempty"`
	Sticker     *message.Sticker  `json:"sticker,omitempty"`
	Reaction    *message.Reaction `json:"reaction,omitempty"`
	Command     *message.Command  `json:"command,omitempty"`
	Form        *message.Form     `json:"form,omitempty"`
	Members     []user            `json:"members,omitempty"`
}

// attachment leaves out message.Attachment.Ref, which means something to the channel alone.
type attachment struct {
	Kind message.Kind `json:"kind"`
	URL  string       `json:"url,omitempty"`
	Name string       `json:"name,omitempty"`
	Size int64        `json:"size,omitempty"`
	MIME string       `json:"mime,omitempty"`
}

type state struct {
	Token string `json:"token"`
}

// question is the request body of a turn of which left remains.
func (e *engine) question(t dialog.Turn, left time.Duration) question {
	in := t.Inbound
	happened := in.Time
	if happened.IsZero() {
		happened = e.now()
	}
	return question{
		Type: turnType(in.Kind), Version: version, TurnID: t.ID,
		DeadlineMS:   left.Milliseconds(),
		Timestamp:    stamp(happened),
		Bot:          bot{t.Bot.ID, t.Bot.Name, t.Bot.Locale, t.Bot.Revision},
		Channel:      channel{t.Channel.Type, t.Channel.ID, t.Channel.Capabilities},
		Conversation: conversation{t.ConversationID, conversationKind(in.Conversation.Kind), t.New},
		User:         user{in.Sender.ID, e.displayName(in.Sender), in.Locale, in.Timezone},
		Event:        e.event(in),
		State:        state{t.State.Token},
		ReplyTo:      replyAddress(t),
	}
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// replyAddress is nil when Dari cannot be reached by the engine.
func replyAddress(t dialog.Turn) *replyTo {
	if t.ReplyTo == "" {
		return nil
	}
	out := &replyTo{URL: t.ReplyTo}
	if !t.ReplyUntil.IsZero() {
		out.ExpiresAt = t.ReplyUntil.UTC().Format(time.RFC3339)
	}
	return out
}

// turnType: what a person does to the bot is a message, what only informs is an event.
func turnType(k message.Kind) string {
	switch {
	case k == message.KindPostback:
		return "turn.postback"
	case k == message.KindFollow:
		return "turn.open"
	case k == message.KindUnfollow:
		return "turn.close"
	case k.FromUser():
		return "turn.message"
	}
	return "turn.event"
}

// conversationKind: to an engine, a thread is one more group.
func conversationKind(k message.ConversationKind) string {
	if k == message.Thread {
		k = message.Group
	}
	return string(k)
}

func (e *engine) displayName(u message.User) string {
	if !e.sendNames {
		return ""
	}
	return u.Name
}

func (e *engine) event(in message.Inbound) event {
	out := event{
		Kind: string(in.Kind), Text: in.Text, Postback: in.Postback, Attachments: []attachment{},
		Location: in.Location, Sticker: in.Sticker, Reaction: in.Reaction, Command: in.Command, Form: in.Form,
	}
	if in.Kind == message.KindText {
		out.Kind = "message"
	}
	out.ID, out.MessageID = eventID(in)
	for _, a := range in.Attachments {
		out.Attachments = append(out.Attachments, attachment{a.Kind, a.URL, a.Name, a.Size, a.MIME})
	}
	for _, m := range in.Members {
		out.Members = append(out.Members, user{ID: m.ID, DisplayName: e.displayName(m)})
	}
	return out
}

// eventID returns the event's own id and, if it is about another message, that message's id.
func eventID(in message.Inbound) (id, about string) {
	switch in.Kind {
	case message.KindReaction, message.KindEdit, message.KindDelete:
		about = in.MessageID
	default:
		id = in.MessageID
	}
	if id == "" && len(in.Keys) > 0 {
		id = in.Keys[0]
	}
	return id, about
}
