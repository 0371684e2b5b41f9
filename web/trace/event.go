package trace

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"dari/bot/message"
	"dari/store"
)

// Inbound is an inbound without the handles that would let a reader act for the bot.
type Inbound struct {
	message.Inbound
	Time      Stamp `json:"time"`
	Address   *bool `json:"address,omitempty"` // never set: hides the reply handle
	Reference *bool `json:"reference,omitempty"`
}

// InboundOf is the view of an inbound.
func InboundOf(in message.Inbound) *Inbound { return &Inbound{Inbound: in, Time: Stamp(in.Time)} }

// maxTraced bounds the deliveries looked at for one event; a turn makes some. They are read in small
// batches: reading on after the last of them may pass many of other conversations.
const (
	maxTraced   = 100
	tracedBatch = 4
)

// Deliveries are those that an event's turn has made.
func Deliveries(ctx context.Context, s interface {
	DeliveriesAfter(ctx context.Context, conversationID, afterID string, since time.Time, limit int) ([]store.Delivery, error)
}, e store.Event,
) ([]store.Delivery, error) {
	var own []store.Delivery
	if e.ConversationID == "" || e.StartedAt.IsZero() {
		return own, nil
	}
	for seen, after := 0, ""; seen < maxTraced; seen += tracedBatch {
		batch, err := s.DeliveriesAfter(ctx, e.ConversationID, after, e.StartedAt, tracedBatch)
		for _, d := range batch {
			if d.EventID == e.ID {
				own = append(own, d)
			}
		}
		if err != nil || len(batch) < tracedBatch {
			return own, err
		}
		last := batch[len(batch)-1]
		if after = last.ID; !e.FinishedAt.IsZero() && last.CreatedAt.After(e.FinishedAt) {
			break // of later turns: a conversation has one at a time
		}
	}
	return own, nil
}

// Raw is an event's payload as text: as it is, or in base64 if it is none.
func Raw(e store.Event) (text, encoding string) {
	if !utf8.Valid(e.Raw) {
		return base64.StdEncoding.EncodeToString(e.Raw), "base64"
	}
	return string(e.Raw), "utf-8"
}

// Fixture is an event as it came, to be kept as a test's input.
type Fixture struct {
	ChannelType string `json:"channel_type"`
	Kind        string `json:"kind"`
	ContentType string `json:"content_type"`
	ReceivedAt  Stamp  `json:"received_at"`
	Raw         string `json:"raw"`
	Encoding    string `json:"raw_encoding"`
}

// FixtureOf makes a fixture of an event.
func FixtureOf(e store.Event, channelType string) Fixture {
	raw, encoding := Raw(e)
	return Fixture{channelType, string(e.Kind), e.ContentType, Stamp(e.ReceivedAt), raw, encoding}
}

// Curl is a command that makes the callback again. Signatures are not kept, so that Dari refuses it
// until a valid one is put in its place.
func Curl(e store.Event, address string) string {
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
	return fmt.Sprintf("# The platform's signature is not kept: add its header, or replay the event with POST /api/v1/events/%s/replay.\ncurl -X POST %s \\\n  -H %s \\\n  --data-binary %s\n",
		e.ID, quote(address), quote("Content-Type: "+e.ContentType), quote(string(e.Raw)))
}
