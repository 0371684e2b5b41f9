package slack

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	slackapi "github.com/slack-go/slack"
)

const webhook = "https://bot.example.com/slack/support/webhook"

func TestTheManifest(t *testing.T) {
	for name, raw := range map[string]json.RawMessage{
		"manifest_http":   Manifest("주문도우미", webhook),
		"manifest_socket": Type{}.Manifest("주문도우미", ""),
	} {
		t.Run(name, func(t *testing.T) {
			if *update {
				writeJSON(t, "testdata/"+name+".json", raw)
			}
			sameJSON(t, raw, load(t, name+".json"))
		})
	}
}

// The numbers are those of https://docs.slack.dev/reference/app-manifest
func TestManifestsKeepSlacksLimits(t *testing.T) {
	for _, name := range []string{"주문도우미", "", "  ", strings.Repeat("아주 긴 이름 ", 30), strings.Repeat("👨‍👩‍👧‍👦", 40)} {
		var m slackapi.Manifest
		if err := json.Unmarshal(Manifest(name, webhook), &m); err != nil {
			t.Fatal(err)
		}
		for what, row := range map[string]struct {
			text     string
			min, max int
		}{
			"name":              {m.Display.Name, 1, 35},
			"display_name":      {m.Features.BotUser.DisplayName, 1, 80},
			"agent_description": {m.Features.AgentView.AgentDescription, 1, 300},
			"request_url":       {m.Settings.EventSubscriptions.RequestUrl, 1, 3500},
		} {
			if n := characters(row.text); n < row.min || n > row.max {
				t.Errorf("%q: %s has %d characters", name, what, n)
			}
		}
		if n := len(m.OAuthConfig.Scopes.Bot); n == 0 || n > 255 {
			t.Errorf("%d scopes", n)
		}
		if n := len(m.Settings.EventSubscriptions.BotEvents); n == 0 || n > 100 {
			t.Errorf("%d events", n)
		}
	}
}

// Slack refuses a manifest with an event whose scope is not asked for: https://docs.slack.dev/reference/events
func TestEveryEventHasItsScope(t *testing.T) {
	scopes := map[string][]string{
		"app_mention": {"app_mentions:read"}, "message.im": {"im:history"}, "message.channels": {"channels:history"},
		"message.groups": {"groups:history"}, "message.mpim": {"mpim:history"}, "reaction_added": {"reactions:read"},
		"reaction_removed": {"reactions:read"}, "member_joined_channel": {"channels:read", "groups:read"},
		"member_left_channel": {"channels:read", "groups:read"}, "app_context_changed": {"assistant:write"},
		"app_home_opened": nil, "app_uninstalled": nil, "tokens_revoked": nil,
	}
	for _, e := range botEvents {
		needed, known := scopes[e]
		if !known {
			t.Errorf("the scope of %s is not known", e)
		}
		for _, s := range needed {
			if !slices.Contains(botScopes, s) {
				t.Errorf("%s needs %s", e, s)
			}
		}
	}
	for _, s := range neededScopes {
		if !slices.Contains(botScopes, s) {
			t.Errorf("%s is needed and not asked for", s)
		}
	}
	for _, s := range usefulScopes {
		if !slices.Contains(botScopes, s) {
			t.Errorf("%s is useful and not asked for", s)
		}
	}
}

func TestTheLinkHoldsTheManifest(t *testing.T) {
	want := Manifest("주문 도우미 & co", webhook)
	link := ManifestLink(want)
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Scheme != "https" || u.Host != "api.slack.com" || u.Path != "/apps" || q.Get("new_app") != "1" || q.Get("manifest_json") != string(want) {
		t.Errorf("got %s", link)
	}
	if strings.Contains(link, "+") || (Type{}).ManifestLink(want) != link {
		t.Errorf("a space that some would not read in %s", link)
	}
}
