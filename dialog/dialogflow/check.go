package dialogflow

import (
	"context"
	"strconv"
	"time"

	"dari/bot/check"
	"dari/dialog"
)

// Check implements dialog.Checker. It gets a token, and asks the agent in a session of its own: of CX
// only which intent would match, of ES an event that no intent waits for.
func (e *engine) Check(ctx context.Context) []check.Check {
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	start := e.now()
	_, err := e.tokens.get(ctx, "")
	if err != nil {
		return []check.Check{e.line("token", err, "engine.dialogflow.token", start)}
	}
	got := check.New("token", check.Pass, "engine.dialogflow.token_ok", "account", e.account.email)
	got.Took = e.now().Sub(start)
	start = e.now()
	session, _ := e.session(dialog.Turn{ID: "check"})
	method, q := ":detectIntent", query{Input: queryInput{Event: &eventInput{Name: "DARI_CHECK", Language: language(e.languages)}}}
	if e.edition == cx {
		method, q = ":matchIntent", query{Input: queryInput{Text: &textInput{Text: "hello"}, Language: language(e.languages)}}
	}
	_, err = e.detect(ctx, e.sessions+session+method, q)
	return []check.Check{got, e.line("agent", err, "engine.dialogflow.agent", start)}
}

// line is a check about an answer; refused is the code for a status of 4xx.
func (e *engine) line(id string, err error, refused string, start time.Time) check.Check {
	if err == nil {
		c := check.New(id, check.Pass, "engine.dialogflow.ok", "ms", strconv.FormatInt(e.now().Sub(start).Milliseconds(), 10))
		c.Took = e.now().Sub(start)
		return c
	}
	code := "engine.dialogflow.failing"
	switch dialog.AsError(err).Code {
	case "timeout", "cancelled":
		code = "engine.dialogflow.timeout"
	case "unreachable":
		code = "engine.dialogflow.unreachable"
	case "refused", "redirect":
		code = refused
	}
	c := check.New(id, check.Fail, code, "detail", err.Error(), "limit", e.timeout.String())
	c.Took = e.now().Sub(start)
	return c
}
