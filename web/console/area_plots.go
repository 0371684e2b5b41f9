package console

import (
	"net/http"
	"net/url"
	"time"
	_ "time/tzdata" // the machine may have no time zones

	"github.com/gin-gonic/gin"

	"dari/bot"
)

// mountPlots adds the pages about plots.
func (c *Console) mountPlots(in *gin.RouterGroup) {
	in.GET("/bots/:bot/plots", c.showPlots)
	in.GET("/bots/:bot/plots.csv", c.plotsCSV)
}

// plotSpan is a time that the plots can show.
type plotSpan struct {
	Name string
	back time.Duration
	step string
}

const dayLong = 24 * time.Hour

// plotSpans are all of them, in the order of the page.
var plotSpans = []plotSpan{
	{"day", dayLong, bot.StepHour},
	{"week", 7 * dayLong, bot.StepHour},
	{"month", 30 * dayLong, bot.StepDay},
	{"quarter", 91 * dayLong, bot.StepDay},
	{"year", 396 * dayLong, bot.StepWeek},
}

// plotsQuery is what a person wants to see.
type plotsQuery struct {
	Span    plotSpan
	Channel string
	Zone    *time.Location
}

// zoneCookie holds the time zone of the viewer, as their browser says.
const zoneCookie = "dari_tz"

// zones are those of people who have no cookie yet, by their language.
var zones = map[string]string{"ko": "Asia/Seoul", "ja": "Asia/Tokyo"}

func (c *Console) plotsQuery(g *gin.Context) plotsQuery {
	q := plotsQuery{Span: plotSpans[2], Channel: g.Query("channel"), Zone: time.UTC}
	for _, s := range plotSpans {
		if s.Name == g.Query("span") {
			q.Span = s
		}
	}
	cookie, _ := g.Cookie(zoneCookie)
	for _, name := range []string{g.Query("tz"), cookie, zones[c.language(g)]} {
		if zone, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
			q.Zone = zone
			break
		}
	}
	return q
}

func (q plotsQuery) address(path string) string {
	v := url.Values{"span": {q.Span.Name}}
	if q.Channel != "" {
		v.Set("channel", q.Channel)
	}
	return path + "?" + v.Encode()
}

// stats are the series that the query is about.
func (c *Console) plotStats(g *gin.Context, botID string, q plotsQuery) (bot.Stats, error) {
	now := c.now()
	return c.runtime.Stats(g.Request.Context(), bot.StatsQuery{
		BotID: botID, ChannelID: q.Channel, From: now.Add(-q.Span.back), To: now, Step: q.Span.step, Zone: q.Zone,
	})
}

func (c *Console) showPlots(g *gin.Context) {
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
	v := c.plotsView(c.language(g), b.ID, q, s)
	if v.Pushes, err = c.pushes(g, b.ID, q.Channel); err != nil {
		c.fail(g, err)
		return
	}
	if v.Channels, err = c.channels(g.Request.Context(), b.ID); err != nil {
		c.fail(g, err)
		return
	}
	c.show(g, http.StatusOK, "plots", "plots", b.ID, v)
}
