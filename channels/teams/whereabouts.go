package teams

import (
	"context"
	"net/url"
)

// Whereabouts implements channels.Findable with the address that Azure's page of a bot offers as “Open in
// Teams”, too. The name of the bot is the package's.
// https://learn.microsoft.com/azure/bot-service/channel-connect-teams
func (a *adapter) Whereabouts(context.Context) (name, address string, err error) {
	return "", "https://teams.microsoft.com/l/chat/0/0?" + url.Values{"users": {"28:" + a.appID}}.Encode(), nil
}
