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

	"dari/bot/check"
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
	// Turn answers one inbound event. Parts of the answer may be handed over while the turn is still
	// running by calling emit, in order and from one goroutine at a time; what the Result carries comes
	// after them. An error of emit ends the turn and is returned. Turn must return when ctx ends. A turn
	// may be run again after a crash with the same Turn.ID. Every error is an *Error or wraps one.
	Turn(ctx context.Context, t Turn, emit Emit) (Result, error)
}

// Emit takes a part of an answer.
type Emit func(Output) error

// Output is a part of an answer: a finished message, or a piece of one that is still being written.
type Output struct {
	// Message is a finished message. It takes the place of the text that was growing, if there is one.
	Message *message.Message
	// Delta is appended to the growing text. A turn that ends without a Message for it ends with the
	// grown text itself as the message.
	Delta string
}

// Say is the output of a finished message.
func Say(m message.Message) Output { return Output{Message: &m} }

// Checker is the optional ability of an engine to test its connection live. It asks no turn that a
// person would notice, and never shows secrets.
type Checker interface {
	Check(ctx context.Context) []check.Check
}

// Closer is the optional ability of an engine that holds something to be given back (connections,
// watchers). No turn runs when Close is called, and none will.
type Closer interface {
	Close() error
}

// Classifier is the optional ability of an engine to tell what a text means without a turn.
type Classifier interface {
	// Intent returns the most likely intent, and whether it is likely enough to act on.
	Intent(text, locale string) (intent string, sure bool)
}

// Rememberer is the optional ability of an engine that keeps something about people (Turn.User).
type Rememberer interface {
	RemembersPeople()
}

// SignatureChecker is the optional ability of an engine whose questions are signed: it explains why the other
// side may find a signature wrong.
type SignatureChecker interface {
	// ExplainSignature compares what the other side has received, and what it made of it, with what is right.
	// It does no I/O.
	ExplainSignature(Received) []check.Check
}

// Received is a question as the other side has got it.
type Received struct {
	Header http.Header
	Body   []byte
	Own    string // the signature that the other side works out; may be empty
}

// LateReplier is the optional ability of an engine that may answer a turn later, by calling Turn.ReplyTo.
type LateReplier interface {
	// Late judges one such call: it verifies that it comes from the engine and reads it. It refuses with
	// an *Error of code "signature" or "bad_answer". It does no I/O.
	Late(header http.Header, body []byte, now time.Time) (LateReply, error)
}

// LateReply is a part of an answer that comes after its turn.
type LateReply struct {
	ID     string // of the call: a second one with the same ID is a repetition
	TurnID string
	Seq    int // counts from 1; parts are delivered in this order
	Result Result
	Final  bool // nothing more will come
}

// Deps is what an engine gets from outside.
type Deps struct {
	BotID string
	// HTTP is guarded against private addresses and follows no redirects.
	HTTP *http.Client
	Now  func() time.Time
	Log  *slog.Logger
	// URLs judges addresses that only become known while the engine works; nil allows all.
	URLs settings.URLPolicy
	// Revisions holds what the bot's builder has published; nil when nothing can be.
	Revisions Revisions
	// Ask runs a turn of another engine of the same bot, by the name it has there. nil when the bot has
	// no other; an unknown name is an *Error of code "unknown_engine".
	Ask func(ctx context.Context, engine string, t Turn, emit Emit) (Result, error)
}

// Revisions holds published versions of files that an engine works from. A revision never changes.
type Revisions interface {
	// Current is the id of the published revision; "" when there is none. It is cheap to call: a turn may.
	Current(ctx context.Context) (string, error)
	// Files returns the files of a revision by their path.
	Files(ctx context.Context, id string) (map[string][]byte, error)
}

// Problem is a mistake in such files.
type Problem struct {
	File   string `json:"file"`
	Line   int    `json:"line"`   // from 1; 0 when it is not about a line
	Column int    `json:"column"` // in runes, from 1
	Code   string `json:"code"`   // stable
	// Message says what is wrong, and Hint what would be right; "" when nobody knows.
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Warning bool   `json:"warning,omitempty"` // may be published all the same
}

func (p Problem) String() string {
	s := fmt.Sprintf("%s:%d:%d: %s: %s", p.File, p.Line, p.Column, p.Code, p.Message)
	if p.Hint != "" {
		s += " (" + p.Hint + ")"
	}
	return s
}

// Starter is the optional ability of an Author whose bots answer before anything is published. StarterFiles
// are what they answer from, and so what the first draft holds.
type Starter interface {
	StarterFiles() map[string][]byte
}

// Author is the optional ability of a Type whose engines work from files.
type Author interface {
	// Validate returns every mistake in the files, in their order. It does no I/O.
	Validate(files map[string][]byte) []Problem
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
	// User is what the engine gave back about this person, in whatever conversation of the channel.
	User State
	// ReplyTo is the address for the engine's late replies to this turn, good until ReplyUntil; "" when
	// Dari cannot be reached by it.
	ReplyTo    string
	ReplyUntil time.Time
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

// Result is the engine's answer, after everything emitted. Of a failed turn only State counts.
type Result struct {
	Reply message.Reply
	// State replaces the stored one; nil keeps it, a pointer to an empty State clears it.
	State *State
	// End says that the session is over: the state is cleared. Done says that a task is over: whoever handed the
	// conversation to the engine takes it back, as after an End, but the state stays.
	End, Done bool
	// User replaces what is kept about the person; nil keeps it.
	User *State
	// Handoff asks that people take the conversation over.
	Handoff *Handoff
	// Later says that the rest of the answer comes to Turn.ReplyTo.
	Later bool
	// Trace is what the engine wants shown beside the turn (intent, score, usage).
	Trace json.RawMessage
	// Usage is what a model's provider counts for the turn; nil if there is none.
	Usage *Usage
}

// Usage is what a turn took of a language model, as its provider counts.
type Usage struct {
	Model    string
	Input    int     // tokens, cached ones included
	Cached   int     // of Input
	Output   int     // tokens
	Cost     float64 // 0: nobody knows the prices
	Currency string  // of Cost, as it was entered or told
}

// Handoff asks that people take the conversation over: the bot is silent until they close it, or For
// has passed.
type Handoff struct {
	Queue string        `json:"queue,omitempty"` // which people, in the bot builder's words
	Note  string        `json:"note,omitempty"`  // what they should know
	For   time.Duration `json:"for,omitempty"`   // 0 = until they close it
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
