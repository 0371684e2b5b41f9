package teams

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"dari/bot/check"
	"dari/bot/settings"
	"dari/bot/words"
	"dari/channels"
	"dari/channels/channeltest"
)

// found is the check of that id in a new test of the connection.
func (r rig) found(t *testing.T, id string) (check.Check, bool) {
	t.Helper()
	for _, c := range r.Adapter.Check(context.Background()).Checks {
		r.NoSecret(t, kit, "the check", words.Check("en", c))
		if c.ID == id {
			return c, true
		}
	}
	return check.Check{}, false
}

func TestTheCheckReadsWhomTheTokenIsFor(t *testing.T) {
	const app, tenant, other = channeltest.TeamsAppID, channeltest.TeamsTenant, "11111111-2222-3333-4444-555555555555"
	for _, row := range []struct {
		name   string
		change settings.Values
		claims jwt.MapClaims
		status check.Status // "" for no line
		code   string
	}{
		{"ours", nil, jwt.MapClaims{"appid": app, "tid": tenant, "aud": "https://api.botframework.com"}, check.Pass, "teams.claims_good"},
		{"ours, in the newer form", nil, jwt.MapClaims{"azp": strings.ToUpper(app), "tid": tenant}, check.Pass, "teams.claims_good"},
		{"another app's", nil, jwt.MapClaims{"appid": other, "tid": tenant}, check.Fail, "teams.claims_app"},
		{"another tenant's", nil, jwt.MapClaims{"appid": app, "tid": other}, check.Fail, "teams.claims_tenant"},
		{"a bot of all tenants has Microsoft's", settings.Values{"tenant_id": "botframework.com"}, jwt.MapClaims{"appid": app, "tid": other}, check.Pass, "teams.claims_good"},
		{"for another service", nil, jwt.MapClaims{"appid": app, "tid": tenant, "aud": "https://graph.microsoft.com"}, check.Warn, "teams.claims_audience"},
		{"one that says nothing", nil, jwt.MapClaims{"tid": tenant}, "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, row.change)
			answer, err := json.Marshal(map[string]any{
				"token_type": "Bearer", "expires_in": 3599, "access_token": channeltest.TeamsToken(channeltest.TeamsKeyID, row.claims),
			})
			if err != nil {
				t.Fatal(err)
			}
			b.Platform.FailNext("/token", channeltest.Fault{Status: http.StatusOK, Body: string(answer)})
			got, ok := b.found(t, "token_claims")
			if ok != (row.status != "") || got.Status != row.status || got.Code != row.code {
				t.Errorf("got %+v", got)
			}
		})
	}
	t.Run("one that is not readable says nothing", func(t *testing.T) {
		if got, ok := open(t, nil).found(t, "token_claims"); ok {
			t.Errorf("got %+v", got)
		}
	})
}

func TestTheCheckKnowsTheUsualRefusals(t *testing.T) {
	for number, code := range map[string]string{
		"7000215": "teams.token_secret_wrong", "7000222": "teams.token_secret_expired", "7000112": "teams.token_app_disabled",
		"700016": "teams.token_app_unknown", "90002": "teams.token_tenant_unknown", "900023": "teams.token_tenant_unknown",
		"50034": "teams.token_refused",
	} {
		b := open(t, nil)
		b.Platform.FailNext("/token", channeltest.Fault{
			Status: http.StatusBadRequest, Body: `{"error":"invalid_request","error_description":"AADSTS` + number + `: something"}`,
		})
		if got, _ := b.found(t, "token"); got.Status != check.Fail || got.Code != code {
			t.Errorf("%s: got %+v", number, got)
		}
	}
}

func TestARefusalKeepsItsWordsOutsideTheCheck(t *testing.T) {
	b := open(t, settings.Values{"app_secret": "another~secret"})
	_, err := b.Adapter.(*adapter).token.Renew(context.Background())
	se := channels.AsSendError(err)
	if se.Kind != channels.Auth || se.Code != "invalid_client" || !strings.Contains(err.Error(), "Certificates & secrets") {
		t.Errorf("got %v", err)
	}
}
