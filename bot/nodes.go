package bot

import (
	"context"
	"encoding/json"
	"time"

	"dari/store"
)

// Nodes: several processes may share one store. What one of them changes and the others remember, what
// people watch, and that a platform has asked for silence, they tell each other through it.

// Topics beside those of records.
const (
	topicFeed      = "feed"      // a FeedEntry, as JSON
	topicWatched   = "watched"   // somebody watches the feed
	topicComplaint = "complaint" // a complaint, as JSON
)

// A node that has watchers says so often enough that the others tell it everything.
const (
	watchedEvery = 5 * time.Second
	watchedFor   = 3 * watchedEvery
)

// complaint is a platform's wish for fewer calls.
type complaint struct {
	ChannelID string        `json:"channel"`
	Silence   time.Duration `json:"silence,omitempty"`
}

// joinNodes begins to listen to the other nodes, if the store is one that is shared.
func (r *Runtime) joinNodes(ctx context.Context) {
	w, ok := r.store.(store.Watcher)
	if !ok {
		return
	}
	r.feed.others = func(e FeedEntry) { tell(w, topicFeed, e) }
	r.feed.watched = func() { w.Tell(topicWatched, "") }
	topics := []string{store.TopicBots, store.TopicChannels, store.TopicHandoffs, topicFeed, topicWatched, topicComplaint}
	r.workers.Go(func() { w.Watch(ctx, topics, r.hear) })
	r.workers.Go(func() { r.feed.sayWatched(ctx) })
}

func tell(w store.Watcher, topic string, v any) {
	if b, err := json.Marshal(v); err == nil {
		w.Tell(topic, string(b))
	}
}

// hear takes over what another node has done or told.
func (r *Runtime) hear(c store.Change) {
	switch {
	case c.Topic == store.TopicHandoffs:
		r.handoffs.stale()
	case c.Missed && (c.Topic == store.TopicBots || c.Topic == store.TopicChannels):
		r.forgetAll()
	case c.Topic == store.TopicBots:
		r.forget(c.Text, "")
	case c.Topic == store.TopicChannels:
		r.forget("", c.Text)
	case c.Topic == topicWatched:
		r.feed.watchedAfar(time.Now())
	case c.Missed: // a feed and a platform's complaint are worth no more than the moment
	case c.Topic == topicFeed:
		var e FeedEntry
		if json.Unmarshal([]byte(c.Text), &e) == nil {
			r.feed.publish(e)
		}
	case c.Topic == topicComplaint:
		var k complaint
		if json.Unmarshal([]byte(c.Text), &k) == nil {
			if ch := r.known(k.ChannelID); ch != nil {
				ch.pace.complained(time.Now(), k.Silence)
			}
		}
	}
}

// complained notes that a platform wants fewer calls of a channel, here and on the other nodes.
func (r *Runtime) complained(ch *Channel, silence time.Duration) {
	ch.pace.complained(time.Now(), silence)
	if w, ok := r.store.(store.Watcher); ok {
		tell(w, topicComplaint, complaint{ch.Record.ID, silence})
	}
}

// known returns a channel that has been used lately, or nil.
func (c *Catalog) known(channelID string) *Channel {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.live[channelID]
}

// forgetAll is forget for everything.
func (c *Catalog) forgetAll() {
	c.mu.RLock()
	bots := make([]string, 0, len(c.liveBots))
	for id := range c.liveBots {
		bots = append(bots, id)
	}
	channels := make([]string, 0, len(c.live))
	for id := range c.live {
		channels = append(channels, id)
	}
	c.mu.RUnlock()
	for _, id := range bots {
		c.forget(id, "")
	}
	for _, id := range channels {
		c.forget("", id)
	}
}
