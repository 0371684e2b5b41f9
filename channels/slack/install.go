package slack

import (
	"context"
	"net/url"
	"strings"

	slackapi "github.com/slack-go/slack"

	"dari/bot/settings"
	"dari/channels"
)

// Installer installs the app in a workspace with OAuth, which ends with a bot token:
// https://docs.slack.dev/authentication/installing-with-oauth
// A single workspace needs none of this: the token can be copied from the app's page.
type Installer struct {
	config
	deps channels.Deps
}

// Installer makes one from the settings client_id, client_secret and api_base_url alone, for a channel
// that has no token yet.
func (Type) Installer(v settings.Values, deps channels.Deps) (*Installer, error) {
	base, err := baseURL(first(v.Text("api_base_url"), slackapi.APIURL))
	if err != nil {
		return nil, err
	}
	c := config{clientID: v.Text("client_id"), clientSecret: v.Text("client_secret"), base: base}
	return &Installer{c, deps}, nil
}

// InstallURL is Installer.InstallURL with the channel's settings.
func (a *adapter) InstallURL(redirectURL, state string) (string, error) {
	return (&Installer{a.config, a.deps}).InstallURL(redirectURL, state)
}

// Install is Installer.Install with the channel's settings.
func (a *adapter) Install(ctx context.Context, code, redirectURL string) (map[string]string, error) {
	return (&Installer{a.config, a.deps}).Install(ctx, code, redirectURL)
}

// InstallURL is the address to which a browser is sent to allow the app in. Slack sends it back to
// redirectURL, which has to be https and listed in the app, with a code and the state. The state is to be
// used once and known to that browser session alone; the caller checks it. Errors are *settings.Error.
func (i *Installer) InstallURL(redirectURL, state string) (string, error) {
	if i.clientID == "" {
		return "", settings.Errorf("client_id", "required", "is missing; copy it from Basic Information, App Credentials, Client ID")
	}
	if u, err := url.Parse(redirectURL); err != nil || u.Scheme != "https" || u.Host == "" {
		return "", settings.Errorf("redirect_url", "format", "must be an https address; set server.public_url to one")
	}
	if state == "" {
		return "", settings.Errorf("state", "required", "is missing; without it anybody could end an installation that somebody else began")
	}
	at := url.URL{Scheme: "https", Host: "slack.com", Path: "/oauth/v2/authorize"}
	if slackHost(i.base.Host) { // GovSlack has a domain of its own
		at.Host = i.base.Host
	}
	at.RawQuery = url.Values{
		"client_id": {i.clientID}, "scope": {strings.Join(botScopes, ",")}, "redirect_uri": {redirectURL}, "state": {state},
	}.Encode()
	return at.String(), nil
}

// Install exchanges the code of a browser that came back for a bot token:
// https://docs.slack.dev/reference/methods/oauth.v2.access
// The result holds "bot_token", which is the setting of that name, and "team_name" and "team_id" of the
// workspace, or of the organisation where the app is in all its workspaces. A code is good once and for
// ten minutes. Errors are *settings.Error for a missing setting, else *channels.SendError.
func (i *Installer) Install(ctx context.Context, code, redirectURL string) (map[string]string, error) {
	const call = "oauth.v2.access"
	switch "" {
	case i.clientID:
		return nil, settings.Errorf("client_id", "required", "is missing; copy it from Basic Information, App Credentials, Client ID")
	case i.clientSecret:
		return nil, settings.Errorf("client_secret", "required", "is missing; copy it from Basic Information, App Credentials, Client Secret")
	case code:
		return nil, rejected("code", "Slack sent none back; start the installation again")
	}
	got, err := slackapi.GetOAuthV2ResponseContext(ctx, i.deps.HTTP, i.clientID, i.clientSecret, code, redirectURL, slackapi.OAuthOptionAPIURL(i.base.String()))
	if err != nil {
		return nil, harmless(i.sendError(call, err))
	}
	if !botToken.MatchString(got.AccessToken) {
		return nil, channels.Failf(channels.Config, "no_bot_token", "slack: %s: the answer holds no bot token; the app needs a bot user under App Home", call)
	}
	return map[string]string{
		"bot_token": got.AccessToken,
		"team_name": first(got.Team.Name, got.Enterprise.Name, got.Team.ID),
		"team_id":   first(got.Team.ID, got.Enterprise.ID),
	}, nil
}
