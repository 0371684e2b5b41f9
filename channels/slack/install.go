package slack

import (
	"context"
	"net/url"
	"strings"

	slackapi "github.com/slack-go/slack"

	"dari/bot/settings"
	"dari/channels"
)

// installer installs the app in a workspace with OAuth, which ends with a bot token:
// https://docs.slack.dev/authentication/installing-with-oauth
// A single workspace needs none of this: the token can be copied from the app's page.
type installer struct {
	config
	deps channels.Deps
}

func newInstaller(v settings.Values, deps channels.Deps) (*installer, error) {
	base, err := baseURL(first(v.Text("api_base_url"), slackapi.APIURL))
	if err != nil {
		return nil, err
	}
	c := config{clientID: v.Text("client_id"), clientSecret: v.Text("client_secret"), base: base}
	return &installer{c, deps}, nil
}

// InstallURL implements channels.Installer.
func (Type) InstallURL(v settings.Values, deps channels.Deps, redirectURL, state string) (string, error) {
	i, err := newInstaller(v, deps)
	if err != nil {
		return "", err
	}
	return i.installURL(redirectURL, state)
}

// Install implements channels.Installer: it brings the setting bot_token.
func (Type) Install(ctx context.Context, v settings.Values, deps channels.Deps, code, redirectURL string) (channels.Installed, error) {
	i, err := newInstaller(v, deps)
	if err != nil {
		return channels.Installed{}, err
	}
	return i.install(ctx, code, redirectURL)
}

// installURL is the address to which a browser is sent to allow the app in. Slack sends it back to
// redirectURL, which has to be https and listed in the app, with a code and the state. The state is to be
// used once and known to that browser session alone; the caller checks it. Errors are *settings.Error.
func (i *installer) installURL(redirectURL, state string) (string, error) {
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

// install exchanges the code of a browser that came back for a bot token:
// https://docs.slack.dev/reference/methods/oauth.v2.access
// A code is good once and for ten minutes.
func (i *installer) install(ctx context.Context, code, redirectURL string) (none channels.Installed, _ error) {
	const call = "oauth.v2.access"
	switch "" {
	case i.clientID:
		return none, settings.Errorf("client_id", "required", "is missing; copy it from Basic Information, App Credentials, Client ID")
	case i.clientSecret:
		return none, settings.Errorf("client_secret", "required", "is missing; copy it from Basic Information, App Credentials, Client Secret")
	case code:
		return none, rejected("code", "Slack sent none back; start the installation again")
	}
	got, err := slackapi.GetOAuthV2ResponseContext(ctx, i.deps.HTTP, i.clientID, i.clientSecret, code, redirectURL, slackapi.OAuthOptionAPIURL(i.base.String()))
	if err != nil {
		return none, harmless(i.sendError(call, err))
	}
	if !botToken.MatchString(got.AccessToken) {
		return none, channels.Failf(channels.Config, "no_bot_token", "slack: %s: the answer holds no bot token; the app needs a bot user under App Home", call)
	}
	return channels.Installed{
		Values: settings.Values{"bot_token": got.AccessToken},
		Where:  first(got.Team.Name, got.Enterprise.Name, got.Team.ID),
	}, nil
}
