package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/store"
)

// mountInspector adds the pages about what came in and what became of it.
func (c *Console) mountInspector(in *gin.RouterGroup) {
	in.GET("/bots/:bot/inspector", c.inspector)
	in.GET("/bots/:bot/inspector/stream", c.inspectorStream)
	in.POST("/bots/:bot/inspector/replay", c.need("builder"), c.replayAll)

	in.GET("/events/:event", c.showEvent)
	build := in.Group("/events/:event", c.need("builder"))
	build.POST("/reveal", c.revealEvent)
	build.POST("/replay", c.replayEvent)
	build.POST("/curl", c.eventCurl)
	build.POST("/fixture", c.eventFixture)

	in.GET("/jobs/:job", c.showJob)
	in.GET("/jobs/:job/state", c.jobState)
	in.POST("/jobs/:job/cancel", c.need("builder"), c.cancelJob)
}

// inspectorView is the list of events.
type inspectorView struct {
	Query   string
	Chips   []chip
	States  []chip
	Types   []chip
	Rows    []eventRow
	Stream  string // where the new ones come from; "" on a page of the past
	Newest  string // the first page, from another
	Next    string // the page after this one
	Cut     bool   // the search ended before the end
	Unknown string // words that were not understood, if nothing was found
	Unsent  string // where answers stand that did not arrive, if somebody looks for failures and there are any
}

// chip is a filter that is on, or can be put on, with a click.
type chip struct {
	Text string
	URL  string
	On   bool
}

// rowsPerPage is how many rows a list shows at least, if there are so many.
const rowsPerPage = 50

func (c *Console) inspector(g *gin.Context) {
	b, ok := c.botOf(g)
	if !ok {
		return
	}
	ctx, base := g.Request.Context(), "/console/bots/"+b.ID+"/inspector"
	r, err := c.viewer(g, b.ID)
	if err != nil {
		c.fail(g, err)
		return
	}
	f := parseFilter(g.Query("q"))
	list := c.store.Events
	if status := f.unsent(); status != "" {
		list = c.unsentEvents(status)
	}
	found, err := scan(ctx, list, store.Query{Cursor: g.Query("cursor"), State: f.rare()}, rowsPerPage, patience(f.String() != "" || g.Query("cursor") != ""), func(e store.Event) bool { return r.fits(ctx, f, e) })
	if errors.Is(err, store.ErrNotFound) { // a cursor that is none of ours
		g.Redirect(http.StatusSeeOther, base)
		return
	}
	if err != nil {
		c.fail(g, err)
		return
	}
	if err := r.findUnsent(ctx, found.Items); err != nil {
		c.fail(g, err)
		return
	}
	v := inspectorView{Query: f.String(), Cut: found.Cut}
	for _, e := range found.Items {
		v.Rows = append(v.Rows, r.row(ctx, e))
	}
	if len(v.Rows) == 0 {
		v.Unknown = strings.Join(f.unknown(), " ")
	}
	if f.rare() == string(store.Failed) {
		lost, err := c.store.Deliveries(ctx, store.Query{BotID: b.ID, State: string(store.Undelivered), Limit: 1})
		if err != nil {
			c.fail(g, err)
			return
		}
		if len(lost.Items) > 0 {
			v.Unsent = listURL(base, f.only("status", stateUndelivered).String(), "")
		}
	}
	v.Chips, v.States, v.Types = f.chips(base, r.words), f.stateChips(base, r.words), f.channelChips(base, r)
	if g.Query("cursor") == "" {
		v.Stream = listURL(base+"/stream", f.String(), "")
	} else {
		v.Newest = listURL(base, f.String(), "")
	}
	if found.Next != "" {
		v.Next = listURL(base, f.String(), found.Next)
	}
	c.show(g, http.StatusOK, "inspector", "inspector", b.ID, v)
}

// listURL is the address of a list with its filter, which anybody can be sent.
func listURL(base, query, cursor string) string {
	q := url.Values{}
	if query != "" {
		q.Set("q", query)
	}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if len(q) == 0 {
		return base
	}
	return base + "?" + q.Encode()
}

// botOf is the bot of the path. If there is none the answer says so.
func (c *Console) botOf(g *gin.Context) (bot.BotView, bool) {
	b, err := c.runtime.Bot(g.Request.Context(), g.Param("bot"))
	if err != nil {
		c.failOr404(g, err)
	}
	return b, err == nil
}

// failOr404 tells a record that is gone, or was never there, from a fault of ours.
func (c *Console) failOr404(g *gin.Context, err error) {
	if errors.Is(err, store.ErrNotFound) {
		c.notice(g, http.StatusNotFound, "gone")
		g.Abort()
		return
	}
	c.fail(g, err)
}

// note writes the audit line of what somebody has done in the console, as the API names it.
func (c *Console) note(g *gin.Context, action, on, detail string) {
	a := store.Audit{At: c.now().UTC(), Who: c.user(g).ID, From: g.ClientIP(), Action: action, On: on, Detail: detail, OK: true}
	if err := c.store.Audit(g.Request.Context(), a); err != nil {
		c.log.Error("audit line not written", "action", action, "on", on, "error", err)
	}
}
