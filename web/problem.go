package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/settings"
	"dari/store"
)

// problem is an error as clients see it (RFC 9457).
type problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"` // the status in words; filled in when it is written
	Detail string `json:"detail,omitempty"`
	Code   string `json:"code,omitempty"`  // stable, for programs
	Field  string `json:"field,omitempty"` // what is at fault in the request

	header http.Header // of the answer, beside the body
}

func (p *problem) Error() string { return p.Code + ": " + p.Detail }

func badField(field, code, detail string) *problem {
	return &problem{Status: http.StatusBadRequest, Field: field, Code: code, Detail: detail}
}

// comeBack asks the client to try again; the wait is rounded up to whole seconds.
func comeBack(p *problem, wait time.Duration) *problem {
	seconds := max(1, int(math.Ceil(wait.Seconds())))
	p.header = http.Header{"Retry-After": {strconv.Itoa(seconds)}}
	return p
}

// do makes a gin handler of one that returns its error.
func (s *Server) do(h func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			s.fail(c, err)
		}
	}
}

// fail is the one place that writes errors. What is not known to be meant for clients is logged and
// answered without its text.
func (s *Server) fail(c *gin.Context, err error) {
	p := known(err)
	if p == nil {
		s.log.Error("request failed", "method", c.Request.Method, "route", c.FullPath(), "error", err)
		p = &problem{Status: http.StatusInternalServerError, Code: "internal", Detail: "something went wrong; the log says what"}
	}
	answer := *p
	answer.Title = http.StatusText(p.Status)
	for name, values := range p.header {
		c.Writer.Header()[name] = values
	}
	h := c.Writer.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	c.Abort()
	write(c, answer.Status, "application/problem+json", answer)
}

// known turns the errors that people can mend into problems; nil for any other.
func known(err error) *problem {
	var p *problem
	var input *bot.InputError
	var setting *settings.Error
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &input):
		return badField(input.Field, input.Code, input.Error())
	case errors.As(err, &setting):
		return badField("settings."+setting.Field, setting.Code, setting.Error())
	case errors.Is(err, store.ErrNotFound):
		return &problem{Status: http.StatusNotFound, Code: "not_found", Detail: "there is no such record"}
	case errors.Is(err, store.ErrExists):
		return &problem{Status: http.StatusConflict, Code: "exists", Field: "id", Detail: "the id is taken; choose another or leave it out"}
	case errors.Is(err, bot.ErrManaged):
		return &problem{Status: http.StatusConflict, Code: "managed", Detail: bot.ErrManaged.Error()}
	case errors.Is(err, bot.ErrHasChannels):
		return &problem{Status: http.StatusConflict, Code: "has_channels", Detail: bot.ErrHasChannels.Error()}
	case errors.Is(err, store.ErrState):
		return &problem{Status: http.StatusConflict, Code: "state", Detail: store.ErrState.Error()}
	case errors.Is(err, store.ErrSealed):
		return &problem{Status: http.StatusConflict, Code: "sealed", Detail: "the stored secrets do not open with this key file; enter them again or restore the key file"}
	case errors.Is(err, context.Canceled):
		return &problem{Status: http.StatusServiceUnavailable, Code: "cancelled", Detail: "the request was cut off"}
	}
	return nil
}

// write answers with JSON.
func write(c *gin.Context, status int, contentType string, v any) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // a view that cannot be written is a mistake in this package
	}
	c.Data(status, contentType, buf.Bytes())
}

func writeJSON(c *gin.Context, status int, v any) { write(c, status, "application/json", v) }
