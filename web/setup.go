package web

import (
	"context"
	"errors"
	"mime"
	"net/http"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/channels"
)

// setupAPI helps with what has to be done in the platform's own console.
type setupAPI struct {
	channels interface {
		SetWebhook(ctx context.Context, id string) error
		AppFile(ctx context.Context, id string) (channels.AppFile, error)
		SetMenu(ctx context.Context, id string, m message.Menu) error
		RemoveMenu(ctx context.Context, id string) error
	}
	audit auditor
}

// setWebhook enters the callback URL at the platform.
func (h setupAPI) setWebhook(c *gin.Context) error {
	id := c.Param("channel")
	err := h.channels.SetWebhook(c.Request.Context(), id)
	var se *channels.SendError
	switch {
	case errors.Is(err, bot.ErrUnsupported):
		return &problem{Status: http.StatusConflict, Code: "unsupported", Detail: "the webhook URL of this channel type is entered in the platform's console"}
	case errors.As(err, &se):
		return notTaken(se)
	case err != nil:
		return err
	}
	h.audit.note(c, "channel.set_webhook", id, "")
	c.Status(http.StatusNoContent)
	return nil
}

// notTaken tells of a call that the platform refused.
func notTaken(se *channels.SendError) *problem {
	return &problem{Status: http.StatusBadGateway, Code: se.Code, Detail: "the platform did not take it: " + se.Error()}
}

// setMenu shows a menu beside the bot's chats.
func (h setupAPI) setMenu(c *gin.Context) error {
	var m message.Menu
	if _, err := decode(c, &m); err != nil {
		return err
	}
	return h.menuChanged(c, "channel.set_menu", h.channels.SetMenu(c.Request.Context(), c.Param("channel"), m))
}

func (h setupAPI) removeMenu(c *gin.Context) error {
	return h.menuChanged(c, "channel.remove_menu", h.channels.RemoveMenu(c.Request.Context(), c.Param("channel")))
}

func (h setupAPI) menuChanged(c *gin.Context, action string, err error) error {
	var se *channels.SendError
	switch {
	case errors.Is(err, bot.ErrUnsupported):
		return &problem{Status: http.StatusConflict, Code: "unsupported", Detail: "this channel type has no menu"}
	case errors.As(err, &se) && se.Kind == channels.Rejected:
		return badField(se.Code, "rejected", se.Error())
	case errors.As(err, &se):
		return notTaken(se)
	case err != nil:
		return err
	}
	h.audit.note(c, action, c.Param("channel"), "")
	c.Status(http.StatusNoContent)
	return nil
}

// appFile hands out the file that sets the app up: Slack's manifest, the Teams package.
func (h setupAPI) appFile(c *gin.Context) error {
	file, err := h.channels.AppFile(c.Request.Context(), c.Param("channel"))
	if errors.Is(err, bot.ErrUnsupported) {
		return &problem{Status: http.StatusConflict, Code: "unsupported", Detail: "this channel type needs no file"}
	}
	if err != nil {
		return err
	}
	header := c.Writer.Header()
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	if file.Link != "" {
		header.Set("Link", "<"+file.Link+">; rel=\"edit\"")
	}
	c.Data(http.StatusOK, file.MIME, file.Data)
	return nil
}
