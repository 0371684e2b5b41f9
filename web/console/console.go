// Package console is Dari's pages for people: the console of those who run bots, and the web chat of
// those who talk to them.
package console

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/channels"
	"dari/store"
	"dari/web/people"
)

// Options are the parts and numbers of a console.
type Options struct {
	Runtime  *bot.Runtime
	Channels *channels.Registry
	// PublicURL is the address under which messengers and visitors reach Dari.
	PublicURL string
	// ConsoleURL is the address of the console; "" means the public one.
	ConsoleURL string
	// Secure keeps the cookies to https.
	Secure bool
	// OIDC is the sign-in provider; nil means that passwords are the only way in.
	OIDC *OIDC
	// Version is shown to those who look after this Dari.
	Version string
	Log     *slog.Logger
	Now     func() time.Time // nil: time.Now
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
	version   string

	people     *people.Register
	provider   *provider // nil: none
	sessions   *scs.SessionManager
	passwords  *passwords
	failures   *throttle // of signing in and of one-time links
	crossSite  *http.CrossOriginProtection
	pages      pages
	shell      pages
	streams    *slots
	activities activities
	found      sync.Map        // by channel: where its bot is in the messenger
	readable   map[string]bool // by pattern: pages with an address
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
		log: o.Log, now: o.Now, version: o.Version,
		people:    people.New(o.Runtime.Store(), o.Now),
		sessions:  newSessions(o.Runtime.Store().Sessions(), o.Now, o.Secure),
		passwords: newPasswords(passwordCost),
		failures:  newThrottle(maxFailures, failureWindow, o.Now),
		crossSite: http.NewCrossOriginProtection(),
		pages:     loadPages(),
		shell:     loadShell(),
		streams:   newSlots(maxStreams, maxStreamsPerConversation),
		keepAlive: 15 * time.Second,
	}
	if u, err := url.Parse(c.ownURL); err == nil && u.Host != "" {
		// A proxy may hide the name that the browser knows. The only error is a malformed origin.
		_ = c.crossSite.AddTrustedOrigin(u.Scheme + "://" + u.Host)
	}
	if o.OIDC != nil {
		c.provider = newProvider(*o.OIDC, c.ownURL, &oidc.Config{Now: o.Now})
	}
	return c
}

// MountAdmin adds the console's routes.
func (c *Console) MountAdmin(r gin.IRouter) {
	g := r.Group("", headers(c.ownURL))
	g.GET("/static/*file", c.asset)

	g = g.Group("", c.refuseCrossSite, c.loadSession)
	g.GET("/", func(g *gin.Context) { g.Redirect(http.StatusSeeOther, "/console") })
	g.GET("/setup", c.showSetup)
	g.POST("/setup", c.setup)
	g.GET("/login", c.showLogin)
	g.POST("/login", c.login)
	if c.provider != nil {
		g.GET(oidcStart, c.beginOIDC)
		g.GET(oidcCallback, c.endOIDC)
	}
	g.POST("/logout", c.logout)
	g.POST("/language", c.setLanguage)

	c.mountShell(g)
	g.GET("/console", c.signedIn, c.home)
	g.GET("/console/password", c.signedIn, c.showPassword)
	g.POST("/console/password", c.signedIn, c.changePassword)
	g.GET("/console/feed", c.signedInStream, c.feed)
	g.GET("/console/chat/:channel/stream", c.signedInStream, c.stream)
	g.POST("/console/chat/:channel/webhook", c.signedInStream, c.say)
	c.listReadable(r)
}

// MountPublic adds the web chat's routes, all but the callback it posts to. Its files lie under "-",
// which no channel can be called.
func (c *Console) MountPublic(r gin.IRouter) {
	g := r.Group("/web", headers(c.publicURL))
	g.GET("/-/*file", c.asset)
	g.GET("/:channel", c.chatPage)
	g.GET("/:channel/stream", c.stream)
}
