package slack

import (
	"context"
	"net/url"
)

// Whereabouts implements channels.Findable. The address opens the app's messages in Slack:
// https://docs.slack.dev/interactivity/deep-linking
func (a *adapter) Whereabouts(ctx context.Context) (name, address string, err error) {
	who, err := a.api.AuthTestContext(ctx)
	if err != nil {
		return "", "", a.sendError("auth.test", err)
	}
	if who.UserID == "" || who.TeamID == "" {
		return a.scrub(who.User), "", nil
	}
	return a.scrub(who.User), "slack://user?" + url.Values{"team": {who.TeamID}, "id": {who.UserID}}.Encode(), nil
}
