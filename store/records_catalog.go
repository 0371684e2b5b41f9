package store

import (
	"time"

	"dari/bot/settings"
)

// Bot is an engine with its settings.
type Bot struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Locale string     `json:"locale,omitempty"`
	Engine EngineSpec `json:"engine"`
	// Engines are further engines by name, which Routes, Failover and the engines themselves refer to.
	Engines  map[string]EngineSpec `json:"engines,omitempty"`
	Routes   []Route               `json:"routes,omitempty"`
	Failover string                `json:"failover,omitempty"` // asked when the other one fails
	Handoff  HandoffRoom           `json:"handoff,omitzero"`
	// Revision is the id of the published files, "" if there are none.
	Revision  string    `json:"revision,omitempty"`
	Managed   bool      `json:"managed,omitempty"` // comes from the configuration file
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Route gives turns to another engine. A turn that fits every rule that is set goes there.
type Route struct {
	Engine   string   `json:"engine"`
	Channels []string `json:"channels,omitempty"` // ids or types
	Locales  []string `json:"locales,omitempty"`  // "ko" fits ko-KR too
	Keywords []string `json:"keywords,omitempty"` // any of them in the text
	Intents  []string `json:"intents,omitempty"`  // as the main engine tells them
	Share    float64  `json:"share,omitempty"`    // of the conversations, 0 to 1; 0 = all
	// Stay keeps the conversation there until the engine ends it or another route fits.
	Stay bool `json:"stay,omitempty"`
}

// HandoffRoom is the room in which people answer for the bot.
type HandoffRoom struct {
	Channel      string `json:"channel,omitempty"`
	Conversation string `json:"conversation,omitempty"` // Dari's id
}

// Handoff is a conversation that people have taken over. Its id is the conversation's.
type Handoff struct {
	ConversationID string    `json:"conversation"`
	BotID          string    `json:"bot"`
	ChannelID      string    `json:"channel"`
	Code           string    `json:"code"` // what people call it by in their room: "#A7K"
	Queue          string    `json:"queue,omitempty"`
	Note           string    `json:"note,omitempty"`
	Since          time.Time `json:"since"`
	Until          time.Time `json:"until,omitzero"` // zero: until people end it
}

// EngineSpec is an engine type with its settings: the open ones as they are, the secret ones sealed.
type EngineSpec struct {
	Type     string          `json:"type"`
	Settings settings.Values `json:"settings,omitempty"`
	Sealed   []byte          `json:"sealed,omitempty"`
}

// Channel is one registered messenger account of one bot.
type Channel struct {
	ID        string          `json:"id"`
	BotID     string          `json:"bot"`
	Type      string          `json:"type"`
	Name      string          `json:"name"`
	Enabled   bool            `json:"enabled"`
	Draft     bool            `json:"draft,omitempty"` // not complete yet
	Settings  settings.Values `json:"settings,omitempty"`
	Sealed    []byte          `json:"sealed,omitempty"`
	BotName   string          `json:"bot_name,omitempty"` // as the last check learnt it
	CheckedAt time.Time       `json:"checked_at,omitzero"`
	CheckOK   bool            `json:"check_ok,omitempty"`
	Found     *Found          `json:"check_found,omitempty"` // by the last check; nil if nothing stops messages
	Managed   bool            `json:"managed,omitempty"`
	Former    *Former         `json:"former,omitempty"`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`
}

// Found is what a check of a channel has found that stops messages, by the code of its sentence.
type Found struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
	// Way is true of what is in the way of callbacks, and Lasting if it is so as seen from here alone: callbacks
	// that came before prove the contrary, too.
	Way     bool `json:"way,omitempty"`
	Lasting bool `json:"lasting,omitempty"`
}

// Former are the settings that a channel had before a secret of it was replaced.
type Former struct {
	Settings   settings.Values `json:"settings,omitempty"`
	Sealed     []byte          `json:"sealed,omitempty"`
	ReplacedAt time.Time       `json:"replaced_at"`
	TakenUntil time.Time       `json:"taken_until,omitzero"` // callbacks that they prove are taken
}

// Alarm is something that goes wrong now, or will soon: its id is its kind, ":", what it is about, and for what
// ends soon ":" and how soon. It is deleted when it is over.
type Alarm struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	BotID     string `json:"bot,omitempty"`
	ChannelID string `json:"channel,omitempty"`
	// Subject is the name of what has no bot, or how soon something ends: "month", "week", "day" or "over".
	Subject string `json:"subject,omitempty"`
	Count   int    `json:"count,omitempty"` // of the last look
	// Last is the newest error, or the day on which something ends; at most 300 bytes, without secrets and
	// without what looks like personal data. Payload tells what kind of thing it happened to.
	Last    string    `json:"last,omitempty"`
	Payload string    `json:"payload,omitempty"`
	EventID string    `json:"event,omitempty"` // the newest one, "" if there is none
	Since   time.Time `json:"since"`
	SeenAt  time.Time `json:"seen_at"` // by the last look that found it
	// State is what the targets are told: "raised", "still" or "over"; Owed are those that have not heard it.
	State   string    `json:"state"`
	Owed    []string  `json:"owed,omitempty"`
	ToldAt  time.Time `json:"told_at,omitzero"`  // when that telling began; zero: there was nobody to tell
	TriedAt time.Time `json:"tried_at,omitzero"` // when it was tried last
}

// AlarmTarget is a place that alarms are told to.
type AlarmTarget struct {
	ID             string    `json:"id"`
	Name           string    `json:"name"`
	Kind           string    `json:"kind"`                   // "webhook" or "conversation"
	Sealed         []byte    `json:"sealed,omitempty"`       // the address of a webhook, which is a secret
	Shown          string    `json:"shown,omitempty"`        // what may be seen of it
	ConversationID string    `json:"conversation,omitempty"` // Dari's id
	Locale         string    `json:"locale"`
	CreatedAt      time.Time `json:"created_at"`
	LastAt         time.Time `json:"last_at,omitzero"`     // when it was told something last
	LastError      string    `json:"last_error,omitempty"` // why it did not hear the newest; "" if it did
}

// APIKey is a key of the admin API. Only a hash of the key is kept.
type APIKey struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Scopes     []string  `json:"scopes"`
	Hash       []byte    `json:"hash"`
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at,omitzero"`
	// LastUsedFrom is the address of the client that used it then; "" if nobody keeps it for this kind of key.
	LastUsedFrom string    `json:"last_used_from,omitempty"`
	ExpiresAt    time.Time `json:"expires_at,omitzero"` // zero: never
	// ReplacedBy is the id of the key that a rotation has made in its place.
	ReplacedBy string `json:"replaced_by,omitempty"`
}

// User is a person who may sign in to the console.
type User struct {
	ID        string    `json:"id"` // the login name
	Role      string    `json:"role"`
	Password  []byte    `json:"password"` // bcrypt; none for who has been invited or signs in elsewhere
	Locale    string    `json:"locale,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	// Subject is who the person is to the sign-in provider: its issuer, a blank, and its id of the person.
	Subject string `json:"subject,omitempty"`
	// Stamp changes with the password and the role; sessions opened under another one are over.
	Stamp string `json:"stamp,omitempty"`
	// Link is the id of the newest one-time link that was made for the person.
	Link       string    `json:"link,omitempty"`
	LastSignIn time.Time `json:"last_sign_in,omitzero"`
}

// Session is a console session. Its id is a hash of the cookie.
type Session struct {
	Data    []byte    `json:"data"`
	Expires time.Time `json:"expires"`
}

// Link is a one-time link. Its id is a hash of the secret part.
type Link struct {
	Purpose string    `json:"purpose"`
	Expires time.Time `json:"expires"`
	User    string    `json:"user,omitempty"` // whom it gives a password; "" for a new administrator
}

// Token is a sealed access token of a platform.
type Token struct {
	Name    string    `json:"name"`
	Sealed  []byte    `json:"sealed"`
	Expires time.Time `json:"expires"` // of its longest-lived part
	// AccessUntil is the end of the access token itself; zero in records of before it was kept.
	AccessUntil time.Time `json:"access_until,omitzero"`
}

// Postback is the data of a button that was too long for its platform.
type Postback struct {
	Ref  string    `json:"ref"`
	Data string    `json:"data"`
	At   time.Time `json:"at"`
}
