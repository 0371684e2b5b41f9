package slack

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"dari/bot/check"
	"dari/bot/settings"
	"dari/channels"
	"dari/channels/channeltest"
)

// changed are good settings with one value changed.
func changed(key, value string) settings.Values {
	v := channeltest.SlackSettings("http://127.0.0.1:1")
	v[key] = value
	return v
}

func TestWrongSettingsAreNamed(t *testing.T) {
	for _, row := range []struct{ name, field, value, says string }{
		{"a signing secret that is too short", "signing_secret", "fedcba98", "32"},
		{"a bot token as signing secret", "signing_secret", channeltest.SlackBotToken, "Signing Secret"},
		{"an app-level token", "bot_token", "xapp-1-A1-2-abc", "app_token"},
		{"a user token", "bot_token", "xoxp-1-2-abc", "user token"},
		{"a rotating user token", "bot_token", "xoxe.xoxp-1-abc", "user or configuration token"},
		{"a refresh token", "bot_token", "xoxe-1-abc", "refresh token"},
		{"a legacy token", "bot_token", "xoxa-2-abc", "legacy"},
		{"a browser's token", "bot_token", "xoxc-1-abc", "browser"},
		{"a bot token with a line break in it", "bot_token", "xoxb-1-2\nabc", "line breaks"},
		{"the beginning of a bot token", "bot_token", "xoxb-", "copy it again"},
		{"something else", "bot_token", "hunter2hunter2", "something else"},
		{"a bot token as app-level token", "app_token", "xoxb-1-2-abc", "xapp-"},
		{"an address without a scheme", "api_base_url", "slack.com/api/", "https://slack.com/api/"},
		{"an address of another scheme", "api_base_url", "ftp://slack.com/api/", "https://slack.com/api/"},
		{"an address with a query", "api_base_url", "https://slack.com/api/?x=1", "query"},
		{"an address with a password", "api_base_url", "https://u:p@slack.com/api/", "user"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := Type{}.New(changed(row.field, row.value), channels.Deps{})
			var e *settings.Error
			if !errors.As(err, &e) || e.Field != row.field || !strings.Contains(e.Detail, row.says) {
				t.Fatalf("got %v, want an error of %s that says %q", err, row.field, row.says)
			}
			if secret := row.field != "api_base_url" && len(row.value) > len("xoxb-"); secret && strings.Contains(err.Error(), row.value) {
				t.Errorf("the error holds the value: %v", err)
			}
		})
	}
}

func TestATokenThatIsNoBotsExplainsItself(t *testing.T) {
	for token, code := range map[string]string{
		"xapp-1-A1-2-abc": "slack.token_app_level", "xoxp-1-2-abc": "slack.token_user", "xoxe-1-abc": "slack.token_refresh",
		"xoxs-1-2-abc": "slack.token_legacy", "xoxc-1-abc": "slack.token_session", "xoxb-": "slack.token_cut", "hunter2": "slack.token_unknown",
	} {
		_, err := Type{}.New(changed("bot_token", token), channels.Deps{})
		if c, ok := check.Explained(err); !ok || c.ID != "bot_token" || c.Status != check.Fail || c.Code != code {
			t.Errorf("%s: got %+v, %v", token, c, err)
		}
	}
}

func TestGoodSettingsAreTaken(t *testing.T) {
	for name, v := range map[string]settings.Values{
		"a bot token":                channeltest.SlackSettings("http://127.0.0.1:1"),
		"a rotating bot token":       changed("bot_token", "xoxe.xoxb-1-MiEXAMPLE"),
		"an app-level token as well": changed("app_token", "xapp-1-A1-2-abc"),
		"a secret in capitals":       changed("signing_secret", strings.ToUpper(sampleSecret)),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := (Type{}).New(v, channels.Deps{}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTheBaseAddressEndsInASlash(t *testing.T) {
	for raw, want := range map[string]string{
		"https://slack.com/api":       "https://slack.com/api/",
		"https://slack.com/api/":      "https://slack.com/api/",
		"http://127.0.0.1:9000":       "http://127.0.0.1:9000/",
		"https://proxy.example/a/api": "https://proxy.example/a/api/",
	} {
		if u, err := baseURL(raw); err != nil || u.String() != want {
			t.Errorf("%s: got %v, %v", raw, u, err)
		}
	}
}

func TestTheFormHasTheAgreedKeys(t *testing.T) {
	var required, optional []string
	for _, f := range (Type{}).Setup().Fields {
		if f.Required {
			required = append(required, f.Key)
		} else {
			optional = append(optional, f.Key)
		}
	}
	if !slices.Equal(required, []string{"signing_secret", "bot_token"}) ||
		!slices.Equal(optional, []string{"client_id", "client_secret", "app_token", "api_base_url"}) {
		t.Errorf("required %v, optional %v", required, optional)
	}
	v, err := settings.Clean((Type{}).Setup().Fields, settings.Values{"signing_secret": sampleSecret, "bot_token": channeltest.SlackBotToken}, nil)
	if err != nil || v.Text("api_base_url") != "https://slack.com/api/" {
		t.Errorf("defaults: %v, %v", v, err)
	}
}

func TestEveryStepHasATextAndTheAddressesAreShown(t *testing.T) {
	shown := 0
	for _, s := range (Type{}).Setup().Steps {
		if !strings.HasPrefix(s.ID, "slack.step.") {
			t.Errorf("step %q", s.ID)
		}
		if s.Shows == "webhook" {
			shown++
		}
	}
	if shown != 3 {
		t.Errorf("%d steps show the webhook; events, interactivity and commands need it", shown)
	}
}
