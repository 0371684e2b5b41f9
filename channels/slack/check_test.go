package slack

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"dari/bot/check"
	"dari/bot/words"
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
		status check.Status
		says   []string
	}{
		{"names the bot and the workspace", channeltest.Fault{}, "auth", check.Pass, []string{"order-helper", "예제상점"}},
		{"passes a bot token", channeltest.Fault{}, "token", check.Pass, nil},
		{"passes when all permissions are there", channeltest.Fault{}, "scopes", check.Pass, nil},
		{"names the permissions it needs", channeltest.Fault{Status: 200, Header: granted("chat:write,channels:history"), Body: ok}, "scopes", check.Fail, []string{"app_mentions:read", "im:history", "OAuth & Permissions"}},
		{"warns of permissions that would be good", channeltest.Fault{Status: 200, Header: granted("app_mentions:read,chat:write,im:history"), Body: ok}, "scopes", check.Warn, []string{"channels:history", "files:read", "files:write", "im:write", "OAuth & Permissions"}},
		{"warns when permissions are not told", channeltest.Fault{Status: 200, Header: jsonHeader, Body: ok}, "scopes", check.Warn, nil},
		{"fails a person's token", channeltest.Fault{Status: 200, Header: jsonHeader, Body: `{"ok":true,"user":"mina","user_id":"U1","team":"T"}`}, "token", check.Fail, []string{"Bot User OAuth Token"}},
		{"fails a token that Slack refuses", refused(t, "invalid_auth"), "auth", check.Fail, []string{"invalid_auth", "https://api.slack.com/apps", "OAuth & Permissions"}},
		{"fails a limit with a wait", refused(t, "ratelimited_429"), "auth", check.Fail, []string{"again"}},
		{"fails an address that is not Slack's", channeltest.Fault{Status: 404, Body: "no"}, "auth", check.Fail, []string{"Address of the API"}},
		{"fails a page instead of an answer", channeltest.Fault{Status: 200, Body: "<html>"}, "auth", check.Fail, nil},
		{"fails an answer of another service", channeltest.Fault{Status: 200, Body: `{}`}, "auth", check.Fail, []string{"Address of the API"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			k := kit(t)
			b := k.Open(t)
			if row.fault.Status != 0 {
				b.Platform.FailNext("/api/auth.test", row.fault)
			}
			report := b.Adapter.Check(context.Background())
			for _, c := range report.Checks {
				b.NoSecret(t, k, "the check", words.Check("en", c))
				if c.ID != row.id {
					continue
				}
				if c.Status != row.status {
					t.Errorf("got %s (%s), want %s", c.Status, words.Check("en", c), row.status)
				}
				for _, s := range row.says {
					if !strings.Contains(words.Check("en", c), s) {
						t.Errorf("%q does not say %q", words.Check("en", c), s)
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
		if c.ID == "token" && c.Status == check.Warn {
			return
		}
	}
	t.Error("no warning")
}

func TestTheConnectionTestTriesTheSocket(t *testing.T) {
	for _, row := range []struct {
		name   string
		fault  channeltest.Fault
		status check.Status
		says   string
	}{
		{"passes", channeltest.Fault{}, check.Pass, "Socket Mode"},
		{"fails a token that Slack refuses", refused(t, "invalid_auth"), check.Fail, "App-Level Tokens"},
		{"warns of a limit", refused(t, "ratelimited_429"), check.Warn, "again"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPlug(t)
			if row.fault.Status != 0 {
				p.fake.FailNext("/api/apps.connections.open", row.fault)
			}
			for _, c := range p.bench.Adapter.Check(context.Background()).Checks {
				p.bench.NoSecret(t, p.kit, "the check", words.Check("en", c))
				if c.ID == "socket" {
					if c.Status != row.status || !strings.Contains(words.Check("en", c), row.says) {
						t.Errorf("got %s (%s)", c.Status, words.Check("en", c))
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
