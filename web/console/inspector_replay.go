package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/store"
	"dari/web/trace"
)

// maxPayload is the bound of every callback, and so of one that somebody has edited.
const maxPayload = 1 << 20

func limitPayload(g *gin.Context) {
	g.Request.Body = http.MaxBytesReader(g.Writer, g.Request.Body, 2*maxPayload) // escapes make a form longer
}

// replayEvent does an event again, as it was or edited: dry to see what would happen, or really.
func (c *Console) replayEvent(g *gin.Context) {
	limitPayload(g)
	ctx := g.Request.Context()
	e, err := c.store.Event(ctx, g.Param("event"))
	if err != nil {
		c.failOr404(g, err)
		return
	}
	var raw []byte
	if edited := g.PostForm("raw"); strings.TrimSpace(edited) != "" {
		raw = []byte(strings.ReplaceAll(edited, "\r\n", "\n")) // forms have their own line ends
	}
	if g.PostForm("mode") == "dry" {
		if raw != nil {
			e.Raw = raw
		}
		run, err := c.runtime.Dry(ctx, e)
		if err != nil {
			c.replayFault(g, raw != nil, err)
			return
		}
		if raw != nil { // who has edited the payload has seen it
			c.eventPage(g, http.StatusOK, true, &run, "")
			return
		}
		c.eventPage(g, http.StatusOK, false, &run, "")
		return
	}
	id, err := c.runtime.Replay(ctx, e, raw)
	if err != nil {
		c.replayFault(g, raw != nil, err)
		return
	}
	c.note(g, "event.replay", e.ID, id)
	c.sayNext(g, "/console/events/"+id, "replayed")
}

func (c *Console) replayFault(g *gin.Context, reveal bool, err error) {
	var input *bot.InputError
	switch {
	case errors.As(err, &input) && input.Code == "disabled":
		c.eventPage(g, http.StatusConflict, reveal, nil, "inspector.fault.disabled")
	case errors.As(err, &input):
		c.eventPage(g, http.StatusUnprocessableEntity, reveal, nil, "inspector.fault.payload")
	case errors.Is(err, store.ErrState):
		c.eventPage(g, http.StatusConflict, reveal, nil, "inspector.fault.state")
	case errors.Is(err, store.ErrNotFound):
		c.eventPage(g, http.StatusConflict, reveal, nil, "inspector.fault.channel")
	default:
		c.fail(g, err)
	}
}

// eventCurl and eventFixture hand an event out as it came, which shows what is masked and is noted so.
func (c *Console) eventCurl(g *gin.Context) {
	if e, typ, ok := c.export(g, "exported as curl"); ok {
		g.String(http.StatusOK, "%s", trace.Curl(e, c.publicURL+"/"+typ+"/"+e.ChannelID+"/webhook"))
	}
}

func (c *Console) eventFixture(g *gin.Context) {
	if e, typ, ok := c.export(g, "exported as fixture"); ok {
		g.Header("Content-Disposition", `attachment; filename="`+e.ID+`.json"`)
		g.JSON(http.StatusOK, trace.FixtureOf(e, typ))
	}
}

func (c *Console) export(g *gin.Context, how string) (store.Event, string, bool) {
	e, err := c.store.Event(g.Request.Context(), g.Param("event"))
	if err != nil {
		c.failOr404(g, err)
		return e, "", false
	}
	ch, err := c.runtime.ShowChannel(g.Request.Context(), e.ChannelID)
	if err != nil {
		c.failOr404(g, err)
		return e, "", false
	}
	c.note(g, "event.reveal", e.ID, how)
	return e, ch.Type, true
}

// spans are how far back a job may reach, by the name in the form.
var spans = map[string]time.Duration{"15m": 15 * time.Minute, "1h": time.Hour, "24h": 24 * time.Hour, "168h": 7 * 24 * time.Hour}

// replayAll does again what failed, or was ignored, in a span of time.
func (c *Console) replayAll(g *gin.Context) {
	limitForm(g)
	b, ok := c.botOf(g)
	if !ok {
		return
	}
	span, state := spans[g.PostForm("span")], g.PostForm("state")
	if span == 0 || state != string(store.Failed) && state != string(store.Ignored) || g.PostForm("sure") == "" {
		c.notice(g, http.StatusBadRequest, "bad_request")
		return
	}
	j := c.runtime.ReplayAll(store.Query{BotID: b.ID, State: state}, c.now().Add(-span))
	c.note(g, "event.replay_all", b.ID, j.ID)
	g.Redirect(http.StatusSeeOther, jobURL(j.ID, b.ID, "inspector"))
}

// jobView is a long piece of work on its way.
type jobView struct {
	ID, Title, Back string
	Area, Bot       string
	Job             bot.Job
	Running         bool
}

func jobURL(id, botID, area string) string {
	return "/console/jobs/" + id + "?bot=" + botID + "&area=" + area
}

// jobTitles name the kinds of job.
var jobTitles = map[string]string{"replay": "inspector.job.replay", "resend": "inspector.job.resend"}

func (c *Console) showJob(g *gin.Context) {
	j, err := c.runtime.Job(g.Param("job"))
	if err != nil {
		c.failOr404(g, err)
		return
	}
	b, err := c.runtime.Bot(g.Request.Context(), g.Query("bot"))
	if err != nil {
		c.failOr404(g, err)
		return
	}
	v := jobView{ID: j.ID, Title: jobTitles[j.Kind], Area: "inspector", Bot: b.ID, Job: j, Running: j.FinishedAt.IsZero()}
	if g.Query("area") == "deliveries" {
		v.Area = "deliveries"
	}
	v.Back = "/console/bots/" + b.ID + "/" + v.Area
	c.show(g, http.StatusOK, "inspector_job", v.Area, b.ID, v)
}

// jobState is a job as the page's script asks for it.
func (c *Console) jobState(g *gin.Context) {
	j, err := c.runtime.Job(g.Param("job"))
	if err != nil {
		g.Status(http.StatusNotFound)
		return
	}
	g.JSON(http.StatusOK, gin.H{"total": j.Total, "done": j.Done, "failed": j.Failed, "running": j.FinishedAt.IsZero()})
}

func (c *Console) cancelJob(g *gin.Context) {
	limitForm(g)
	j, err := c.runtime.CancelJob(g.Param("job"))
	if err != nil {
		c.failOr404(g, err)
		return
	}
	c.note(g, "job.cancel", j.ID, "")
	area := "inspector"
	if g.PostForm("area") == "deliveries" {
		area = "deliveries"
	}
	g.Redirect(http.StatusSeeOther, jobURL(j.ID, url.QueryEscape(g.PostForm("bot")), area))
}
