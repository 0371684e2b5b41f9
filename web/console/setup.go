package console

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"dari/bot/words"
	"dari/store"
	"dari/web/people"
)

type setupForm struct {
	Token string
	Name  string
	// Fault is the key of what is wrong, Field the field it is about.
	Fault, Field string
	// Others is true when there are administrators already.
	Others bool
	// For is the person whom the link gives a password; "" makes an administrator.
	For string
}

// showSetup shows the page of a one-time link. Looking does not use it up: mail scanners and link
// previews look.
func (c *Console) showSetup(g *gin.Context) {
	token := g.Query("token")
	l, err := c.link(g.Request.Context(), token)
	if err != nil {
		c.linkFailed(g, err)
		return
	}
	c.setupPage(g, http.StatusOK, setupForm{Token: token, For: l.User})
}

func (c *Console) setupPage(g *gin.Context, status int, f setupForm) {
	users, err := c.store.Users().List(g.Request.Context())
	if err != nil {
		c.fail(g, err)
		return
	}
	f.Others = len(users) > 0
	p := c.page(g, f)
	p.Back = "/setup?token=" + f.Token
	c.render(g, status, "setup", p)
}

func (c *Console) linkFailed(g *gin.Context, err error) {
	if !errors.Is(err, errLink) {
		c.fail(g, err)
		return
	}
	c.notice(g, http.StatusGone, "link")
}

func (c *Console) setup(g *gin.Context) {
	limitForm(g)
	ctx := g.Request.Context()
	token, from := g.PostForm("token"), addressKey(g.ClientIP())
	if wait := c.failures.try(from); wait > 0 {
		c.tooMany(g, wait)
		return
	}
	l, err := c.link(ctx, token)
	if err != nil {
		c.audit(g, "", "setup", false)
		c.linkFailed(g, err)
		return
	}
	c.failures.forgive(from)
	f := setupForm{Token: token, Name: people.Name(g.PostForm("name")), For: l.User}
	if f.For != "" {
		f.Name = f.For
	}
	password := g.PostForm("password")
	if f.Field, f.Fault = setupFault(f.Name, password, g.PostForm("repeat")); f.Fault != "" {
		c.setupPage(g, http.StatusUnprocessableEntity, f)
		return
	}
	hash, err := c.passwords.hash(ctx, password)
	if err != nil {
		c.fail(g, err)
		return
	}
	u := store.User{ID: f.Name, Password: hash, Locale: g.PostForm("locale")}
	if !words.Spoken(u.Locale) {
		u.Locale = c.language(g)
	}
	u, err = c.useLink(ctx, token, u)
	c.audit(g, u.ID, "setup", err == nil)
	if err != nil {
		c.linkFailed(g, err)
		return
	}
	c.enter(g, u)
}

// setupFault finds the first field at fault and the key of what is wrong with it.
func setupFault(name, password, repeat string) (field, fault string) {
	switch {
	case !people.ValidName(name):
		return "name", "error.name"
	case passwordFault(password) != "":
		return "password", passwordFault(password)
	case password != repeat:
		return "repeat", "error.password_differs"
	}
	return "", ""
}
