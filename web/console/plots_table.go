package console

import (
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
)

// plotTable is the plots in numbers.
type plotTable struct {
	Heads []string // keys
	Rows  []plotRow
}

type plotRow struct {
	At    string
	Cells []string
}

// column is a number of each step.
type column struct {
	key, name string // name in the file
	of        func(bot.StatsPoint) string
}

func counted(key, name string, of func(bot.StatsPoint) int) column {
	return column{key, name, func(p bot.StatsPoint) string { return strconv.Itoa(of(p)) }}
}

func timed(key, name string, of func(bot.StatsPoint) time.Duration) column {
	return column{key, name, func(p bot.StatsPoint) string { return strconv.FormatInt(of(p).Milliseconds(), 10) }}
}

// columns are those of the table and of the file.
var columns = []column{
	counted("plots.received", "received", func(p bot.StatsPoint) int { return p.Received }),
	counted("plots.answered", "answered", func(p bot.StatsPoint) int { return p.Answered }),
	counted("plots.unanswered", "unanswered", bot.StatsPoint.Silent),
	counted("plots.failed_turns", "failed", func(p bot.StatsPoint) int { return p.Failed }),
	counted("plots.ignored", "ignored", func(p bot.StatsPoint) int { return p.Ignored }),
	counted("plots.rejected", "rejected", func(p bot.StatsPoint) int { return p.Rejected }),
	counted("plots.delivered", "delivered", func(p bot.StatsPoint) int { return p.Delivered }),
	counted("plots.undelivered", "undelivered", func(p bot.StatsPoint) int { return p.Undelivered }),
	counted("plots.pushed", "pushed", func(p bot.StatsPoint) int { return p.Routes["push"] }),
	timed("plots.p50_ms", "answer_p50_ms", func(p bot.StatsPoint) time.Duration { return p.Reply.Quantile(0.5) }),
	timed("plots.p95_ms", "answer_p95_ms", func(p bot.StatsPoint) time.Duration { return p.Reply.Quantile(0.95) }),
	timed("plots.engine95_ms", "engine_p95_ms", func(p bot.StatsPoint) time.Duration { return p.Engine.Quantile(0.95) }),
	counted("plots.people", "people", bot.StatsPoint.Active),
}

func cells(p bot.StatsPoint) []string {
	var out []string
	for _, c := range columns {
		out = append(out, c.of(p))
	}
	return out
}

// tableOf leaves out the steps in which nothing happened.
func tableOf(s bot.Stats, lang string) plotTable {
	var t plotTable
	for _, c := range columns {
		t.Heads = append(t.Heads, c.key)
	}
	for _, p := range slices.Backward(s.All.Points) {
		if row := cells(p); slices.ContainsFunc(row, func(cell string) bool { return cell != "0" }) {
			t.Rows = append(t.Rows, plotRow{timeText(p.At, s.Step, lang), row})
		}
	}
	return t
}

// plotsCSV hands the series out as a file, each channel for itself.
func (c *Console) plotsCSV(g *gin.Context) {
	b, ok := c.bot(g)
	if !ok {
		return
	}
	q := c.plotsQuery(g)
	s, err := c.plotStats(g, b.ID, q)
	if err != nil {
		c.fail(g, err)
		return
	}
	w := csvFile(g, b.ID+"-"+q.Span.Name+".csv")
	heads := []string{"from", "channel_id", "channel", "type"}
	for _, col := range columns {
		heads = append(heads, col.name)
	}
	row(w, heads...)
	for _, ch := range s.Channels {
		for _, p := range ch.Points {
			row(w, slices.Concat([]string{p.At.Format(time.RFC3339), ch.ID, ch.Name, ch.Type}, cells(p))...)
		}
	}
	w.Flush()
}
