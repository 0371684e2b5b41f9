package web

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/store"
	"dari/web/trace"
)

// replayAPI does again what has been done once: events, deliveries, and both in bulk.
type replayAPI struct {
	runtime interface {
		Dry(ctx context.Context, e store.Event) (bot.DryRun, error)
		Replay(ctx context.Context, e store.Event, raw []byte) (string, error)
		ReplayAll(q store.Query, since time.Time) bot.Job
		ResendAll(q store.Query, since time.Time) bot.Job
		Job(id string) (bot.Job, error)
		CancelJob(id string) (bot.Job, error)
		RenderOn(ctx context.Context, channelID string, reply message.Reply, to message.Conversation, reference []byte) (bot.Rendering, error)
		RenderEverywhere(ctx context.Context, reply message.Reply) ([]bot.Rendering, error)
		ShowChannel(ctx context.Context, id string) (bot.ChannelView, error)
	}
	store interface {
		Event(ctx context.Context, id string) (store.Event, error)
	}
	baseURL string
	audit   auditor
}

type replayBody struct {
	Mode string  `json:"mode"`
	Raw  *string `json:"raw"` // another payload in place of the event's own
}

type replayed struct {
	EventID string `json:"event_id"`
}

func (h replayAPI) replay(c *gin.Context) error {
	ctx := c.Request.Context()
	e, err := h.store.Event(ctx, c.Param("event"))
	if err != nil {
		return err
	}
	var body replayBody
	if _, err := decode(c, &body); err != nil {
		return err
	}
	var raw []byte
	if body.Raw != nil {
		raw = []byte(*body.Raw)
	}
	switch body.Mode {
	case "dry":
		if raw != nil {
			e.Raw = raw
		}
		run, err := h.runtime.Dry(ctx, e)
		if err != nil {
			return err
		}
		if run.Inbound != nil {
			run.Inbound.Address, run.Inbound.Reference = nil, nil
		}
		writeJSON(c, http.StatusOK, run)
		return nil
	case "real":
		id, err := h.runtime.Replay(ctx, e, raw)
		if err != nil {
			return err
		}
		h.audit.note(c, "event.replay", e.ID, id)
		writeJSON(c, http.StatusAccepted, replayed{id})
		return nil
	}
	return badField("mode", "option", `mode must be "dry" (nothing is sent) or "real"`)
}

// export hands an event out as it came, to be kept as a test fixture or sent again by hand. It shows
// what traces mask, and is audited like that.
func (h replayAPI) export(c *gin.Context) error {
	e, err := h.store.Event(c.Request.Context(), c.Param("event"))
	if err != nil {
		return err
	}
	ch, err := h.runtime.ShowChannel(c.Request.Context(), e.ChannelID)
	if err != nil {
		return err
	}
	switch c.DefaultQuery("as", "fixture") {
	case "fixture":
		h.audit.note(c, "event.reveal", e.ID, "exported as fixture")
		c.Header("Content-Disposition", `attachment; filename="`+e.ID+`.json"`)
		writeJSON(c, http.StatusOK, trace.FixtureOf(e, ch.Type))
	case "curl":
		h.audit.note(c, "event.reveal", e.ID, "exported as curl")
		c.String(http.StatusOK, "%s", trace.Curl(e, h.baseURL+"/"+ch.Type+"/"+ch.ID+"/webhook"))
	default:
		return badField("as", "option", "as must be fixture or curl")
	}
	return nil
}

type bulkBody struct {
	Bot          string    `json:"bot"`
	Channel      string    `json:"channel"`
	Conversation string    `json:"conversation"`
	Since        time.Time `json:"since"`
	State        string    `json:"state"`
	Status       string    `json:"status"`
}

func (b bulkBody) query(state string) store.Query {
	return store.Query{BotID: b.Bot, ChannelID: b.Channel, ConversationID: b.Conversation, State: state}
}

type jobItem struct {
	ID         string `json:"id"`
	Kind       string `json:"kind"`
	Total      int    `json:"total"`
	Done       int    `json:"done"`
	Failed     int    `json:"failed"`
	LeftOut    int    `json:"left_out"`
	Error      string `json:"error"`
	Cancelled  bool   `json:"cancelled"`
	StartedAt  stamp  `json:"started_at"`
	FinishedAt stamp  `json:"finished_at"`
}

func viewJob(j bot.Job) jobItem {
	return jobItem{j.ID, j.Kind, j.Total, j.Done, j.Failed, j.LeftOut.Sum(), j.Error, j.Cancelled, stamp(j.StartedAt), stamp(j.FinishedAt)}
}

// replayAll replays what failed, or was ignored, since a time.
func (h replayAPI) replayAll(c *gin.Context) error {
	body, err := bulk(c)
	if err != nil {
		return err
	}
	switch body.State = cmp.Or(body.State, string(store.Failed)); store.EventState(body.State) {
	case store.Failed, store.Ignored:
	default:
		return badField("state", "option", "state must be failed or ignored")
	}
	if body.Status != "" {
		return badField("status", "unknown", "events have a state, deliveries a status")
	}
	j := h.runtime.ReplayAll(body.query(body.State), body.Since)
	h.audit.note(c, "event.replay_all", body.Channel, j.ID)
	writeJSON(c, http.StatusAccepted, viewJob(j))
	return nil
}

// resendAll sends deliveries that did not arrive again, since a time.
func (h replayAPI) resendAll(c *gin.Context) error {
	body, err := bulk(c)
	if err != nil {
		return err
	}
	switch body.Status = cmp.Or(body.Status, string(store.Undelivered)); store.DeliveryStatus(body.Status) {
	case store.Undelivered, store.Uncertain, store.Cancelled:
	default:
		return badField("status", "option", "status must be failed, uncertain or cancelled")
	}
	if body.State != "" {
		return badField("state", "unknown", "events have a state, deliveries a status")
	}
	j := h.runtime.ResendAll(body.query(body.Status), body.Since)
	h.audit.note(c, "delivery.resend_all", body.Channel, j.ID)
	writeJSON(c, http.StatusAccepted, viewJob(j))
	return nil
}

func bulk(c *gin.Context) (b bulkBody, err error) {
	if _, err := decode(c, &b); err != nil {
		return b, err
	}
	if b.Since.IsZero() {
		return b, badField("since", "required", "since must be a time such as 2026-01-31T09:30:00Z")
	}
	return b, nil
}

func (h replayAPI) job(c *gin.Context) error {
	j, err := h.runtime.Job(c.Param("job"))
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusOK, viewJob(j))
	return nil
}

func (h replayAPI) cancelJob(c *gin.Context) error {
	j, err := h.runtime.CancelJob(c.Param("job"))
	if err != nil {
		return err
	}
	h.audit.note(c, "job.cancel", j.ID, "")
	writeJSON(c, http.StatusOK, viewJob(j))
	return nil
}

type previewBody struct {
	Messages     []message.Message `json:"messages"`
	QuickReplies []message.Action  `json:"quick_replies"`
}

type previews struct {
	Items []bot.Rendering `json:"items"`
}

// preview shows one answer as every type of messenger would get it.
func (h replayAPI) preview(c *gin.Context) error {
	var body previewBody
	if _, err := decode(c, &body); err != nil {
		return err
	}
	if len(body.Messages) == 0 || len(body.Messages) > 50 {
		return badField("messages", "length", "messages must hold 1 to 50 messages")
	}
	all, err := h.runtime.RenderEverywhere(c.Request.Context(), message.Reply{Messages: body.Messages, QuickReplies: body.QuickReplies})
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusOK, previews{all})
	return nil
}
