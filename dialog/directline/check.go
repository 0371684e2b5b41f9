package directline

import (
	"context"
	"net/http"
	"time"

	"dari/bot/check"
	"dari/dialog"
)

// checkTime bounds the connection test.
const checkTime = 10 * time.Second

// Check implements dialog.Checker. It gets a token and uses it for nothing: the bot does not notice.
func (e *engine) Check(ctx context.Context) []check.Check {
	ctx, cancel := context.WithTimeout(ctx, min(checkTime, e.timeout))
	defer cancel()
	start := e.now()
	_, err := e.token(ctx, person{ID: "dl_check"})
	c := e.line(err)
	c.Took = e.now().Sub(start)
	return []check.Check{c}
}

func (e *engine) line(err error) check.Check {
	if err == nil {
		return check.New("token", check.Pass, "engine.directline.ok")
	}
	code := "engine.directline.failing"
	switch s := status(err); {
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		code = "engine.directline.secret"
	case s >= 300 && s < 500 && s != http.StatusTooManyRequests:
		code = "engine.directline.address"
	case s > 0:
	default:
		switch dialog.AsError(err).Code {
		case "timeout", "cancelled":
			code = "engine.directline.timeout"
		case "unreachable":
			code = "engine.directline.unreachable"
		case "bad_answer":
			code = "engine.directline.address"
		}
	}
	return check.New("token", check.Fail, code, "detail", err.Error(), "limit", min(checkTime, e.timeout).String())
}
