package console

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"dari/store"
	"dari/web/people"
)

type loginForm struct {
	Name  string
	Fault string // key of what is wrong
	// Minutes until the next try.
	Minutes int
	// Nobody is true while there is no administrator.
	Nobody bool
	// Provider is true when people may sign in with the provider; Label is what its button says, "" for
	// our own words.
	Provider bool
	Label    string
}

func (c *Console) showLogin(g *gin.Context) {
	if c.user(g).ID != "" {
		g.Redirect(http.StatusSeeOther, "/console")
		return
	}
	c.loginPage(g, http.StatusOK, loginForm{})
}

func (c *Console) loginPage(g *gin.Context, status int, f loginForm) {
	users, err := c.store.Users().List(g.Request.Context())
	if err != nil {
		c.fail(g, err)
		return
	}
	f.Nobody = len(users) == 0
	if c.provider != nil {
		f.Provider, f.Label = true, c.provider.Label
	}
	p := c.page(g, f)
	p.Back = "/login"
	c.render(g, status, "login", p)
}

func (c *Console) login(g *gin.Context) {
	limitForm(g)
	name := people.Name(g.PostForm("name"))
	keys := []string{addressKey(g.ClientIP()), "name " + name}
	if !people.ValidName(name) {
		keys = keys[:1]
	}
	if wait := c.failures.try(keys...); wait > 0 {
		c.tooMany(g, wait)
		return
	}
	u, ok, err := c.authenticate(g, name)
	if err != nil {
		c.fail(g, err)
		return
	}
	c.audit(g, u.ID, "sign_in", ok)
	if !ok {
		c.loginPage(g, http.StatusUnauthorized, loginForm{Name: name, Fault: "error.login"})
		return
	}
	c.failures.forgive(keys...)
	c.enter(g, u)
}

// authenticate takes as long for a name that does not exist.
func (c *Console) authenticate(g *gin.Context, name string) (store.User, bool, error) {
	ctx := g.Request.Context()
	u, err := c.store.Users().Get(ctx, name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return u, false, err
	}
	ok, err := c.passwords.match(ctx, u.Password, g.PostForm("password"))
	return u, ok, err
}

// enter opens a session for u and shows the console.
func (c *Console) enter(g *gin.Context, u store.User) {
	if err := c.signIn(g, u); err != nil {
		c.fail(g, err)
		return
	}
	if _, err := c.people.SignedIn(g.Request.Context(), u.ID); err != nil {
		c.log.Warn("sign-in not noted", "error", err)
	}
	if err := c.sessions.Store.(sessionStore).sweep(g.Request.Context()); err != nil {
		c.log.Warn("expired sessions not deleted", "error", err)
	}
	g.Redirect(http.StatusSeeOther, "/console")
}

func (c *Console) tooMany(g *gin.Context, wait time.Duration) {
	minutes := retryAfter(g, wait)
	c.loginPage(g, http.StatusTooManyRequests, loginForm{Fault: "error.too_many", Minutes: minutes})
}

// retryAfter asks to wait, and returns the minutes.
func retryAfter(g *gin.Context, wait time.Duration) (minutes int) {
	g.Header("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	return int(math.Ceil(wait.Minutes()))
}

func (c *Console) logout(g *gin.Context) {
	ctx := g.Request.Context()
	if err := c.sessions.Destroy(ctx); err != nil {
		c.fail(g, err)
		return
	}
	c.sessions.WriteSessionCookie(ctx, g.Writer, "", time.Time{})
	if u := c.user(g); u.ID != "" {
		c.audit(g, u.ID, "sign_out", true)
	}
	g.Redirect(http.StatusSeeOther, "/login")
}

// audit notes who did what. What was typed as a name is kept only if somebody has it: people type
// passwords there.
func (c *Console) audit(g *gin.Context, who, action string, ok bool) {
	c.auditDetail(g, who, action, "", ok)
}

func (c *Console) auditDetail(g *gin.Context, who, action, detail string, ok bool) {
	if !people.ValidName(who) {
		who = "?"
	}
	a := store.Audit{At: c.now().UTC(), Who: who, From: g.ClientIP(), Action: "console." + action, Detail: detail, OK: ok}
	if err := c.store.Audit(g.Request.Context(), a); err != nil {
		c.log.Error("audit line not written", "action", a.Action, "error", err)
	}
}
