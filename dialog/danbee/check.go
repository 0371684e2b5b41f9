package danbee

import (
	"context"

	"dari/bot/check"
	"dari/bot/message"
	"dari/dialog"
)

// checker is the user id of connection tests, so that they can be told apart in Danbee's logs.
const checker = "dari-check"

// Check implements dialog.Checker: it opens a session of its own with the bot's greeting, which is the
// only call that tells a wrong chatbot id from a right one.
func (e *engine) Check(ctx context.Context) []check.Check {
	start := e.Now()
	c := e.check(ctx)
	c.Took = e.Now().Sub(start)
	return []check.Check{c}
}

func (e *engine) check(ctx context.Context) check.Check {
	t := dialog.Turn{Inbound: message.Inbound{Kind: message.KindFollow}, ConversationID: checker}
	ctx, cancel := e.Within(ctx, t)
	defer cancel()
	r, err := e.ask(ctx, "welcome.do", e.greeting(t))
	if err == nil {
		_, err = e.Finish(e.result(r, true))
	}
	if err == nil {
		return check.New("bot", check.Pass, "engine.danbee.ok")
	}
	failed := e.Scrub.Error(dialog.AsError(err))
	reason := failed.Err.Error()
	switch {
	case r.Status.Comment == wrongChatbot:
		return check.New("bot", check.Fail, "engine.danbee.unknown_chatbot")
	case failed.Code == "unreachable" || failed.Code == "timeout":
		return check.New("bot", check.Fail, "engine.danbee.unreachable", "reason", reason)
	case failed.Code == "no_answer":
		return check.New("bot", check.Warn, "engine.danbee.no_greeting")
	case failed.Code == "bad_answer":
		return check.New("bot", check.Fail, "engine.danbee.not_danbee", "reason", reason)
	}
	return check.New("bot", check.Fail, "engine.danbee.refused", "reason", reason)
}
