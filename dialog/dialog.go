// Package dialog defines what answers a turn: the dialog engine.
package dialog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
)

// Type describes one kind of engine. It is stateless and safe for concurrent use.
type Type interface {
	// Name is the type's name in settings: lower case, no spaces.
	Name() string
	// Fields describes the form.
	Fields() []settings.Field
	// New makes the engine of one bot. Wrong values are reported as a *settings.Error. New does no I/O.
	New(settings.Values, Deps) (Engine, error)
}

// Engine answers turns. It is safe for concurrent use; the runtime never runs two turns of one
// conversation at once.
type Engine interface {
	// Turn answers one inbound event. Messages may be handed over while the turn is still running by
	// calling emit, in order; what the Result carries comes after them. Turn must return when ctx ends.
	// A turn may be run again after a crash with the same Turn.ID. Every error is an *Error or wraps one.
	Turn(ctx context.Context, t Turn, emit func(message.Message) error) (Result, error)
}

// Deps is what an engine gets from outside.
type Deps struct {
	BotID string
	// HTTP is guarded against private addresses and follows no redirects.
	HTTP *http.Client
	Now  func() time.Time
	Log  *slog.Logger
}

// Turn is one question to the engine.
type Turn struct {
	ID       string // the same when the turn is run again: an idempotency key
	Bot      Bot
	Channel  Channel
	Inbound  message.Inbound
	New      bool      // the first turn of this conversation
	State    State     // what the engine gave back last time
	Deadline time.Time // the runtime stops waiting then
	// ConversationID is Dari's id, unique over all channels.
	ConversationID string
}

// Bot is the bot that is asked.
type Bot struct {
	ID       string
	Name     string
	Locale   string
	Revision string
}

// Channel tells where the answer will be shown, so that an engine can shape it.
type Channel struct {
	ID           string
	Type         string
	Capabilities json.RawMessage // the limits, as JSON
}

// State is an opaque blob that the runtime keeps per conversation.
type State struct {
	Token string
}

// MaxState is the largest state token, in bytes.
const MaxState = 16 << 10

// Result is the engine's answer, after everything emitted.
type Result struct {
	Reply message.Reply
	// State replaces the stored one; nil keeps it, a pointer to an empty State clears it.
	State *State
	// End says that the session is over: the state is cleared.
	End bool
	// Trace is what the engine wants shown beside the turn (intent, score, usage).
	Trace json.RawMessage
}

// Error is a failed turn.
type Error struct {
	Code string // stable: "timeout", "unreachable", "bad_answer", "refused", …
	// UserMessage is what the engine wants the person to read; "" means the bot's fallback text.
	UserMessage string
	// Gone says that the engine wants no further turns (HTTP 410).
	Gone bool
	Err  error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return "engine: " + e.Code
	}
	return fmt.Sprintf("engine: %s: %v", e.Code, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// AsError returns the Error in err's chain, or a new one: "timeout" when a deadline passed, else "failed".
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Code: "timeout", Err: err}
	}
	return &Error{Code: "failed", Err: err}
}

// Registry is the ordered list of engine types that a Dari knows.
type Registry = settings.Registry[Type]

// NewRegistry lists the types in the order of the console.
func NewRegistry(types ...Type) (*Registry, error) { return settings.NewRegistry("engine", types...) }
