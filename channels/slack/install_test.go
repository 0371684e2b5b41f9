package slack

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"dari/bot/settings"
	"dari/channels"
	"dari/channels/channeltest"
)

const redirect = "https://bot.example.com/slack/oauth/callback"

// install ends an installation with the settings of the bench.
func install(k channeltest.Kit, b *channeltest.Bench, code string) (channels.Installed, error) {
	return Type{}.Install(context.Background(), b.Values, k.Deps(b, channeltest.LocalClient(5*time.Second)), code, redirect)
}

// clientSettings are settings with which the app can be installed.
func clientSettings(platformURL string) settings.Values {
	v := channeltest.SlackSettings(platformURL)
	v["client_id"], v["client_secret"] = channeltest.SlackClientID, channeltest.SlackClientSecret
	return v
}

func installKit(t *testing.T) channeltest.Kit {
	k := kit(t)
	k.Settings = clientSettings
	return k
}

func TestTheInstallationBeginsAtSlack(t *testing.T) {
	for base, host := range map[string]string{
		"https://slack.com/api/": "slack.com", "https://slack-gov.com/api/": "slack-gov.com", "https://proxy.example/api/": "slack.com",
	} {
		v := settings.Values{"client_id": channeltest.SlackClientID, "api_base_url": base}
		raw, err := Type{}.InstallURL(v, channels.Deps{}, redirect, "s 1")
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		if u.Scheme != "https" || u.Host != host || u.Path != "/oauth/v2/authorize" || q.Get("client_id") != channeltest.SlackClientID ||
			q.Get("redirect_uri") != redirect || q.Get("state") != "s 1" || !slices.Equal(strings.Split(q.Get("scope"), ","), botScopes) {
			t.Errorf("got %s", raw)
		}
	}
}

func TestAnInstallationThatCannotBegin(t *testing.T) {
	for _, row := range []struct{ name, clientID, redirect, state, field string }{
		{"without a client id", "", redirect, "s", "client_id"},
		{"without https", "1.2", "http://bot.example.com/", "s", "redirect_url"},
		{"without an address", "1.2", "", "s", "redirect_url"},
		{"without a state", "1.2", redirect, "", "state"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := Type{}.InstallURL(settings.Values{"client_id": row.clientID}, channels.Deps{}, row.redirect, row.state)
			var e *settings.Error
			if !errors.As(err, &e) || e.Field != row.field {
				t.Errorf("got %v, want an error of %s", err, row.field)
			}
		})
	}
	if _, err := (Type{}).InstallURL(settings.Values{"client_id": "1.2", "api_base_url": "slack.com"}, channels.Deps{}, redirect, "s"); err == nil {
		t.Error("an address without a scheme was taken")
	}
}

func TestACodeBecomesABotToken(t *testing.T) {
	k := installKit(t)
	b := k.Open(t)
	got, err := install(k, b, channeltest.SlackCode)
	if err != nil {
		t.Fatal(err)
	}
	if got.Where != "예제상점" || len(got.Values) != 1 || got.Values["bot_token"] != channeltest.SlackBotToken {
		t.Errorf("got %v", got)
	}
	args := sent(t, b.Platform, "/api/oauth.v2.access")
	if args["redirect_uri"] != redirect || args["code"] != channeltest.SlackCode {
		t.Errorf("sent %v", args)
	}
}

func TestCodesThatBecomeNothing(t *testing.T) {
	answer := func(body string) channeltest.Fault {
		return channeltest.Fault{Status: 200, Header: jsonHeader, Body: body}
	}
	for _, row := range []struct {
		name, code string
		fault      channeltest.Fault
		kind       channels.Kind
		says       string
	}{
		{"no code", "", channeltest.Fault{}, channels.Rejected, "code"},
		{"an old code", "1.2.old", channeltest.Fault{}, channels.Rejected, "ten minutes"},
		{"another redirect URL", "c", answer(`{"ok":false,"error":"bad_redirect_uri"}`), channels.Config, "Redirect URLs"},
		{"another client id", "c", answer(`{"ok":false,"error":"invalid_client_id"}`), channels.Config, "client_id"},
		{"another client secret", "c", answer(`{"ok":false,"error":"bad_client_secret"}`), channels.Config, "client_secret"},
		{"an echo of the secret", "c", answer(`{"ok":false,"error":"odd","response_metadata":{"messages":["` + channeltest.SlackClientSecret + `"]}}`), channels.Rejected, "•••"},
		{"an app without a bot", "c", answer(`{"ok":true,"authed_user":{"access_token":"xoxp-1-2-abc"}}`), channels.Config, "bot user"},
		{"trouble inside Slack", "c", channeltest.Fault{Status: 503}, channels.Temporary, "503"},
	} {
		t.Run(row.name, func(t *testing.T) {
			k := installKit(t)
			b := k.Open(t)
			if row.fault.Status != 0 {
				b.Platform.FailNext("/api/oauth.v2.access", row.fault)
			}
			_, err := install(k, b, row.code)
			if err == nil || channels.AsSendError(err).Kind != row.kind || !strings.Contains(err.Error(), row.says) {
				t.Fatalf("got %v, want %s that says %q", err, row.kind, row.says)
			}
			b.NoSecret(t, k, "the error", err.Error())
		})
	}
}

func TestAnInstallationNeedsTheClientsSettings(t *testing.T) {
	for _, missing := range []string{"client_id", "client_secret"} {
		k := installKit(t)
		k.Settings = func(url string) settings.Values {
			v := clientSettings(url)
			delete(v, missing)
			return v
		}
		_, err := install(k, k.Open(t), channeltest.SlackCode)
		var e *settings.Error
		if !errors.As(err, &e) || e.Field != missing {
			t.Errorf("got %v, want an error of %s", err, missing)
		}
	}
}

// An app that is in all workspaces of an organisation names the organisation instead of a team.
func TestAnOrganisationIsNamedInsteadOfATeam(t *testing.T) {
	k := installKit(t)
	b := k.Open(t)
	b.Platform.FailNext("/api/oauth.v2.access", channeltest.Fault{Status: 200, Header: jsonHeader, Body: `{"ok":true,"access_token":"xoxb-1-2-abc","team":null,"enterprise":{"id":"E1","name":"예제그룹"},"is_enterprise_install":true}`})
	got, err := install(k, b, "c")
	if err != nil || got.Where != "예제그룹" {
		t.Errorf("got %v, %v", got, err)
	}
}
