package console

import (
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/bot/words"
	"dari/store"
)

const roleAdmin = "admin"

// namePattern allows what fits in a mail address, so that one can be the login name.
var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._@+-]{1,63}$`)

func loginName(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

type setupForm struct {
	Token string
	Name  string
	// Fault is the key of what is wrong, Field the field it is about.
	Fault, Field string
	// Others is true when there are administrators already.
	Others bool
}

// showSetup shows the page of a one-time link. Looking does not use it up: mail scanners and link
// previews look.
func (c *Console) showSetup(g *gin.Context) {
	token := g.Query("token")
	if _, err := c.link(g.Request.Context(), token); err != nil {
		c.linkFailed(g, err)
		return
	}
	c.setupPage(g, http.StatusOK, setupForm{Token: token})
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
	if _, err := c.link(ctx, token); err != nil {
		c.audit(g, "", "setup", false)
		c.linkFailed(g, err)
		return
	}
	c.failures.forgive(from)
	f := setupForm{Token: token, Name: loginName(g.PostForm("name"))}
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
	u := store.User{ID: f.Name, Role: roleAdmin, Password: hash, Locale: g.PostForm("locale"), CreatedAt: c.now().UTC()}
	if !words.Spoken(u.Locale) {
		u.Locale = c.language(g)
	}
	err = c.useLink(ctx, token, u)
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
	case !namePattern.MatchString(name):
		return "name", "error.name"
	case passwordFault(password) != "":
		return "password", passwordFault(password)
	case password != repeat:
		return "repeat", "error.password_differs"
	}
	return "", ""
}
