package console

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	webchat "dari/channels/web"
	"dari/store"
)

// sessionHeader carries the visitor's session. It never stands in a URL, which proxies log.
const sessionHeader = "Dari-Session"

// How much of a conversation a page gets to see that has none of it yet.
const (
	historyAge   = 24 * time.Hour
	historyBatch = 100
	historyMost  = 1000
)

// delivery is an answer as the page gets it.
type delivery struct {
	ID       string            `json:"id"`
	At       time.Time         `json:"at"`
	Messages []message.Message `json:"messages"`
}

// stream sends a visitor the answers: those after the delivery that the query names by "after", or of
// the last day, and then each as it comes.
func (c *Console) stream(g *gin.Context) {
	ch, err := c.webChannel(g)
	if err != nil {
		c.streamRefused(g, err)
		return
	}
	session := g.GetHeader(sessionHeader)
	if !webchat.ValidSession(session) {
		g.String(http.StatusUnauthorized, "the header %s must hold the session of the page\n", sessionHeader)
		return
	}
	conversation := ch.Record.ID + ":" + webchat.ConversationID(ch.Record.ID, session)
	if !c.streams.enter(conversation) {
		g.Header("Retry-After", "10")
		g.String(http.StatusServiceUnavailable, "too many streams are open\n")
		return
	}
	defer c.streams.leave(conversation)
	ctx, cancel := context.WithTimeout(g.Request.Context(), maxStreamTime)
	defer cancel()

	// Watching begins before the past is read, so that nothing falls between the two.
	sub := c.runtime.Feed().Watch(func(e bot.FeedEntry) bool {
		return e.Type == "delivery" && e.ConversationID == conversation && e.State == string(store.Delivered)
	})
	defer c.runtime.Feed().Leave(sub)
	out, err := startEvents(g.Writer)
	if err != nil {
		return
	}
	f := follower{store: c.store, out: out, conversation: conversation, last: g.Query("after"), since: c.now().Add(-historyAge), sent: map[string]bool{}}
	if err := f.run(ctx, sub, c.keepAlive); err != nil {
		c.log.Warn("chat stream ended", "channel", ch.Record.ID, "error", err)
	}
}

func (c *Console) streamRefused(g *gin.Context, err error) {
	if errors.Is(err, store.ErrNotFound) {
		g.String(http.StatusNotFound, "there is no such chat, or it is switched off\n")
		return
	}
	c.log.Error("chat stream not opened", "error", err)
	g.String(http.StatusServiceUnavailable, "try again later\n")
}

// follower sends the deliveries of one conversation, each once.
type follower struct {
	store        store.Store
	out          events
	conversation string
	last         string // id of the newest one that was sent
	since        time.Time
	sent         map[string]bool // by the reading of the past
}

// run returns nil when the reader has gone, the time is up or the feed has ended.
func (f *follower) run(ctx context.Context, sub *bot.Subscription, keepAlive time.Duration) error {
	if err := f.past(ctx); err != nil {
		return over(ctx, err)
	}
	tick := time.NewTicker(keepAlive)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			err = f.out.comment("alive")
		case e, open := <-sub.C:
			switch {
			case !open:
				return nil
			case e.Type == "missed":
				err = f.past(ctx)
			default:
				err = f.live(ctx, e.ID)
			}
		}
		if err != nil {
			return over(ctx, err)
		}
	}
}

// errGone means that the reader does not take what is written.
var errGone = errors.New("the reader has gone")

func over(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, errGone) {
		return nil
	}
	return err
}

// past sends what was delivered after the last one that the page has.
func (f *follower) past(ctx context.Context) error {
	if _, err := f.store.Conversation(ctx, f.conversation); errors.Is(err, store.ErrNotFound) {
		return nil // nothing has been said; a search would only cost
	}
	after := f.last
	for range historyMost / historyBatch {
		batch, err := f.store.DeliveriesAfter(ctx, f.conversation, after, f.since, historyBatch)
		if errors.Is(err, store.ErrNotFound) { // no id of ours: begin anew
			after = ""
			batch, err = f.store.DeliveriesAfter(ctx, f.conversation, after, f.since, historyBatch)
		}
		if err != nil {
			return err
		}
		for _, d := range batch {
			after = d.ID
			if d.Result.Status != store.Delivered || f.sent[d.ID] {
				continue
			}
			f.sent[d.ID] = true
			if err := f.send(d); err != nil {
				return err
			}
		}
		if len(batch) < historyBatch {
			return nil
		}
	}
	return nil
}

func (f *follower) live(ctx context.Context, id string) error {
	if f.sent[id] {
		return nil
	}
	d, err := f.store.Delivery(ctx, id)
	if errors.Is(err, store.ErrNotFound) { // gone meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	return f.send(d)
}

func (f *follower) send(d store.Delivery) error {
	f.last = max(f.last, d.ID) // ids sort by time
	if err := f.out.send(d.ID, "delivery", delivery{d.ID, d.Result.DoneAt, d.Messages}); err != nil {
		return errors.Join(errGone, err)
	}
	return nil
}
