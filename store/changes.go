package store

import (
	"context"
	"time"
)

// Topics of Watcher that stand for records: a change of one carries the record's id.
const (
	TopicBots     = "bots"
	TopicChannels = "channels"
	TopicAPIKeys  = "api_keys"
	TopicUsers    = "users"
	TopicHandoffs = "handoffs"
)

// Change is something that another process that shares the store has done or told.
type Change struct {
	Topic string
	Text  string // the id of the record, or what was told
	// Missed means that changes of the topic may have gone by unheard: what is remembered of it is to be
	// read anew. Text is empty.
	Missed bool
}

// Watcher is an optional ability of a Store that several processes may share: they learn from it what the
// others do, within a second.
type Watcher interface {
	// Watch calls hear for the changes of the topics, one after another, until ctx ends. Its own process's
	// changes are not among them. hear must not block for long.
	Watch(ctx context.Context, topics []string, hear func(Change))
	// Tell tells those in other processes who watch the topic. It does not wait, costs next to nothing
	// when nobody watches, and may drop under load; then they hear that they have missed something. A text
	// is at most 4 KB long.
	Tell(topic, text string)
}

// Leaver is an optional ability of a Store that several processes may share. Leave is called when the
// process stops to ask for work, so that the others go on with it while this one finishes what it has in
// hand. Nothing is handed out after it.
type Leaver interface {
	Leave()
}

// Holder is an optional ability of a Store that several processes may share. Holds tells, from memory, whether
// a claim is surely still the caller's. It is asked right before something that cannot be undone, such as a
// call of a platform: a process that was stopped for a while learns there that another has taken over.
type Holder interface {
	Holds(c DeliveryClaim) bool
}

// Pacer is an optional ability of a Store that several processes may share: a rate that they keep together.
type Pacer interface {
	// Reserve takes the next place in the bucket of that name and returns when it may be used. A bucket
	// lets burst calls through at once and one every interval after that.
	Reserve(ctx context.Context, name string, interval time.Duration, burst int) (time.Time, error)
}
