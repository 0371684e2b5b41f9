package console

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"dari/bot/words"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages are the templates by name, each with the layout around it.
type pages map[string]func() *template.Template

// add adds a page that stands in what it shares with others. It is put together when somebody wants to see
// it: all pages together take megabytes.
func (p pages) add(name string, shared *template.Template, files fs.FS, file string) {
	p[name] = sync.OnceValue(func() *template.Template {
		return template.Must(template.Must(shared.Clone()).ParseFS(files, file))
	})
}

// loadPages reads the embedded templates; a broken one is a mistake of the build.
func loadPages() pages {
	shared := template.Must(template.ParseFS(templateFiles,
		"templates/layout.html", "templates/icons.html", "templates/chatbox.html", "templates/language.html"))
	all := pages{}
	for _, name := range []string{"setup", "login", "password", "chat", "notice"} {
		all.add(name, shared, templateFiles, "templates/"+name+".html")
	}
	return all
}

// page is what every template sees.
type page struct {
	Lang   string
	Assets string // where the files lie
	Back   string // where the language switch returns to
	User   string // who is signed in
	Data   any
	words  words.Words
}

// T is the text of key in the page's language. A key that does not exist stops the page.
func (p page) T(key string, pairs ...any) (string, error) { return p.words.Say(key, pairs...) }

// N writes a count as people read it.
func (p page) N(n int) string { return number(n) }

// With is the same page with other data, for a template inside another.
func (p page) With(data any) page {
	p.Data = data
	return p
}

// Languages are what the switch offers.
func (p page) Languages() []words.Language { return words.Languages }

// Where the two routers serve the files.
const (
	adminAssets  = "/static/"
	publicAssets = "/web/-/"
)

func (c *Console) page(g *gin.Context, data any) page {
	lang := c.language(g)
	p := page{Lang: lang, Assets: adminAssets, User: c.user(g).ID, Data: data, words: words.In(lang)}
	p.Back = c.back(g)
	return p
}

// backKey is where a handler leaves the address of the page that it answers with, if no other rule finds it.
const backKey = "console.back"

// back is an address at which the page that is being answered can be read again: its own, or for an answer
// to a form that of the page with the form, which stands above it in the path.
func (c *Console) back(g *gin.Context) string {
	if g.Request.Method == http.MethodGet {
		return g.Request.URL.RequestURI()
	}
	if to := g.GetString(backKey); to != "" {
		return to
	}
	pattern, path := g.FullPath(), g.Request.URL.EscapedPath()
	for pattern != "" {
		if c.readable[pattern] {
			return path
		}
		pattern, path = pattern[:strings.LastIndexByte(pattern, '/')], path[:max(0, strings.LastIndexByte(path, '/'))]
	}
	return "/console"
}

// listReadable notes the patterns of all pages that can be read by their address.
func (c *Console) listReadable(r gin.IRouter) {
	c.readable = map[string]bool{}
	if all, ok := r.(interface{ Routes() gin.RoutesInfo }); ok {
		for _, route := range all.Routes() {
			if route.Method == http.MethodGet {
				c.readable[route.Path] = true
			}
		}
	}
}

// render writes a page whole or not at all.
func (c *Console) render(g *gin.Context, status int, name string, p page) {
	var buf bytes.Buffer
	if err := c.pages[name]().ExecuteTemplate(&buf, "layout", p); err != nil {
		c.log.Error("page not rendered", "page", name, "error", err)
		g.String(http.StatusInternalServerError, "500")
		return
	}
	g.Header("Vary", "Accept-Language, Cookie")
	g.Data(status, "text/html; charset=utf-8", buf.Bytes())
}

// notice is a page that says one thing: what happened, why, and what to do. Its texts stand under
// "notice." and the key.
func (c *Console) notice(g *gin.Context, status int, key string) {
	p := c.page(g, notice{Key: key, Status: status})
	if !strings.HasPrefix(p.Back, "/console/") {
		p.Back = "/console" // what brought the notice may be an address that works once
	}
	c.render(g, status, "notice", p)
}

type notice struct {
	Key    string
	Status int
	Public bool // of the chat, without a way into the console
}

// Notice is a notice for people who need not be signed in.
func (c *Console) Notice(g *gin.Context, status int, key string) { c.notice(g, status, key) }

// fail says that something of ours went wrong; the log says what.
func (c *Console) fail(g *gin.Context, err error) {
	c.log.Error("request failed", "path", g.Request.URL.Path, "error", err)
	c.notice(g, http.StatusInternalServerError, "internal")
	g.Abort()
}

// maxForm is far more than any form of the console holds.
const maxForm = 16 << 10

func limitForm(g *gin.Context) {
	g.Request.Body = http.MaxBytesReader(g.Writer, g.Request.Body, maxForm)
}

// Title of the notice, for the template.
func (n notice) Title() string { return fmt.Sprintf("notice.%s.title", n.Key) }

// Text of the notice.
func (n notice) Text() string { return fmt.Sprintf("notice.%s.text", n.Key) }
