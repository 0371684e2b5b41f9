package lex

import (
	"context"
	"errors"
	"net/http"

	"dari/bot/check"
	"dari/dialog"
)

// Check implements dialog.Checker: it greets the bot once in every locale, in a session of its own.
func (e *engine) Check(ctx context.Context) []check.Check {
	var out []check.Check
	for _, locale := range e.locales {
		ctx, cancel := context.WithTimeout(ctx, e.timeout)
		start := e.now()
		session := e.remembered(dialog.Turn{ID: "check"}).Session
		_, err := e.recognize(ctx, locale, session, question{Text: "hello"})
		cancel()
		c := e.line(locale, err)
		c.Took = e.now().Sub(start)
		out = append(out, c)
	}
	return out
}

func (e *engine) line(locale string, err error) check.Check {
	id := "bot_" + locale
	if err == nil {
		return check.New(id, check.Pass, "engine.lex.ok", "locale", locale)
	}
	code := "engine.lex.failing"
	switch dialog.AsError(err).Code {
	case "timeout", "cancelled":
		code = "engine.lex.timeout"
	case "unreachable":
		code = "engine.lex.unreachable"
	case "refused", "redirect":
		code = "engine.lex.refused"
	}
	var a *answered
	if errors.As(err, &a) && a.status == http.StatusForbidden {
		code = "engine.lex.credentials"
	} else if a != nil && a.status == http.StatusNotFound {
		code = "engine.lex.bot"
	}
	return check.New(id, check.Fail, code, "locale", locale, "detail", err.Error(), "limit", e.timeout.String())
}
