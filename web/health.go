package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

const (
	pathHealthz = "/healthz"
	pathReadyz  = "/readyz"
)

// readiness is what health asks.
type readiness interface {
	Ready(ctx context.Context) error
}

type health struct {
	runtime readiness
	log     *slog.Logger
}

func (health) alive(c *gin.Context) {
	noStore(c)
	c.String(http.StatusOK, "ok")
}

// readyWithin is how long the store may take to commit nothing before it counts as stuck.
const readyWithin = 5 * time.Second

// ready tells a load balancer whether to send callbacks here. The reason stands in the log only, as
// anybody may ask.
func (h health) ready(c *gin.Context) {
	noStore(c)
	ctx, cancel := context.WithTimeout(c.Request.Context(), readyWithin)
	defer cancel()
	if err := h.runtime.Ready(ctx); err != nil {
		h.log.Warn("not ready", "error", err)
		c.String(http.StatusServiceUnavailable, "Not ready: the store takes no writes or the workers are not running; the log says which.")
		return
	}
	c.String(http.StatusOK, "ok")
}
