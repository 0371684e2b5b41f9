package slack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	slackapi "github.com/slack-go/slack"

	"dari/channels"
)

// Scopes by what stops working without them: https://docs.slack.dev/reference/scopes
var (
	// neededScopes are for being spoken to, in the direct chat and by mention, and for answering.
	neededScopes = []string{"app_mentions:read", "chat:write", "im:history"}
	usefulScopes = []struct{ scope, without string }{
		{"channels:history", "messages in channels arrive only with a mention"},
		{"files:read", "files that people send cannot be read"},
		{"files:write", "videos, sounds and files cannot be sent"},
		{"groups:history", "messages in private channels arrive only with a mention"},
		{"im:write", "the bot cannot write to a person first"},
		{"mpim:history", "messages in group chats arrive only with a mention"},
	}
)

// Check implements channels.Adapter with https://docs.slack.dev/reference/methods/auth.test .
func (a *adapter) Check(ctx context.Context) channels.Report {
	start := a.deps.Now()
	who, err := a.api.AuthTestContext(ctx)
	took := a.deps.Now().Sub(start).Milliseconds()
	if err == nil && who.UserID == "" {
		err = channels.Failf(channels.Config, "", "slack: auth.test: the answer is not Slack's; check api_base_url")
	}
	if err != nil {
		return channels.Report{Checks: []channels.Check{{ID: "auth", Status: channels.Fail, Message: a.explain(err), MS: took}}}
	}
	auth := channels.Check{
		ID: "auth", Status: channels.Pass, MS: took,
		Message: a.scrub(fmt.Sprintf("Slack knows the bot as %s in the workspace %s.", who.User, first(who.Team, who.TeamID))),
	}
	granted, told := who.Header["X-Oauth-Scopes"]
	report := channels.Report{
		BotName: a.scrub(who.User),
		Checks:  []channels.Check{auth, a.checkToken(who), checkScopes(strings.Join(granted, ","), told)},
	}
	if a.appToken != "" {
		report.Checks = append(report.Checks, a.checkSocket(ctx))
	}
	return report
}

// checkSocket asks for an address to connect to, and leaves it unused.
func (a *adapter) checkSocket(ctx context.Context) channels.Check {
	c := channels.Check{ID: "socket", Status: channels.Pass, Message: "Slack lets the app connect with Socket Mode, and sends nothing to its request URLs."}
	start := a.deps.Now()
	_, _, err := a.api.StartSocketModeContext(ctx)
	c.MS = a.deps.Now().Sub(start).Milliseconds()
	if err == nil {
		return c
	}
	switch e := a.socketError(err); e.Kind {
	case channels.RateLimited: // once a minute is all that Slack promises
		c.Status, c.Message = channels.Warn, "Slack limits how often a connection may be opened just now: try again in a minute."
	default:
		c.Status, c.Message = channels.Fail, "Slack does not let the app connect with Socket Mode: "+e.Error()+"."
	}
	return c
}

// explain is a failed connection test as one sentence.
func (a *adapter) explain(err error) string {
	e := a.sendError("auth.test", err)
	switch e.Kind {
	case channels.Auth:
		return fmt.Sprintf("Slack refuses the bot token (%s): open %s, choose the app, and %s.", e.Code, appsURL, first(remedies[e.Code], reinstall))
	case channels.RateLimited:
		return "Slack limits the number of calls just now: try again in a minute."
	}
	return fmt.Sprintf("Slack did not answer as it should: %s.", e.Error())
}

// checkToken tells the sort of token. A token that is not a bot's would speak in a person's name.
func (a *adapter) checkToken(who *slackapi.AuthTestResponse) channels.Check {
	c := channels.Check{ID: "token", Status: channels.Pass, Message: "The token is a bot token."}
	switch {
	case who.BotID == "":
		c.Status, c.Message = channels.Fail, "The token is not a bot's: open "+appsURL+", choose the app, OAuth & Permissions, and copy the Bot User OAuth Token."
	case a.rotating():
		c.Status, c.Message = channels.Warn, "The token expires after twelve hours because token rotation is on, which cannot be undone: create an app without it under "+appsURL+"."
	}
	return c
}

func checkScopes(granted string, told bool) channels.Check {
	have := channels.Scopes(granted)
	var needed, useful, without []string
	for _, scope := range neededScopes {
		if !slices.Contains(have, scope) {
			needed = append(needed, scope)
		}
	}
	for _, u := range usefulScopes {
		if !slices.Contains(have, u.scope) {
			useful = append(useful, u.scope)
			without = append(without, u.scope+" ("+u.without+")")
		}
	}
	const remedy = ": open " + appsURL + ", choose the app, OAuth & Permissions, Bot Token Scopes, add them and install the app again."
	c := channels.Check{ID: "scopes", Status: channels.Pass, Message: "The app has all permissions it needs."}
	switch {
	case !told:
		c.Status, c.Message = channels.Warn, "Slack did not tell the permissions of the app."
	case len(needed) > 0:
		c.Status, c.Message = channels.Fail, "The app lacks the permissions "+strings.Join(append(needed, useful...), ", ")+remedy
	case len(useful) > 0:
		c.Status, c.Message = channels.Warn, "The app lacks the permissions "+strings.Join(without, ", ")+remedy
	}
	return c
}
