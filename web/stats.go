package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
)

// statsAPI answers with time series.
type statsAPI struct {
	runtime interface {
		Stats(ctx context.Context, q bot.StatsQuery) (bot.Stats, error)
	}
	now func() time.Time
}

// defaultStats is how far back the series reach if nobody says.
const defaultStats = 30 * 24 * time.Hour

// maxErrorCodes is how many errors are listed.
const maxErrorCodes = 20

type statsAnswer struct {
	From     stamp            `json:"from"`
	To       stamp            `json:"to"`
	Step     string           `json:"step"`
	Zone     string           `json:"time_zone"`
	Channels []statsChannel   `json:"channels"`
	Total    []statsPoint     `json:"total"`
	Errors   []bot.ErrorCount `json:"errors"`
}

type statsChannel struct {
	ID     string       `json:"channel_id"`
	Name   string       `json:"name"`
	Type   string       `json:"type"`
	Points []statsPoint `json:"points"`
}

type statsPoint struct {
	At          stamp          `json:"at"`
	Received    int            `json:"received"`
	Answered    int            `json:"answered"`
	Unanswered  int            `json:"unanswered"`
	Failed      int            `json:"failed"`
	Ignored     int            `json:"ignored"`
	Rejected    int            `json:"rejected"`
	Duplicates  int            `json:"duplicates"`
	Delivered   int            `json:"delivered"`
	Undelivered int            `json:"undelivered"`
	Routes      map[string]int `json:"routes"`
	AnswerP50   int64          `json:"answer_p50_ms"`
	AnswerP95   int64          `json:"answer_p95_ms"`
	EngineP50   int64          `json:"engine_p50_ms"`
	EngineP95   int64          `json:"engine_p95_ms"`
	People      int            `json:"people"`
}

func viewPoints(points []bot.StatsPoint) []statsPoint {
	out := make([]statsPoint, len(points))
	for i, p := range points {
		out[i] = statsPoint{
			stamp(p.At), p.Received, p.Answered, p.Silent(), p.Failed, p.Ignored, p.Rejected, p.Duplicates, p.Delivered, p.Undelivered,
			p.Routes, p.Reply.Quantile(0.5).Milliseconds(), p.Reply.Quantile(0.95).Milliseconds(),
			p.Engine.Quantile(0.5).Milliseconds(), p.Engine.Quantile(0.95).Milliseconds(), p.Active(),
		}
		if out[i].Routes == nil {
			out[i].Routes = map[string]int{}
		}
	}
	return out
}

func (h statsAPI) show(c *gin.Context) error {
	q, err := h.query(c)
	if err != nil {
		return err
	}
	s, err := h.runtime.Stats(c.Request.Context(), q)
	if err != nil {
		return err
	}
	answer := statsAnswer{
		stamp(s.From), stamp(s.To), s.Step, s.Zone.String(),
		[]statsChannel{},
		viewPoints(s.All.Points),
		append([]bot.ErrorCount{}, s.All.Sum.TopErrors(maxErrorCodes)...),
	}
	for _, ch := range s.Channels {
		answer.Channels = append(answer.Channels, statsChannel{ch.ID, ch.Name, ch.Type, viewPoints(ch.Points)})
	}
	writeJSON(c, http.StatusOK, answer)
	return nil
}

var statsParameters = []string{"bot", "channel", "from", "to", "step", "time_zone"}

// query reads the parameters. Whatever else is asked for is an error, as in lists.
func (h statsAPI) query(c *gin.Context) (bot.StatsQuery, error) {
	q := bot.StatsQuery{To: h.now(), Step: bot.StepDay, Zone: time.UTC}
	values, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		return q, badField("", "malformed", "the query string is not well-formed")
	}
	for name, given := range values {
		switch {
		case !slices.Contains(statsParameters, name):
			return q, badField(name, "unknown", "there is no such query parameter; known are "+strings.Join(statsParameters, ", "))
		case len(given) > 1:
			return q, badField(name, "repeated", name+" must be given once")
		}
	}
	q.BotID, q.ChannelID = values.Get("bot"), values.Get("channel")
	if step := values.Get("step"); step != "" {
		q.Step = step
	}
	if name := values.Get("time_zone"); name != "" {
		if q.Zone, err = time.LoadLocation(name); err != nil || name == "Local" {
			return q, badField("time_zone", "option", "time_zone must be a name such as Asia/Seoul")
		}
	}
	for name, at := range map[string]*time.Time{"from": &q.From, "to": &q.To} {
		if text := values.Get(name); text != "" {
			if *at, err = time.Parse(time.RFC3339, text); err != nil {
				return q, badField(name, "format", name+" must be a time such as 2027-01-31T09:30:00Z")
			}
		}
	}
	if q.From.IsZero() {
		q.From = q.To.Add(-defaultStats)
	}
	return q, nil
}
