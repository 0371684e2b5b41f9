package console

import (
	"fmt"
	"strings"
	"time"

	"dari/bot"
)

// plot is a chart: what is drawn, and what is written around it. The drawing is stretched to the width of
// the page, so that nothing in it is text.
type plot struct {
	Title  string // key
	Sum    string // key of the sentence that says it in words, with {most}
	Most   string // the value at the top
	Width  int
	Series []series
	Ticks  []string // along the time
}

// plotHeight is that of the drawing, in its own units.
const plotHeight = 100

// barStep is the width of a step, in the same.
const barStep = 10

type series struct {
	Key  string // of its name
	Mark string // its colour and shape, for the style sheet
	Path string
	Line bool
}

// stacked are bars on top of each other.
func stacked(title, sum string, points []bot.StatsPoint, ticks []string, parts ...part) plot {
	p := plot{Title: title, Sum: sum, Width: barStep * len(points), Ticks: ticks}
	most := 1
	for _, at := range points {
		all := 0
		for _, part := range parts {
			all += part.of(at)
		}
		most = max(most, all)
	}
	p.Most = number(most)
	paths := make([]strings.Builder, len(parts))
	for i, at := range points {
		top := float64(plotHeight)
		for j, part := range parts {
			if h := float64(part.of(at)) / float64(most) * plotHeight; h > 0 {
				fmt.Fprintf(&paths[j], "M%d %.1fh%dv%.1fh-%dz", i*barStep+1, top-h, barStep-2, h, barStep-2)
				top -= h
			}
		}
	}
	for j, part := range parts {
		p.Series = append(p.Series, series{Key: part.key, Mark: part.mark, Path: paths[j].String()})
	}
	return p
}

// part is one of several counts.
type part struct {
	key, mark string
	of        func(bot.StatsPoint) int
}

// lines are durations over time; steps in which nothing was measured are gaps.
func lines(title, sum string, points []bot.StatsPoint, ticks []string, parts ...timePart) plot {
	p := plot{Title: title, Sum: sum, Width: barStep * len(points), Ticks: ticks}
	most := time.Millisecond
	for _, at := range points {
		for _, part := range parts {
			most = max(most, part.of(at))
		}
	}
	p.Most = tookText(most)
	for _, part := range parts {
		var path strings.Builder
		down := false // whether the pen is on the paper
		for i, at := range points {
			d := part.of(at)
			if d == 0 {
				down = false
				continue
			}
			y := plotHeight - float64(d)/float64(most)*plotHeight
			x := i*barStep + barStep/2
			if down {
				fmt.Fprintf(&path, "L%d %.1f", x, y)
			} else {
				fmt.Fprintf(&path, "M%d %.1fh.1", x, y) // a point that stands alone is seen, too
			}
			down = true
		}
		p.Series = append(p.Series, series{Key: part.key, Mark: part.mark, Path: path.String(), Line: true})
	}
	return p
}

type timePart struct {
	key, mark string
	of        func(bot.StatsPoint) time.Duration
}

func plotsOf(s bot.Stats, lang string) []plot {
	points, ticks := s.All.Points, ticksOf(s, lang)
	return []plot{
		stacked("plots.traffic", "plots.traffic_sum", points, ticks,
			part{"plots.answered", "ok", func(p bot.StatsPoint) int { return p.Answered }},
			part{"plots.ignored", "idle", func(p bot.StatsPoint) int { return p.Ignored }},
			part{"plots.unanswered", "warn", bot.StatsPoint.Silent},
			part{"plots.failed_turns", "bad", func(p bot.StatsPoint) int { return p.Failed }}),
		lines("plots.times", "plots.times_sum", points, ticks,
			timePart{"plots.p50", "ok", func(p bot.StatsPoint) time.Duration { return p.Reply.Quantile(0.5) }},
			timePart{"plots.p95", "warn", func(p bot.StatsPoint) time.Duration { return p.Reply.Quantile(0.95) }},
			timePart{"plots.engine95", "idle", func(p bot.StatsPoint) time.Duration { return p.Engine.Quantile(0.95) }}),
		stacked("plots.sent", "plots.sent_sum", points, ticks,
			part{"plots.delivered", "ok", func(p bot.StatsPoint) int { return p.Delivered - p.Routes["push"] }},
			part{"plots.pushed", "accent", func(p bot.StatsPoint) int { return p.Routes["push"] }},
			part{"plots.undelivered", "bad", func(p bot.StatsPoint) int { return p.Undelivered }}),
		stacked("plots.people", "plots.people_sum", points, ticks,
			part{"plots.people", "accent", bot.StatsPoint.Active}),
	}
}

// ticksOf are the times written under a plot: its beginning, its middle and its end.
func ticksOf(s bot.Stats, lang string) []string {
	n := len(s.All.Points)
	var out []string
	for _, i := range []int{0, n / 2, n - 1} {
		out = append(out, timeText(s.All.Points[i].At, s.Step, lang))
	}
	return out
}

// timeText writes a time as people of the language do, as far as the step tells it.
func timeText(t time.Time, step, lang string) string {
	layout := map[string]string{"ko": "1월 2일", "ja": "1月2日"}[lang]
	if layout == "" {
		layout = "Jan 2"
	}
	if step == bot.StepHour {
		layout += " 15:04"
	}
	return t.Format(layout)
}

// sparkOf is a small line of what was received, 100 wide and 20 high.
func sparkOf(points []bot.StatsPoint) string {
	most := 1
	for _, p := range points {
		most = max(most, p.Received)
	}
	var out strings.Builder
	for i, p := range points {
		fmt.Fprintf(&out, "%.1f,%.1f ", float64(i)*100/float64(max(1, len(points)-1)), 19-float64(p.Received)*18/float64(most))
	}
	return strings.TrimSpace(out.String())
}
