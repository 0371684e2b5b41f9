package console

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gin-gonic/gin"
	"golang.org/x/oauth2"

	"dari/web/people"
)

const (
	oidcStart    = "/login/oidc"
	oidcCallback = "/login/oidc/callback"
	oidcCookie   = "dari_oidc"
	oidcTime     = 10 * 60 // seconds from the button to the return
)

// attempt is one way to the provider and back. It lives in a cookie of the browser that began it, so
// that nobody else can end it: https://www.rfc-editor.org/rfc/rfc9700#section-2.1
type attempt struct{ state, nonce, verifier string }

func newAttempt() attempt { return attempt{rand.Text(), rand.Text(), oauth2.GenerateVerifier()} }

func (a attempt) String() string { return a.state + "." + a.nonce + "." + a.verifier }

func readAttempt(cookie string) (attempt, bool) {
	parts := strings.Split(cookie, ".")
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return attempt{}, false
	}
	return attempt{parts[0], parts[1], parts[2]}, true
}

func (c *Console) oidcCookie(value string, age int) *http.Cookie {
	secure := c.sessions.Cookie.Secure
	return &http.Cookie{
		Name: cookieName(oidcCookie, secure), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode, // the return comes from another site
	}
}

// beginOIDC sends the browser to the provider.
func (c *Console) beginOIDC(g *gin.Context) {
	d, err := c.provider.discover(g.Request.Context())
	if err != nil {
		c.log.Warn("sign-in provider cannot be used", "error", err)
		c.notice(g, http.StatusBadGateway, string(faultUnreachable))
		return
	}
	began := newAttempt()
	http.SetCookie(g.Writer, c.oidcCookie(began.String(), oidcTime))
	g.Redirect(http.StatusSeeOther, d.conf.AuthCodeURL(began.state, oidc.Nonce(began.nonce), oauth2.S256ChallengeOption(began.verifier)))
}

// endOIDC takes the browser back from the provider. An attempt ends here, whatever becomes of it.
func (c *Console) endOIDC(g *gin.Context) {
	http.SetCookie(g.Writer, c.oidcCookie("", -1))
	from := addressKey(g.ClientIP())
	if wait := c.failures.try(from); wait > 0 {
		c.tooMany(g, wait)
		return
	}
	id, err := c.vouched(g)
	if err != nil {
		c.oidcFailed(g, id, err)
		return
	}
	u, kept, err := c.people.Provided(g.Request.Context(), id, c.language(g))
	switch {
	case errors.Is(err, people.ErrOther):
		err = fault(faultOther, people.ErrOther.Error())
	case errors.Is(err, people.ErrName):
		err = fault(faultEmail, "the e-mail address cannot be a login name: it "+people.ErrName.Error())
	}
	if err != nil {
		c.oidcFailed(g, id, err)
		return
	}
	if kept {
		c.log.Warn("the last administrator keeps the role although the sign-in provider gives another", "user", u.ID, "role", id.Role)
	}
	c.failures.forgive(from)
	c.auditDetail(g, u.ID, "sign_in", "oidc, "+u.Role, true)
	c.enter(g, u)
}

// vouched returns whom the provider vouches for.
func (c *Console) vouched(g *gin.Context) (id people.Identity, err error) {
	cookie, _ := g.Cookie(c.oidcCookie("", 0).Name)
	began, ok := readAttempt(cookie)
	if !ok || !sameText(g.Query("state"), began.state) {
		return id, fault(faultState, "the state is not that of this browser")
	}
	if refusal := g.Query("error"); refusal != "" {
		return id, fault(faultDeclined, refusal)
	}
	ctx := g.Request.Context()
	d, err := c.provider.discover(ctx)
	if err != nil {
		return id, fault(faultUnreachable, err.Error())
	}
	token, err := c.provider.redeem(ctx, d, g.Query("code"), began)
	if err != nil {
		return id, err
	}
	return c.provider.identify(token)
}

// oidcStatus is the status of a fault's page.
var oidcStatus = map[oidcFault]int{faultState: http.StatusBadRequest, faultUnreachable: http.StatusBadGateway, faultRefused: http.StatusBadGateway}

func (c *Console) oidcFailed(g *gin.Context, id people.Identity, err error) {
	var f *oidcError
	if !errors.As(err, &f) {
		c.fail(g, err)
		return
	}
	c.log.Warn("sign-in with the provider refused", "reason", string(f.fault), "detail", f.detail)
	c.auditDetail(g, id.Name, "sign_in", "oidc: "+f.detail, false)
	status, ok := oidcStatus[f.fault]
	if !ok {
		status = http.StatusForbidden
	}
	c.notice(g, status, string(f.fault))
}
