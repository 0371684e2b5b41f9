package console

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/store"
)

// engineName is what further engines may be called.
var engineName = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// routeRow is a rule that gives turns to another engine.
type routeRow struct {
	N                                                   int
	Engine, Channels, Locales, Keywords, Intents, Share string
	Stay                                                bool
}

// restView is what else there is to say about the engines of a bot.
type restView struct {
	Failover string
	Names    []string // of the further engines
	Room     store.HandoffRoom
	Channels []bot.ChannelView
	Fault    string // key
}

func (c *Console) fillRest(g *gin.Context, b bot.BotView, v *engineView) error {
	for _, l := range v.Engines {
		if l.Name != "" {
			v.Rest.Names = append(v.Rest.Names, l.Name)
		}
	}
	for i, r := range b.Routes {
		row := routeRow{N: i, Engine: r.Engine, Stay: r.Stay}
		row.Channels, row.Locales = strings.Join(r.Channels, ", "), strings.Join(r.Locales, ", ")
		row.Keywords, row.Intents = strings.Join(r.Keywords, ", "), strings.Join(r.Intents, ", ")
		if r.Share > 0 {
			row.Share = strconv.FormatFloat(r.Share*100, 'f', -1, 64)
		}
		v.Routes = append(v.Routes, row)
	}
	v.Routes = append(v.Routes, routeRow{N: len(b.Routes)}) // a new one
	v.Rest.Failover, v.Rest.Room = b.Failover, b.Handoff
	var err error
	v.Rest.Channels, err = c.channels(g.Request.Context(), b.ID)
	v.ChannelTypes = typesOf(v.Rest.Channels)
	return err
}

// typesOf are the types of the channels, and the web, where samples can be tried without any.
func typesOf(all []bot.ChannelView) []string {
	types := []string{"web"}
	for _, ch := range all {
		if !slices.Contains(types, ch.Type) {
			types = append(types, ch.Type)
		}
	}
	return types
}

// removeEngine takes a further engine away, if nothing refers to it.
func (c *Console) removeEngine(g *gin.Context) {
	limitForm(g)
	b, ok := c.bot(g)
	if !ok || c.managed(g, b) {
		return
	}
	name := g.PostForm("engine")
	_, err := c.runtime.PatchBot(g.Request.Context(), b.ID, bot.BotPatch{Engines: map[string]*bot.EnginePatch{name: nil}})
	var input *bot.InputError
	switch {
	case errors.As(err, &input):
		c.enginePage(g, b, http.StatusUnprocessableEntity, form{fault: "engines.fault.in_use"}, nil)
	case err != nil:
		c.failOr404(g, err)
	default:
		c.note(g, "bot.engine", b.ID, name+" removed")
		c.sayNext(g, engineBase(b.ID), "engine_removed")
	}
}

// commaList is what stands between commas.
func commaList(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// maxRoutes is more than anybody overlooks.
const maxRoutes = 50

// saveRoutes saves the rules, the engine that helps out, and the room of the people who answer.
func (c *Console) saveRoutes(g *gin.Context) {
	limitForm(g)
	b, ok := c.bot(g)
	if !ok || c.managed(g, b) {
		return
	}
	routes, fault := readRoutes(g)
	failover := g.PostForm("failover")
	room := store.HandoffRoom{Channel: g.PostForm("room.channel"), Conversation: strings.TrimSpace(g.PostForm("room.conversation"))}
	if fault == "" {
		_, err := c.runtime.PatchBot(g.Request.Context(), b.ID, bot.BotPatch{Routes: &routes, Failover: &failover, Handoff: &room})
		var input *bot.InputError
		switch {
		case err == nil:
			c.note(g, "bot.routes", b.ID, strconv.Itoa(len(routes))+" routes")
			c.sayNext(g, engineBase(b.ID), "saved")
			return
		case !errors.As(err, &input):
			c.failOr404(g, err)
			return
		}
		fault = "engines.fault.routes"
		if strings.HasPrefix(input.Field, "handoff") {
			fault = "engines.fault.room"
		}
	}
	b.Routes, b.Failover, b.Handoff = routes, failover, room
	c.enginePage(g, b, http.StatusUnprocessableEntity, form{}, func(v *engineView) { v.Rest.Fault = fault })
}

func readRoutes(g *gin.Context) (routes []store.Route, fault string) {
	routes = []store.Route{}
	for i := range maxRoutes {
		field := func(name string) string { return strings.TrimSpace(g.PostForm("r" + strconv.Itoa(i) + "." + name)) }
		r := store.Route{
			Engine: field("engine"), Channels: commaList(field("channels")), Locales: commaList(field("locales")),
			Keywords: commaList(field("keywords")), Intents: commaList(field("intents")), Stay: field("stay") != "",
		}
		if r.Engine == "" || field("remove") != "" {
			continue
		}
		if share := strings.TrimSuffix(field("share"), "%"); share != "" {
			n, err := strconv.ParseFloat(share, 64)
			if err != nil || n < 0 || n > 100 {
				fault = "engines.fault.share"
			}
			r.Share = n / 100
		}
		routes = append(routes, r)
	}
	return routes, fault
}
