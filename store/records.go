package store

import (
	"encoding/json"
	"time"

	"dari/bot/message"
)

// EventState is what became of an event.
type EventState string

// The states of an event.
const (
	Waiting   EventState = "accepted" // durable, its turn is still to come
	Handled   EventState = "handled"
	Failed    EventState = "failed"
	Ignored   EventState = "ignored"
	Duplicate EventState = "duplicate"
	Rejected  EventState = "rejected"
)

// Event is one inbound event.
type Event struct {
	ID             string // given by the store; sorts by time
	BotID          string
	ChannelID      string
	ConversationID string
	Keys           []string
	Kind           message.Kind
	Name           string
	State          EventState
	Reason         string // why ignored, failed or rejected
	Of             string // of a duplicate and of a replay: the id of the first one
	ReceivedAt     time.Time
	ContentType    string
	Raw            []byte
	StartedAt      time.Time // of the turn
	FinishedAt     time.Time
	Trace          json.RawMessage // of the turn

	// Inbound is what Raw says, or nil. It is not stored: whoever accepts an event gives it away, and the
	// driver gives it to one claim if it still has it then.
	Inbound *message.Inbound
}

// Accepted is the result of Accept for one event.
type Accepted struct {
	ID        string // of the event, or of the first one for a duplicate
	Duplicate bool
}

// TurnClaim is the right to run one turn.
type TurnClaim struct {
	Event        Event
	Conversation Conversation // zero ID: this is its first turn
	Fence        uint64       // the driver's own
}

// Turn is everything a turn changes.
type Turn struct {
	State      EventState // Handled, Failed or Ignored
	Reason     string
	StartedAt  time.Time
	FinishedAt time.Time
	Trace      json.RawMessage
	// Conversation replaces the stored record; nil leaves it.
	Conversation *Conversation
	Deliveries   []Delivery
}

// Conversation is one room, thread or 1:1 chat of one channel.
type Conversation struct {
	ID        string               `json:"id"` // channel id, ":", the platform's id
	BotID     string               `json:"bot"`
	ChannelID string               `json:"channel"`
	Platform  message.Conversation `json:"platform"`
	User      message.User         `json:"user,omitzero"` // the person of a 1:1 chat, the last speaker elsewhere
	Locale    string               `json:"locale,omitempty"`
	// State is the main engine's token, States those of the others by their name.
	State  string            `json:"state,omitempty"`
	States map[string]string `json:"states,omitempty"`
	// Engine is the one that has the conversation for now; "" is the main one.
	Engine string `json:"engine,omitempty"`
	// Reference is the adapter's newest reference for messages that answer nothing.
	Reference json.RawMessage `json:"reference,omitempty"`
	// Answered is true once the bot has spoken here.
	Answered bool      `json:"answered,omitempty"`
	FirstAt  time.Time `json:"first_at"`
	// LastAt is the time of the last turn, exact to about ten minutes: it is not worth a write of its own.
	LastAt time.Time `json:"last_at"`
}

// Person is what an engine keeps about one person of a channel, in all conversations. Its id is the
// channel's, ":", the platform's id of the person.
type Person struct {
	State string `json:"state,omitempty"` // of the engine
	// Direct is the id of the person's own conversation with the bot, where it does not follow from the person's.
	Direct string `json:"direct,omitempty"`
}

// DeliveryStatus is what became of a delivery.
type DeliveryStatus string

// The states of a delivery.
const (
	Pending     DeliveryStatus = "pending"
	Delivered   DeliveryStatus = "delivered"
	Undelivered DeliveryStatus = "failed"
	Uncertain   DeliveryStatus = "uncertain"
	Cancelled   DeliveryStatus = "cancelled"
)

// Delivery is one platform call that has to succeed.
type Delivery struct {
	ID             string               `json:"-"` // given by the store; sorts by time
	EventID        string               `json:"event,omitempty"`
	BotID          string               `json:"bot,omitempty"`
	ChannelID      string               `json:"channel"`
	ConversationID string               `json:"conversation"`
	Platform       message.Conversation `json:"platform,omitzero"`
	User           string               `json:"user,omitempty"` // a person written to without a known conversation
	Messages       []message.Message    `json:"messages"`
	Address        json.RawMessage      `json:"address,omitempty"`
	AddressAt      time.Time            `json:"address_at,omitzero"`
	Reference      json.RawMessage      `json:"reference,omitempty"`
	First          bool                 `json:"first,omitempty"`
	Key            string               `json:"key,omitempty"`       // idempotency key, a UUID
	Broadcast      string               `json:"broadcast,omitempty"` // the broadcast it is part of
	Process        string               `json:"process,omitempty"`   // that made it, where a one-use handle belongs to it
	CreatedAt      time.Time            `json:"at"`
	Result         Result               `json:"-"`
}

// Result is where a delivery stands.
type Result struct {
	Status   DeliveryStatus `json:"status"`
	Attempts int            `json:"attempts"`
	// NextAt is when a pending delivery is tried next.
	NextAt time.Time `json:"next_at,omitzero"`
	// Doubt is true once an attempt may have reached the platform without an answer.
	Doubt bool `json:"doubt,omitempty"`
	// Again is true once somebody has had it sent again in spite of the doubt.
	Again      bool      `json:"again,omitempty"`
	ErrorKind  string    `json:"error_kind,omitempty"`
	ErrorCode  string    `json:"error_code,omitempty"`
	Error      string    `json:"error,omitempty"`
	MessageIDs []string  `json:"message_ids,omitempty"`
	Route      string    `json:"route,omitempty"`
	DoneAt     time.Time `json:"done_at,omitzero"`
}

// Revision is a version of the files that a bot's engine works from. Its id is the bot's, ":", and the
// hash of the files, or "draft".
type Revision struct {
	ID     string            `json:"id"`
	BotID  string            `json:"bot"`
	Files  map[string][]byte `json:"files"`
	Author string            `json:"author,omitempty"`
	Note   string            `json:"note,omitempty"`
	At     time.Time         `json:"at"`
}

// Stats are the counters of one channel on one day (UTC). Its id is the channel's, ":", and the day as
// 2026-01-31.
type Stats struct {
	ChannelID string    `json:"channel"`
	Day       time.Time `json:"day"`
	// Hours are the tallies by the hour of the day, 0 to 23. Of a day long ago the first stands for all.
	Hours map[int]json.RawMessage `json:"hours"`
}

// Broadcast is one saying to many people.
type Broadcast struct {
	ID          string    `json:"id"`
	BotID       string    `json:"bot"`
	ChannelID   string    `json:"channel"`
	Name        string    `json:"name,omitempty"`
	Key         string    `json:"key"` // of Outbox.Enqueue, which knows its deliveries
	Recipients  int       `json:"recipients"`
	CreatedAt   time.Time `json:"created_at"`
	CancelledAt time.Time `json:"cancelled_at,omitzero"`
}

// DeliveryClaim is the right to make one platform call.
type DeliveryClaim struct {
	Delivery Delivery
	Fence    uint64 // the driver's own
}

// Audit is one line of the audit log.
type Audit struct {
	ID     string    `json:"-"`
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	From   string    `json:"from,omitempty"` // client address
	Action string    `json:"action"`
	On     string    `json:"on,omitempty"` // what it was done to
	Detail string    `json:"detail,omitempty"`
	OK     bool      `json:"ok"`
}
