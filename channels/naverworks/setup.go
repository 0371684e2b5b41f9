package naverworks

import (
	"strconv"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
)

// Addresses of the private-sector service: https://developers.worksmobile.com/en/docs/auth and
// https://developers.worksmobile.com/kr/docs/gov, which also has those of the Korean public sector.
const (
	defaultAuthURL = "https://auth.worksmobile.com/oauth2/v2.0"
	defaultAPIURL  = "https://www.worksapis.com/v1.0"
	defaultScopes  = "bot bot.message bot.read user.profile.read"

	developerConsole = "https://dev.worksmobile.com"
	adminConsole     = "https://admin.worksmobile.com"
	docs             = "https://developers.worksmobile.com/en/docs/"
)

// Setup implements channels.Type.
func (Type) Setup() channels.Setup {
	return channels.Setup{
		Sample: channels.Sample{Conversation: message.Conversation{ID: "sample", Kind: message.Direct}},
		Fields: []settings.Field{
			{Key: "bot_id", Kind: settings.Text, Required: true, Help: "naverworks.bot_id", Example: "3001234"},
			{Key: "bot_secret", Kind: settings.Secret, Required: true, Help: "naverworks.bot_secret"},
			{Key: "client_id", Kind: settings.Text, Required: true, Help: "naverworks.client_id", Example: "EXAMPLECLIENTID00001"},
			{Key: "client_secret", Kind: settings.Secret, Required: true, Help: "naverworks.client_secret"},
			{Key: "service_account", Kind: settings.Text, Required: true, Help: "naverworks.service_account", Example: "a1b2c.serviceaccount@example.com"},
			{Key: "private_key", Kind: settings.PEM, Required: true, Help: "naverworks.private_key", Example: "-----BEGIN PRIVATE KEY-----"},
			{Key: "auth_header", Kind: settings.Secret, Help: "naverworks.auth_header"},
			{Key: "scopes", Kind: settings.Text, Default: defaultScopes, Help: "naverworks.scopes", Example: defaultScopes},
			{Key: "auth_base_url", Kind: settings.URL, Default: defaultAuthURL, Help: "naverworks.auth_base_url", Example: defaultAuthURL},
			{Key: "api_base_url", Kind: settings.URL, Default: defaultAPIURL, Help: "naverworks.api_base_url", Example: defaultAPIURL},
			{Key: "max_in_flight", Kind: settings.Number, Default: strconv.Itoa(defaultInFlight), Help: "naverworks.max_in_flight"},
		},
		Steps: []settings.Step{
			{ID: "naverworks.step.site", Link: developerConsole},
			{ID: "naverworks.step.app", Link: developerConsole},
			{ID: "naverworks.step.keys", Link: docs + "auth-jwt"},
			{ID: "naverworks.step.scopes", Link: docs + "auth-scope"},
			{ID: "naverworks.step.bot", Link: developerConsole},
			{ID: "naverworks.step.paste"},
			{ID: "naverworks.step.webhook", Shows: "webhook"},
			{ID: "naverworks.step.connect"},
			{ID: "naverworks.step.callback", Link: developerConsole, Shows: "webhook"},
			{ID: "naverworks.step.invite", Link: adminConsole},
		},
	}
}
