package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"dari/bot/message"
	"dari/store"
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
	Inbound      *inboundView    `json:"inbound"`      // null if the payload is not one event
	InboundError string          `json:"inbound_error,omitempty"`
	Trace        json.RawMessage `json:"trace"` // of the turn; null before it
	Deliveries   []deliveryItem  `json:"deliveries"`
	Steps        []traceStep     `json:"steps"`
	Masked       bool            `json:"masked"` // personal data is hidden; ?reveal=true shows it
}

// inboundView is an inbound without the handles that would let a reader act for the bot.
type inboundView struct {
	message.Inbound
	Time      stamp `json:"time"`
	Address   *bool `json:"address,omitempty"` // never set: hides the reply handle
	Reference *bool `json:"reference,omitempty"`
}

func (h eventsAPI) show(c *gin.Context) error {
	ctx := c.Request.Context()
	e, err := h.store.Event(ctx, c.Param("event"))
	if err != nil {
		return err
	}
	v := eventTrace{eventItem: viewEvent(e), ContentType: e.ContentType, Trace: e.Trace, Deliveries: []deliveryItem{}}
	v.Raw, v.RawEncoding = string(e.Raw), "utf-8"
	if !utf8.Valid(e.Raw) {
		v.Raw, v.RawEncoding = base64.StdEncoding.EncodeToString(e.Raw), "base64"
	}
	v.Inbound, v.InboundError = h.normalise(ctx, e)
	if v.Deliveries, err = h.deliveries(ctx, e); err != nil {
		return err
	}
	v.Steps = timeline(e, v.Deliveries)
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
		v.Raw = string(maskJSON([]byte(v.Raw)))
	}
	plain, err := json.Marshal(v)
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusOK, json.RawMessage(maskJSON(plain)))
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
func (h eventsAPI) normalise(ctx context.Context, e store.Event) (view *inboundView, problem string) {
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
	return &inboundView{Inbound: in, Time: stamp(in.Time)}, ""
}

// maxTraced bounds the deliveries looked at for one event; a turn makes some.
const maxTraced = 100

func (h eventsAPI) deliveries(ctx context.Context, e store.Event) ([]deliveryItem, error) {
	items := []deliveryItem{}
	if e.ConversationID == "" || e.StartedAt.IsZero() {
		return items, nil
	}
	after, err := h.store.DeliveriesAfter(ctx, e.ConversationID, "", e.StartedAt, maxTraced)
	for _, d := range after {
		if d.EventID == e.ID {
			items = append(items, viewDelivery(d))
		}
	}
	return items, err
}
