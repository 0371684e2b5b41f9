// Package console is Dari's pages for people: the console of those who run bots, and the web chat of
// those who talk to them.
package console

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/channels"
	"dari/store"
)

// Options are the parts and numbers of a console.
type Options struct {
	Runtime  *bot.Runtime
	Channels *channels.Registry
	// PublicURL is the address under which messengers and visitors reach Dari.
	PublicURL string
	// ConsoleURL is the address of the console; "" means the public one.
	ConsoleURL string
	// Secure keeps the session cookie to https.
	Secure bool
	Log    *slog.Logger
	Now    func() time.Time // nil: time.Now
}

// Console serves the pages. It is safe for concurrent use.
type Console struct {
	runtime   *bot.Runtime
	types     *channels.Registry
	store     store.Store
	publicURL string
	ownURL    string // of the console
	log       *slog.Logger
	now       func() time.Time

	sessions  *scs.SessionManager
	passwords *passwords
	failures  *throttle // of signing in and of one-time links
	crossSite *http.CrossOriginProtection
	pages     pages
	streams   *slots
	// keepAlive is how often an idle stream says that it is alive; proxies often close what is silent
	// for a minute.
	keepAlive time.Duration
}

// New makes a console. It serves nothing until it is mounted.
func New(o Options) *Console {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.ConsoleURL == "" {
		o.ConsoleURL = o.PublicURL
	}
	c := &Console{
		runtime: o.Runtime, types: o.Channels, store: o.Runtime.Store(),
		publicURL: strings.TrimRight(o.PublicURL, "/"), ownURL: strings.TrimRight(o.ConsoleURL, "/"),
		log: o.Log, now: o.Now,
		sessions:  newSessions(o.Runtime.Store().Sessions(), o.Now, o.Secure),
		passwords: newPasswords(passwordCost),
		failures:  newThrottle(maxFailures, failureWindow, o.Now),
		crossSite: http.NewCrossOriginProtection(),
		pages:     loadPages(),
		streams:   newSlots(maxStreams, maxStreamsPerConversation),
		keepAlive: 15 * time.Second,
	}
	if u, err := url.Parse(c.ownURL); err == nil && u.Host != "" {
		// A proxy may hide the name that the browser knows. The only error is a malformed origin.
		_ = c.crossSite.AddTrustedOrigin(u.Scheme + "://" + u.Host)
	}
	return c
}

// MountAdmin adds the console's routes.
func (c *Console) MountAdmin(r gin.IRouter) {
	g := r.Group("", c.headers)
	g.GET("/static/*file", c.asset)

	g = g.Group("", c.refuseCrossSite, c.loadSession)
	g.GET("/", func(g *gin.Context) { g.Redirect(http.StatusSeeOther, "/console") })
	g.GET("/setup", c.showSetup)
	g.POST("/setup", c.setup)
	g.GET("/login", c.showLogin)
	g.POST("/login", c.login)
	g.POST("/logout", c.logout)
	g.POST("/language", c.setLanguage)

	g.GET("/console", c.signedIn, c.home)
	g.GET("/console/feed", c.signedInStream, c.feed)
	g.GET("/console/chat/:channel/stream", c.signedInStream, c.stream)
	g.POST("/console/chat/:channel/webhook", c.signedInStream, c.say)
}

// MountPublic adds the web chat's routes, all but the callback it posts to. Its files lie under "-",
// which no channel can be called.
func (c *Console) MountPublic(r gin.IRouter) {
	g := r.Group("/web", c.headers)
	g.GET("/-/*file", c.asset)
	g.GET("/:channel", c.chatPage)
	g.GET("/:channel/stream", c.stream)
}
