package console

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"

	"dari/store"
)

const (
	sessionCookie = "dari_session" // see cookieName
	sessionIdle   = 12 * time.Hour
	sessionLife   = 7 * 24 * time.Hour
	// touchEvery is how exact the idle time is kept; each touch is a write.
	touchEvery = 10 * time.Minute
)

// Keys of a session's values.
const (
	sessionUser     = "user"
	sessionPassword = "password" // fingerprint of the password and the role it was opened with
	sessionTouched  = "touched"
)

func newSessions(table store.Table[store.Session], now func() time.Time, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Store = sessionStore{table, now}
	m.IdleTimeout, m.Lifetime = sessionIdle, sessionLife
	m.Cookie.Name, m.Cookie.Secure = cookieName(sessionCookie, secure), secure
	m.Cookie.HttpOnly, m.Cookie.SameSite = true, http.SameSiteLaxMode
	return m
}

// Session tells who made the request: the login name and the role. ok is false for nobody.
func (c *Console) Session(r *http.Request) (user, role string, ok bool) {
	ctx, err := c.sessions.Load(r.Context(), c.sessionToken(r))
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

func (c *Console) sessionToken(r *http.Request) string {
	if cookie, err := r.Cookie(c.sessions.Cookie.Name); err == nil {
		return cookie.Value
	}
	return ""
}

// cookieName gives a cookie the prefix with which browsers take it from this very host alone, by https,
// so that nobody on a neighbouring host can plant one.
// https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
func cookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// owner is whom the loaded session belongs to; no ID for nobody. A session ends with its person, and
// with the password and the role it was opened with.
func (c *Console) owner(ctx context.Context) (store.User, error) {
	name := c.sessions.GetString(ctx, sessionUser)
	if name == "" {
		return store.User{}, nil
	}
	u, err := c.store.Users().Get(ctx, name)
	if errors.Is(err, store.ErrNotFound) {
		return store.User{}, nil
	}
	if err != nil || !sameText(c.sessions.GetString(ctx, sessionPassword), fingerprint(u)) {
		return store.User{}, err
	}
	return u, nil
}

func fingerprint(u store.User) string {
	sum := sha256.Sum256(append(slices.Clone(u.Password), u.Stamp...))
	return hex.EncodeToString(sum[:8])
}

// sameText compares what nobody may guess, in a time that tells nothing.
func sameText(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

const userKey = "console.user"

// loadSession finds out who asks. Scs's own middleware would hold answers back until they are whole,
// which no stream ever is.
func (c *Console) loadSession(g *gin.Context) {
	ctx, err := c.sessions.Load(g.Request.Context(), c.sessionToken(g.Request))
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
	c.sessions.Put(ctx, sessionPassword, fingerprint(u))
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
