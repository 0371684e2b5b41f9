package bot

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/store"
)

// Accept makes the events of one callback durable and queues them. When it returns nil they are kept,
// whatever happens next; redeliveries are found and change nothing. An error means that nothing was
// kept and the platform must hear so.
func (r *Runtime) Accept(ctx context.Context, ch *Channel, req *channels.Request, inbound []message.Inbound) error {
	if len(inbound) == 0 {
		return nil
	}
	start := time.Now()
	events := make([]store.Event, len(inbound))
	for i := range inbound {
		events[i] = newEvent(ch, req, &inbound[i])
	}
	results, err := r.store.Accept(ctx, events)
	if err != nil {
		return err
	}
	r.metrics.acceptSeconds.Observe(time.Since(start).Seconds())
	debug := r.log.Enabled(ctx, slog.LevelDebug)
	for i, res := range results {
		e := &events[i]
		if res.Duplicate {
			r.duplicate(ch, *e, res.ID)
			continue
		}
		e.ID = res.ID
		r.metrics.events.WithLabelValues(ch.Record.Type, ch.Record.ID, "accepted").Inc()
		r.tracer.Accepted(e.ID, ch.Record.Type, ch.Record.ID, req.ReceivedAt, start)
		if debug {
			r.log.Debug("event accepted", "channel", e.ChannelID, "event", e.ID, "kind", e.Kind, "conversation", e.ConversationID)
		}
		r.feed.publishEvent(*e)
	}
	return nil
}

func newEvent(ch *Channel, req *channels.Request, in *message.Inbound) store.Event {
	e := store.Event{
		BotID: ch.Record.BotID, ChannelID: ch.Record.ID, Keys: in.Keys, Kind: in.Kind, Name: in.Name,
		State: store.Waiting, ReceivedAt: req.ReceivedAt, ContentType: req.ContentType, Raw: in.Raw,
		Inbound: in,
	}
	if in.Conversation.ID != "" {
		e.ConversationID = conversationID(ch.Record.ID, in.Conversation)
	}
	if reason := nothingToDo(in); reason != "" {
		e.State, e.Reason = store.Ignored, reason
	}
	return e
}

// nothingToDo says why an event needs no turn, "" if it needs one.
func nothingToDo(in *message.Inbound) string {
	switch {
	case in.Kind == message.KindUnknown:
		return "unknown event type"
	case in.Ignore != "":
		return in.Ignore
	case in.Conversation.ID == "":
		return "belongs to no conversation"
	}
	return ""
}

func (r *Runtime) duplicate(ch *Channel, e store.Event, first string) {
	r.metrics.events.WithLabelValues(ch.Record.Type, ch.Record.ID, "duplicate").Inc()
	r.stats.refused(e.ChannelID, string(store.Duplicate), e.ReceivedAt)
	r.log.Info("redelivery acknowledged", "channel", e.ChannelID, "event", first)
	if !ch.rejects.Allow() {
		return
	}
	e.State, e.Of, e.Raw = store.Duplicate, first, nil
	r.store.Record(e)
	r.feed.publishEvent(e)
}

// maxRejectedBody is how much of a refused body is kept for its owner to look at.
const maxRejectedBody = 4 << 10

// Reject notes a callback that was turned away, so that the channel's owner sees it. Under a flood
// only some are noted; all are counted.
func (r *Runtime) Reject(ch *Channel, req *channels.Request, code, detail string) {
	r.metrics.events.WithLabelValues(ch.Record.Type, ch.Record.ID, "rejected").Inc()
	r.stats.refused(ch.Record.ID, code, req.ReceivedAt)
	r.tracer.Rejected(ch.Record.Type, ch.Record.ID, code, req.ReceivedAt)
	if !ch.rejects.Allow() {
		return
	}
	r.log.Warn("callback rejected", "channel", ch.Record.ID, "code", code, "detail", detail)
	e := store.Event{
		BotID: ch.Record.BotID, ChannelID: ch.Record.ID, State: store.Rejected, Reason: code + ": " + detail,
		ReceivedAt: req.ReceivedAt, ContentType: req.ContentType, Raw: req.Body[:min(len(req.Body), maxRejectedBody)],
	}
	r.store.Record(e)
	r.feed.publishEvent(e)
}

// TurnAway counts a callback that found no place in time and was answered 503.
func (r *Runtime) TurnAway(ch *Channel) {
	r.metrics.events.WithLabelValues(ch.Record.Type, ch.Record.ID, "turned_away").Inc()
}

// Normalise parses a stored event again.
func (r *Runtime) Normalise(ctx context.Context, e store.Event) (message.Inbound, error) {
	if e.Kind == message.KindLate || len(e.Raw) == 0 {
		return message.Inbound{Kind: e.Kind, Name: e.Name, Keys: e.Keys, Time: e.ReceivedAt}, nil
	}
	ch, err := r.Channel(ctx, e.ChannelID)
	if err != nil {
		return message.Inbound{}, err
	}
	return parse(ch, e)
}

func parse(ch *Channel, e store.Event) (message.Inbound, error) {
	if e.Inbound != nil {
		return *e.Inbound, nil
	}
	cb, err := ch.Adapter.Parse(&channels.Request{ContentType: e.ContentType, Body: e.Raw, ReceivedAt: e.ReceivedAt})
	if err != nil {
		return message.Inbound{}, err
	}
	if len(cb.Events) != 1 {
		return message.Inbound{}, errors.New("the stored payload does not hold exactly one event")
	}
	return cb.Events[0], nil
}
