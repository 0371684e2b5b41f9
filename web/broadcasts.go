package web

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/store"
)

// broadcastsAPI says the same to many, and shows how far that has come.
type broadcastsAPI struct {
	runtime interface {
		channelFinder
		Broadcast(ctx context.Context, ch *bot.Channel, req bot.BroadcastRequest) (store.Broadcast, bool, error)
		Progress(ctx context.Context, b store.Broadcast) (bot.BroadcastProgress, error)
		CancelBroadcast(ctx context.Context, id string) (store.Broadcast, error)
	}
	store store.Table[store.Broadcast]
	audit auditor
}

type broadcastBody struct {
	Name           string            `json:"name"`
	To             []bot.Recipient   `json:"to"`
	Messages       []message.Message `json:"messages"`
	IdempotencyKey string            `json:"idempotency_key"`
}

type broadcastItem struct {
	ID          string         `json:"id"`
	BotID       string         `json:"bot_id"`
	ChannelID   string         `json:"channel_id"`
	Name        string         `json:"name"`
	Recipients  int            `json:"recipients"`
	CreatedAt   stamp          `json:"created_at"`
	CancelledAt stamp          `json:"cancelled_at"`
	Deliveries  broadcastCount `json:"deliveries"`
}

// broadcastCount counts platform calls, of which a recipient may need several.
type broadcastCount struct {
	Total     int `json:"total"`
	Pending   int `json:"pending"`
	Delivered int `json:"delivered"`
	Failed    int `json:"failed"`
	Uncertain int `json:"uncertain"`
	Cancelled int `json:"cancelled"`
}

func (h broadcastsAPI) view(ctx context.Context, b store.Broadcast) (broadcastItem, error) {
	p, err := h.runtime.Progress(ctx, b)
	return broadcastItem{
		ID: b.ID, BotID: b.BotID, ChannelID: b.ChannelID, Name: b.Name, Recipients: b.Recipients,
		CreatedAt: stamp(b.CreatedAt), CancelledAt: stamp(b.CancelledAt), Deliveries: broadcastCount(p),
	}, err
}

func (h broadcastsAPI) create(c *gin.Context) error {
	ctx := c.Request.Context()
	ch, err := enabled(ctx, h.runtime, c.Param("channel"))
	if err != nil {
		return err
	}
	var body broadcastBody
	if _, err := decode(c, &body); err != nil {
		return err
	}
	b, repeated, err := h.runtime.Broadcast(ctx, ch, bot.BroadcastRequest{
		Name: body.Name, To: body.To, Messages: body.Messages, Key: body.IdempotencyKey,
	})
	if err != nil {
		return err
	}
	if !repeated {
		h.audit.note(c, "broadcast.create", b.ID, b.Name)
	}
	return h.answer(c, http.StatusAccepted, b)
}

func (h broadcastsAPI) answer(c *gin.Context, status int, b store.Broadcast) error {
	item, err := h.view(c.Request.Context(), b)
	if err != nil {
		return err
	}
	c.Header("Location", "/api/v1/broadcasts/"+b.ID)
	writeJSON(c, status, item)
	return nil
}

func (h broadcastsAPI) list(c *gin.Context) error {
	q, err := readQuery(c, byBot, byChannel)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	all, err := h.store.List(ctx)
	if err != nil {
		return err
	}
	var wanted []store.Broadcast
	for _, b := range all {
		if (q.BotID == "" || q.BotID == b.BotID) && (q.ChannelID == "" || q.ChannelID == b.ChannelID) {
			wanted = append(wanted, b)
		}
	}
	page := sliced(wanted, func(b store.Broadcast) string { return b.ID }, q)
	writeJSON(c, http.StatusOK, listOf(page, func(b store.Broadcast) broadcastItem {
		item, _ := h.view(ctx, b) // without its counts when they cannot be read
		return item
	}))
	return nil
}

func (h broadcastsAPI) show(c *gin.Context) error {
	b, err := h.store.Get(c.Request.Context(), c.Param("broadcast"))
	if err != nil {
		return err
	}
	return h.answer(c, http.StatusOK, b)
}

func (h broadcastsAPI) cancel(c *gin.Context) error {
	b, err := h.runtime.CancelBroadcast(c.Request.Context(), c.Param("broadcast"))
	if err != nil {
		return err
	}
	h.audit.note(c, "broadcast.cancel", b.ID, "cancelled "+time.Time(stamp(b.CancelledAt)).Format(time.RFC3339))
	return h.answer(c, http.StatusOK, b)
}

// enabled finds a channel that may send.
func enabled(ctx context.Context, channels channelFinder, id string) (*bot.Channel, error) {
	ch, err := channels.Channel(ctx, id)
	if err != nil {
		return nil, err
	}
	if !ch.Record.Enabled {
		return nil, &problem{Status: http.StatusConflict, Code: "disabled", Detail: "the channel is disabled; enable it first"}
	}
	return ch, nil
}
