package console

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/words"
	"dari/store"
)

// feedEvery is how often the console's picture is renewed at most.
const feedEvery = 500 * time.Millisecond

// channelNews is a channel's new state, in words of the reader's language.
type channelNews struct {
	ID         string     `json:"id"`
	Status     string     `json:"status,omitempty"`
	StatusWord string     `json:"status_word,omitempty"`
	LastAt     *time.Time `json:"last_at,omitempty"`
	LastID     string     `json:"last_id,omitempty"` // "" of a refused callback, which is noted later
	LastState  string     `json:"last_state,omitempty"`
	LastWord   string     `json:"last_word,omitempty"`
}

// feed keeps an open console up to date. Under load it skips: only the newest event of a channel is
// sent, twice a second.
func (c *Console) feed(g *gin.Context) {
	ctx, cancel := context.WithTimeout(g.Request.Context(), maxStreamTime)
	defer cancel()
	name := "console " + c.user(g).ID
	if !c.streams.enter(name) {
		g.Header("Retry-After", "10")
		g.Status(http.StatusServiceUnavailable)
		return
	}
	defer c.streams.leave(name)
	sub := c.runtime.Feed().Watch(func(e bot.FeedEntry) bool { return e.Type == "event" })
	defer c.runtime.Feed().Leave(sub)
	out, err := startEvents(g.Writer)
	if err != nil {
		return
	}
	n := newscaster{c: c, out: out, words: words.In(c.language(g)), latest: map[string]bot.FeedEntry{}, statuses: map[string]string{}}
	fresh := g.Request.WithContext(context.Background()) // the request's own context holds the session as it was
	still := func() bool { _, _, ok := c.Session(fresh); return ok }
	_ = n.run(ctx, sub, still) // every error of it means that the reader has gone
}

// newscaster gathers what happened and tells it in intervals.
type newscaster struct {
	c        *Console
	out      events
	words    words.Words
	latest   map[string]bot.FeedEntry // newest event by channel, not told yet
	statuses map[string]string        // as told
	ledger   store.Ledger
}

func (n *newscaster) run(ctx context.Context, sub *bot.Subscription, still func() bool) error {
	if err := n.tellAll(ctx); err != nil {
		return err
	}
	tell := time.NewTicker(feedEvery)
	defer tell.Stop()
	alive := time.NewTicker(n.c.keepAlive)
	defer alive.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case e, open := <-sub.C:
			if !open {
				return nil
			}
			if e.Type == "event" {
				n.latest[e.ChannelID] = e
			}
		case <-tell.C:
			err = n.tellLatest(ctx)
		case <-alive.C:
			if !still() {
				return nil
			}
			if err = n.tellAll(ctx); err == nil {
				err = n.out.comment("alive")
			}
		}
		if err != nil {
			return err
		}
	}
}

func (n *newscaster) tellLatest(ctx context.Context) error {
	if len(n.latest) == 0 {
		return nil
	}
	for id, e := range n.latest {
		at := e.At
		news := channelNews{ID: id, LastAt: &at, LastID: e.ID, LastState: e.State, LastWord: n.words["event."+e.State]}
		if err := n.out.send("", "channel", news); err != nil {
			return err
		}
	}
	clear(n.latest)
	return n.tellLedger(ctx)
}

// tellAll tells the ledger and the states that have changed.
func (n *newscaster) tellAll(ctx context.Context) error {
	all, err := n.c.runtime.Channels(ctx, "")
	if err != nil {
		return err
	}
	for _, ch := range all {
		if n.statuses[ch.ID] == ch.Status {
			continue
		}
		n.statuses[ch.ID] = ch.Status
		news := channelNews{ID: ch.ID, Status: ch.Status, StatusWord: n.words["status."+ch.Status]}
		if err := n.out.send("", "channel", news); err != nil {
			return err
		}
	}
	return n.tellLedger(ctx)
}

func (n *newscaster) tellLedger(ctx context.Context) error {
	l, err := n.c.store.Ledger(ctx)
	if err != nil || l == n.ledger {
		return err
	}
	n.ledger = l
	return n.out.send("", "ledger", ledgerOf(l))
}
