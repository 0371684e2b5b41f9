package console

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/store"
)

// changedEvery is how often a conversation that is looked at is read again at most.
const changedEvery = 300 * time.Millisecond

// conversationStream tells when something has happened in a conversation; the page reads it again then.
func (c *Console) conversationStream(g *gin.Context) {
	conv, err := c.store.Conversation(g.Request.Context(), g.Param("conversation"))
	if err != nil {
		g.Status(http.StatusNotFound)
		return
	}
	name := "conversation " + c.user(g).ID
	if !c.streams.enter(name) {
		g.Header("Retry-After", "10")
		g.Status(http.StatusServiceUnavailable)
		return
	}
	defer c.streams.leave(name)
	ctx, cancel := context.WithTimeout(g.Request.Context(), maxStreamTime)
	defer cancel()
	sub := c.runtime.Feed().Watch(func(e bot.FeedEntry) bool {
		return e.ConversationID == conv.ID && e.State != string(store.Duplicate)
	})
	defer c.runtime.Feed().Leave(sub)
	out, err := startEvents(g.Writer)
	if err != nil {
		return
	}
	fresh := g.Request.WithContext(context.Background()) // the request's own context holds the session as it was
	still := func() bool { _, _, ok := c.Session(fresh); return ok }
	_ = c.tellChanges(ctx, out, sub, still) // every error of it means that the reader has gone
}

func (c *Console) tellChanges(ctx context.Context, out events, sub *bot.Subscription, still func() bool) error {
	tell := time.NewTicker(changedEvery)
	defer tell.Stop()
	alive := time.NewTicker(c.keepAlive)
	defer alive.Stop()
	changed := false
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case _, open := <-sub.C:
			if !open {
				return nil
			}
			changed = true
		case <-tell.C:
			if changed {
				changed, err = false, out.send("", "changed", gin.H{})
			}
		case <-alive.C:
			if !still() {
				return nil
			}
			err = out.comment("alive")
		}
		if err != nil {
			return err
		}
	}
}
