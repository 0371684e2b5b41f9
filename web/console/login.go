package console

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"dari/store"
)

type loginForm struct {
	Name  string
	Fault string // key of what is wrong
	// Minutes until the next try.
	Minutes int
	// Nobody is true while there is no administrator.
	Nobody bool
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
	p := c.page(g, f)
	p.Back = "/login"
	c.render(g, status, "login", p)
}

func (c *Console) login(g *gin.Context) {
	limitForm(g)
	name := loginName(g.PostForm("name"))
	keys := []string{addressKey(g.ClientIP()), "name " + name}
	if !namePattern.MatchString(name) {
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
	c.audit(g, name, "sign_in", ok)
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
	if err := c.sessions.Store.(sessionStore).sweep(g.Request.Context()); err != nil {
		c.log.Warn("expired sessions not deleted", "error", err)
	}
	g.Redirect(http.StatusSeeOther, "/console")
}

func (c *Console) tooMany(g *gin.Context, wait time.Duration) {
	g.Header("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	c.loginPage(g, http.StatusTooManyRequests, loginForm{Fault: "error.too_many", Minutes: int(math.Ceil(wait.Minutes()))})
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

// audit notes who did what. What was typed as a name is kept only if it looks like one: people type
// passwords there.
func (c *Console) audit(g *gin.Context, who, action string, ok bool) {
	if !namePattern.MatchString(who) {
		who = "?"
	}
	a := store.Audit{At: c.now().UTC(), Who: who, From: g.ClientIP(), Action: "console." + action, OK: ok}
	if err := c.store.Audit(g.Request.Context(), a); err != nil {
		c.log.Error("audit line not written", "action", a.Action, "error", err)
	}
}
