package bot

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"dari/channels"
	"dari/store"
)

// deliver makes one platform call and notes where the delivery stands then.
func (r *Runtime) deliver(work context.Context, c store.DeliveryClaim) {
	d := c.Delivery
	start := time.Now()
	ch, err := r.Channel(work, d.ChannelID)
	if isUnread(err) {
		r.store.ReleaseDelivery(c, time.Time{})
		return
	}
	if err == nil {
		if until := ch.pace.slot(work, start, &d); !until.IsZero() {
			r.store.ReleaseDelivery(c, until)
			return
		}
	}
	work, span := r.tracer.Start(r.tracer.Of(work, d.EventID), "delivery")
	defer span.End()
	span.Set("dari.channel", d.ChannelID)
	span.Set("dari.delivery", d.ID)
	if h, ok := r.store.(store.Holder); ok && !h.Holds(c) {
		r.store.ReleaseDelivery(c, time.Time{}) // another node has it now
		return
	}
	receipt, err := r.send(work, d)
	if se := channels.AsSendError(err); err != nil && se.Kind == channels.RateLimited && ch != nil {
		r.complained(ch, se.RetryAfter)
	}
	if se := channels.AsSendError(err); work.Err() != nil && err != nil && se.Kind != channels.Uncertain && !se.Doubt {
		span.Fail("handed_back")
		r.log.Warn("delivery handed back", "channel", d.ChannelID, "delivery", d.ID, "error", err)
		r.store.ReleaseDelivery(c, time.Time{})
		return
	}
	result := judge(d.Result, receipt, err, time.Now(), rand.Float64())
	// The call has been made: its result is written even while work is being cut off.
	err = insist(work, r.log, func() error { return r.store.FinishDelivery(context.WithoutCancel(work), c, result) })
	if err != nil {
		r.log.Error("result of the delivery not written; it will be sent again", "channel", d.ChannelID, "delivery", d.ID, "error", err)
		r.store.ReleaseDelivery(c, time.Time{})
		return
	}
	r.tried(d, result, start)
	r.stats.delivery(d, result, time.Now())
	span.Set("dari.route", result.Route)
	if result.Status != store.Delivered {
		span.Fail(outcome(result))
	}
	r.log.LogAttrs(work, level(result.Status == store.Delivered), "delivery tried", slog.String("channel", d.ChannelID),
		slog.String("event", d.EventID), slog.String("delivery", d.ID), slog.String("status", string(result.Status)),
		slog.Int("attempt", result.Attempts), slog.String("route", result.Route), slog.String("error", result.Error),
		slog.Int64("ms", time.Since(start).Milliseconds()))
	if result.Status != store.Pending {
		r.streams.drop(d.Key)
	}
	d.Result = result
	r.feed.publishDelivery(d)
}

// tried notes an attempt in the metrics.
func (r *Runtime) tried(d store.Delivery, result store.Result, start time.Time) {
	now, typ := time.Now(), r.typeOf(d.ChannelID)
	r.metrics.attempts.WithLabelValues(typ, d.ChannelID, outcome(result)).Inc()
	r.metrics.sendSeconds.WithLabelValues(typ).Observe(now.Sub(start).Seconds())
	if result.Status != store.Delivered {
		return
	}
	r.metrics.deliveries.WithLabelValues(typ, d.ChannelID, result.Route).Inc()
	if d.First && !d.AddressAt.IsZero() {
		r.metrics.replySeconds.WithLabelValues(typ).Observe(now.Sub(d.AddressAt).Seconds())
	}
}

func outcome(r store.Result) string {
	if r.Status == store.Delivered {
		return "delivered"
	}
	return r.ErrorKind
}

// send calls the adapter under the channel's bounds. A panic of the adapter leaves the outcome uncertain.
func (r *Runtime) send(ctx context.Context, d store.Delivery) (receipt channels.Receipt, err error) {
	ch, err := r.Channel(ctx, d.ChannelID)
	if isUnread(err) {
		return receipt, &channels.SendError{Kind: channels.Temporary, Code: "store", Err: err}
	}
	if err != nil {
		return receipt, &channels.SendError{Kind: channels.Config, Code: "channel", Err: err}
	}
	if ch.inFlight != nil {
		select {
		case ch.inFlight <- struct{}{}:
			defer func() { <-ch.inFlight }()
		case <-ctx.Done():
			return receipt, &channels.SendError{Kind: channels.Temporary, Err: ctx.Err()}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, ch.sendTimeout())
	defer cancel()
	defer func() { err = ch.Hide(err) }()
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("adapter panicked", "delivery", d.ID, "panic", ch.secrets.Text(fmt.Sprint(p)), "stack", string(debug.Stack()))
			err = channels.Failf(channels.Uncertain, "panic", "the adapter panicked: %v", p)
		}
	}()
	if stream := r.streams.get(d.Key); stream != nil {
		return stream.Finish(ctx, d.Messages[0])
	}
	out := channels.Outgoing{
		ID: d.ID, IdempotencyKey: d.Key, Conversation: d.Platform, User: d.User, Messages: d.Messages,
		Address: d.Address, AddressAt: d.AddressAt, Reference: d.Reference,
		// Sent again in spite of doubt, it goes where it can arrive: a handle that may be used up is let go.
		First:   d.First && !d.Result.Again,
		Attempt: d.Result.Attempts + 1, Doubt: d.Result.Doubt, Recovered: d.Process != "" && d.Process != r.process,
	}
	if out.Conversation.ID == "" {
		if err := ch.open(ctx, &out); err != nil {
			return receipt, err
		}
	}
	return ch.Adapter.Send(ctx, out)
}

// sendTimeout bounds one platform call.
func (ch *Channel) sendTimeout() time.Duration {
	if ch.Limits.SendTimeout > 0 {
		return ch.Limits.SendTimeout
	}
	return 10 * time.Second
}

// retry says how a kind of failure is tried again: attempts in all, and the waits between them, which
// double from first to most.
type retry struct {
	attempts    int
	first, most time.Duration
}

// Kinds that are not listed are final. Temporary ones are tried for about half an hour, which outlasts
// a platform's restart; rate limits for as long as it takes a bucket of a minute to free itself often.
var retries = map[channels.Kind]retry{
	channels.Temporary:   {attempts: 14, first: 500 * time.Millisecond, most: 5 * time.Minute},
	channels.RateLimited: {attempts: 30, first: time.Second, most: time.Minute},
}

// judge turns the outcome of an attempt into the delivery's next standing. jitter is in [0, 1).
func judge(before store.Result, receipt channels.Receipt, err error, now time.Time, jitter float64) store.Result {
	after := store.Result{Attempts: before.Attempts + 1, Doubt: before.Doubt, Again: before.Again}
	if err == nil {
		after.Status, after.DoneAt = store.Delivered, now.UTC()
		after.MessageIDs, after.Route = receipt.MessageIDs, receipt.Route
		return after
	}
	se := channels.AsSendError(err)
	after.ErrorKind, after.ErrorCode, after.Error = string(se.Kind), se.Code, describe(se)
	after.Doubt = after.Doubt || se.Doubt || se.Kind == channels.Uncertain
	plan, again := retries[se.Kind]
	switch {
	case se.Kind == channels.Uncertain:
		after.Status, after.DoneAt = store.Uncertain, now.UTC()
	case !again || after.Attempts >= plan.attempts:
		after.Status, after.DoneAt = store.Undelivered, now.UTC()
	default:
		after.Status = store.Pending
		after.NextAt = now.Add(plan.wait(after.Attempts, se.RetryAfter, jitter)).UTC()
	}
	return after
}

// wait is what the platform asked for, or doubles with every attempt, give or take a fifth so that
// many do not come back at once.
func (p retry) wait(attempt int, asked time.Duration, jitter float64) time.Duration {
	if asked > 0 {
		return asked + time.Duration(jitter*float64(asked)/10)
	}
	d := p.most
	if shift := attempt - 1; shift < 30 && p.first<<shift < p.most {
		d = p.first << shift
	}
	return time.Duration(float64(d) * (0.8 + 0.4*jitter))
}

func describe(se *channels.SendError) string {
	s := fmt.Sprint(se.Err)
	if se.Err == nil {
		s = string(se.Kind)
	}
	if se.Scope != "" {
		s += fmt.Sprintf(" (missing permission %s)", se.Scope)
	}
	return s
}
