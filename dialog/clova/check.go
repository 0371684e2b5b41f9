package clova

import (
	"context"

	"dari/bot/check"
	"dari/dialog"
)

// Check implements dialog.Checker. It asks for the fixed menu: that needs the right address, secret and
// clock, and says nothing to anybody.
// https://api.ncloud-docs.com/docs/ai-application-service-chatbot
func (e *engine) Check(ctx context.Context) []check.Check {
	start := e.Now()
	c := e.check(ctx)
	c.Took = e.Now().Sub(start)
	return []check.Check{c}
}

func (e *engine) check(ctx context.Context) check.Check {
	ctx, cancel := e.Within(ctx, dialog.Turn{})
	defer cancel()
	_, err := e.ask(ctx, question{Version: "v2", UserID: "dari-check", Bubbles: []says{}, Event: "getPersistentMenu"})
	if err == nil {
		return check.New("domain", check.Pass, "engine.clova.ok")
	}
	failed := e.Scrub.Error(dialog.AsError(err))
	reason := failed.Err.Error()
	switch failed.Code {
	case "unreachable", "timeout":
		return check.New("domain", check.Fail, "engine.clova.unreachable", "reason", reason)
	case codeClock:
		return check.New("domain", check.Fail, "engine.clova.clock", "reason", reason)
	case "bad_answer", "redirect":
		return check.New("domain", check.Fail, "engine.clova.not_clova", "reason", reason)
	}
	return check.New("domain", check.Fail, "engine.clova.refused", "reason", reason)
}
