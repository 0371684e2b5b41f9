package web

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
)

// stream shows what happens as it happens, as server-sent events.
type stream struct {
	feed      *bot.Feed
	authority *authority
	keepAlive time.Duration
}

// streamPatience is how long a client may take to read one entry.
const streamPatience = 30 * time.Second

type feedItem struct {
	bot.FeedEntry
	At stamp `json:"at"`
}

// serve lasts until the client leaves, its right ends, or the runtime drains.
func (h stream) serve(c *gin.Context) error {
	q, err := readQuery(c, byBot, byChannel, byConversation)
	if err != nil {
		return err
	}
	sub := h.feed.Watch(func(e bot.FeedEntry) bool {
		return (q.BotID == "" || q.BotID == e.BotID) && (q.ChannelID == "" || q.ChannelID == e.ChannelID) &&
			(q.ConversationID == "" || q.ConversationID == e.ConversationID)
	})
	defer h.feed.Leave(sub)

	c.Header("Content-Type", "text/event-stream")
	c.Header("X-Accel-Buffering", "no") // nginx would hold entries back
	out := pipe{c.Writer, http.NewResponseController(c.Writer)}
	defer out.control.SetWriteDeadline(time.Time{})
	if !out.send("retry: 3000\n\n") {
		return nil
	}
	tick := time.NewTicker(h.keepAlive)
	defer tick.Stop()
	for {
		select {
		case e, open := <-sub.C:
			if !open || !out.entry(e) {
				return nil
			}
		case <-tick.C:
			// A key that was deleted or a session that is over must not go on listening.
			if who, err := h.authority.identify(c); err != nil || who.rights&scopeRead == 0 || !out.send(": alive\n\n") {
				return nil
			}
		case <-c.Request.Context().Done():
			return nil
		}
	}
}

// pipe writes to the client at once, and not for ever to one that does not read.
type pipe struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (p pipe) entry(e bot.FeedEntry) bool {
	data, err := json.Marshal(feedItem{e, stamp(e.At)})
	return err == nil && p.send("event: "+e.Type+"\ndata: "+string(data)+"\n\n")
}

func (p pipe) send(text string) bool {
	p.control.SetWriteDeadline(time.Now().Add(streamPatience)) // not every writer has deadlines
	_, err := p.w.Write([]byte(text))
	return err == nil && p.control.Flush() == nil
}
