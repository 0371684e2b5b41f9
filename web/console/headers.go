package console

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// contentPolicy lets a page load nothing but Dari's own files, run nothing that stands in the page
// itself, and nobody frame it.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// httpsForAYear makes browsers come by https alone, this host's and no other's.
const httpsForAYear = "max-age=31536000"

// headers are those of all pages under an address.
func headers(address string) gin.HandlerFunc {
	https := strings.HasPrefix(address, "https://")
	return func(g *gin.Context) {
		h := g.Writer.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")        // for browsers that do not know frame-ancestors
		h.Set("Referrer-Policy", "no-referrer") // a one-time link holds its secret in the address
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store")
		if https {
			h.Set("Strict-Transport-Security", httpsForAYear)
		}
	}
}

// refuseCrossSite keeps pages of other sites from acting in the name of who is signed in here.
func (c *Console) refuseCrossSite(g *gin.Context) {
	if err := c.crossSite.Check(g.Request); err != nil {
		c.log.Warn("request of another site refused", "path", g.Request.URL.Path, "origin", g.GetHeader("Origin"))
		c.notice(g, http.StatusForbidden, "cross_site")
		g.Abort()
	}
}
