package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
	"dari/store"
)

// post office: a house with a webhook in place of the network. Its runtime is not started: tests look
// themselves.
type postOffice struct {
	*house
	mu     sync.Mutex
	posts  []alarmPost
	status int // that the webhook answers; 0: it cannot be reached
	header http.Header
}

const secretHook = "https://hooks.example.com/services/T00/very-secret-part-wxyz"

// inPostOffice runs a test in fake time.
func inPostOffice(t *testing.T, test func(t *testing.T, h *postOffice)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := &postOffice{house: newHouse(t), status: http.StatusOK}
		h.open(h.rt)
		test(t, h)
	})
}

// open gives a runtime the webhook.
func (h *postOffice) open(rt *Runtime) { rt.opts.EngineHTTP = &http.Client{Transport: h} }

// RoundTrip implements http.RoundTripper.
func (h *postOffice) RoundTrip(req *http.Request) (*http.Response, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var post alarmPost
	if err := json.NewDecoder(req.Body).Decode(&post); err != nil || req.URL.String() != secretHook || req.Method != http.MethodPost {
		return nil, fmt.Errorf("strange call of %s: %w", req.URL, err)
	}
	h.posts = append(h.posts, post)
	if h.status == 0 {
		return nil, errors.New("dial tcp 192.0.2.1:443: refused")
	}
	return &http.Response{StatusCode: h.status, Header: h.header, Body: io.NopCloser(strings.NewReader("")), Request: req}, nil
}

// told returns the states that the webhook has heard, and forgets them.
func (h *postOffice) told() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var states []string
	for _, p := range h.posts {
		states = append(states, p.Alarm.State)
	}
	h.posts = nil
	return strings.Join(states, " ")
}

func (h *postOffice) look() { h.rt.watch(context.Background()) }

// lookFor looks every minute for a time.
func (h *postOffice) lookFor(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(alarmEvery)
		h.look()
	}
}

func (h *postOffice) target(spec AlarmTargetSpec) string {
	h.t.Helper()
	if spec.Name == "" {
		spec.Name = "Operators"
	}
	if spec.Kind == "" {
		spec.Kind, spec.URL = TargetWebhook, secretHook
	}
	v, err := h.rt.CreateAlarmTarget(context.Background(), spec)
	if err != nil {
		h.t.Fatal(err)
	}
	return v.ID
}

func (h *postOffice) targetNow() AlarmTargetView {
	h.t.Helper()
	list, err := h.rt.AlarmTargets(context.Background())
	if err != nil || len(list) != 1 {
		h.t.Fatalf("%d targets, %v", len(list), err)
	}
	return list[0]
}

// on are the ids of the alarms that are on.
func (h *postOffice) on() string {
	h.t.Helper()
	list, err := h.rt.Alarms(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	var ids []string
	for _, a := range list {
		ids = append(ids, a.ID)
	}
	return strings.Join(ids, " ")
}

func (h *postOffice) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

var stamps int

// turn handles an event in that way, with deliveries that end in those.
func (h *postOffice) turn(state store.EventState, reason string, ends ...store.Result) {
	h.t.Helper()
	ctx := context.Background()
	stamps++
	conv := fmt.Sprint("ch:c", stamps)
	_, err := h.store.Accept(ctx, []store.Event{{
		BotID: "bot", ChannelID: "ch", ConversationID: conv, Keys: []string{fmt.Sprint("k", stamps)}, Kind: message.KindText, Name: "said",
		State: store.Waiting, ReceivedAt: time.Now(), ContentType: "application/json; charset=utf-8", Raw: []byte(`{"conv":"c"}`),
	}})
	h.must(err)
	c, err := h.store.NextTurn(ctx)
	h.must(err)
	t := store.Turn{State: state, Reason: reason, StartedAt: time.Now(), FinishedAt: time.Now()}
	for range ends {
		t.Deliveries = append(t.Deliveries, store.Delivery{
			EventID: c.Event.ID, BotID: "bot", ChannelID: "ch", ConversationID: conv, Messages: []message.Message{message.Text("hi")}, CreatedAt: time.Now(),
		})
	}
	_, err = h.store.CommitTurn(ctx, c, t)
	h.must(err)
	for _, end := range ends {
		d, err := h.store.NextDelivery(ctx)
		h.must(err)
		end.DoneAt = time.Now()
		h.must(h.store.FinishDelivery(ctx, d, end))
	}
}

func (h *postOffice) fails(reason string) func(n int) {
	return func(n int) {
		for range n {
			h.turn(store.Failed, reason)
		}
	}
}

func (h *postOffice) undelivered(status store.DeliveryStatus, kind channels.Kind) func(n int) {
	return func(n int) {
		for range n {
			h.turn(store.Handled, "", store.Result{Status: status, ErrorKind: string(kind), Error: "the platform said no"})
		}
	}
}

func (h *postOffice) rejects(n int) {
	ctx := context.Background()
	for range n {
		h.store.Record(store.Event{BotID: "bot", ChannelID: "ch", State: store.Rejected, Reason: "signature: wrong", ReceivedAt: time.Now(), Raw: []byte("{}")})
	}
	_, err := h.store.Channels().Update(ctx, "ch", func(*store.Channel) error { return nil }) // notes go with the next commit
	h.must(err)
}

// secretEnds says on which day the channel's secret ends, that many days from now.
func (h *postOffice) secretEnds(days int) {
	h.t.Helper()
	_, err := h.store.Channels().Update(context.Background(), "ch", func(c *store.Channel) error {
		if c.Settings == nil {
			c.Settings = settings.Values{}
		}
		c.Settings[secretExpires] = time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly)
		return nil
	})
	h.must(err)
}
