// Package web is the HTTP surface: callbacks of the messengers, the token desk, and the admin API.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"dari/bot"
	"dari/channels"
	"dari/dialog"
)

// Pages are the HTML pages, which live in a package of their own.
type Pages interface {
	// MountAdmin adds the console.
	MountAdmin(gin.IRouter)
	// MountPublic adds what the users of a bot see.
	MountPublic(gin.IRouter)
	// Notice shows a page that says one thing, by its key in the locale files.
	Notice(c *gin.Context, status int, key string)
}

// Options are the parts of the HTTP surface.
type Options struct {
	Runtime  *bot.Runtime
	Channels *channels.Registry
	Engines  *dialog.Registry
	// PublicURL is the address under which platforms reach the callbacks.
	PublicURL string
	// TrustedProxies are IPs and CIDRs of reverse proxies.
	TrustedProxies []string
	// AdminKey is accepted as an API key of admin scope; "" means that there is none.
	AdminKey string
	// Session tells who is signed in to the console, so that its pages may call the API. The role is
	// "admin", "builder" or "viewer". nil means that keys are the only way in.
	Session func(*http.Request) (user, role string, ok bool)
	// UserLink makes a one-time link with which a person sets a password for the console; nil means that
	// there is no console.
	UserLink func(ctx context.Context, user string) (link string, expires time.Time, err error)
	// Metrics is what GET /metrics answers; nil leaves the path out.
	Metrics http.Handler
	// Registry takes the metrics of the callbacks; nil keeps them.
	Registry prometheus.Registerer
	// Pages may be nil.
	Pages   Pages
	Log     *slog.Logger
	Version string
	// Now is the clock; nil means the real one.
	Now func() time.Time
}

// Server makes the handlers of Dari's listeners.
type Server struct {
	opts      Options
	log       *slog.Logger
	now       func() time.Time
	baseURL   string
	authority *authority
	audit     auditor
	desks     *throttle
	docs      *docs
	admission *admission
	metrics   *metrics
	keepAlive time.Duration // between signs of life on a stream
}

// deskTries is how many wrong headers a client may send in a minute to one channel's token desk, and
// keyTries how many wrong keys to the API.
const (
	deskTries = 10
	keyTries  = 30
)

// New makes the HTTP surface. It listens to nothing.
func New(o Options) *Server {
	gin.SetMode(gin.ReleaseMode)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.UserLink == nil {
		o.UserLink = func(context.Context, string) (string, time.Time, error) {
			return "", time.Time{}, &problem{Status: http.StatusConflict, Code: "unsupported", Detail: "this Dari serves no console"}
		}
	}
	s := &Server{
		opts: o, log: o.Log, now: o.Now,
		baseURL:   strings.TrimRight(o.PublicURL, "/"),
		authority: newAuthority(o),
		audit:     auditor{o.Runtime.Store(), o.Now, o.Log},
		desks:     newThrottle(deskTries, o.Now),
		docs:      newDocs(o.Version),
		admission: newAdmission(),
		metrics:   newMetrics(),
		keepAlive: 15 * time.Second,
	}
	s.metrics.register(o.Registry, s.admission)
	return s
}

// Public serves what the internet may reach: callbacks, token desk, health, and the chat page.
func (s *Server) Public() http.Handler { return s.engine(s.public, s.health) }

// Admin serves what operators and integrators reach: API, console, metrics, and health.
func (s *Server) Admin() http.Handler { return s.engine(s.admin, s.health) }

// All serves everything on one listener.
func (s *Server) All() http.Handler { return s.engine(s.public, s.admin, s.health) }

func (s *Server) engine(mounts ...func(gin.IRouter)) *gin.Engine {
	e := gin.New()
	// Ids hold characters that are escaped in paths, a slash among them, so that routes are matched
	// in the escaped form and the parameters unescaped afterwards (gin itself would take a plus sign
	// for a space).
	e.UseEscapedPath, e.UnescapePathValues = true, false
	// A platform does not follow the redirect of a callback, and a client should learn its mistake.
	e.RedirectTrailingSlash = false
	e.HandleMethodNotAllowed = true
	// X-Forwarded-For is believed from these alone: anybody may send one.
	if err := e.SetTrustedProxies(s.opts.TrustedProxies); err != nil {
		s.log.Error("trusted proxies not set", "error", err)
	}
	e.Use(s.around)
	e.NoRoute(func(c *gin.Context) {
		s.fail(c, &problem{Status: http.StatusNotFound, Detail: "there is nothing at this path"})
	})
	e.NoMethod(func(c *gin.Context) {
		s.fail(c, &problem{Status: http.StatusMethodNotAllowed, Detail: "the Allow header lists the methods of this path"})
	})
	for _, mount := range mounts {
		mount(e)
	}
	return e
}
