package slack

import (
	"context"
	"slices"
	"strings"
	"time"

	slackapi "github.com/slack-go/slack"

	"dari/bot/check"
	"dari/channels"
)

// Scopes by what stops working without them: https://docs.slack.dev/reference/scopes
var (
	// neededScopes are for being spoken to, in the direct chat and by mention, and for answering.
	neededScopes = []string{"app_mentions:read", "chat:write", "im:history"}
	// usefulScopes are for messages in rooms without a mention, for files, and for writing to a person first.
	usefulScopes = []string{"channels:history", "files:read", "files:write", "groups:history", "im:write", "mpim:history"}
)

// Check implements channels.Adapter with https://docs.slack.dev/reference/methods/auth.test .
func (a *adapter) Check(ctx context.Context) channels.Report {
	start := a.deps.Now()
	who, err := a.api.AuthTestContext(ctx)
	took := a.deps.Now().Sub(start)
	if err == nil && who.UserID == "" {
		err = channels.Failf(channels.Config, "no_user", "slack: auth.test: the answer is not Slack's; check api_base_url")
	}
	if err != nil {
		return channels.Report{Checks: []check.Check{timed(a.explain(err), took)}}
	}
	auth := check.New("auth", check.Pass, "slack.known", "name", a.scrub(who.User), "team", a.scrub(first(who.Team, who.TeamID)))
	granted, told := who.Header["X-Oauth-Scopes"]
	report := channels.Report{
		BotName: a.scrub(who.User),
		Checks:  []check.Check{timed(auth, took), a.checkToken(who), checkScopes(strings.Join(granted, ","), told)},
	}
	if a.appToken != "" {
		report.Checks = append(report.Checks, a.checkSocket(ctx))
	}
	return report
}

func timed(c check.Check, took time.Duration) check.Check {
	c.Took = took
	return c
}

// explain words a call of auth.test that failed.
func (a *adapter) explain(err error) check.Check {
	fail := func(code string, pairs ...string) check.Check { return check.New("auth", check.Fail, code, pairs...) }
	e := a.sendError("auth.test", err)
	said := first(e.Code, "no_json")
	switch {
	case e.Code == "token_expired":
		return fail("slack.token_expired")
	case e.Code == "not_allowed_token_type":
		return fail("slack.token_type")
	case e.Kind == channels.Auth:
		return fail("slack.token_refused", "code", said)
	case e.Kind == channels.RateLimited:
		return fail("slack.limited")
	case e.Kind == channels.Config:
		return fail("slack.address", "code", said)
	}
	return fail("slack.unanswered", "code", said)
}

// checkToken tells the sort of token. A token that is not a bot's would speak in a person's name.
func (a *adapter) checkToken(who *slackapi.AuthTestResponse) check.Check {
	switch {
	case who.BotID == "":
		return check.New("token", check.Fail, "slack.token_no_bot")
	case a.rotating():
		return check.New("token", check.Warn, "slack.token_rotates")
	}
	return check.New("token", check.Pass, "slack.token_good")
}

func checkScopes(granted string, told bool) check.Check {
	have := channels.Scopes(granted)
	lacking := func(scopes []string) []string {
		return slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return slices.Contains(have, s) })
	}
	needed, useful := lacking(neededScopes), lacking(usefulScopes)
	switch {
	case !told:
		return check.New("scopes", check.Warn, "slack.scopes_untold")
	case len(needed) > 0:
		return check.New("scopes", check.Fail, "slack.scopes_needed", "scopes", strings.Join(append(needed, useful...), ", "))
	case len(useful) > 0:
		return check.New("scopes", check.Warn, "slack.scopes_useful", "scopes", strings.Join(useful, ", "))
	}
	return check.New("scopes", check.Pass, "slack.scopes_good")
}

// checkSocket asks for an address to connect to, and leaves it unused.
func (a *adapter) checkSocket(ctx context.Context) check.Check {
	start := a.deps.Now()
	_, _, err := a.api.StartSocketModeContext(ctx)
	took := a.deps.Now().Sub(start)
	if err == nil {
		return timed(check.New("socket", check.Pass, "slack.socket_open"), took)
	}
	switch e := a.socketError(err); e.Kind {
	case channels.RateLimited: // once a minute is all that Slack promises
		return timed(check.New("socket", check.Warn, "slack.socket_limited"), took)
	case channels.Auth:
		return timed(check.New("socket", check.Fail, "slack.socket_token", "code", e.Code), took)
	default:
		return timed(check.New("socket", check.Fail, "slack.socket_failed", "code", first(e.Code, "no_json")), took)
	}
}
