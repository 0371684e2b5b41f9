package teams

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"dari/bot/check"
	"dari/bot/message"
	"dari/bot/settings"
	"dari/bot/words"
	"dari/channels"
	"dari/channels/channeltest"
)

const aadObject = "0f3e9a52-7c41-4d8e-b6a0-2d95c1e84b73"

func TestAnOpenedChatCanBeWrittenTo(t *testing.T) {
	for _, row := range []struct{ name, user, suggestTo string }{
		{"by the id for this bot", jiwoo, jiwoo},
		{"by the Entra object id", aadObject, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, nil)
			c, ref, err := b.Adapter.(channels.Opener).Open(context.Background(), " "+row.user)
			if err != nil || c.Kind != message.Direct || c.Tenant != channeltest.TeamsTenant {
				t.Fatalf("got %+v, %v", c, err)
			}
			same(t, string(ref), `{"service_url":"`+b.Platform.URL+`","bot":{"id":"`+botID+`"},"channel_id":"msteams","tenant":"`+channeltest.TeamsTenant+`"`+
				map[bool]string{true: `,"user":"` + row.suggestTo + `"`}[row.suggestTo != ""]+`}`)
			out := to(c, message.Text("안녕하세요"))
			out.Reference = ref
			if _, err := b.send(out); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAChatIsOpenedWhereTheBotWasLastSpokenTo(t *testing.T) {
	b, w, a := abroad(t)
	body := load(t, publicURL[:len(publicURL)-1], "in_message_personal.json")
	if _, _, err := a.Open(context.Background(), jiwoo); err != nil {
		t.Fatal(err)
	}
	forged := channeltest.SignTeams("another-app", publicURL, body, now)
	if b.verify(forged) == nil {
		t.Fatal("a token for another bot passed")
	}
	if _, _, err := a.Open(context.Background(), jiwoo); err != nil {
		t.Fatal(err)
	}
	if err := b.verify(channeltest.SignTeams(channeltest.TeamsAppID, publicURL, body, now)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Open(context.Background(), jiwoo); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, c := range w.out() {
		paths = append(paths, c.Path)
	}
	seen := "/apac/" + channeltest.TeamsTenant + "/v3/conversations"
	if got := strings.Join(paths, " "); got != "/teams/v3/conversations /teams/v3/conversations "+seen {
		t.Errorf("called %s", got)
	}
}

func TestTheConnectorFollowsCloudAndSettings(t *testing.T) {
	for _, row := range []struct {
		name     string
		metadata string
		hosts    []string
		want     string
	}{
		{"the public cloud", "", nil, "https://smba.trafficmanager.net/teams/"},
		{"US government", governmentCloud.metadata, nil, "https://smba.infra.gov.teams.microsoft.us/teams"},
		{"China, which publishes none", chinaCloud.metadata, nil, ""},
		{"the operator's own host", "", []string{"Connector.Example.com:8443", "other.example.com"}, "https://connector.example.com:8443/"},
		{"a host of the usual port", "", []string{"connector.example.com"}, "https://connector.example.com/"},
		{"a loopback host", "", []string{"127.0.0.1:8099"}, "http://127.0.0.1:8099/"},
		{"a loopback host of IPv6", "", []string{"[::1]:81"}, "http://[::1]:81/"},
		{"a loopback host without port", "", []string{"[::1]"}, "http://[::1]/"},
	} {
		c, err := newConfig(settings.Values{
			"app_id": channeltest.TeamsAppID, "app_secret": channeltest.TeamsSecret, "tenant_id": channeltest.TeamsTenant,
			"openid_metadata_url": row.metadata, "allowed_service_hosts": row.hosts,
		})
		if err != nil || c.connector != row.want {
			t.Errorf("%s: got %q, %v", row.name, c.connector, err)
		}
		if row.want != "" && c.hosts.check(c.connector) != nil {
			t.Errorf("%s: %s may not be called", row.name, c.connector)
		}
	}
}

func TestAChatThatCannotBeOpenedSaysWhy(t *testing.T) {
	for _, row := range []struct {
		name   string
		user   string
		change settings.Values
		fault  channeltest.Fault
		kind   channels.Kind
		code   string
	}{
		{"a login name", "jiwoo@example.com", nil, channeltest.Fault{}, channels.Rejected, "user"},
		{"nobody", "", nil, channeltest.Fault{}, channels.Rejected, "user"},
		{"a bot of all tenants", jiwoo, settings.Values{"tenant_id": "botframework.com"}, channeltest.Fault{}, channels.Config, "tenant_id"},
		{"a person without the app", jiwoo, nil, channeltest.Fault{Status: 403, Body: `{"error":{"code":"BotNotInConversationRoster"}}`}, channels.Blocked, "BotNotInConversationRoster"},
		{"an unknown person", jiwoo, nil, channeltest.Fault{Status: 400, Body: `{"error":{"code":"BadArgument"}}`}, channels.Rejected, "BadArgument"},
		{"an answer that is lost, which does no harm", jiwoo, nil, channeltest.Fault{Status: 500}, channels.Temporary, "500"},
		{"an answer without id", jiwoo, nil, channeltest.Fault{Status: 201, Body: `{}`}, channels.Temporary, "no_id"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, row.change)
			if row.fault.Status != 0 {
				b.Platform.FailNext("/v3/", row.fault)
			}
			_, _, err := b.Adapter.(channels.Opener).Open(context.Background(), row.user)
			if se := channels.AsSendError(err); err == nil || se.Kind != row.kind || se.Code != row.code {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("a cloud without published Connector", func(t *testing.T) {
		b := open(t, settings.Values{"openid_metadata_url": chinaCloud.metadata, "allowed_service_hosts": []string{}})
		_, _, err := b.Adapter.(channels.Opener).Open(context.Background(), jiwoo)
		if se := channels.AsSendError(err); err == nil || se.Kind != channels.Config || se.Code != "service_host" {
			t.Errorf("got %v", err)
		}
	})
}

func TestTheAnswersServiceURLIsTakenOnlyIfItIsTeams(t *testing.T) {
	for answered, want := range map[string]string{
		"https://smba.trafficmanager.net/kr/": "https://smba.trafficmanager.net/kr/",
		"https://evil.example.com/":           publicService[:len(publicService)-1],
	} {
		b, _, a := abroad(t)
		b.Platform.FailNext("/teams/", channeltest.Fault{Status: 201, Body: text(map[string]string{"id": "a:1", "serviceUrl": answered})})
		_, raw, err := a.Open(context.Background(), jiwoo)
		if err != nil || !strings.Contains(string(raw), `"service_url":"`+want+`"`) {
			t.Errorf("got %s, %v", raw, err)
		}
	}
}

func TestTheCheckTellsOfExpiredSecretsAndOfHosts(t *testing.T) {
	for _, row := range []struct {
		name    string
		change  settings.Values
		prepare func(rig)
		check   string
		status  check.Status
		hint    string
	}{
		{"an expired secret", nil, func(b rig) {
			b.Platform.FailNext("/token", channeltest.Fault{Status: http.StatusUnauthorized, Body: `{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired."}`})
		}, "token", check.Fail, "The client secret has expired: Microsoft Entra ID → App registrations → your app → Certificates & secrets"},
		{"a Connector that answers anything, and the operator's host", nil, nil, "service_hosts", check.Pass, "the bot's token may go to http://127.0.0.1:"},
		{"a Connector that is not there", settings.Values{"allowed_service_hosts": []string{"127.0.0.1:1"}}, nil, "service_hosts", check.Fail, "127.0.0.1:1 could not be reached (network)"},
		{"a cloud without published Connector", settings.Values{"allowed_service_hosts": []string{}, "openid_metadata_url": chinaCloud.metadata}, nil, "service_hosts", check.Warn, "“Allowed service hosts”"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, row.change)
			if row.prepare != nil {
				row.prepare(b)
			}
			found := false
			for _, c := range b.Adapter.Check(context.Background()).Checks {
				b.NoSecret(t, kit, "the check", words.Check("en", c))
				if c.ID == row.check {
					found = true
					if c.Status != row.status || !strings.Contains(words.Check("en", c), row.hint) {
						t.Errorf("got %s: %s", c.Status, words.Check("en", c))
					}
				}
			}
			if !found {
				t.Errorf("no check %s", row.check)
			}
		})
	}
}
