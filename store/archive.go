package store

import (
	"context"
)

// Kinds of the items of an archive. The kinds of tables carry their records as JSON.
const (
	ItemEvent        = "events"
	ItemDelivery     = "deliveries"
	ItemConversation = "conversations"
	ItemSend         = "sends"
	ItemAudit        = "audit"
	ItemLedger       = "ledger"
)

// ItemTables are the kinds of items that are records of tables.
var ItemTables = []string{
	"bots", "channels", "api_keys", "users", "sessions", "links", "tokens", "postbacks", "people", "broadcasts",
	"revisions", "handoffs", "stats", "alarms", "alarm_targets",
}

// Item is one record on its way from one store to another. Ids stay what they are.
type Item struct {
	Kind string
	ID   string
	// Value is an Event, a Delivery, a Conversation, a Send, an Audit or a Ledger by its kind, and the JSON
	// ([]byte) of a table's record.
	Value any
}

// Send is what an idempotency key of Outbox.Enqueue stands for.
type Send struct {
	Deliveries    []string // ids
	Conversations []string // of the deliveries, in their order; a store may leave them out
}

// Archive is a store opened for being copied as a whole, while no Dari works on it.
type Archive interface {
	// Export visits everything behind a position in batches ("" is the beginning). A batch comes with the
	// position behind it.
	Export(ctx context.Context, after string, visit func(items []Item, at string) error) error
	// Import writes items durably, over what has their ids, and remembers the position of the other store
	// at which they end; "" when all is done.
	Import(ctx context.Context, items []Item, at string) error
	// Imported is the position that Import has remembered, "" when nothing is under way.
	Imported(ctx context.Context) (string, error)
	// Count tells how many items of each kind there are.
	Count(ctx context.Context) (map[string]int, error)
	Close() error
}
