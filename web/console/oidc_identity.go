package console

import (
	"cmp"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"

	"dari/web/people"
)

// identify finds out from a checked ID token who somebody is, and refuses those who may not sign in.
func (p *provider) identify(token *oidc.IDToken) (people.Identity, error) {
	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		return people.Identity{}, fault(faultRefused, "the claims of the ID token are not readable")
	}
	return p.identity(token, claims)
}

func (p *provider) identity(token *oidc.IDToken, claims map[string]any) (people.Identity, error) {
	// Who else the token is for must not be able to use it here in their name:
	// https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
	if azp, given := claims["azp"]; given && azp != p.ClientID || len(token.Audience) > 1 && !given {
		return people.Identity{}, fault(faultRefused, "the ID token was issued to another client")
	}
	email, _ := claims["email"].(string)
	email = strings.ToLower(email)
	switch {
	case token.Subject == "" || email == "":
		return people.Identity{}, fault(faultEmail, "the ID token names no e-mail address; is email among the scopes?")
	case !p.verified(claims["email_verified"]):
		return people.Identity{}, fault(faultEmail, "the e-mail address is not verified")
	case !p.allowed(email):
		return people.Identity{}, fault(faultDenied, "neither the address nor its domain is allowed")
	}
	role, claimed := p.role(claims)
	if role == "" {
		return people.Identity{}, fault(faultDenied, "the claim "+p.RoleClaim+" gives no role")
	}
	return people.Identity{Subject: p.Issuer + " " + token.Subject, Name: email, Role: role, Claimed: claimed}, nil
}

// verified reads email_verified, which some providers send as a text and some leave out.
func (p *provider) verified(claim any) bool {
	switch claim {
	case true, "true":
		return true
	case nil:
		return p.AssumeVerified
	}
	return false
}

// allowed compares whole domains: sub.example.com is not example.com.
func (p *provider) allowed(email string) bool {
	_, domain, _ := cutLast(email, "@")
	same := func(want string) func(string) bool {
		return func(s string) bool { return strings.EqualFold(s, want) }
	}
	return slices.ContainsFunc(p.Emails, same(email)) || domain != "" && slices.ContainsFunc(p.Domains, same(domain))
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// role is the mightiest one that the claim stands for. claimed is false when roles are left to the
// console, so that the default is for new people only.
func (p *provider) role(claims map[string]any) (role string, claimed bool) {
	if p.RoleClaim == "" {
		return cmp.Or(p.DefaultRole, people.Viewer), false
	}
	have := texts(dig(claims, p.RoleClaim))
	holds := func(values []string) bool {
		return slices.ContainsFunc(values, func(v string) bool { return slices.Contains(have, v) })
	}
	switch {
	case holds(p.AdminValues):
		return people.Admin, true
	case holds(p.BuilderValues):
		return people.Builder, true
	}
	return p.DefaultRole, true
}

// dig finds a claim by its name, or by its path: realm_access.roles.
func dig(claims map[string]any, path string) any {
	if v, ok := claims[path]; ok {
		return v
	}
	head, rest, nested := strings.Cut(path, ".")
	inner, ok := claims[head].(map[string]any)
	if !nested || !ok {
		return nil
	}
	return dig(inner, rest)
}

// texts reads a claim that is a text or a list of texts.
func texts(claim any) []string {
	switch v := claim.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
