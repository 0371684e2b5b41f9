package bot

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"dari/store"
)

// Feed tells watchers what happens, as it happens. It is a convenience, not a record: a watcher that
// does not keep up misses entries and is told so.
type Feed struct {
	mu       sync.Mutex
	subs     map[*Subscription]struct{}
	watchers atomic.Int32 // len(subs), to be quick when nobody watches
	closed   bool

	// Of a store that several nodes share; nil without.
	others  func(FeedEntry) // tells an entry to the other nodes
	watched func()          // tells them that somebody watches here
	afar    atomic.Int64    // until when somebody watches there, in Unix nanoseconds
}

// FeedEntry is one thing that happened.
type FeedEntry struct {
	Type           string    `json:"type"` // "event", "delivery", or "missed"
	At             time.Time `json:"at"`
	ID             string    `json:"id,omitempty"`
	BotID          string    `json:"bot_id,omitempty"`
	ChannelID      string    `json:"channel_id,omitempty"`
	ConversationID string    `json:"conversation_id,omitempty"`
	Kind           string    `json:"kind,omitempty"`
	State          string    `json:"state,omitempty"`
	Reason         string    `json:"reason,omitempty"`
}

// Subscription is one watcher.
type Subscription struct {
	C      <-chan FeedEntry // closed when the feed ends
	c      chan FeedEntry
	want   func(FeedEntry) bool
	missed bool
}

func newFeed() *Feed { return &Feed{subs: map[*Subscription]struct{}{}} }

// Watch subscribes to the entries that want returns true for; nil means all. The caller must call
// Leave.
func (f *Feed) Watch(want func(FeedEntry) bool) *Subscription {
	c := make(chan FeedEntry, 64)
	s := &Subscription{C: c, c: c, want: want}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		close(c)
		return s
	}
	f.subs[s] = struct{}{}
	f.watchers.Store(int32(len(f.subs)))
	if f.watched != nil {
		f.watched()
	}
	return s
}

// Leave ends a subscription.
func (f *Feed) Leave(s *Subscription) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.subs, s)
	f.watchers.Store(int32(len(f.subs)))
}

func (f *Feed) publish(e FeedEntry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s := range f.subs {
		if s.want != nil && !s.want(e) {
			continue
		}
		if s.missed && offer(s.c, FeedEntry{Type: "missed", At: e.At}) {
			s.missed = false
		}
		if !offer(s.c, e) {
			s.missed = true
		}
	}
}

func offer(c chan FeedEntry, e FeedEntry) bool {
	select {
	case c <- e:
		return true
	default:
		return false
	}
}

// unwatched tells whether nobody watches, on any node.
func (f *Feed) unwatched() bool { return f.watchers.Load() == 0 && !f.isWatchedAfar() }

func (f *Feed) isWatchedAfar() bool { return f.others != nil && time.Now().UnixNano() <= f.afar.Load() }

// watchedAfar notes that somebody watches on another node.
func (f *Feed) watchedAfar(now time.Time) { f.afar.Store(now.Add(watchedFor).UnixNano()) }

// sayWatched tells the other nodes that somebody watches here, for as long as somebody does.
func (f *Feed) sayWatched(ctx context.Context) {
	every(ctx, watchedEvery, func() {
		if f.watchers.Load() > 0 {
			f.watched()
		}
	})
}

// everywhere publishes an entry here and on the nodes where somebody watches.
func (f *Feed) everywhere(e FeedEntry) {
	f.publish(e)
	if f.isWatchedAfar() {
		f.others(e)
	}
}

func (f *Feed) publishEvent(e store.Event) {
	if f.unwatched() {
		return
	}
	at := time.Now()
	if e.ID == "" { // refused or come twice: it is known by its time until it is noted
		at = e.ReceivedAt
	}
	f.everywhere(FeedEntry{
		Type: "event", At: at.UTC(), ID: e.ID, BotID: e.BotID, ChannelID: e.ChannelID,
		ConversationID: e.ConversationID, Kind: string(e.Kind), State: string(e.State), Reason: e.Reason,
	})
}

func (f *Feed) publishDelivery(d store.Delivery) {
	if f.unwatched() {
		return
	}
	f.everywhere(FeedEntry{
		Type: "delivery", At: time.Now().UTC(), ID: d.ID, BotID: d.BotID, ChannelID: d.ChannelID,
		ConversationID: d.ConversationID, State: string(d.Result.Status), Reason: d.Result.Error,
	})
}

func (f *Feed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for s := range f.subs {
		close(s.c)
	}
	clear(f.subs)
}
