package console

import (
	"context"
	"fmt"
	"html/template"
	"strings"
	"sync"
	"time"

	"dari/store"
)

const (
	// maxActivity bounds how many of the newest events are looked at, and activityLife how long the
	// picture is kept: looking costs some milliseconds, and no store counts by channel and hour.
	maxActivity  = 2000
	activityPage = 500
	activityLife = 15 * time.Second
	activityLast = 24 // hours
)

// activity is what happened at one channel, as far as the newest events tell.
type activity struct {
	Hours  [activityLast]int // events, the oldest hour first
	Last   time.Time         // zero: none among the newest events
	State  store.EventState  // of the last one
	ID     string            // of the last one
	Reason string
	Sum    int
	Failed int
}

// activities keeps the picture of all channels for a moment.
type activities struct {
	mu    sync.Mutex
	at    time.Time
	by    map[string]*activity
	whole bool // no event was left out
}

// of looks at the newest events of all channels at once: that of one channel may lie anywhere.
func (a *activities) of(ctx context.Context, s store.Store, now time.Time) (map[string]*activity, bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.by != nil && now.Sub(a.at) >= 0 && now.Sub(a.at) < activityLife {
		return a.by, a.whole, nil
	}
	by, whole := map[string]*activity{}, false
	q := store.Query{Limit: activityPage}
	for n := 0; n < maxActivity && !whole; n += activityPage {
		page, err := s.Events(ctx, q)
		if err != nil {
			return nil, false, err
		}
		for _, e := range page.Items {
			have := by[e.ChannelID]
			if have == nil {
				have = &activity{Last: e.ReceivedAt, State: e.State, ID: e.ID, Reason: e.Reason}
				by[e.ChannelID] = have
			}
			have.count(e, now)
		}
		q.Cursor, whole = page.Next, page.Next == ""
	}
	a.at, a.by, a.whole = now, by, whole
	return by, whole, nil
}

func (a *activity) count(e store.Event, now time.Time) {
	ago := int(now.Sub(e.ReceivedAt) / time.Hour)
	if ago < 0 || ago >= activityLast {
		return
	}
	a.Hours[activityLast-1-ago]++
	a.Sum++
	if e.State == store.Failed || e.State == store.Rejected {
		a.Failed++
	}
}

const (
	sparkBar    = 5
	sparkHeight = 24
)

// Spark draws the hours as bars. What it shows stands beside it in words.
func (a *activity) Spark() template.HTML {
	most := 1
	for _, n := range a.Hours {
		most = max(most, n)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="spark" viewBox="0 0 %d %d" aria-hidden="true" preserveAspectRatio="none">`, activityLast*sparkBar, sparkHeight)
	for i, n := range a.Hours {
		height := 1
		if n > 0 {
			height = max(3, n*sparkHeight/most)
		}
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d"/>`, i*sparkBar, sparkHeight-height, sparkBar-1, height)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // of numbers alone
}

// Peak is the count of the busiest hour.
func (a *activity) Peak() int {
	most := 0
	for _, n := range a.Hours {
		most = max(most, n)
	}
	return most
}
