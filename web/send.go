package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/store"
)

// sendAPI says things that answer nothing.
type sendAPI struct {
	runtime interface {
		channelFinder
		Send(ctx context.Context, ch *bot.Channel, req bot.SendRequest) ([]store.Delivery, error)
	}
	audit auditor
}

type sendBody struct {
	To struct {
		User         string `json:"user"`
		Conversation string `json:"conversation"`
	} `json:"to"`
	Messages       []message.Message `json:"messages"`
	IdempotencyKey string            `json:"idempotency_key"`
}

type sent struct {
	Deliveries []queued `json:"deliveries"`
}

func (h sendAPI) send(c *gin.Context) error {
	ch, err := enabled(c.Request.Context(), h.runtime, c.Param("channel"))
	if err != nil {
		return err
	}
	var body sendBody
	if _, err := decode(c, &body); err != nil {
		return err
	}
	deliveries, err := h.runtime.Send(c.Request.Context(), ch, bot.SendRequest{
		User: body.To.User, Conversation: body.To.Conversation, Messages: body.Messages, Key: body.IdempotencyKey,
	})
	if err != nil {
		return err
	}
	out := make([]queued, len(deliveries))
	for i, d := range deliveries {
		out[i] = queued{d.ID, d.Result.Status}
	}
	h.audit.note(c, "message.send", ch.Record.ID, "")
	writeJSON(c, http.StatusAccepted, sent{out})
	return nil
}
