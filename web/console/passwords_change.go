package console

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// passwordForm is the page on which a person changes their own password.
type passwordForm struct {
	Name         string
	Fault, Field string
	Minutes      int
	// None is true for who signs in with the provider alone.
	None bool
}

func (c *Console) showPassword(g *gin.Context) { c.passwordPage(g, http.StatusOK, passwordForm{}) }

func (c *Console) passwordPage(g *gin.Context, status int, f passwordForm) {
	u := c.user(g)
	f.Name, f.None = u.ID, u.Password == nil
	p := c.page(g, f)
	p.Back = "/console/password"
	c.render(g, status, "password", p)
}

// changePassword asks for the password of now, because an open session may be somebody else's chance;
// wrong ones count like failures to sign in. The person's other sessions end.
func (c *Console) changePassword(g *gin.Context) {
	limitForm(g)
	u, ctx := c.user(g), g.Request.Context()
	keys := []string{addressKey(g.ClientIP()), "name " + u.ID}
	if wait := c.failures.try(keys...); wait > 0 {
		minutes := retryAfter(g, wait)
		c.passwordPage(g, http.StatusTooManyRequests, passwordForm{Fault: "error.too_many", Minutes: minutes})
		return
	}
	ok, err := c.passwords.match(ctx, u.Password, g.PostForm("current"))
	if err != nil {
		c.fail(g, err)
		return
	}
	if !ok {
		c.audit(g, u.ID, "password", false)
		c.passwordPage(g, http.StatusUnprocessableEntity, passwordForm{Field: "current", Fault: "error.password_wrong"})
		return
	}
	c.failures.forgive(keys...)
	password := g.PostForm("password")
	if field, fault := setupFault(u.ID, password, g.PostForm("repeat")); fault != "" {
		c.passwordPage(g, http.StatusUnprocessableEntity, passwordForm{Field: field, Fault: fault})
		return
	}
	hash, err := c.passwords.hash(ctx, password)
	if err != nil {
		c.fail(g, err)
		return
	}
	if u, err = c.people.SetPassword(ctx, u.ID, hash); err != nil {
		c.fail(g, err)
		return
	}
	c.audit(g, u.ID, "password", true)
	if err := c.signIn(g, u); err != nil {
		c.fail(g, err)
		return
	}
	g.Redirect(http.StatusSeeOther, "/console")
}
