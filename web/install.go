package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/channels"
)

// installAPI installs apps with OAuth: begun by a builder, ended by the browser that comes back.
type installAPI struct {
	runtime interface {
		InstallURL(ctx context.Context, id string) (string, error)
		Install(ctx context.Context, id, state, code string) (bot.ChannelView, string, error)
		ShowChannel(ctx context.Context, id string) (bot.ChannelView, error)
	}
	audit auditor
	// notice shows a page that says one thing.
	notice func(c *gin.Context, status int, key string)
}

type installStart struct {
	URL string `json:"url"`
}

func (h installAPI) begin(c *gin.Context) error {
	address, err := h.runtime.InstallURL(c.Request.Context(), c.Param("channel"))
	if errors.Is(err, bot.ErrUnsupported) {
		return &problem{Status: http.StatusConflict, Code: "unsupported", Detail: "apps of this channel type are not installed with OAuth"}
	}
	if err != nil {
		return err
	}
	h.audit.note(c, "channel.install_begin", c.Param("channel"), "")
	writeJSON(c, http.StatusOK, installStart{address})
	return nil
}

// end answers with a page for the person who has just allowed the app in, or has not.
func (h installAPI) end(c *gin.Context) {
	id := c.Param("channel")
	if c.Query("error") != "" {
		h.notice(c, http.StatusOK, "install_declined")
		return
	}
	_, where, err := h.runtime.Install(c.Request.Context(), id, c.Query("state"), c.Query("code"))
	var se *channels.SendError
	switch {
	case err == nil:
		h.audit.note(c, "channel.install", id, where)
		h.notice(c, http.StatusOK, "installed")
	case errors.Is(err, bot.ErrInstallState):
		h.notice(c, http.StatusBadRequest, "install_state")
	case errors.As(err, &se) && (se.Kind == channels.Temporary || se.Kind == channels.RateLimited || se.Kind == channels.Uncertain):
		h.notice(c, http.StatusBadGateway, "install_unreachable")
	default:
		h.audit.note(c, "channel.install_failed", id, err.Error())
		h.notice(c, http.StatusBadRequest, "install_refused")
	}
}
