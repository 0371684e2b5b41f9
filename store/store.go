// Package store defines what Dari keeps, in business words.
package store

import (
	"context"
	"errors"
	"io"
	"time"
)

// Errors of every driver.
var (
	ErrNotFound = errors.New("not found")
	ErrExists   = errors.New("already exists")
	// ErrStale means that the claim is no longer the caller's: somebody else has taken the
	// conversation over, and nothing of the commit has happened.
	ErrStale = errors.New("claim is stale")
	// ErrState means that the record is not in a state that allows the change.
	ErrState = errors.New("not possible in this state")
)

// Store keeps everything. All methods are safe for concurrent use. A method that changes something
// returns nil only when the change is durable, unless it says otherwise; an error means that nothing
// has changed.
type Store interface {
	Inbox
	Outbox
	Catalog

	// Conversation returns ErrNotFound for one that has had no turn yet.
	Conversation(ctx context.Context, id string) (Conversation, error)
	// Conversations lists in order of id.
	Conversations(ctx context.Context, q Query) (Page[Conversation], error)
	// ResetConversation clears the engine's state of the conversation.
	ResetConversation(ctx context.Context, id string) error

	// Audit appends to the audit log. It does not wait for the disk.
	Audit(ctx context.Context, a Audit) error
	// Audits lists newest first.
	Audits(ctx context.Context, q Query) (Page[Audit], error)

	// Lock gives the caller the sole right to what name stands for, across all processes that share
	// the store, until unlock is called or the caller's process is gone.
	Lock(ctx context.Context, name string) (unlock func(), err error)

	// Prune deletes what is older than the limits and no longer waiting. It works in small steps, so
	// that callbacks go on meanwhile.
	Prune(ctx context.Context, r Retention) (Pruned, error)
	// Backup writes a consistent copy while the store is in use.
	Backup(ctx context.Context, w io.Writer) error
	// Ready returns nil when the store takes writes.
	Ready(ctx context.Context) error
	Close() error
}

// Inbox takes events in and hands them out for their turns.
type Inbox interface {
	// Accept makes the events durable and queues those in state Accepted, in one step that also finds
	// redeliveries: an event that shares its channel and any of its keys with one accepted earlier is
	// a duplicate, changes nothing, and its result names the earlier one. The results stand in the
	// order of the events.
	Accept(ctx context.Context, events []Event) ([]Accepted, error)
	// Record notes an event that is not to be handled (rejected, duplicate). It does not wait for the
	// disk and may drop the note under load.
	Record(e Event)
	// NextTurn waits for a conversation with a waiting event that nobody works on and returns its
	// oldest one. No other claim on the conversation is given until this one is committed or released.
	NextTurn(ctx context.Context) (TurnClaim, error)
	// CommitTurn ends the claim: outcome, conversation and deliveries, all or nothing. The returned
	// deliveries carry their ids.
	CommitTurn(ctx context.Context, c TurnClaim, t Turn) ([]Delivery, error)
	// ReleaseTurn hands the event back undone.
	ReleaseTurn(c TurnClaim)

	// Events lists newest first.
	Events(ctx context.Context, q Query) (Page[Event], error)
	Event(ctx context.Context, id string) (Event, error)
	// Redact forgets what a person said in an event, its payload and its trace, and gives it a reason instead.
	// ErrState for one that still waits.
	Redact(ctx context.Context, id, reason string) error
	Ledger(ctx context.Context) (Ledger, error)
}

// Outbox holds the deliveries until the platform has taken them.
type Outbox interface {
	// Enqueue adds deliveries that belong to no turn. The returned ones carry their ids. A key that is
	// not empty makes it idempotent: the second call with it adds nothing and returns the deliveries of
	// the first, as they stand now, and true. Keys are remembered as long as events are kept.
	Enqueue(ctx context.Context, key string, d []Delivery) ([]Delivery, bool, error)
	// Enqueued returns the deliveries that a key has brought, as they stand now; ErrNotFound for a key
	// that is not known (any more).
	Enqueued(ctx context.Context, key string) ([]Delivery, error)
	// Cancel ends the pending deliveries of a key and returns how many. One that is just being sent may
	// still be delivered. ErrNotFound for a key that is not known (any more).
	Cancel(ctx context.Context, key string) (int, error)
	// NextDelivery waits for a conversation whose oldest pending delivery is due and returns it. The
	// later ones of that conversation wait until this one is finished.
	NextDelivery(ctx context.Context) (DeliveryClaim, error)
	// FinishDelivery ends the claim with the result. Status Pending means: try again at NextAt.
	FinishDelivery(ctx context.Context, c DeliveryClaim, r Result) error
	// ReleaseDelivery hands the delivery back untried, to be offered again at the given time; a zero
	// time means soon. The time is forgotten by a restart.
	ReleaseDelivery(c DeliveryClaim, until time.Time)
	// Resend queues a failed, uncertain or cancelled delivery again; ErrState for any other.
	Resend(ctx context.Context, id string) (Delivery, error)

	// Deliveries lists newest first.
	Deliveries(ctx context.Context, q Query) (Page[Delivery], error)
	// DeliveriesAfter lists the deliveries of one conversation that come after the given id ("" = from
	// since), oldest first, at most limit.
	DeliveriesAfter(ctx context.Context, conversationID, afterID string, since time.Time, limit int) ([]Delivery, error)
	Delivery(ctx context.Context, id string) (Delivery, error)
}

// Catalog holds what people configure.
type Catalog interface {
	Bots() Table[Bot]
	Channels() Table[Channel]
	APIKeys() Table[APIKey]
	Users() Table[User]
	Sessions() Table[Session]
	Links() Table[Link]
	People() Table[Person]
	Broadcasts() Table[Broadcast]
	Handoffs() Table[Handoff]
	Revisions() Table[Revision]
	Stats() Table[Stats]
	Alarms() Table[Alarm]
	AlarmTargets() Table[AlarmTarget]
	// Postbacks is keyed by the reference that stands in for the data.
	Postbacks() Table[Postback]
	// Tokens is keyed by the token's name.
	Tokens() Table[Token]
}

// Table keeps records of one type by id.
type Table[T any] interface {
	Get(ctx context.Context, id string) (T, error)
	// List returns all records in order of id.
	List(ctx context.Context) ([]T, error)
	// Create returns ErrExists if the id is taken.
	Create(ctx context.Context, id string, v T) error
	Put(ctx context.Context, id string, v T) error
	// Update changes a record under the store's own lock; an error of change is returned as it is and
	// nothing is written.
	Update(ctx context.Context, id string, change func(*T) error) (T, error)
	// Delete returns ErrNotFound if there is none.
	Delete(ctx context.Context, id string) error
}

// Query selects a page of a list. Empty fields select everything.
type Query struct {
	Limit          int    // 0 = 50
	Cursor         string // Next of the page before
	BotID          string
	ChannelID      string
	ConversationID string
	EventID        string // deliveries of one event
	// State is that of an event or a delivery. Failed, rejected and duplicate events and deliveries that did
	// not arrive are few: they are found without reading all others.
	State string
}

// Page is one page of a list; Next is "" on the last one.
type Page[T any] struct {
	Items []T
	Next  string
}

// Ledger counts accepted events since the store was made. Accepted = Handled + Waiting + Failed at
// every instant; ignored events count as handled.
type Ledger struct {
	Accepted uint64 `json:"accepted"`
	Handled  uint64 `json:"handled"`
	Waiting  uint64 `json:"waiting"`
	Failed   uint64 `json:"failed"`
}

// Retention says how long finished records are kept. Zero keeps for ever.
type Retention struct {
	Events     time.Duration // handled, failed and ignored events with their deliveries
	Rejected   time.Duration // rejected and duplicate ones
	Audit      time.Duration
	MaxRecords int // of events; 0 = no bound
}

// Pruned counts what Prune deleted.
type Pruned struct {
	Events, Deliveries, Audits int
}
