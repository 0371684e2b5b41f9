package slack

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"dari/channels"
	"dari/channels/channeltest"
)

func TestTheConnectionTest(t *testing.T) {
	granted := func(scopes string) http.Header {
		return http.Header{"Content-Type": {"application/json"}, "X-Oauth-Scopes": {scopes}}
	}
	ok := string(load(t, "res_auth_test.json"))
	for _, row := range []struct {
		name   string
		fault  channeltest.Fault
		id     string
		status channels.Status
		says   []string
	}{
		{"names the bot and the workspace", channeltest.Fault{}, "auth", channels.Pass, []string{"order-helper", "예제상점"}},
		{"passes a bot token", channeltest.Fault{}, "token", channels.Pass, nil},
		{"passes when all permissions are there", channeltest.Fault{}, "scopes", channels.Pass, nil},
		{"names the permissions it needs", channeltest.Fault{Status: 200, Header: granted("chat:write,channels:history"), Body: ok}, "scopes", channels.Fail, []string{"app_mentions:read", "im:history", "OAuth & Permissions"}},
		{"warns of permissions that would be good", channeltest.Fault{Status: 200, Header: granted("app_mentions:read,chat:write,im:history"), Body: ok}, "scopes", channels.Warn, []string{"channels:history", "files:read", "files:write (videos, sounds and files cannot be sent)", "im:write", "OAuth & Permissions"}},
		{"warns when permissions are not told", channeltest.Fault{Status: 200, Header: jsonHeader, Body: ok}, "scopes", channels.Warn, nil},
		{"fails a person's token", channeltest.Fault{Status: 200, Header: jsonHeader, Body: `{"ok":true,"user":"mina","user_id":"U1","team":"T"}`}, "token", channels.Fail, []string{"Bot User OAuth Token"}},
		{"fails a token that Slack refuses", refused(t, "invalid_auth"), "auth", channels.Fail, []string{"invalid_auth", "https://api.slack.com/apps", "OAuth & Permissions"}},
		{"fails a limit with a wait", refused(t, "ratelimited_429"), "auth", channels.Fail, []string{"again"}},
		{"fails an address that is not Slack's", channeltest.Fault{Status: 404, Body: "no"}, "auth", channels.Fail, []string{"api_base_url"}},
		{"fails a page instead of an answer", channeltest.Fault{Status: 200, Body: "<html>"}, "auth", channels.Fail, nil},
		{"fails an answer of another service", channeltest.Fault{Status: 200, Body: `{}`}, "auth", channels.Fail, []string{"api_base_url"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			k := kit(t)
			b := k.Open(t)
			if row.fault.Status != 0 {
				b.Platform.FailNext("/api/auth.test", row.fault)
			}
			report := b.Adapter.Check(context.Background())
			for _, c := range report.Checks {
				b.NoSecret(t, k, "the check", c.Message)
				if c.ID != row.id {
					continue
				}
				if c.Status != row.status {
					t.Errorf("got %s (%s), want %s", c.Status, c.Message, row.status)
				}
				for _, s := range row.says {
					if !strings.Contains(c.Message, s) {
						t.Errorf("%q does not say %q", c.Message, s)
					}
				}
				return
			}
			t.Errorf("no check %s in %+v", row.id, report)
		})
	}
}

func TestTheConnectionTestLearnsTheBotsName(t *testing.T) {
	if report := kit(t).Open(t).Adapter.Check(context.Background()); report.BotName != "order-helper" {
		t.Errorf("got %q", report.BotName)
	}
}

func TestTheConnectionTestWarnsOfATokenThatExpires(t *testing.T) {
	k := kit(t)
	b := k.Open(t)
	b.Values["bot_token"] = "xoxe.xoxb-1-EXAMPLE"
	a, err := Type{}.New(b.Values, k.Deps(b, channeltest.LocalClient(0)))
	if err != nil {
		t.Fatal(err)
	}
	b.Platform.FailNext("/api/auth.test", channeltest.Fault{Status: 200, Header: jsonHeader, Body: string(load(t, "res_auth_test.json"))})
	for _, c := range a.Check(context.Background()).Checks {
		if c.ID == "token" && c.Status == channels.Warn {
			return
		}
	}
	t.Error("no warning")
}

func TestTheConnectionTestTriesTheSocket(t *testing.T) {
	for _, row := range []struct {
		name   string
		fault  channeltest.Fault
		status channels.Status
		says   string
	}{
		{"passes", channeltest.Fault{}, channels.Pass, "Socket Mode"},
		{"fails a token that Slack refuses", refused(t, "invalid_auth"), channels.Fail, "App-Level Tokens"},
		{"warns of a limit", refused(t, "ratelimited_429"), channels.Warn, "again"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPlug(t)
			if row.fault.Status != 0 {
				p.fake.FailNext("/api/apps.connections.open", row.fault)
			}
			for _, c := range p.bench.Adapter.Check(context.Background()).Checks {
				p.bench.NoSecret(t, p.kit, "the check", c.Message)
				if c.ID == "socket" {
					if c.Status != row.status || !strings.Contains(c.Message, row.says) {
						t.Errorf("got %s (%s)", c.Status, c.Message)
					}
					return
				}
			}
			t.Error("no check of the socket")
		})
	}
}

func TestTheConnectionTestLeavesTheSocketAloneWithoutAToken(t *testing.T) {
	b := kit(t).Open(t)
	if n := len(b.Adapter.Check(context.Background()).Checks); n != 3 || len(b.Platform.Calls("/api/apps")) > 0 {
		t.Errorf("%d checks", n)
	}
}
