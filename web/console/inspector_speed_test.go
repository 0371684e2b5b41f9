package console

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	webchat "dari/channels/web"
	"dari/store"
)

// What a page may cost: bytes with everything it loads, and the server's time at p95 with 100,000 events.
const (
	maxWeight = 150_000
	maxServed = 20 * time.Millisecond
)

// filled has that many events handled, of 500 people, and returns the newest one.
func (b *bench) filled(events int) store.Event {
	b.t.Helper()
	ctx := context.Background()
	for n := 0; n < events; {
		var batch []store.Event
		for ; n < events && len(batch) < 500; n++ {
			id := webchat.ConversationID("demo-chat", fmt.Sprintf("%022d", n%500))
			batch = append(batch, store.Event{
				BotID: "demo", ChannelID: "demo-chat", ConversationID: "demo-chat:" + id, Kind: message.KindText, Name: "text", Keys: []string{strconv.Itoa(n)},
				State: store.Waiting, ReceivedAt: time.Now(), ContentType: "application/json",
				Raw: fmt.Appendf(nil, `{"conversation":%q,"id":"m%d","text":"question number %d about vacation"}`, id, n, n),
			})
		}
		if _, err := b.store.Accept(ctx, batch); err != nil {
			b.t.Fatal(err)
		}
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if l, err := b.store.Ledger(ctx); err != nil || l.Waiting == 0 {
			break
		}
	}
	page, err := b.store.Events(ctx, store.Query{Limit: 1})
	if err != nil || len(page.Items) != 1 || page.Items[0].State != store.Handled {
		b.t.Fatalf("%+v, %v", page, err)
	}
	return page.Items[0]
}

// With DARI_SPEED_EVENTS=100000 the pages have to keep to the time too; a machine that does other things
// meanwhile says nothing about it.
func TestPagesAreLightAndQuick(t *testing.T) {
	events, err := strconv.Atoi(os.Getenv("DARI_SPEED_EVENTS"))
	timed := err == nil
	if !timed {
		events = 300
	}
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	e := b.filled(events)
	for _, path := range []string{
		"/console/bots/demo/inspector", "/console/bots/demo/inspector?q=status:handled+channel:web", "/console/bots/demo/inspector?q=question", "/console/events/" + e.ID,
		"/console/bots/demo/conversations", "/console/bots/demo/conversations?q=question", conversationURL(e.ConversationID), "/console/bots/demo/deliveries?status=delivered",
		"/console/bots/demo/deliveries", "/console/bots/demo/inspector?q=status:failed",
	} {
		rounds := 40
		if !timed {
			rounds = 3
		}
		var spent []time.Duration
		var body string
		for range rounds {
			began := time.Now()
			rec := w.get(path)
			spent = append(spent, time.Since(began))
			want(t, rec, http.StatusOK, "</html>")
			body = rec.Body.String()
		}
		slices.Sort(spent)
		p95 := spent[len(spent)*95/100]
		weight := weigh(body)
		t.Logf("%-60s %4d kB, p50 %v, p95 %v", path, weight/1000, spent[len(spent)/2], p95)
		if weight > maxWeight {
			t.Errorf("%s weighs %d bytes", path, weight)
		}
		// A search through everything may take longer, but not much.
		if limit := map[bool]time.Duration{true: 2 * search, false: maxServed}[strings.HasSuffix(path, "failed") || strings.HasSuffix(path, "demo/deliveries")]; timed && p95 > limit {
			t.Errorf("%s took %v", path, p95)
		}
	}
}

// weigh is a page with the files that it names.
func weigh(body string) int {
	sum := len(body)
	for _, m := range regexp.MustCompile(`"/static/([^"]+)"`).FindAllStringSubmatch(body, -1) {
		sum += len(assets()[m[1]].body)
	}
	return sum
}
