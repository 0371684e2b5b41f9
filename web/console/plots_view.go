package console

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/store"
)

// plotsView is the page of the plots.
type plotsView struct {
	Query    plotsQuery
	Spans    []plotSpan
	Channels []bot.ChannelView
	Base     string // of the page
	CSV      string
	Zone     string
	Empty    bool

	Tiles  []tile
	Plots  []plot
	Each   []channelRow
	Errors []errorRow
	Pushes *pushView
	Hours  [7][24]heat
	Table  plotTable
}

// tile is a number worth reading first.
type tile struct {
	Key, Value string
	Help       string // key; ""
	Percent    int
	Lost       string // how many messages of it did not arrive; "" for none
}

// channelRow is a channel in the table of channels.
type channelRow struct {
	Name, TypeKey, Type                            string
	Received, Answered, Failed, Silent, Answered95 string
	Spark                                          string // a polyline
}

type errorRow struct {
	Kind  string // key
	Code  string
	Count string
	Width int // of 100
	URL   string
}

// heat is an hour of the week.
type heat struct {
	Count string
	Level int // 0 to 6
}

func (c *Console) plotsView(lang, botID string, q plotsQuery, s bot.Stats) *plotsView {
	base := "/console/bots/" + botID + "/plots"
	v := &plotsView{Query: q, Spans: plotSpans, Base: base, CSV: q.address(base + ".csv"), Zone: q.Zone.String()}
	sum := s.All.Sum
	v.Empty = sum.Received+sum.Rejected+sum.Delivered+sum.Undelivered == 0
	v.Tiles = tilesOf(sum)
	v.Plots = plotsOf(s, lang)
	for _, ch := range s.Channels {
		v.Each = append(v.Each, channelRow{
			ch.Name, typeKey(ch.Type), ch.Type, number(ch.Sum.Received), number(ch.Sum.Answered), number(ch.Sum.Failed + ch.Sum.Undelivered),
			number(ch.Sum.Silent()), tookText(ch.Sum.Reply.Quantile(0.95)), sparkOf(ch.Points),
		})
	}
	v.Errors = errorsOf(sum, "/console/bots/"+botID+"/inspector", q.Channel)
	v.Hours = heatOf(s.Hours)
	v.Table = tableOf(s, lang)
	return v
}

func tilesOf(sum bot.StatsPoint) []tile {
	share := func(n int) int {
		if sum.Received == 0 {
			return 0
		}
		return n * 100 / sum.Received
	}
	lost := ""
	if sum.Undelivered > 0 {
		lost = number(sum.Undelivered)
	}
	return []tile{
		{Key: "plots.received", Value: number(sum.Received)},
		{Key: "plots.answered", Value: number(sum.Answered), Percent: share(sum.Answered), Lost: lost},
		{Key: "plots.unanswered", Value: number(sum.Silent()), Help: "plots.unanswered_help"},
		{Key: "plots.failed", Value: number(sum.Failed + sum.Undelivered), Help: "plots.failed_help"},
		{Key: "plots.p50", Value: tookText(sum.Reply.Quantile(0.5)), Help: "plots.p50_help"},
		{Key: "plots.p95", Value: tookText(sum.Reply.Quantile(0.95)), Help: "plots.p95_help"},
		{Key: "plots.people", Value: number(sum.Active()), Help: "plots.people_help"},
	}
}

func number(n int) string { return grouped(uint64(max(n, 0))) }

// tookText writes a duration with two digits that count; "–" for none.
func tookText(d time.Duration) string {
	switch {
	case d == 0:
		return "–"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return number(int(d.Seconds())) + " s" // which every language writes alike
}

// errorKinds are the keys of what a code is about, and the state of the events behind it.
var errorKinds = map[string]struct{ key, state string }{
	"turn": {"plots.error.turn", string(store.Failed)}, "delivery": {"plots.error.delivery", stateUndelivered}, "rejected": {"plots.error.rejected", string(store.Rejected)},
}

const topErrors = 8

// errorsOf are the most frequent errors; each leads to its events in the inspector.
func errorsOf(sum bot.StatsPoint, inspector, channelID string) []errorRow {
	var rows []errorRow
	narrowed := filter{}
	if channelID != "" {
		narrowed = narrowed.with("channel", channelID)
	}
	for _, e := range sum.TopErrors(topErrors) {
		r := errorRow{Kind: "plots.error.other", Code: e.Code, Count: number(e.Count), URL: listURL(inspector, narrowed.String(), "")}
		for prefix, kind := range errorKinds {
			if n := len(prefix) + 1; len(e.Code) > n && e.Code[:n] == prefix+":" {
				r.Kind, r.Code, r.URL = kind.key, e.Code[n:], listURL(inspector, narrowed.with("status", kind.state).String(), "")
			}
		}
		rows = append(rows, r)
	}
	for i, e := range sum.TopErrors(topErrors) {
		rows[i].Width = max(1, e.Count*100/sum.TopErrors(1)[0].Count)
	}
	return rows
}

func heatOf(hours [7][24]int) (out [7][24]heat) {
	most := 0
	for _, day := range hours {
		for _, n := range day {
			most = max(most, n)
		}
	}
	for d, day := range hours {
		for h, n := range day {
			out[d][h] = heat{Count: strconv.Itoa(n)}
			if n > 0 {
				out[d][h].Level = 1 + n*5/most
			}
		}
	}
	return out
}

// pushView is what LINE charges for: answers by reply token cost nothing, pushes count against the plan.
type pushView struct {
	Replies, Pushed, Forecast string // of this month
	Percent                   int    // of the pushes among both
}

// japan is the zone whose months LINE's plans go by.
var japan = time.FixedZone("JST", 9*3600)

// pushes sums up the month; nil without a LINE channel.
func (c *Console) pushes(g *gin.Context, botID, channelID string) (*pushView, error) {
	now := c.now().In(japan)
	begin := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, japan)
	s, err := c.runtime.Stats(g.Request.Context(), bot.StatsQuery{
		BotID: botID, ChannelID: channelID, From: begin, To: now.Add(time.Second), Step: bot.StepDay, Zone: japan,
	})
	if err != nil {
		return nil, err
	}
	free, paid, found := 0, 0, false
	for _, ch := range s.Channels {
		if ch.Type == "line" {
			free, paid, found = free+ch.Sum.Routes["reply"], paid+ch.Sum.Routes["push"], true
		}
	}
	if !found {
		return nil, nil
	}
	v := &pushView{Replies: number(free), Pushed: number(paid)}
	if free+paid > 0 {
		v.Percent = paid * 100 / (free + paid)
	}
	elapsed, month := now.Sub(begin), begin.AddDate(0, 1, 0).Sub(begin)
	if elapsed > 0 {
		v.Forecast = number(int(float64(paid) * float64(month) / float64(elapsed)))
	}
	return v, nil
}
