package console

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// contentPolicy lets a page load nothing but Dari's own files, and nobody frame it.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (c *Console) headers(g *gin.Context) {
	h := g.Writer.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // a one-time link holds its secret in the address
	h.Set("Cache-Control", "no-store")
}

// refuseCrossSite keeps pages of other sites from acting in the name of who is signed in here.
func (c *Console) refuseCrossSite(g *gin.Context) {
	if err := c.crossSite.Check(g.Request); err != nil {
		c.log.Warn("request of another site refused", "path", g.Request.URL.Path, "origin", g.GetHeader("Origin"))
		c.notice(g, http.StatusForbidden, "cross_site")
		g.Abort()
	}
}
