package teams

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dari/bot/settings"
	"dari/channels"
	"dari/channels/channeltest"
)

var now = time.Date(2026, 3, 4, 1, 22, 35, 0, time.UTC)

// kit is what Teams brings to the conformance suite.
var kit = channeltest.Kit{
	Type:     Type{},
	Now:      now,
	Platform: func() *channeltest.Platform { return channeltest.Teams().Platform },
	Settings: channeltest.TeamsSettings,
	Sign: func(_ string, body []byte, at time.Time) *channels.Request {
		return channeltest.SignTeams(channeltest.TeamsAppID, serviceURLOf(body), body, at)
	},
	BreakSignature: func(r *channels.Request) {
		token := r.Header.Get("Authorization")
		i := strings.LastIndex(token, ".") + 10
		flipped := "A"
		if token[i] == 'A' {
			flipped = "B"
		}
		r.Header.Set("Authorization", token[:i]+flipped+token[i+1:])
	},
	// A token of the fake lives for an hour, and the clocks may differ by clockSkew.
	Window:   time.Hour + clockSkew,
	Fixtures: fixtures,
	Text:     "in_message_personal.json",
	Unknown:  "in_unknown_type.json",
	Send: channeltest.SendKit{
		Path:      "/v3/conversations/",
		TokenPath: "/token",
		RateLimited: channeltest.Fault{
			Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"7"}},
			Body: `{"error":{"code":"Throttled","message":"Too many requests."}}`,
		},
		Wait:     7 * time.Second,
		Expired:  channeltest.Fault{Status: http.StatusUnauthorized, Body: `{"message":"Authorization has been denied for this request."}`},
		Rejected: channeltest.Fault{Status: http.StatusBadRequest, Body: `{"error":{"code":"BadArgument","message":"Unknown activity."}}`},
		Blocked:  channeltest.Fault{Status: http.StatusForbidden, Body: `{"error":{"code":"ConversationBlockedByUser","message":"User blocked the conversation with the bot."}}`},
	},
}

func TestTeamsKeepsTheChannelContract(t *testing.T) { channeltest.Run(t, kit) }

// fixtures are the inbound activities with their service URL moved to the fake.
func fixtures(t *testing.T, platformURL string) []channeltest.Fixture {
	t.Helper()
	files, err := filepath.Glob("testdata/in_*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	var out []channeltest.Fixture
	for _, file := range files {
		out = append(out, channeltest.Fixture{
			Name: filepath.Base(file), ContentType: "application/json", Body: load(t, platformURL, filepath.Base(file)),
		})
	}
	return out
}

const fixtureServiceURL = "https://smba.trafficmanager.net/apac/4d2b7c1a-6e0f-4b39-8a55-91c0de77f0aa/"

func load(t testing.TB, platformURL, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(strings.ReplaceAll(string(body), fixtureServiceURL, platformURL+"/"))
}

func serviceURLOf(body []byte) string {
	var act struct {
		ServiceURL string `json:"serviceUrl"`
	}
	// A body that is no activity has no service URL.
	_ = json.Unmarshal(body, &act)
	return act.ServiceURL
}

// with changes the kit's settings.
func with(platformURL string, changes settings.Values) settings.Values {
	v := channeltest.TeamsSettings(platformURL)
	for key, val := range changes {
		v[key] = val
	}
	return v
}

func TestSettingsThatCannotWorkNameTheirField(t *testing.T) {
	const id = "11111111-2222-3333-4444-555555555555"
	for _, row := range []struct {
		name   string
		change settings.Values
		field  string
		hint   string
	}{
		{"an app id that is no GUID", settings.Values{"app_id": "my-bot"}, "app_id", "GUID"},
		{"id and secret swapped", settings.Values{"app_id": "Abc8Q~secret", "app_secret": id}, "app_id", "swapped"},
		{"the secret's id instead of its value", settings.Values{"app_secret": id}, "app_secret", "Value"},
		{"a tenant that is a company name", settings.Values{"tenant_id": "Example Inc"}, "tenant_id", "Directory"},
		{"a tenant of another cloud", settings.Values{"tenant_id": governmentCloud.shared}, "tenant_id", "botframework.com"},
		{"the app id as tenant", settings.Values{"tenant_id": strings.ToUpper(channeltest.TeamsAppID)}, "tenant_id", "same as app_id"},
		{"a token address without scheme", settings.Values{"token_url": "login.example.com/token"}, "token_url", "https://"},
		{"a metadata address without host", settings.Values{"openid_metadata_url": "https:///x"}, "openid_metadata_url", "https://"},
		{"a day that is none", settings.Values{"secret_expires": "31.05.2027"}, "secret_expires", "2027-05-31"},
		{"a service host with scheme", settings.Values{"allowed_service_hosts": []string{"https://a.example.com"}}, "allowed_service_hosts", "without https"},
		{"a service host with wildcard", settings.Values{"allowed_service_hosts": []string{"*.example.com"}}, "allowed_service_hosts", "exact"},
		{"a service host with a bad port", settings.Values{"allowed_service_hosts": []string{"a.example.com:99999"}}, "allowed_service_hosts", "65535"},
		{"a service host that is an address", settings.Values{"allowed_service_hosts": []string{"10.0.0.5:8443"}}, "allowed_service_hosts", "loopback"},
		{"a service host in hidden digits", settings.Values{"allowed_service_hosts": []string{"0x7f.1"}}, "allowed_service_hosts", "host:port"},
		{"a service host with a path", settings.Values{"allowed_service_hosts": []string{"a.example.com/x"}}, "allowed_service_hosts", "path"},
		{"an empty service host", settings.Values{"allowed_service_hosts": []string{" "}}, "allowed_service_hosts", "host:port"},
	} {
		t.Run(row.name, func(t *testing.T) {
			v, err := settings.Clean(Type{}.Setup().Fields, with("http://127.0.0.1:1", row.change), nil)
			if err == nil {
				_, err = newConfig(v)
			}
			var se *settings.Error
			if !errors.As(err, &se) || se.Field != row.field || !strings.Contains(se.Detail, row.hint) {
				t.Fatalf("got %v, want an error of %s with %q", err, row.field, row.hint)
			}
			if secret := v.Text("app_secret"); strings.Contains(err.Error(), secret) {
				t.Error("the error shows the secret")
			}
		})
	}
}

func TestAddressesFollowCloudAndTenant(t *testing.T) {
	for _, row := range []struct {
		name, metadata, tenant, token, issuer, scope string
	}{
		{
			"single tenant", "", channeltest.TeamsTenant,
			"https://login.microsoftonline.com/" + channeltest.TeamsTenant + "/oauth2/v2.0/token",
			"https://api.botframework.com", "https://api.botframework.com/.default",
		},
		{
			"old multi-tenant bot", "", "botframework.com",
			"https://login.microsoftonline.com/botframework.com/oauth2/v2.0/token",
			"https://api.botframework.com", "https://api.botframework.com/.default",
		},
		{
			"US government", governmentCloud.metadata, channeltest.TeamsTenant,
			"https://login.microsoftonline.us/" + channeltest.TeamsTenant + "/oauth2/v2.0/token",
			"https://api.botframework.us", "https://api.botframework.us/.default",
		},
		{
			"China", chinaCloud.metadata, chinaCloud.shared,
			"https://login.partner.microsoftonline.cn/microsoftservices.partner.onmschina.cn/oauth2/v2.0/token",
			"https://api.botframework.azure.cn", "https://api.botframework.azure.cn/.default",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			v := settings.Values{
				"app_id": channeltest.TeamsAppID, "app_secret": channeltest.TeamsSecret,
				"tenant_id": row.tenant, "openid_metadata_url": row.metadata,
			}
			c, err := newConfig(v)
			if err != nil {
				t.Fatal(err)
			}
			if c.tokenURL != row.token || c.issuer != row.issuer || c.scope != row.scope {
				t.Errorf("got %s, %s, %s", c.tokenURL, c.issuer, c.scope)
			}
		})
	}
}
