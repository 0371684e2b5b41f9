package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot/message"
	"dari/store"
	"dari/web/trace"
)

// eventsAPI shows what came in and what became of it.
type eventsAPI struct {
	runtime interface {
		Normalise(ctx context.Context, e store.Event) (message.Inbound, error)
	}
	store interface {
		Events(ctx context.Context, q store.Query) (store.Page[store.Event], error)
		Event(ctx context.Context, id string) (store.Event, error)
		Ledger(ctx context.Context) (store.Ledger, error)
		DeliveriesAfter(ctx context.Context, conversationID, afterID string, since time.Time, limit int) ([]store.Delivery, error)
	}
	audit auditor
}

type eventItem struct {
	ID             string           `json:"id"`
	BotID          string           `json:"bot_id"`
	ChannelID      string           `json:"channel_id"`
	ConversationID string           `json:"conversation_id"`
	Kind           message.Kind     `json:"kind"`
	Name           string           `json:"name"` // the platform's own
	State          store.EventState `json:"state"`
	Reason         string           `json:"reason"`
	DuplicateOf    string           `json:"duplicate_of,omitempty"`
	ReplayOf       string           `json:"replay_of,omitempty"`
	ReceivedAt     stamp            `json:"received_at"`
	StartedAt      stamp            `json:"started_at"`
	FinishedAt     stamp            `json:"finished_at"`
}

func viewEvent(e store.Event) eventItem {
	v := eventItem{
		e.ID, e.BotID, e.ChannelID, e.ConversationID, e.Kind, e.Name, e.State, e.Reason, e.Of, "",
		stamp(e.ReceivedAt), stamp(e.StartedAt), stamp(e.FinishedAt),
	}
	if e.State != store.Duplicate {
		v.DuplicateOf, v.ReplayOf = "", e.Of
	}
	return v
}

func (h eventsAPI) list(c *gin.Context) error {
	q, err := readQuery(c, byBot, byChannel, byConversation, byState)
	if err != nil {
		return err
	}
	page, err := h.store.Events(c.Request.Context(), q)
	if err != nil {
		return listError(err)
	}
	writeJSON(c, http.StatusOK, listOf(page, viewEvent))
	return nil
}

func (h eventsAPI) ledger(c *gin.Context) error {
	l, err := h.store.Ledger(c.Request.Context())
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusOK, l)
	return nil
}

// eventTrace is everything that happened to one event.
type eventTrace struct {
	eventItem
	ContentType  string          `json:"content_type"`
	Raw          string          `json:"raw"`
	RawEncoding  string          `json:"raw_encoding"` // "utf-8" or "base64"
	Inbound      *trace.Inbound  `json:"inbound"`      // null if the payload is not one event
	InboundError string          `json:"inbound_error,omitempty"`
	Trace        json.RawMessage `json:"trace"` // of the turn; null before it
	Deliveries   []deliveryItem  `json:"deliveries"`
	Steps        []trace.Step    `json:"steps"`
	Masked       bool            `json:"masked"` // personal data is hidden; ?reveal=true shows it
}

func (h eventsAPI) show(c *gin.Context) error {
	ctx := c.Request.Context()
	e, err := h.store.Event(ctx, c.Param("event"))
	if err != nil {
		return err
	}
	v := eventTrace{eventItem: viewEvent(e), ContentType: e.ContentType, Trace: e.Trace, Deliveries: []deliveryItem{}}
	v.Raw, v.RawEncoding = trace.Raw(e)
	v.Inbound, v.InboundError = h.normalise(ctx, e)
	made, err := trace.Deliveries(ctx, h.store, e)
	if err != nil {
		return err
	}
	for _, d := range made {
		v.Deliveries = append(v.Deliveries, viewDelivery(d))
	}
	v.Steps = trace.Timeline(e, made)
	reveal, err := h.reveal(c, e)
	if err != nil {
		return err
	}
	if reveal {
		writeJSON(c, http.StatusOK, v)
		return nil
	}
	v.Masked = true
	if v.RawEncoding == "utf-8" {
		v.Raw = string(trace.MaskJSON([]byte(v.Raw)))
	}
	plain, err := json.Marshal(v)
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusOK, json.RawMessage(trace.MaskJSON(plain)))
	return nil
}

// reveal tells whether personal data is to be shown, which is noted.
func (h eventsAPI) reveal(c *gin.Context, e store.Event) (bool, error) {
	switch v := c.Query("reveal"); v {
	case "", "false":
		return false, nil
	case "true":
	default:
		return false, badField("reveal", "option", "reveal must be true or false")
	}
	if callerOf(c).rights&scopeBuilder == 0 {
		return false, &problem{Status: http.StatusForbidden, Code: "scope", Field: "reveal", Detail: "personal data is shown to the scope builder alone"}
	}
	h.audit.note(c, "event.reveal", e.ID, "")
	return true, nil
}

// normalise parses the payload once more, for those events whose payload is kept whole.
func (h eventsAPI) normalise(ctx context.Context, e store.Event) (view *trace.Inbound, problem string) {
	if e.State == store.Rejected || e.State == store.Duplicate {
		return nil, ""
	}
	defer func() {
		if recover() != nil {
			view, problem = nil, "the adapter fails on this payload"
		}
	}()
	in, err := h.runtime.Normalise(ctx, e)
	if errors.Is(err, store.ErrNotFound) {
		return nil, "the channel no longer exists"
	}
	if err != nil {
		return nil, err.Error()
	}
	return trace.InboundOf(in), ""
}
