package bot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"dari/bot/check"
	"dari/channels"
	"dari/store"
)

// checkPast looks at the newest callback and at the deliveries of the last day.
func (c *Catalog) checkPast(ctx context.Context, ch *Channel) ([]check.Check, error) {
	var past []check.Check
	if ch.isCalled() || ch.listens() {
		page, err := c.store.Events(ctx, store.Query{ChannelID: ch.Record.ID, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(page.Items) > 0 {
			past = append(past, lastCallback(page.Items[0]))
		} else if page.Next == "" { // else the newest is further back than a list looks
			past = append(past, c.noCallback(ch))
		}
	}
	deliveries, err := c.checkDeliveries(ctx, ch.Record.ID)
	return append(past, deliveries), err
}

func (c *Catalog) noCallback(ch *Channel) check.Check {
	if ch.listens() {
		return check.New("callbacks", check.Warn, "channel.callbacks_none_socket")
	}
	return check.New("callbacks", check.Warn, "channel.callbacks_none", "url", c.callbackURL(ch.Record))
}

func lastCallback(e store.Event) check.Check {
	at := e.ReceivedAt.UTC().Format("2006-01-02 15:04 UTC")
	if e.State != store.Rejected {
		return check.New("callbacks", check.Pass, "channel.callbacks_seen", "at", at)
	}
	code, _, _ := strings.Cut(e.Reason, ":")
	switch code { // of channels.Refusal
	case "signature":
		return check.New("callbacks", check.Warn, "channel.callbacks_signature", "at", at)
	case "stale", "expired":
		return check.New("callbacks", check.Warn, "channel.callbacks_clock", "at", at)
	case "bot_id", "audience":
		return check.New("callbacks", check.Warn, "channel.callbacks_other_bot", "at", at)
	case "token", "key", "algorithm", "issuer", "channel", "endorsement", "service_url", "service_host":
		return check.New("callbacks", check.Warn, "channel.callbacks_unsigned", "at", at)
	case "malformed", "incomplete", "too_large", "content_type":
		return check.New("callbacks", check.Warn, "channel.callbacks_unreadable", "at", at, "code", code)
	}
	return check.New("callbacks", check.Warn, "channel.callbacks_refused", "at", at, "code", code)
}

// deliveriesSince is how far back failed deliveries are counted, and deliveriesMost how many of a kind.
const (
	deliveriesSince = 24 * time.Hour
	deliveriesMost  = 500
)

// deliveryCodes are the sentences about failed deliveries by the kind of the newest failure.
var deliveryCodes = map[channels.Kind]string{
	channels.Config:      "channel.deliveries_config",
	channels.Auth:        "channel.deliveries_auth",
	channels.RateLimited: "channel.deliveries_rate_limited",
	channels.Temporary:   "channel.deliveries_temporary",
	channels.Rejected:    "channel.deliveries_rejected",
	channels.Blocked:     "channel.deliveries_blocked",
	channels.Uncertain:   "channel.deliveries_uncertain",
}

func (c *Catalog) checkDeliveries(ctx context.Context, id string) (check.Check, error) {
	var count int
	var last store.Result
	for _, status := range []store.DeliveryStatus{store.Undelivered, store.Uncertain} {
		page, err := c.store.Deliveries(ctx, store.Query{ChannelID: id, State: string(status), Limit: deliveriesMost})
		if err != nil {
			return check.Check{}, err
		}
		for _, d := range page.Items {
			if time.Since(d.Result.DoneAt) > deliveriesSince {
				continue
			}
			if count++; d.Result.DoneAt.After(last.DoneAt) {
				last = d.Result
			}
		}
	}
	if count == 0 {
		return check.New("deliveries", check.Pass, "channel.deliveries_good"), nil
	}
	code := deliveryCodes[channels.Kind(last.ErrorKind)]
	if code == "" {
		code = deliveryCodes[channels.Uncertain]
	}
	reason := last.ErrorCode
	if reason == "" {
		reason = last.ErrorKind
	}
	return check.New("deliveries", check.Warn, code, "count", strconv.Itoa(count), "code", reason), nil
}
