package bot

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/store"
)

func (h *house) broadcast(req BroadcastRequest) (store.Broadcast, bool, error) {
	h.t.Helper()
	ch, err := h.rt.Channel(context.Background(), "ch")
	if err != nil {
		h.t.Fatal(err)
	}
	return h.rt.Broadcast(context.Background(), ch, req)
}

func people(n int) (to []Recipient) {
	for i := range n {
		to = append(to, Recipient{User: fmt.Sprint("u", i)})
	}
	return to
}

var hello = []message.Message{message.Text("hello")}

func TestABroadcastReachesEverybodyOnceAtThePublishedRate(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.channel.setLimits(func(l *channels.Limits) { l.Rate = channels.Rate{Calls: 60, Per: time.Minute, Burst: 5} })
		h.rt.forget("bot", "ch")
		b, repeated, err := h.broadcast(BroadcastRequest{To: people(30), Messages: hello, Key: "k"})
		if err != nil || repeated || b.Recipients != 30 {
			t.Fatalf("%+v, %v, %v", b, repeated, err)
		}
		if again, repeated, err := h.broadcast(BroadcastRequest{To: people(30), Messages: hello, Key: "k"}); err != nil || !repeated || again.ID != b.ID {
			t.Errorf("%+v, %v, %v", again, repeated, err)
		}
		h.settle()
		if got := len(h.channel.texts()); got != 5 {
			t.Errorf("%d at once", got)
		}
		h.say("ch", said{Conv: "c1", Key: "1", Text: "an answer"})
		h.settle()
		if got := h.channel.texts(); got[len(got)-1] != "an answer" {
			t.Error("the answer waits behind the broadcast")
		}
		p, err := h.rt.Progress(context.Background(), b)
		if err != nil || p != (BroadcastProgress{Total: 30, Delivered: 5, Pending: 25}) {
			t.Errorf("%+v, %v", p, err)
		}
		time.Sleep(time.Minute)
		h.settle()
		if p, _ := h.rt.Progress(context.Background(), b); p.Delivered != 30 || len(h.channel.texts()) != 31 {
			t.Errorf("%+v, sent %d", p, len(h.channel.texts()))
		}
	})
}

func TestACancelledBroadcastStops(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.channel.setLimits(func(l *channels.Limits) { l.Rate = channels.Rate{Calls: 60, Per: time.Minute, Burst: 5} })
		h.rt.forget("bot", "ch")
		b, _, err := h.broadcast(BroadcastRequest{To: people(30), Messages: hello})
		if err != nil {
			t.Fatal(err)
		}
		h.settle()
		for range 2 {
			if b, err = h.rt.CancelBroadcast(context.Background(), b.ID); err != nil || b.CancelledAt.IsZero() {
				t.Fatal(b, err)
			}
		}
		time.Sleep(time.Hour)
		h.settle()
		if p, _ := h.rt.Progress(context.Background(), b); p != (BroadcastProgress{Total: 30, Delivered: 5, Cancelled: 25}) {
			t.Errorf("%+v", p)
		}
		if got := len(h.channel.texts()); got != 5 {
			t.Errorf("%d were sent", got)
		}
		// One that was cancelled can still be sent by hand.
		page, err := h.store.Deliveries(context.Background(), store.Query{State: string(store.Cancelled)})
		if err != nil || len(page.Items) != 25 {
			t.Fatal(len(page.Items), err)
		}
		if _, err := h.store.Resend(context.Background(), page.Items[0].ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		h.settle()
		if got := len(h.channel.texts()); got != 6 {
			t.Errorf("%d were sent", got)
		}
	})
}

func TestMistakesInABroadcastAreNamedByTheirPlace(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		mixed := append(people(2), Recipient{Conversation: "ch:nobody"})
		for field, req := range map[string]BroadcastRequest{
			"to":                 {Messages: hello},
			"to[1]":              {To: []Recipient{{User: "u1"}, {}}, Messages: hello},
			"to[2]":              {To: append(people(2), Recipient{User: "u0"}), Messages: hello},
			"to[2].conversation": {To: mixed, Messages: hello},
			"to[10000]":          {To: people(10_001), Messages: hello},
			"messages":           {To: people(1)},
			"messages[0]":        {To: people(1), Messages: []message.Message{{Type: "hologram"}}},
			"messages[50]":       {To: people(1), Messages: make([]message.Message, 51)},
		} {
			_, _, err := h.broadcast(req)
			var ie *InputError
			if !errors.As(err, &ie) || ie.Field != field {
				t.Errorf("%s: got %v", field, err)
			}
		}
		if list, err := h.store.Broadcasts().List(context.Background()); err != nil || len(list) != 0 || len(h.deliveries()) != 0 {
			t.Errorf("%v, %v, %d deliveries", list, err, len(h.deliveries()))
		}
	})
}
