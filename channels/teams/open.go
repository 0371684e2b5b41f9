package teams

import (
	"context"
	"net/http"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// userPrefix begins the account ids of people, which are good for this bot alone.
const userPrefix = "29:"

// newConversation asks for the chat with one person.
type newConversation struct {
	IsGroup     bool      `json:"isGroup"`
	Bot         account   `json:"bot"`
	Members     []account `json:"members"`
	TenantID    string    `json:"tenantId"`
	ChannelData struct {
		Tenant account `json:"tenant"`
	} `json:"channelData"`
}

// Open implements channels.Opener. user is an Entra object id or a 29: id. The same chat comes back
// every time, so that a lost answer does no harm. The app has to be installed for the person.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
func (a *adapter) Open(ctx context.Context, user string) (message.Conversation, []byte, error) {
	var none message.Conversation
	user = strings.TrimSpace(user)
	if !guid.MatchString(user) && !strings.HasPrefix(user, userPrefix) {
		return none, nil, channels.Failf(channels.Rejected, "user", "teams: user: must be an Entra object id, a GUID, or a 29: id")
	}
	if !guid.MatchString(a.tenant) {
		return none, nil, channels.Failf(channels.Config, "tenant_id",
			"teams: a bot that is registered for all tenants cannot tell where the person is; the person has to write to it first")
	}
	entry := a.entry()
	if entry == "" {
		return none, nil, channels.Failf(channels.Config, "service_host",
			"teams: this cloud's Connector is not known; list its host first in allowed_service_hosts")
	}
	ask := newConversation{Bot: account{ID: botPrefix + a.appID}, Members: []account{{ID: user}}, TenantID: a.tenant}
	ask.ChannelData.Tenant.ID = a.tenant
	body, err := marshal(ask)
	if err != nil {
		return none, nil, channels.Failf(channels.Rejected, "json", "teams: the request has no JSON form: %w", err)
	}
	got, err := a.call(ctx, http.MethodPost, strings.TrimSuffix(entry, "/")+apiRoot+"conversations", body)
	if err != nil {
		return none, nil, harmless(err)
	}
	if got.ID == "" {
		return none, nil, channels.Failf(channels.Temporary, "no_id", "teams: the Connector's answer has no conversation id")
	}
	service := got.service
	if got.ServiceURL != "" && a.hosts.check(got.ServiceURL) == nil {
		service = got.ServiceURL
	}
	ref := reference{ServiceURL: service, Bot: ask.Bot, ChannelID: channelID, Tenant: a.tenant}
	if strings.HasPrefix(user, userPrefix) {
		ref.User = user
	}
	return message.Conversation{ID: got.ID, Kind: message.Direct, Tenant: a.tenant}, encode(ref), nil
}

// entry is the service URL for a conversation that nothing is known of: the newest one seen, else
// the operator's own host, else the cloud's common entry point.
func (a *adapter) entry() string {
	if seen := a.seenService.Load(); seen != nil {
		return *seen
	}
	return a.connector
}

// remember keeps the service URL of a verified callback. It changes rarely.
func (a *adapter) remember(serviceURL string) {
	if seen := a.seenService.Load(); seen == nil || *seen != serviceURL {
		a.seenService.Store(&serviceURL)
	}
}
