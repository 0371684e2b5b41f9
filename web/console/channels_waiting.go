package console

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/words"
	"dari/channels"
	webchat "dari/channels/web"
	"dari/store"
)

// waitView waits for the first message to a channel.
type waitView struct {
	Green  bool
	Events []waitEvent
	URLs   []urlView
	Hello  string // key of how to say hello
	Bot    string // its name in the messenger; "" if it is not known
	// Chat opens a chat with the bot; "" if there is no such address.
	Chat template.URL
	QR   template.HTML
}

// waitEvent is one arrival, in words.
type waitEvent struct {
	ID     string    `json:"id"`
	URL    string    `json:"url,omitempty"` // of the event's page
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
	all, err := c.arrivals(g, ch)
	if err != nil {
		c.fail(g, err)
		return
	}
	for _, arrival := range all {
		v.Green = v.Green || arrival.Arrive
	}
	v.Events = all[:min(len(all), maxWaitEvents)]
	v.Bot, v.Chat = c.whereabouts(g.Request.Context(), ch)
	if v.Chat != "" {
		v.QR = qrCode(string(v.Chat))
	}
	c.showOne(g, http.StatusOK, channelPage{Channel: ch, Tab: "waiting", Wait: v})
}

// Finding a bot takes a question to its messenger, which a page does not wait for long.
const (
	findPatience = 2 * time.Second
	foundLife    = 10 * time.Minute
)

// botPlace is where a bot is in its messenger.
type botPlace struct {
	name    string
	address template.URL
	at      time.Time
	settled time.Time // when the channel was last changed
}

// whereabouts tells where people find the channel's bot in the messenger, as far as that is known.
func (c *Console) whereabouts(ctx context.Context, ch bot.ChannelView) (name string, address template.URL) {
	if known, ok := c.found.Load(ch.ID); ok {
		if f := known.(botPlace); c.now().Sub(f.at) < foundLife && f.settled.Equal(ch.UpdatedAt) {
			return f.name, f.address
		}
	}
	live, err := c.runtime.Channel(ctx, ch.ID)
	if err != nil {
		return "", ""
	}
	bot, ok := live.Adapter.(channels.Findable)
	if !ok {
		return "", ""
	}
	ctx, cancel := context.WithTimeout(ctx, findPatience)
	defer cancel()
	f := botPlace{at: c.now(), settled: ch.UpdatedAt}
	name, to, err := bot.Whereabouts(ctx)
	if err != nil { // which a connection test explains
		c.log.Info("the bot's address in the messenger is not known", "channel", ch.ID, "error", live.Hide(err))
	} else if f.name = name; strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "slack://") {
		f.address = template.URL(to) // made by the adapter; html/template knows no slack://
	}
	c.found.Store(ch.ID, f)
	return f.name, f.address
}

// arrivals are the channel's events among the newest of all: what the page waits for is new.
func (c *Console) arrivals(g *gin.Context, ch bot.ChannelView) (all []waitEvent, err error) {
	page, err := c.store.Events(g.Request.Context(), store.Query{Limit: activityPage})
	w := words.In(c.language(g))
	for _, e := range page.Items {
		if e.ChannelID == ch.ID && !e.ReceivedAt.Before(ch.CreatedAt) {
			all = append(all, arrivalOf(w, bot.FeedEntry{ID: e.ID, At: e.ReceivedAt, State: string(e.State), Kind: string(e.Kind), Reason: e.Reason}))
		}
	}
	return all, err
}

// missedArrivals are those that a page may have missed before it listened. Rejected ones are written with
// the next commit, which Ready brings about.
func (c *Console) missedArrivals(g *gin.Context, ch bot.ChannelView) ([]waitEvent, error) {
	if err := c.store.Ready(g.Request.Context()); err != nil {
		return nil, err
	}
	all, err := c.arrivals(g, ch)
	return all[:min(len(all), maxWaitEvents)], err
}

// told tells whether an arrival is among them. Rejected ones have no id yet when they happen.
func told(arrivals []waitEvent, e bot.FeedEntry) bool {
	return e.ID == "" && slices.ContainsFunc(arrivals, func(v waitEvent) bool { return v.State == e.State && v.At.Equal(e.At) })
}

func arrivalOf(w words.Words, e bot.FeedEntry) waitEvent {
	v := waitEvent{ID: e.ID, At: e.At.UTC(), State: e.State, Word: w["event."+e.State], Kind: kindWord(w, e.Kind)}
	if e.ID != "" {
		v.URL = "/console/events/" + e.ID
	}
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

// kindWord is the word for a kind of event.
func kindWord(w words.Words, kind string) string {
	if kind == "" {
		return ""
	}
	return cmp.Or(w[kindKeys[kind]], kind)
}

// streamWaiting sends each arrival as it happens, and first those that came before it listened: the page
// knows them by their ids.
func (c *Console) streamWaiting(g *gin.Context) {
	id := g.Param("channel")
	ch, err := c.runtime.ShowChannel(g.Request.Context(), id)
	if err != nil {
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
	before, err := c.missedArrivals(g, ch)
	if err != nil {
		c.log.Error("arrivals not listed", "channel", id, "error", err)
	}
	for _, arrival := range slices.Backward(before) {
		if out.send("", "arrival", arrival) != nil {
			return
		}
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
			case e.Type == "event" && !told(before, e):
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
