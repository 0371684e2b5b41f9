package slack

import (
	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
)

// appsURL is where a person finds all screens of an app.
const appsURL = "https://api.slack.com/apps"

// Setup implements channels.Type. The steps follow
// https://docs.slack.dev/authentication/installing-with-oauth and https://docs.slack.dev/apis/events-api/ .
// The request URL comes after saving the channel, because Slack calls it at once.
func (Type) Setup() channels.Setup {
	return channels.Setup{
		Sample: channels.Sample{Conversation: message.Conversation{ID: "D0123456789", Kind: message.Direct}},
		Fields: []settings.Field{
			{Key: "signing_secret", Kind: settings.Secret, Required: true, Help: "slack.signing_secret", Example: "0f1e2d3c4b5a69788796a5b4c3d2e1f0"},
			{Key: "bot_token", Kind: settings.Secret, Required: true, Help: "slack.bot_token", Example: "xoxb-…"},
			{Key: "client_id", Kind: settings.Text, Help: "slack.client_id", Example: "1234567890.1234567890"},
			{Key: "client_secret", Kind: settings.Secret, Help: "slack.client_secret"},
			{Key: "app_token", Kind: settings.Secret, Help: "slack.app_token", Example: "xapp-…"},
			{Key: "api_base_url", Kind: settings.URL, Default: "https://slack.com/api/", Help: "slack.api_base_url"},
		},
		Steps: []settings.Step{
			{ID: "slack.step.create", Link: appsURL + "?new_app=1"},
			{ID: "slack.step.scopes", Link: appsURL},
			{ID: "slack.step.install", Link: appsURL},
			{ID: "slack.step.secret", Link: appsURL},
			{ID: "slack.step.events", Link: appsURL, Shows: "webhook"},
			{ID: "slack.step.interactivity", Link: appsURL, Shows: "webhook"},
			{ID: "slack.step.commands", Link: appsURL, Shows: "webhook"},
			{ID: "slack.step.messages_tab", Link: appsURL},
			{ID: "slack.step.invite"},
		},
	}
}
