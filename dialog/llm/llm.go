// Package llm is what engines that ask a language model share: settings, system prompt, history window,
// tool loop and the counting of tokens.
//
// The engines above it speak to their servers with small clients of their own on net/http. The official
// client libraries double or triple the size of the program (one of them links the identity code of two
// clouds), and what compatible servers get slightly wrong has to be tolerated by hand in any case. The
// Model Context Protocol, in contrast, is spoken by its official library: its sessions and its
// negotiation of versions are not worth repeating.
package llm

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"dari/bot/check"
	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/remote"
)

// Model is one language model on some server. It is safe for concurrent use.
type Model interface {
	// Next asks for the next message of a conversation. Where the answer streams, say gets the pieces of
	// its text, in order and while they come; an error of say ends the call and is returned. Every other
	// error is a *dialog.Error.
	Next(ctx context.Context, r Request, say func(string) error) (Answer, error)
	// Check tests the connection without asking for an answer that costs anything.
	Check(ctx context.Context) []check.Check
}

// Request is a conversation that the model has to continue.
type Request struct {
	System   string // "" for none
	Messages []Message
	Tools    []Tool
	MayCall  bool   // false: the model has to answer in words
	Person   string // a pseudonym of the person, "" when it is not to be sent
}

// Role says whose message it is.
type Role string

// The roles of a conversation.
const (
	User      Role = "user"
	Assistant Role = "assistant"
	Results   Role = "results" // what the tools answered
)

// Message is one message of a conversation.
type Message struct {
	Role    Role
	Text    string
	Images  []Image  // of a user's message
	Calls   []Call   // of an assistant's message
	Results []Result // of a message of Results, in the order of the calls
}

// Image is a picture by its address or, where Data is set, itself.
type Image struct {
	URL  string
	MIME string
	Data []byte
}

// Call is the model's wish to use a tool. Arguments is what the model wrote, which may be no JSON.
type Call struct{ ID, Name, Arguments string }

// Object is the arguments as the JSON object that the model is shown as its own words. Servers refuse a
// conversation in which it wrote nonsense.
func (c Call) Object() json.RawMessage {
	if raw, err := object(c.Arguments); err == nil {
		return raw
	}
	return json.RawMessage("{}")
}

// Result is what came of a call.
type Result struct {
	ID, Name string
	Text     string
	Failed   bool
}

// End says why the model stopped.
type End string

// The reasons to stop.
const (
	Done     End = "stop"
	Cut      End = "length"         // it ran into a limit of tokens
	ToCall   End = "tool_calls"     // it waits for tools
	Filtered End = "content_filter" // the server or the model refused
)

// Answer is the model's next message.
type Answer struct {
	Model string // as the server names it
	Text  string
	Calls []Call
	End   End
	Usage Usage
}

// Engine runs the turns of one bot. It holds the sessions with tool servers and nothing else that
// changes.
type Engine struct {
	Settings
	model  Model
	tools  *servers
	client *http.Client
	now    func() time.Time
	log    *slog.Logger
}

// New makes an engine. It does no I/O.
func New(s Settings, m Model, deps dialog.Deps) *Engine {
	e := &Engine{Settings: s, model: m, client: deps.HTTP, now: deps.Now, log: deps.Log}
	if e.now == nil {
		e.now = time.Now
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	e.tools = newServers(s, deps.HTTP, e.now)
	return e
}

// Close implements dialog.Closer: it ends the sessions with the tool servers.
func (e *Engine) Close() error { return e.tools.close() }

// maxTurn bounds a turn that came without any deadline; it is the largest runtime.turn_timeout.
const maxTurn = 10 * time.Minute

// Within bounds a turn by its own deadline and by a setting, 0 for none. Turn.Deadline is by the
// runtime's clock, a context's deadline always by the machine's.
func Within(ctx context.Context, t dialog.Turn, now time.Time, setting time.Duration) (context.Context, context.CancelFunc) {
	left := maxTurn
	if setting > 0 {
		left = min(left, setting)
	}
	if !t.Deadline.IsZero() {
		left = min(left, t.Deadline.Sub(now))
	}
	return context.WithTimeout(ctx, left)
}

// Markdown is a model's text as a message. It is never anything else: what looks like a platform's
// mark-up, a card or a mention in it stays text.
func Markdown(text string) message.Message {
	return message.Message{Type: message.TypeText, Text: text, Format: "markdown"}
}

// NotTaken is the failure of a turn whose answer nobody took.
func NotTaken(err error) error {
	code := "cancelled"
	if e := dialog.AsError(err); e.Code != "failed" {
		code = e.Code
	}
	return remote.Failf(code, "hand over the answer: %w", err)
}
