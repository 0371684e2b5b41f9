package console

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/words"
)

// The console's pages stand in one frame: bots and their pages on the left, language and person on top.
// A part_*.html holds templates that several pages use. A page is a template in templates/shell that
// defines "content" and, if it needs to, "head"; its handler hands it to show. Its texts lie in
// locales/<language>/console_<area>.json.

//go:embed templates/shell/*.html
var shellFiles embed.FS

// loadShell reads the pages of the frame; a broken one is a mistake of the build.
func loadShell() pages {
	shared := template.Must(template.ParseFS(templateFiles, "templates/layout.html", "templates/icons.html", "templates/chatbox.html", "templates/language.html"))
	template.Must(shared.ParseFS(shellFiles, "templates/shell/frame.html", "templates/shell/part_*.html"))
	entries, err := shellFiles.ReadDir("templates/shell")
	if err != nil {
		panic(err)
	}
	all := pages{}
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), path.Ext(e.Name())); name != "frame" && !strings.HasPrefix(name, "part_") {
			all.add(name, shared, shellFiles, "templates/shell/"+e.Name())
		}
	}
	return all
}

// area is a page of a bot or of the organisation, as the navigation lists it. Its word is "nav." + Name.
type area struct {
	Name string
	Role string // the least role that sees it: "viewer", "builder" or "admin"
}

// botAreas are the pages of a bot, in the order of the navigation; the first is its home.
var botAreas = []area{
	{"channels", "viewer"},
	{"conversations", "viewer"},
	{"inspector", "viewer"},
	{"deliveries", "viewer"},
	{"engine", "viewer"},
	{"testchat", "builder"},
	{"plots", "viewer"},
	{"settings", "builder"},
}

// orgAreas are the pages of the organisation.
var orgAreas = []area{{"keys", "admin"}, {"people", "admin"}, {"audit", "admin"}, {"alarms", "viewer"}, {"expiries", "viewer"}, {"system", "viewer"}}

// ranks orders the roles.
var ranks = map[string]int{"viewer": 1, "builder": 2, "admin": 3}

// shellPage is what the templates of the frame see.
type shellPage struct {
	page
	Area   string // where in the navigation this page is
	Role   string
	Bots   []bot.BotView
	Bot    *bot.BotView // the bot whose page this is; nil on those of the organisation
	Areas  []navLink
	Org    []navLink
	Alarms int    // how many there are now
	Flash  string // a sentence about what was just done
}

type navLink struct {
	Name, URL string
	Here      bool
}

// May tells whether who is signed in has at least that role.
func (p shellPage) May(role string) bool { return ranks[p.Role] >= ranks[role] }

// With is the same page with other data, for a template inside another.
func (p shellPage) With(data any) shellPage {
	p.Data = data
	return p
}

// show answers with a page of the frame. botID is "" for the pages of the organisation.
func (c *Console) show(g *gin.Context, status int, name, area, botID string, data any) {
	p := shellPage{page: c.page(g, data), Area: area, Role: c.user(g).Role, Flash: c.flash(g)}
	bots, err := c.runtime.Bots(g.Request.Context())
	if err != nil {
		c.fail(g, err)
		return
	}
	p.Bots = bots
	for i := range bots {
		if bots[i].ID == botID {
			p.Bot = &bots[i]
		}
	}
	if p.Bot != nil {
		p.Areas = navLinks(botAreas, "/console/bots/"+botID+"/", area, p)
	}
	alarms, err := c.runtime.Alarms(g.Request.Context())
	if err != nil {
		c.fail(g, err)
		return
	}
	p.Alarms = len(alarms)
	p.Org = navLinks(orgAreas, "/console/", area, p)
	var buf bytes.Buffer
	if err := c.shell[name]().ExecuteTemplate(&buf, "layout", p); err != nil {
		c.log.Error("page not rendered", "page", name, "error", err)
		g.String(http.StatusInternalServerError, "500")
		return
	}
	g.Header("Vary", "Accept-Language, Cookie")
	g.Data(status, "text/html; charset=utf-8", buf.Bytes())
}

func navLinks(areas []area, base, here string, p shellPage) []navLink {
	var links []navLink
	for _, a := range areas {
		if p.May(a.Role) {
			links = append(links, navLink{a.Name, base + a.Name, a.Name == here})
		}
	}
	return links
}

// need lets only people with at least that role go on.
func (c *Console) need(role string) gin.HandlerFunc {
	return func(g *gin.Context) {
		if ranks[c.user(g).Role] < ranks[role] {
			c.notice(g, http.StatusForbidden, "role")
			g.Abort()
		}
	}
}

// say and flash carry a sentence over a redirect: its key in the locale files, checked against them, so
// that a made-up address cannot put words into the console.
func (c *Console) sayNext(g *gin.Context, to, key string) {
	g.Redirect(http.StatusSeeOther, to+"?done="+key)
}

func (c *Console) flash(g *gin.Context) string {
	key := "done." + g.Query("done")
	if text, ok := words.In(c.language(g))[key]; ok {
		return text
	}
	return ""
}

// mountShell adds the pages of the frame.
func (c *Console) mountShell(g *gin.RouterGroup) {
	in := g.Group("/console", c.signedIn)
	c.mountChannels(in)
	c.mountConversations(in)
	c.mountInspector(in)
	c.mountDeliveries(in)
	c.mountTestChat(in)
	c.mountEngine(in)
	c.mountPlots(in)
	c.mountOrg(in)
	in.GET("/search", c.search)
}
