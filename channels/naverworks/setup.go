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

	developerConsole = "https://dev.worksmobile.com/"
	adminConsole     = "https://admin.worksmobile.com"
)

// Pages of the Developer Console, under the part of its address that stands for the language.
const (
	consoleHome = "/console"
	consoleApps = "/console/openapi/v2/app/list/view"
	consoleBots = "/console/bot/view"
)

// at is a step at a page of the Developer Console, in the language of the reader where there is one.
func at(id, page, shows string) settings.Step {
	return settings.Step{
		ID: id, Shows: shows, Link: developerConsole + "en" + page,
		Links: map[string]string{"ko": developerConsole + "kr" + page, "ja": developerConsole + "jp" + page},
	}
}

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
			at("naverworks.step.site", consoleHome, ""),
			at("naverworks.step.app", consoleApps, ""),
			at("naverworks.step.keys", consoleApps, ""),
			at("naverworks.step.scopes", consoleApps, ""),
			at("naverworks.step.bot", consoleBots, ""),
			{ID: "naverworks.step.paste"},
			{ID: "naverworks.step.webhook", Shows: "webhook"},
			{ID: "naverworks.step.connect"},
			at("naverworks.step.callback", consoleBots, "webhook"),
			{ID: "naverworks.step.invite", Link: adminConsole},
		},
	}
}
