package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/channels"
	"dari/store"
)

// deliveriesAPI shows the platform calls and sends them again.
type deliveriesAPI struct {
	store interface {
		Deliveries(ctx context.Context, q store.Query) (store.Page[store.Delivery], error)
		Delivery(ctx context.Context, id string) (store.Delivery, error)
		Resend(ctx context.Context, id string) (store.Delivery, error)
	}
	runtime interface {
		Edit(ctx context.Context, deliveryID string, m message.Message) error
		Withdraw(ctx context.Context, deliveryID string) error
	}
	audit auditor
}

// deliveryItem leaves out the platform's reply handles, which are nobody's business.
type deliveryItem struct {
	ID             string               `json:"id"`
	EventID        string               `json:"event_id"`
	BotID          string               `json:"bot_id"`
	ChannelID      string               `json:"channel_id"`
	ConversationID string               `json:"conversation_id"`
	User           string               `json:"user,omitempty"`
	Messages       []message.Message    `json:"messages"`
	Status         store.DeliveryStatus `json:"status"`
	Attempts       int                  `json:"attempts"`
	NextAt         stamp                `json:"next_at"`
	Doubt          bool                 `json:"doubt"`
	ErrorKind      string               `json:"error_kind"`
	ErrorCode      string               `json:"error_code"`
	Error          string               `json:"error"`
	MessageIDs     []string             `json:"message_ids"`
	Route          string               `json:"route"`
	CreatedAt      stamp                `json:"created_at"`
	DoneAt         stamp                `json:"done_at"`
}

func viewDelivery(d store.Delivery) deliveryItem {
	r := d.Result
	return deliveryItem{
		ID: d.ID, EventID: d.EventID, BotID: d.BotID, ChannelID: d.ChannelID, ConversationID: d.ConversationID,
		User: d.User, Messages: append([]message.Message{}, d.Messages...),
		Status: r.Status, Attempts: r.Attempts, NextAt: stamp(r.NextAt), Doubt: r.Doubt,
		ErrorKind: r.ErrorKind, ErrorCode: r.ErrorCode, Error: r.Error,
		MessageIDs: append([]string{}, r.MessageIDs...), Route: r.Route,
		CreatedAt: stamp(d.CreatedAt), DoneAt: stamp(r.DoneAt),
	}
}

func (h deliveriesAPI) list(c *gin.Context) error {
	q, err := readQuery(c, byBot, byChannel, byConversation, byEvent, byStatus)
	if err != nil {
		return err
	}
	page, err := h.store.Deliveries(c.Request.Context(), q)
	if err != nil {
		return listError(err)
	}
	writeJSON(c, http.StatusOK, listOf(page, viewDelivery))
	return nil
}

func (h deliveriesAPI) show(c *gin.Context) error {
	d, err := h.store.Delivery(c.Request.Context(), c.Param("delivery"))
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusOK, viewDelivery(d))
	return nil
}

// queued tells no more than a sender may know.
type queued struct {
	ID     string               `json:"id"`
	Status store.DeliveryStatus `json:"status"`
}

func (h deliveriesAPI) resend(c *gin.Context) error {
	d, err := h.store.Resend(c.Request.Context(), c.Param("delivery"))
	if errors.Is(err, store.ErrState) {
		return &problem{Status: http.StatusConflict, Code: "state", Detail: "only failed, uncertain and cancelled deliveries can be sent again"}
	}
	if err != nil {
		return err
	}
	h.audit.note(c, "delivery.resend", d.ID, "")
	writeJSON(c, http.StatusAccepted, queued{d.ID, d.Result.Status})
	return nil
}

type editBody struct {
	Message message.Message `json:"message"`
}

// edit shows another message in place of the sent one.
func (h deliveriesAPI) edit(c *gin.Context) error {
	var body editBody
	if _, err := decode(c, &body); err != nil {
		return err
	}
	return h.changed(c, "delivery.edit", h.runtime.Edit(c.Request.Context(), c.Param("delivery"), body.Message))
}

// withdraw takes the sent message back.
func (h deliveriesAPI) withdraw(c *gin.Context) error {
	return h.changed(c, "delivery.withdraw", h.runtime.Withdraw(c.Request.Context(), c.Param("delivery")))
}

func (h deliveriesAPI) changed(c *gin.Context, action string, err error) error {
	var se *channels.SendError
	switch {
	case errors.Is(err, bot.ErrUnsupported):
		return &problem{Status: http.StatusConflict, Code: "unsupported", Detail: "this messenger changes no message that has been sent"}
	case errors.Is(err, bot.ErrNotEditable):
		return &problem{Status: http.StatusConflict, Code: "not_editable", Detail: bot.ErrNotEditable.Error()}
	case errors.As(err, &se):
		return notTaken(se)
	case err != nil:
		return err
	}
	h.audit.note(c, action, c.Param("delivery"), "")
	c.Status(http.StatusNoContent)
	return nil
}
