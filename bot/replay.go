package bot

import (
	"context"
	"fmt"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/store"
)

// Replay takes an event in once more, as a new one at the end of its conversation: durable, in order,
// with an answer that is really sent. raw takes the place of its payload unless it is nil. What was
// never accepted cannot be replayed (store.ErrState). The new event's id is returned.
func (r *Runtime) Replay(ctx context.Context, e store.Event, raw []byte) (string, error) {
	switch e.State {
	case store.Handled, store.Failed, store.Ignored:
	default:
		return "", store.ErrState
	}
	if e.Kind == message.KindLate {
		return "", store.ErrState // the engine's own words, which it may say again itself
	}
	ch, err := r.Channel(ctx, e.ChannelID)
	if err != nil {
		return "", err
	}
	if !ch.Record.Enabled {
		return "", &InputError{Field: "channel", Code: "disabled", Detail: "is disabled; enable it first"}
	}
	if raw != nil {
		e.Raw = raw
	}
	in, err := parse(ch, e)
	if err != nil {
		return "", &InputError{Field: "raw", Code: "malformed", Detail: fmt.Sprintf("is no event of this channel: %v", err)}
	}
	again := newEvent(ch, &channels.Request{ReceivedAt: time.Now().UTC(), ContentType: e.ContentType}, &in)
	again.Raw, again.Of, again.Keys = e.Raw, e.ID, []string{"replay:" + e.ID + ":" + randomID()}
	res, err := r.store.Accept(ctx, []store.Event{again})
	if err != nil {
		return "", err
	}
	again.ID = res[0].ID
	r.tracer.Accepted(again.ID, ch.Record.Type, ch.Record.ID, again.ReceivedAt, again.ReceivedAt)
	r.metrics.events.WithLabelValues(ch.Record.Type, ch.Record.ID, "accepted").Inc()
	r.feed.publishEvent(again)
	return again.ID, nil
}

// answerable takes the reply handle off a replayed event: it was for one answer, long ago.
func answerable(e store.Event, in *message.Inbound) {
	if e.Of != "" {
		in.Address = nil
	}
}
