package teams

import (
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"dari/bot/check"
)

// tokenClaims are what an access token of Entra ID says about itself. Which of appid and azp it has
// depends on the token's version.
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
type tokenClaims struct {
	AppID           string `json:"appid"`
	AuthorizedParty string `json:"azp"`
	Tenant          string `json:"tid"`
	jwt.RegisteredClaims
}

func (c tokenClaims) app() string {
	if c.AppID != "" {
		return c.AppID
	}
	return c.AuthorizedParty
}

// checkClaims compares whom the token is for with the settings: with a token of another app or tenant
// the Connector refuses every call. The token is meant for the Connector and need not be readable, so
// that one that is not says nothing.
func (a *adapter) checkClaims(token string) check.Check {
	var c tokenClaims
	if _, _, err := jwt.NewParser().ParseUnverified(token, &c); err != nil || c.app() == "" {
		return check.Check{}
	}
	audience := strings.Join(c.Audience, ", ")
	switch {
	case !strings.EqualFold(c.app(), a.appID):
		return fail("teams.claims_app", "app", c.app(), "ours", a.appID)
	case guid.MatchString(a.tenant) && c.Tenant != "" && !strings.EqualFold(c.Tenant, a.tenant):
		return fail("teams.claims_tenant", "tenant", c.Tenant, "ours", a.tenant)
	case audience != "" && !strings.EqualFold(strings.TrimSuffix(a.scope, "/.default"), strings.TrimSuffix(audience, "/")):
		return warn("teams.claims_audience", "audience", audience)
	}
	return pass("teams.claims_good", "app", c.app(), "tenant", c.Tenant)
}
