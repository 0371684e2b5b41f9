// Package channels defines what a messenger has to offer to be connected to Dari.
//
// A channel type is a translator: it verifies and parses callbacks, and turns finished messages into
// platform calls. Queues, retries, mention rules, splitting and storage belong to the runtime.
package channels

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"dari/bot/check"
	"dari/bot/message"
	"dari/bot/settings"
)

// Type describes one messenger. It is stateless and safe for concurrent use.
type Type interface {
	// Name is the type's name in URLs and settings: lower case, no spaces.
	Name() string
	// Setup describes the form and the guide.
	Setup() Setup
	// Limits says what the messenger can show.
	Limits() Limits
	// New makes the adapter of one channel. The values have passed settings.Clean with Setup().Fields;
	// a value that is still wrong is reported as a *settings.Error. New does no I/O.
	New(settings.Values, Deps) (Adapter, error)
}

// Adapter is one registered channel. All methods are safe for concurrent use.
type Adapter interface {
	// Verify decides whether the callback really comes from the platform. It refuses with a *Refusal.
	// The runtime keeps the body of a refused request for the channel's owner; an adapter whose callbacks
	// hold a secret blanks it there. Verify does no I/O, except that an adapter whose platform publishes its keys may fetch them.
	Verify(ctx context.Context, r *Request) error
	// Parse turns a callback into events, in the platform's order. It is pure: the same Request gives
	// the same result, and Parse of an event's own Raw (with the same ContentType and ReceivedAt)
	// gives exactly that event. Unknown events become message.KindUnknown, never an error; only a body
	// that is not what the platform's envelope looks like is refused (status 400).
	Parse(r *Request) (Callback, error)
	// Send makes one platform call for the outgoing messages. It may block until ctx ends and may be
	// called again with a higher Attempt for the same Outgoing. Every error is a *SendError or wraps one.
	Send(ctx context.Context, out Outgoing) (Receipt, error)
	// Check tests the connection live, making its calls with ctx. It never returns secrets and never
	// panics on odd answers. What is the same for all messengers, such as the callback URL's being
	// reachable or the clock's being right, the runtime adds.
	Check(ctx context.Context) Report
}

// Deps is what an adapter gets from outside.
type Deps struct {
	ChannelID string
	// CallbackURL is the address that the platform's console should hold; "" if unknown.
	CallbackURL string
	// HTTP is guarded against private addresses and has time-outs; errors of its transport are already
	// *SendError values (temporary when nothing was sent, uncertain when something was).
	HTTP *http.Client
	// Tokens keeps issued credentials, sealed, shared by everybody who uses the same ones.
	Tokens TokenStore
	Now    func() time.Time
	Log    *slog.Logger
}

// Setup is the form and the guide of a channel type, as data.
type Setup struct {
	Fields []settings.Field `json:"fields"`
	Steps  []settings.Step  `json:"steps"`
	// Sample is a conversation as the messenger's look, for showing what would be sent to one.
	Sample Sample `json:"-"`
}

// Sample is a made-up conversation and the Reference that goes with it.
type Sample struct {
	Conversation message.Conversation
	Reference    []byte
}

// Request is one callback as it arrived.
type Request struct {
	Header http.Header
	// ContentType is the Content-Type header; it is kept with the event, the other headers are not.
	ContentType string
	Body        []byte
	ReceivedAt  time.Time
}

// Callback is what a callback contains.
type Callback struct {
	Events []message.Inbound
	// Answer is the HTTP answer that the platform expects; the zero value is an empty 200.
	Answer Answer
}

// Answer is an HTTP answer to a callback.
type Answer struct {
	Status      int // 0 means 200
	ContentType string
	Body        []byte
}

// Outgoing is one delivery: messages that one platform call carries. The runtime has already split
// and degraded them to the type's Limits.
type Outgoing struct {
	// ID identifies the delivery; the same for every attempt.
	ID string
	// IdempotencyKey is a UUID, the same for every attempt, for platforms that take one.
	IdempotencyKey string
	Conversation   message.Conversation
	// User is set instead of a known conversation when a person is written to first.
	User     string
	Messages []message.Message
	// Address is the Address of the event being answered; nil when nothing is being answered.
	Address []byte
	// Reference is the newest Reference seen in the conversation; nil if there is none.
	Reference []byte
	// AddressAt is when that event was received, for reply handles that expire.
	AddressAt time.Time
	// First is true for the first delivery of a turn: a one-use reply handle belongs to it alone.
	First bool
	// Attempt counts from 1. Doubt is true when an earlier attempt may have reached the platform.
	Attempt int
	Doubt   bool
	// Recovered is true when the process that made the delivery is gone: it may have sent it and not come to say so.
	Recovered bool
}

// Receipt is the platform's answer to a successful call.
type Receipt struct {
	// MessageIDs are the platform's ids of the sent messages, where it tells.
	MessageIDs []string
	// Route tells how it went out when there is a choice ("reply", "push").
	Route string
}

// Report is a connection test.
type Report struct {
	Checks []check.Check // in the order in which they are read
	// BotName is the bot's name as the platform shows it, "" if not learnt.
	BotName string
}

// TokenDesk is the optional ability of handing out the channel's access token to integrators.
type TokenDesk interface {
	// DeskHeader is the value that the caller has to present; "" closes the desk.
	DeskHeader() string
	// CurrentToken returns the shared token, issuing one if there is none or it is about to expire.
	// Errors are *SendError values: config or auth (the platform refused, Code and Err say why),
	// temporary (not reachable).
	CurrentToken(ctx context.Context) (Token, error)
	// RenewToken returns a newly issued token; concurrent calls share one issue.
	RenewToken(ctx context.Context) (Token, error)
}
