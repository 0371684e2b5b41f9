package console

import (
	"bytes"
	"compress/gzip"
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

// speedPages are the pages of the console, with what stands for an id. slow ones search everything when
// nothing fits, for a bounded time.
var speedPages = []struct {
	path string
	slow bool
}{
	{"/console", false},
	{"/console/bots/demo/channels", false},
	{"/console/bots/demo/channels/new/web", false},
	{"/console/channels/demo-chat", false},
	{"/console/channels/demo-chat/state", false},
	{"/console/channels/demo-chat/waiting", false},
	{"/console/bots/demo/conversations", false},
	{"/console/bots/demo/conversations?q=question", false},
	{"CONVERSATION", false},
	{"/console/bots/demo/inspector", false},
	{"/console/bots/demo/inspector?q=status:handled+channel:web", false},
	{"/console/bots/demo/inspector?q=question", false},
	{"/console/bots/demo/inspector?q=status:failed", false},
	{"/console/bots/demo/inspector?q=kind:image", true},
	{"EVENT", false},
	{"/console/bots/demo/deliveries", true},
	{"/console/bots/demo/deliveries?status=failed", false},
	{"/console/bots/demo/deliveries?status=delivered", false},
	{"/console/bots/demo/engine", false},
	{"/console/bots/demo/testchat", false},
	{"/console/bots/demo/plots?span=day", false},
	{"/console/bots/demo/plots?span=year", false},
	{"/console/bots/demo/settings", false},
	{"/console/keys", false},
	{"/console/people", false},
	{"/console/audit", false},
	{"/console/audit?who=nobody", true},
	{"/console/alarms", false},
	{"/console/expiries", false},
	{"/console/system", false},
	{"/console/search?q=question", false},
	{"/console/password", false},
}

// With DARI_SPEED_EVENTS=100000 the pages have to keep to the time too; a machine that does other things
// meanwhile says nothing about it. It prints a table of all pages:
//
//	DARI_SPEED_EVENTS=100000 go test -v -timeout 20m -run PagesAreLight ./web/console
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
	var table strings.Builder
	fmt.Fprintf(&table, "\n| page, %d events | kB | kB gzip | p50 ms | p95 ms |\n|---|---|---|---|---|\n", events)
	for _, page := range speedPages {
		path := strings.NewReplacer("CONVERSATION", conversationURL(e.ConversationID), "EVENT", "/console/events/"+e.ID).Replace(page.path)
		rounds := 40
		if !timed {
			rounds = 2
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
		weight, packed := weigh(body)
		fmt.Fprintf(&table, "| `%s` | %d | %d | %.1f | %.1f |\n", page.path, weight/1000, packed/1000, ms(spent[len(spent)/2]), ms(p95))
		if weight > maxWeight {
			t.Errorf("%s weighs %d bytes", path, weight)
		}
		if limit := map[bool]time.Duration{true: 2 * search, false: maxServed}[page.slow]; timed && p95 > limit {
			t.Errorf("%s took %v", path, p95)
		}
	}
	t.Log(table.String())
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// weigh is a page with the files that it names, as they are and packed.
func weigh(body string) (sum, packed int) {
	sum, packed = len(body), gzipped([]byte(body))
	for _, m := range regexp.MustCompile(`"/static/([^"]+)"`).FindAllStringSubmatch(body, -1) {
		file := assets()[m[1]].body
		sum, packed = sum+len(file), packed+gzipped(file)
	}
	return sum, packed
}

func gzipped(b []byte) int {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b) // a buffer takes everything
	_ = z.Close()
	return out.Len()
}
