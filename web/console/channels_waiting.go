package console

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/words"
	webchat "dari/channels/web"
	"dari/store"
)

// waitView waits for the first message to a channel.
type waitView struct {
	Green  bool
	Events []waitEvent
	URLs   []urlView
	Hello  string // key of how to say hello
}

// waitEvent is one arrival, in words.
type waitEvent struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	State  string    `json:"state"`
	Word   string    `json:"word"`
	Kind   string    `json:"kind"`
	Why    string    `json:"why,omitempty"`
	Arrive bool      `json:"arrived"` // it got in
}

// maxWaitEvents is what the page lists at most.
const maxWaitEvents = 10

func (c *Console) showWaiting(g *gin.Context) {
	ch, ok := c.channel(g)
	if !ok {
		return
	}
	v := &waitView{Hello: "waiting.hello"}
	if ch.Type == webchat.Name {
		v.Hello = "waiting.hello_web"
	}
	if t := c.types.Type(ch.Type); t != nil {
		v.URLs = c.urls(ch, t)[:1]
	}
	// Only the newest of all are looked at: what the page waits for is new.
	page, err := c.store.Events(g.Request.Context(), store.Query{Limit: activityPage})
	if err != nil {
		c.fail(g, err)
		return
	}
	w := words.In(c.language(g))
	for _, e := range page.Items {
		if e.ChannelID != ch.ID || e.ReceivedAt.Before(ch.CreatedAt) {
			continue
		}
		arrival := arrivalOf(w, bot.FeedEntry{ID: e.ID, At: e.ReceivedAt, State: string(e.State), Kind: string(e.Kind), Reason: e.Reason})
		v.Green = v.Green || arrival.Arrive
		if len(v.Events) < maxWaitEvents {
			v.Events = append(v.Events, arrival)
		}
	}
	c.showOne(g, http.StatusOK, channelPage{Channel: ch, Tab: "waiting", Wait: v})
}

func arrivalOf(w words.Words, e bot.FeedEntry) waitEvent {
	v := waitEvent{ID: e.ID, At: e.At.UTC(), State: e.State, Word: w["event."+e.State], Kind: e.Kind}
	switch store.EventState(e.State) {
	case store.Rejected:
		code, _, _ := strings.Cut(e.Reason, ":")
		v.Why = w["waiting.why."+code]
		if v.Why == "" {
			v.Why, _ = w.Say("waiting.why.other", "code", code)
		}
	default:
		v.Arrive = true
	}
	return v
}

// streamWaiting sends each arrival as it happens.
func (c *Console) streamWaiting(g *gin.Context) {
	id := g.Param("channel")
	if _, err := c.runtime.ShowChannel(g.Request.Context(), id); err != nil {
		g.Status(http.StatusNotFound)
		return
	}
	name := "waiting " + c.user(g).ID
	if !c.streams.enter(name) {
		g.Header("Retry-After", "10")
		g.Status(http.StatusServiceUnavailable)
		return
	}
	defer c.streams.leave(name)
	ctx, cancel := context.WithTimeout(g.Request.Context(), maxStreamTime)
	defer cancel()
	sub := c.runtime.Feed().Watch(func(e bot.FeedEntry) bool { return e.Type == "event" && e.ChannelID == id })
	defer c.runtime.Feed().Leave(sub)
	out, err := startEvents(g.Writer)
	if err != nil {
		return
	}
	fresh := g.Request.WithContext(context.Background()) // the request's own context holds the session as it was
	w := words.In(c.language(g))
	alive := time.NewTicker(c.keepAlive)
	defer alive.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case e, open := <-sub.C:
			switch {
			case !open:
				return
			case e.Type == "event":
				err = out.send("", "arrival", arrivalOf(w, e))
			}
		case <-alive.C:
			if _, _, ok := c.Session(fresh); !ok {
				return
			}
			err = out.comment("alive")
		}
		if err != nil {
			return // the reader has gone
		}
	}
}
