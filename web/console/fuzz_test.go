package console

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"

	"dari/web/people"
)

// FuzzLocalPath shows that a redirect after a form stays on this site, as browsers read addresses.
func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{"/console", "//evil.example", "https://evil.example", `/\evil.example`, "/\t/evil.example", "/console?a=//b", "\x01//e", "/a\r\nb"} {
		f.Add(seed)
	}
	base, _ := url.Parse("https://bot.example.com/login")
	f.Fuzz(func(t *testing.T, back string) {
		got := localPath(back)
		// Browsers leave out tabs and line breaks and take a backslash for a slash.
		seen := strings.ReplaceAll(strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(got), `\`, "/")
		to, err := base.Parse(seen)
		if err != nil || to.Host != base.Host || to.Scheme != base.Scheme || strings.HasPrefix(seen, "//") {
			t.Errorf("%q leads to %q", back, got)
		}
	})
}

// FuzzAttempt shows that a cookie which is read is the one that was written.
func FuzzAttempt(f *testing.F) {
	for _, seed := range []string{newAttempt().String(), "a.b.c", "..", "a.b", "a.b.c.d", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cookie string) {
		a, ok := readAttempt(cookie)
		if ok && (a.String() != cookie || a.state == "" || a.nonce == "" || a.verifier == "") {
			t.Errorf("%q is read as %+v", cookie, a)
		}
	})
}

// FuzzClaims shows that nobody gets in, nor becomes an administrator, by claims of an odd form.
func FuzzClaims(f *testing.F) {
	for _, seed := range []string{
		`{"email":"jina@example.com","email_verified":true,"groups":["bots-admin"]}`, `{"email":"jina@example.org","email_verified":true}`,
		`{"email":"jina@example.com","email_verified":"yes"}`, `{"email":["jina@example.com"],"email_verified":1}`,
		`{"email":"a@example.org@example.com","email_verified":true,"groups":{"bots-admin":1}}`, `{"email":"JINA@EXAMPLE.COM","email_verified":"true","azp":"other"}`,
	} {
		f.Add([]byte(seed))
	}
	o := OIDC{ClientID: "dari", Domains: []string{"example.com"}, DefaultRole: people.Viewer}
	byGroups(&o)
	p := &provider{OIDC: o}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var claims map[string]any
		if json.Unmarshal(raw, &claims) != nil {
			return
		}
		id, err := p.identity(&oidc.IDToken{Subject: "7", Audience: []string{"dari"}}, claims)
		if err != nil {
			return
		}
		email, _ := claims["email"].(string)
		verified := claims["email_verified"]
		if !strings.HasSuffix(strings.ToLower(email), "@example.com") || verified != true && verified != "true" {
			t.Errorf("%s signs in", raw)
		}
		if id.Role == people.Admin && !strings.Contains(string(raw), "groups") && !strings.Contains(string(raw), `\u`) {
			t.Errorf("%s is an administrator", raw)
		}
	})
}
