// Package teams connects a Microsoft Teams bot through the Bot Framework Connector.
//
// The protocol: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
package teams

import (
	"net/http"
	"sync/atomic"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
)

// Type is the channel type "teams".
type Type struct{}

// Name implements channels.Type.
func (Type) Name() string { return "teams" }

// Setup implements channels.Type.
func (Type) Setup() channels.Setup {
	return channels.Setup{
		Sample: channels.Sample{Conversation: message.Conversation{ID: "a:sample", Kind: message.Direct}, Reference: []byte(`{"service_url":"https://smba.trafficmanager.net/teams/","bot":{"id":"28:sample"},"channel_id":"msteams","user":"29:sample"}`)},
		Fields: []settings.Field{
			{Key: "app_id", Kind: settings.Text, Required: true, Help: "teams.app_id.help", Example: "00000000-0000-0000-0000-000000000000"},
			{Key: "app_secret", Kind: settings.Secret, Required: true, Help: "teams.app_secret.help"},
			{Key: "tenant_id", Kind: settings.Text, Required: true, Help: "teams.tenant_id.help", Example: "11111111-1111-1111-1111-111111111111"},
			{Key: "secret_expires", Kind: settings.Text, Help: "teams.secret_expires.help", Example: "2027-05-31"},
			{Key: "openid_metadata_url", Kind: settings.URL, Default: publicCloud.metadata, Help: "teams.openid_metadata_url.help"},
			// No default here: the address depends on the tenant.
			{Key: "token_url", Kind: settings.URL, Help: "teams.token_url.help", Example: "https://login.microsoftonline.com/TENANT/oauth2/v2.0/token"},
			{Key: "allowed_service_hosts", Kind: settings.List, Help: "teams.allowed_service_hosts.help", Example: "connector.example.com:8443"},
		},
		Steps: []settings.Step{
			{ID: "teams.step.bot", Link: "https://portal.azure.com/#create/Microsoft.AzureBot"},
			{ID: "teams.step.ids", Link: "https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade"},
			{ID: "teams.step.secret", Link: "https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade"},
			{ID: "teams.step.endpoint", Link: "https://portal.azure.com/#browse/Microsoft.BotService%2FbotServices", Shows: "webhook"},
			{ID: "teams.step.channel", Link: "https://portal.azure.com/#browse/Microsoft.BotService%2FbotServices"},
			{ID: "teams.step.package", Link: "https://dev.teams.microsoft.com/apps"},
			{ID: "teams.step.upload", Link: "https://admin.teams.microsoft.com/policies/manage-apps"},
			{ID: "teams.step.hello"},
		},
	}
}

// New implements channels.Type.
func (Type) New(v settings.Values, deps channels.Deps) (channels.Adapter, error) {
	cfg, err := newConfig(v)
	if err != nil {
		return nil, err
	}
	// The bot's token must not travel on with a redirect, and keys come from where we asked.
	client := *deps.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	a := &adapter{config: cfg, http: &client, now: deps.Now, callbackURL: deps.CallbackURL}
	a.keys = &keySet{url: cfg.metadataURL, http: &client, now: deps.Now, log: deps.Log.With("channel", deps.ChannelID)}
	a.token = a.tokenSource(deps.Tokens)
	return a, nil
}

// adapter is one registered bot.
type adapter struct {
	config
	http  *http.Client
	now   func() time.Time
	keys  *keySet
	seen  tokenCache
	token *channels.TokenSource
	// callbackURL is where Dari is reached; "" if unknown.
	callbackURL string
	// seenService is the service URL of the newest verified callback.
	seenService atomic.Pointer[string]
}
