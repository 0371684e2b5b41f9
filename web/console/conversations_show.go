package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot/message"
	"dari/store"
)

// conversationView is a conversation read as a chat.
type conversationView struct {
	ID, URL, Title, Kind string
	Bot, Channel, Type   string
	Locale               string
	FirstAt, LastAt      time.Time
	Engine, State        string
	Masked               bool
	Handoff              *store.Handoff
	Bubbles              []bubble
	Earlier              string
	Newest               string // of a page of the past
	Stream               string // which tells that there is more; "" on a page of the past
	Cut                  bool
	Sendable             bool
	Nonce                string
	Fault                string
}

// bubble is one thing said, by a person or by the bot.
type bubble struct {
	Ours              bool // the bot's
	Who               string
	At                time.Time
	Text              string            // of a person
	Messages          []message.Message // of the bot
	Kind              string            // of an event that is not talk
	URL               string            // its trace
	Status, StateText string            // "" if all is well
}

func (c *Console) conversation(g *gin.Context) { c.conversationPage(g, http.StatusOK, "") }

func (c *Console) conversationPage(g *gin.Context, status int, fault string) {
	ctx := g.Request.Context()
	conv, err := c.store.Conversation(ctx, g.Param("conversation"))
	if err != nil {
		c.failOr404(g, err)
		return
	}
	r, err := c.viewer(g, conv.BotID)
	if err != nil {
		c.fail(g, err)
		return
	}
	h, err := r.history(ctx, conv, g.Query("cursor"), bubblesPerPage, patience(g.Query("cursor") != ""))
	if errors.Is(err, store.ErrNotFound) {
		g.Redirect(http.StatusSeeOther, conversationURL(conv.ID))
		return
	}
	if err != nil {
		c.fail(g, err)
		return
	}
	v := conversationView{
		ID: conv.ID, URL: conversationURL(conv.ID), Title: r.title(conv), Kind: r.words[conversationKeys[conv.Platform.Kind]], Bot: conv.BotID,
		Channel: r.channelName(conv.ChannelID), Type: r.typeName(r.byID[conv.ChannelID].Type), Locale: conv.Locale, FirstAt: conv.FirstAt, LastAt: conv.LastAt,
		Engine: conv.Engine, State: r.text(conv.State), Masked: r.masked, Bubbles: h.bubbles, Cut: h.cut,
		Sendable: r.byID[conv.ChannelID].Enabled, Nonce: newNonce(), Fault: fault,
	}
	if taken, ok := c.taken(ctx)[conv.ID]; ok {
		v.Handoff = &taken
	}
	if h.next != "" {
		v.Earlier = v.URL + "?cursor=" + h.next
	}
	if v.Stream = v.URL + "/stream"; g.Query("cursor") != "" {
		v.Newest, v.Stream = v.URL, ""
	}
	c.show(g, status, "conversation", "conversations", conv.BotID, v)
}

// bubblesPerPage is how many events of a conversation a page shows at least.
const bubblesPerPage = 20

// history is a stretch of a conversation, oldest first.
type history struct {
	bubbles []bubble
	next    string // a place, as String writes it; "" at the beginning of the conversation
	cut     bool
}

// place is where a stretch begins: after which event, after which delivery, and before what time.
type place struct {
	event, delivery string
	before          time.Time
}

// String writes the place for an address.
func (p place) String() string {
	return p.event + "~" + p.delivery + "~" + strconv.FormatInt(p.before.UnixMicro(), 36)
}

func parsePlace(s string) (p place, err error) {
	parts := strings.Split(s, "~")
	if s == "" {
		return p, nil
	}
	if len(parts) != 3 {
		return p, store.ErrNotFound
	}
	micros, err := strconv.ParseInt(parts[2], 36, 64)
	if err != nil {
		return p, store.ErrNotFound
	}
	return place{parts[0], parts[1], time.UnixMicro(micros)}, nil
}

// history reads the events of a conversation, newest first, and the deliveries of the same time.
func (r *viewer) history(ctx context.Context, conv store.Conversation, cursor string, enough int, most time.Duration) (h history, err error) {
	at, err := parsePlace(cursor)
	if err != nil {
		return h, err
	}
	events, err := scan(ctx, r.c.store.Events, store.Query{Cursor: at.event, ConversationID: conv.ID}, enough, most, func(e store.Event) bool {
		return e.ConversationID == conv.ID && e.State != store.Duplicate
	})
	if err != nil {
		return h, err
	}
	var from time.Time
	if n := len(events.Items); n > 0 && events.Next != "" {
		from = events.Items[n-1].ReceivedAt
	}
	for _, e := range events.Items {
		h.bubbles = append(h.bubbles, r.heard(ctx, conv, e))
	}
	next := place{event: events.Next, delivery: at.delivery, before: from}
	deliveries, err := scan(ctx, func(ctx context.Context, q store.Query) (store.Page[store.Delivery], error) {
		q.Limit = enough + 1 // mostly an event has one answer, and to go on passes those of all others
		page, err := r.c.store.Deliveries(ctx, q)
		if n := len(page.Items); n > 0 && page.Items[n-1].CreatedAt.Before(from) {
			next.delivery, page.Next = q.Cursor, "" // the next stretch begins within this page
		}
		return page, err
	}, store.Query{Cursor: at.delivery, ConversationID: conv.ID}, 10*enough, most, func(d store.Delivery) bool {
		return d.ConversationID == conv.ID && !d.CreatedAt.Before(from) && (at.before.IsZero() || d.CreatedAt.Before(at.before))
	})
	for _, d := range deliveries.Items {
		h.bubbles = append(h.bubbles, r.spoken(d))
	}
	if n := len(deliveries.Items); deliveries.Next != "" && n > 0 {
		next.delivery, next.before = deliveries.Next, deliveries.Items[n-1].CreatedAt
	}
	if h.cut = events.Cut || deliveries.Cut; events.Next != "" {
		h.next = next.String()
	}
	slices.SortStableFunc(h.bubbles, func(a, b bubble) int { return a.At.Compare(b.At) })
	return h, err
}

// heard is what a person said or did.
func (r *viewer) heard(ctx context.Context, conv store.Conversation, e store.Event) bubble {
	in := r.inbound(ctx, e)
	b := bubble{At: e.ReceivedAt, URL: "/console/events/" + e.ID, Who: r.person(ctx, conv.ID, in.Sender), Text: clip(r.text(in.Text), 4_000)}
	if b.Text == "" {
		b.Text = r.said(in)
	}
	if e.Kind != message.KindText {
		b.Kind = r.words[kindKeys[string(e.Kind)]]
	}
	if e.State != store.Handled {
		b.Status, b.StateText = string(e.State), r.words["event."+string(e.State)]
	}
	return b
}

// spoken is what the bot said, or people in its place.
func (r *viewer) spoken(d store.Delivery) bubble {
	v := r.delivery(d)
	b := bubble{Ours: true, At: d.CreatedAt, Messages: v.Messages}
	if d.EventID != "" {
		b.URL = "/console/events/" + d.EventID
	}
	if d.Result.Status != store.Delivered {
		b.Status, b.StateText = v.Status, v.StatusText
	}
	return b
}
