package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/dialog"
)

// late takes what engines say after their turns.
type late struct {
	runtime interface {
		AcceptLate(ctx context.Context, token string, header http.Header, body []byte) error
	}
}

// serve answers 200 only when the reply is durable.
func (h late) serve(c *gin.Context) error {
	body, err := readBody(c)
	if err != nil {
		return err
	}
	err = h.runtime.AcceptLate(c.Request.Context(), c.Param("token"), c.Request.Header, body)
	var failed *dialog.Error
	switch {
	case err == nil:
		c.Status(http.StatusOK)
		return nil
	case errors.Is(err, bot.ErrUnknownTurn):
		return &problem{Status: http.StatusNotFound, Code: "unknown_turn", Detail: bot.ErrUnknownTurn.Error()}
	case errors.Is(err, bot.ErrTooLate):
		return &problem{Status: http.StatusGone, Code: "too_late", Detail: bot.ErrTooLate.Error()}
	case errors.As(err, &failed) && failed.Code == "signature":
		return &problem{Status: http.StatusUnauthorized, Code: failed.Code, Detail: failed.Error()}
	case errors.As(err, &failed):
		return &problem{Status: http.StatusBadRequest, Code: failed.Code, Detail: failed.Error()}
	}
	return err
}
