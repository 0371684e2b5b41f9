// Package message holds the vocabulary that messengers, the runtime and dialog engines share.
package message

import (
	"encoding/json"
	"time"
)

// Kind says what happened on the platform.
type Kind string

// The kinds of inbound event. A kind that a platform does not know simply never arrives from it.
const (
	KindText          Kind = "text"
	KindPostback      Kind = "postback" // a tapped button; Postback is set
	KindImage         Kind = "image"    // Attachments is set, Text may carry a caption
	KindVideo         Kind = "video"
	KindAudio         Kind = "audio"
	KindFile          Kind = "file"
	KindLocation      Kind = "location"
	KindSticker       Kind = "sticker"
	KindReaction      Kind = "reaction"
	KindEdit          Kind = "edit"   // a sent message got a new text
	KindDelete        Kind = "delete" // a sent message was withdrawn
	KindFollow        Kind = "follow" // the user opened or unblocked the 1:1 chat
	KindUnfollow      Kind = "unfollow"
	KindJoin          Kind = "join" // the bot entered a room
	KindLeave         Kind = "leave"
	KindMembersJoined Kind = "members_joined"
	KindMembersLeft   Kind = "members_left"
	KindCommand       Kind = "command"    // a slash command or shortcut
	KindForm          Kind = "form"       // a submitted dialog or card with inputs
	KindEvent         Kind = "event"      // anything else the platform documents; Name tells which
	KindLate          Kind = "late_reply" // the engine's, not the platform's: it said more after its turn
	KindUnknown       Kind = "unknown"    // a type this version does not know: recorded, never answered
)

// Kinds lists every kind of inbound event.
var Kinds = []Kind{
	KindText, KindPostback, KindImage, KindVideo, KindAudio, KindFile, KindLocation, KindSticker,
	KindReaction, KindEdit, KindDelete, KindFollow, KindUnfollow, KindJoin, KindLeave,
	KindMembersJoined, KindMembersLeft, KindCommand, KindForm, KindEvent, KindLate, KindUnknown,
}

// FromUser tells whether a person addressed the bot with this kind of event, so that a turn is due.
// The other kinds only inform.
func (k Kind) FromUser() bool {
	switch k {
	case KindText, KindPostback, KindImage, KindVideo, KindAudio, KindFile, KindLocation, KindSticker,
		KindCommand, KindForm:
		return true
	}
	return false
}

// Inbound is one normalised event from a platform.
type Inbound struct {
	Kind Kind `json:"kind"`
	// Name is the platform's own name of the event ("message.text", "app_mention").
	Name string `json:"name,omitempty"`
	// Keys identify the event within its channel. A second event that shares any of them is a
	// redelivery. At least one is required.
	Keys []string `json:"keys"`
	// Time is when it happened, by the platform's clock; zero if the platform does not say.
	Time         time.Time    `json:"time"`
	Conversation Conversation `json:"conversation"`
	Sender       User         `json:"sender"`
	// MessageID is the platform's id of the message; for a reaction, edit or delete the id of the
	// message it is about.
	MessageID string `json:"message_id,omitempty"`
	// Text is what the person wrote, as plain text: the platform's escapes undone and the bot's own
	// mention taken out.
	Text string `json:"text,omitempty"`
	// Mentioned is true when the platform says that the bot was addressed by name.
	Mentioned bool      `json:"mentioned,omitempty"`
	Mentions  []Mention `json:"mentions,omitempty"`
	// ReplyTo is the platform's id of the message this one answers.
	ReplyTo     string       `json:"reply_to,omitempty"`
	Quoted      *Quoted      `json:"quoted,omitempty"`
	Locale      string       `json:"locale,omitempty"`   // BCP 47, as far as known
	Timezone    string       `json:"timezone,omitempty"` // IANA name, as far as known
	Postback    *Postback    `json:"postback,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Location    *Location    `json:"location,omitempty"`
	Sticker     *Sticker     `json:"sticker,omitempty"`
	Reaction    *Reaction    `json:"reaction,omitempty"`
	Members     []User       `json:"members,omitempty"`
	Command     *Command     `json:"command,omitempty"`
	Form        *Form        `json:"form,omitempty"`
	// Ignore is the adapter's reason why this event is nothing to answer although its kind would be
	// (the bot's own message, a channel in standby). Empty otherwise.
	Ignore string `json:"ignore,omitempty"`
	// Forget is true for a deletion after which the platform wants the deleted message shown and used no more.
	Forget bool `json:"-"`
	// Once is true for an event that only the first time in a conversation is worth an answer.
	Once bool `json:"-"`
	// Address is what the adapter needs to answer this very event (reply token, response URL). It is
	// opaque to everybody else.
	Address json.RawMessage `json:"address,omitempty"`
	// Reference is what the adapter needs to write to this conversation at any later time (service
	// URL, the bot's own account). It is opaque too, and changes rarely.
	Reference json.RawMessage `json:"reference,omitempty"`
	// Raw is the platform's payload of this one event, in a form that the same adapter parses again
	// to this same Inbound.
	Raw []byte `json:"-"`
}

// ConversationKind says how many people a conversation has.
type ConversationKind string

// The kinds of conversation.
const (
	Direct ConversationKind = "direct" // one person and the bot
	Group  ConversationKind = "group"  // a room
	Thread ConversationKind = "thread" // a thread inside a room
)

// Conversation is one room, one thread in a room, or one 1:1 chat, by the platform's own id.
type Conversation struct {
	ID   string           `json:"id"`
	Kind ConversationKind `json:"kind"`
	// Room is the platform's id of the room that holds a thread; empty otherwise.
	Room  string `json:"room,omitempty"`
	Title string `json:"title,omitempty"`
	// Tenant is the workspace, domain or tenant, where the platform has one.
	Tenant string `json:"tenant,omitempty"`
}

// User is a person (or another bot) by the platform's own id.
type User struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	// StableID is a second id that survives a change of bot (the Entra object id on Teams).
	StableID string `json:"stable_id,omitempty"`
	Bot      bool   `json:"bot,omitempty"`
}

// Mention is somebody named in the text.
type Mention struct {
	User User `json:"user"`
	// Self is true for the bot itself, All for "everybody in the room".
	Self bool `json:"self,omitempty"`
	All  bool `json:"all,omitempty"`
}

// Quoted is the message that the person quoted. Platforms often give the id alone.
type Quoted struct {
	ID     string `json:"id"`
	Text   string `json:"text,omitempty"`
	Sender User   `json:"sender"`
}

// Postback is the data of a tapped button.
type Postback struct {
	Data  string `json:"data"`
	Label string `json:"label,omitempty"`
	// Params are values the person picked in the button's own control (a date, a list entry).
	Params map[string]string `json:"params,omitempty"`
}

// Attachment points at a file. Its bytes are fetched later, by the adapter, with Ref.
type Attachment struct {
	Kind     Kind   `json:"kind"` // image, video, audio or file
	Ref      string `json:"ref,omitempty"`
	URL      string `json:"url,omitempty"`
	Name     string `json:"name,omitempty"`
	MIME     string `json:"mime,omitempty"`
	Size     int64  `json:"size,omitempty"`        // bytes, 0 if unknown
	Duration int64  `json:"duration_ms,omitempty"` // milliseconds, 0 if unknown
}

// Location is a place.
type Location struct {
	Lat     float64 `json:"lat"`
	Lng     float64 `json:"lng"`
	Title   string  `json:"title,omitempty"`
	Address string  `json:"address,omitempty"`
}

// Sticker names a sticker by the platform's own set and id.
type Sticker struct {
	Set  string `json:"set,omitempty"`
	ID   string `json:"id,omitempty"`
	Text string `json:"text,omitempty"`
	// Keywords are what the platform says the picture means.
	Keywords []string `json:"keywords,omitempty"`
}

// Reaction is an emoji put on a message, or taken off it.
type Reaction struct {
	Name    string `json:"name"`
	Removed bool   `json:"removed,omitempty"`
}

// Command is a slash command ("/ask") or a shortcut.
type Command struct {
	Name string `json:"name"`
	Args string `json:"args,omitempty"`
}

// Form is a submitted dialog or a card with inputs.
type Form struct {
	ID     string            `json:"id,omitempty"`
	Values map[string]string `json:"values,omitempty"`
	// Data is what the form's author had hidden in it.
	Data string `json:"data,omitempty"`
}
