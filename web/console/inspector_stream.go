package console

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/store"
)

const (
	// rowsEvery is how often new rows are sent: many at once cost the page one drawing.
	rowsEvery = 200 * time.Millisecond
	// maxBurst is how many rows go at once; what is more is counted.
	maxBurst = 40
	// lookAgain is how often the newest events are read again after one that has no id yet: what was
	// refused is noted a little later.
	lookAgain = 10
)

// liveRow is a row as the page inserts it.
type liveRow struct {
	ID   string `json:"id"`
	HTML string `json:"html"`
}

// inspectorStream sends the rows of events as they come and change.
func (c *Console) inspectorStream(g *gin.Context) {
	b, ok := c.botOf(g)
	if !ok {
		return
	}
	r, err := c.viewer(g, b.ID)
	if err != nil {
		c.fail(g, err)
		return
	}
	name := "inspector " + c.user(g).ID
	if !c.streams.enter(name) {
		g.Header("Retry-After", "10")
		g.Status(http.StatusServiceUnavailable)
		return
	}
	defer c.streams.leave(name)
	ctx, cancel := context.WithTimeout(g.Request.Context(), maxStreamTime)
	defer cancel()
	sub := c.runtime.Feed().Watch(func(e bot.FeedEntry) bool { return (e.Type == "event" || e.Type == "delivery") && e.BotID == b.ID })
	defer c.runtime.Feed().Leave(sub)
	out, err := startEvents(g.Writer)
	if err != nil {
		return
	}
	fresh := g.Request.WithContext(context.Background())
	w := watcher{
		viewer: r, out: out, filter: parseFilter(g.Query("q")), page: shellPage{page: c.page(g, nil), Role: c.user(g).Role},
		since: c.now(), notes: map[string]bool{}, still: func() bool { _, _, ok := c.Session(fresh); return ok },
	}
	_ = w.run(ctx, sub) // every error of it means that the reader has gone
}

// watcher gathers what happens to events and tells it in intervals.
type watcher struct {
	*viewer
	out    events
	filter filter
	page   shellPage
	since  time.Time
	still  func() bool

	changed []string // ids, in the order of their first change
	tried   []string // ids of deliveries that have been tried
	waiting []string // ids of events that were told with an answer on its way, the oldest first
	missed  int
	looks   int             // how often the newest events are still to be read
	notes   map[string]bool // of those without an id in the feed, which have been sent
}

func (w *watcher) run(ctx context.Context, sub *bot.Subscription) error {
	tell := time.NewTicker(rowsEvery)
	defer tell.Stop()
	alive := time.NewTicker(w.c.keepAlive)
	defer alive.Stop()
	if err := w.catchUp(ctx); err != nil {
		return err
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case e, open := <-sub.C:
			if !open {
				return nil
			}
			w.take(e)
		case <-tell.C:
			err = w.tell(ctx)
		case <-alive.C:
			if !w.still() {
				return nil
			}
			err = w.out.comment("alive")
		}
		if err != nil {
			return err
		}
	}
}

// justNow is how long ago something may have happened that the page does not show yet.
const justNow = time.Minute

// catchUp begins with what has happened between the page and its stream, or while the stream was cut.
func (w *watcher) catchUp(ctx context.Context) error {
	page, err := w.c.store.Events(ctx, store.Query{BotID: w.botID, Limit: 50})
	for _, e := range slices.Backward(page.Items) {
		if from := w.since.Add(-justNow); e.ReceivedAt.After(from) || e.FinishedAt.After(from) {
			w.changed = append(w.changed, e.ID)
			w.notes[e.ID] = true
		}
	}
	return err
}

func (w *watcher) take(e bot.FeedEntry) {
	switch {
	case e.Type == "missed":
		w.missed++
	case e.Type == "delivery":
		if len(w.tried) < maxBurst {
			w.tried = append(w.tried, e.ID)
		}
	case e.ID == "" || e.State == string(store.Rejected) || e.State == string(store.Duplicate):
		w.looks = lookAgain
	case slices.Contains(w.changed, e.ID):
	case len(w.changed) == maxBurst:
		w.missed++
	default:
		w.changed = append(w.changed, e.ID)
	}
}

func (w *watcher) tell(ctx context.Context) error {
	if w.looks > 0 {
		w.looks--
		if err := w.look(ctx); err != nil {
			return err
		}
	}
	w.followAnswers(ctx)
	if len(w.changed) == 0 && w.missed == 0 {
		return nil
	}
	rows := []liveRow{}
	for _, id := range w.changed {
		e, err := w.c.store.Event(ctx, id)
		if err != nil || w.findUnsentOf(ctx, e) != nil || !w.fits(ctx, w.filter, e) || w.filter.unsent() != "" && w.unsent[id] != w.filter.unsent() {
			continue
		}
		w.expect(id)
		var html bytes.Buffer
		if err := w.c.shell["inspector"]().ExecuteTemplate(&html, "event-row", w.page.With(w.row(ctx, e))); err != nil {
			return err
		}
		rows = append(rows, liveRow{e.ID, strings.TrimSpace(html.String())})
	}
	missed := w.missed
	w.changed, w.missed = w.changed[:0], 0
	clear(w.people) // names may have become known
	clear(w.unsent)
	if len(rows) == 0 && missed == 0 {
		return nil
	}
	return w.out.send("", "rows", gin.H{"rows": rows, "missed": missed})
}

// maxExpected is how many events at most are told once more when their answers have arrived.
const maxExpected = 200

// expect remembers an event that was told with an answer on its way.
func (w *watcher) expect(id string) {
	if w.unsent[id] == store.Pending && !slices.Contains(w.waiting, id) {
		w.waiting = append(w.waiting, id)
		w.waiting = w.waiting[max(0, len(w.waiting)-maxExpected):]
	}
}

// followAnswers tells events again whose answer was on its way when they were told, or has not arrived.
func (w *watcher) followAnswers(ctx context.Context) {
	for _, id := range w.tried {
		d, err := w.c.store.Delivery(ctx, id)
		if err != nil || d.EventID == "" || slices.Contains(w.changed, d.EventID) || len(w.changed) == maxBurst {
			continue
		}
		told := slices.Contains(w.waiting, d.EventID)
		if told || d.Result.Status == store.Undelivered || d.Result.Status == store.Uncertain {
			w.changed = append(w.changed, d.EventID)
		}
		if told && d.Result.Status != store.Pending {
			w.waiting = slices.DeleteFunc(w.waiting, func(id string) bool { return id == d.EventID })
		}
	}
	w.tried = w.tried[:0]
}

// look finds what was refused or came twice, which the feed tells before it is noted.
func (w *watcher) look(ctx context.Context) error {
	page, err := w.c.store.Events(ctx, store.Query{BotID: w.botID, Limit: 20})
	for _, e := range slices.Backward(page.Items) {
		noted := e.State == store.Rejected || e.State == store.Duplicate
		if noted && !w.notes[e.ID] && !e.ReceivedAt.Before(w.since.Add(-time.Second)) && len(w.changed) < maxBurst {
			w.notes[e.ID] = true
			w.changed = append(w.changed, e.ID)
		}
	}
	return err
}
