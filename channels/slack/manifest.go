package slack

import (
	"encoding/json"
	"net/url"
	"strings"
)

// Lengths in a manifest: https://docs.slack.dev/reference/app-manifest
const (
	maxAppName     = 35
	maxDescription = 300 // agent_description
)

// botScopes are what this package makes use of: https://docs.slack.dev/reference/scopes
// The connection test tells which of them are missing.
var botScopes = []string{
	"app_mentions:read", "assistant:write", "channels:history", "channels:read", "chat:write", "files:read", "files:write",
	"groups:history", "groups:read", "im:history", "im:write", "mpim:history", "reactions:read",
}

// botEvents are the events that this package reads: https://docs.slack.dev/reference/events
// app_context_changed makes Slack say of a direct message that it was written to an agent app.
var botEvents = []string{
	"app_context_changed", "app_home_opened", "app_mention", "app_uninstalled", "member_joined_channel", "member_left_channel",
	"message.channels", "message.groups", "message.im", "message.mpim", "reaction_added", "reaction_removed", "tokens_revoked",
}

// manifest is the description of an app. The library's type leaves out what is false, but the messages
// tab is read-only unless told otherwise.
type manifest struct {
	Metadata struct {
		Major int `json:"major_version"`
		Minor int `json:"minor_version"`
	} `json:"_metadata"`
	Display struct {
		Name string `json:"name"`
	} `json:"display_information"`
	Features struct {
		Home struct {
			Home     bool `json:"home_tab_enabled"`
			Messages bool `json:"messages_tab_enabled"`
			ReadOnly bool `json:"messages_tab_read_only_enabled"`
		} `json:"app_home"`
		Bot struct {
			Name   string `json:"display_name"`
			Online bool   `json:"always_online"`
		} `json:"bot_user"`
		Agent struct {
			Description string `json:"agent_description"`
		} `json:"agent_view"`
	} `json:"features"`
	OAuth struct {
		Scopes struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		Events struct {
			URL    string   `json:"request_url,omitempty"`
			Events []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Interactivity struct {
			Enabled bool   `json:"is_enabled"`
			URL     string `json:"request_url,omitempty"`
			Options string `json:"message_menu_options_url,omitempty"`
		} `json:"interactivity"`
		Org      bool `json:"org_deploy_enabled"`
		Socket   bool `json:"socket_mode_enabled"`
		Rotation bool `json:"token_rotation_enabled"`
	} `json:"settings"`
}

// Manifest describes an app with everything that this channel type can use, for
// https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests . webhookURL is the channel's
// callback address, where Slack sends events and interactions; without one the app uses Socket Mode. A
// name that is too long is cut. Redirect URLs for an installation with OAuth are not part of it.
func Manifest(name, webhookURL string) json.RawMessage {
	if name = strings.TrimSpace(name); name == "" {
		name = "Dari"
	}
	name = clip(name, maxAppName)
	var m manifest
	m.Metadata.Major, m.Metadata.Minor = 1, 1
	m.Display.Name = name
	m.Features.Home.Messages = true
	m.Features.Bot.Name, m.Features.Bot.Online = name, true
	m.Features.Agent.Description = clip(name, maxDescription)
	m.OAuth.Scopes.Bot = botScopes
	m.Settings.Events.URL, m.Settings.Events.Events = webhookURL, botEvents
	m.Settings.Interactivity.Enabled = true
	m.Settings.Interactivity.URL, m.Settings.Interactivity.Options = webhookURL, webhookURL
	m.Settings.Socket = webhookURL == ""
	raw, _ := json.Marshal(m) // a struct of texts and truths cannot fail
	return raw
}

// ManifestLink is the address at which Slack offers to create the app that a manifest describes. Slack's
// check of the callback address succeeds only when the channel is already there to answer it.
func ManifestLink(manifest json.RawMessage) string {
	text := strings.ReplaceAll(url.QueryEscape(string(manifest)), "+", "%20") // not every reader takes + for a space
	return appsURL + "?new_app=1&manifest_json=" + text
}

// Manifest is the function of that name, found by those who know channel types by their interface alone.
func (Type) Manifest(name, webhookURL string) json.RawMessage { return Manifest(name, webhookURL) }

// ManifestLink is the function of that name.
func (Type) ManifestLink(manifest json.RawMessage) string { return ManifestLink(manifest) }
