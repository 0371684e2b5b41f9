package console

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/bot/words"
	"dari/store"
)

const languageCookieAge = 365 * 24 * 60 * 60 // seconds

// setLanguage keeps the choice in a cookie and, for who is signed in, with the person.
func (c *Console) setLanguage(g *gin.Context) {
	limitForm(g)
	code := g.PostForm("lang")
	if !words.Spoken(code) {
		c.notice(g, http.StatusBadRequest, "bad_request")
		return
	}
	http.SetCookie(g.Writer, &http.Cookie{
		Name: languageCookie, Value: code, Path: "/", MaxAge: languageCookieAge,
		HttpOnly: true, Secure: c.sessions.Cookie.Secure, SameSite: http.SameSiteLaxMode,
	})
	if u := c.user(g); u.ID != "" {
		if _, err := c.store.Users().Update(g.Request.Context(), u.ID, func(u *store.User) error {
			u.Locale = code
			return nil
		}); err != nil {
			c.fail(g, err)
			return
		}
	}
	g.Redirect(http.StatusSeeOther, localPath(g.PostForm("back")))
}

// localPath keeps a redirect on this site.
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n") {
		return "/console"
	}
	return s
}
