package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
)

// around wraps every request: it unescapes the path's parameters, catches panics, and writes the
// access log.
func (s *Server) around(c *gin.Context) {
	defer s.finish(c, time.Now())
	if nonce := c.GetHeader(bot.NonceHeader); nonce != "" { // Dari looking whether it reaches itself
		if proof := s.opts.Runtime.Prove(nonce); proof != "" {
			c.Header(bot.ProofHeader, proof)
		}
	}
	for i, p := range c.Params {
		if strings.IndexByte(p.Value, '%') < 0 {
			continue
		}
		if v, err := url.PathUnescape(p.Value); err == nil {
			c.Params[i].Value = v
		}
	}
	c.Next()
}

func (s *Server) finish(c *gin.Context, start time.Time) {
	p := recover()
	if p == http.ErrAbortHandler {
		panic(p)
	}
	if p != nil {
		s.log.Error("handler panicked", "method", c.Request.Method, "route", c.FullPath(), "panic", p, "stack", string(debug.Stack()))
		if c.Writer.Written() {
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		}
		s.fail(c, &problem{Status: http.StatusInternalServerError, Code: "internal", Detail: "something went wrong; the log says what"})
	}
	s.access(c, start)
}

// access logs the route and not the path, whose ids need not be in a log, nor the query.
func (s *Server) access(c *gin.Context, start time.Time) {
	route := c.FullPath()
	level := slog.LevelInfo
	switch {
	case route == pathHealthz || route == pathReadyz:
		return
	case strings.HasSuffix(route, "/webhook") && c.Writer.Status() < 300:
		level = slog.LevelDebug // the runtime logs the turn
	case route == "":
		route = "none"
	}
	ctx := c.Request.Context()
	if !s.log.Enabled(ctx, level) {
		return
	}
	method := c.Request.Method
	s.log.LogAttrs(ctx, level, "request",
		slog.String("method", method[:min(len(method), 16)]), slog.String("route", route),
		slog.Int("status", c.Writer.Status()), slog.Int64("ms", time.Since(start).Milliseconds()))
}

// noStore marks answers that nobody on the way may keep or reinterpret.
func noStore(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
}
