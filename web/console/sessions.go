package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"

	"dari/store"
)

const (
	sessionCookie = "dari_session"
	sessionIdle   = 12 * time.Hour
	sessionLife   = 7 * 24 * time.Hour
	// touchEvery is how exact the idle time is kept; each touch is a write.
	touchEvery = 10 * time.Minute
)

// Keys of a session's values.
const (
	sessionUser     = "user"
	sessionPassword = "password" // fingerprint of the hash it was opened with
	sessionTouched  = "touched"
)

func newSessions(table store.Table[store.Session], now func() time.Time, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Store = sessionStore{table, now}
	m.IdleTimeout, m.Lifetime = sessionIdle, sessionLife
	m.Cookie.Name, m.Cookie.Secure = sessionCookie, secure
	m.Cookie.HttpOnly, m.Cookie.SameSite = true, http.SameSiteLaxMode
	return m
}

// Session tells who made the request: the login name and the role. ok is false for nobody.
func (c *Console) Session(r *http.Request) (user, role string, ok bool) {
	ctx, err := c.sessions.Load(r.Context(), sessionToken(r))
	if err != nil {
		c.log.Error("session not loaded", "error", err)
		return "", "", false
	}
	u, err := c.owner(ctx)
	if err != nil {
		c.log.Error("session not loaded", "error", err)
		return "", "", false
	}
	return u.ID, u.Role, u.ID != ""
}

func sessionToken(r *http.Request) string {
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		return cookie.Value
	}
	return ""
}

// owner is whom the loaded session belongs to; no ID for nobody. A session ends with its person, and
// with the password it was opened with.
func (c *Console) owner(ctx context.Context) (store.User, error) {
	name := c.sessions.GetString(ctx, sessionUser)
	if name == "" {
		return store.User{}, nil
	}
	u, err := c.store.Users().Get(ctx, name)
	if errors.Is(err, store.ErrNotFound) {
		return store.User{}, nil
	}
	if err != nil || c.sessions.GetString(ctx, sessionPassword) != fingerprint(u.Password) {
		return store.User{}, err
	}
	return u, nil
}

func fingerprint(hash []byte) string {
	sum := sha256.Sum256(hash)
	return hex.EncodeToString(sum[:8])
}

const userKey = "console.user"

// loadSession finds out who asks. Scs's own middleware would hold answers back until they are whole,
// which no stream ever is.
func (c *Console) loadSession(g *gin.Context) {
	ctx, err := c.sessions.Load(g.Request.Context(), sessionToken(g.Request))
	if err != nil {
		c.fail(g, err)
		return
	}
	g.Request = g.Request.WithContext(ctx)
	u, err := c.owner(ctx)
	if err != nil {
		c.fail(g, err)
		return
	}
	if u.ID == "" {
		return
	}
	g.Set(userKey, u)
	if touched := time.Unix(c.sessions.GetInt64(ctx, sessionTouched), 0); c.now().Sub(touched) > touchEvery {
		if err := c.saveSession(g); err != nil {
			c.fail(g, err)
		}
	}
}

// user is who is signed in; no ID for nobody.
func (c *Console) user(g *gin.Context) store.User {
	u, _ := g.Value(userKey).(store.User)
	return u
}

// saveSession writes the session and its cookie. It comes before the answer's body.
func (c *Console) saveSession(g *gin.Context) error {
	ctx := g.Request.Context()
	c.sessions.Put(ctx, sessionTouched, c.now().Unix())
	token, expires, err := c.sessions.Commit(ctx)
	if err == nil {
		c.sessions.WriteSessionCookie(ctx, g.Writer, token, expires)
	}
	return err
}

// signIn opens a session under a new token, so that one planted before is worth nothing.
func (c *Console) signIn(g *gin.Context, u store.User) error {
	ctx := g.Request.Context()
	if err := c.sessions.Clear(ctx); err != nil {
		return err
	}
	if err := c.sessions.RenewToken(ctx); err != nil {
		return err
	}
	c.sessions.Put(ctx, sessionUser, u.ID)
	c.sessions.Put(ctx, sessionPassword, fingerprint(u.Password))
	return c.saveSession(g)
}

// signedIn sends who is not to the login page.
func (c *Console) signedIn(g *gin.Context) {
	if c.user(g).ID == "" {
		g.Redirect(http.StatusSeeOther, "/login")
		g.Abort()
	}
}

// signedInStream is signedIn for what a script asks for.
func (c *Console) signedInStream(g *gin.Context) {
	if c.user(g).ID == "" {
		g.AbortWithStatus(http.StatusUnauthorized)
	}
}
