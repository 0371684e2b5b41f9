package console

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"dari/web/oidctest"
	"dari/web/people"
)

// sso is a console with a sign-in provider.
type sso struct {
	*bench
	provider *oidctest.Provider
}

func newSSO(t *testing.T, change ...func(*OIDC)) sso {
	t.Helper()
	b := newBench(t)
	p := oidctest.New(t, func() time.Time { return b.now })
	o := OIDC{
		Issuer: p.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Scopes: []string{"openid", "email"},
		Domains: []string{"example.com"}, Emails: []string{"guest@example.net"}, DefaultRole: people.Viewer, HTTP: &http.Client{Transport: http.DefaultTransport},
	}
	for _, c := range change {
		c(&o)
	}
	b.options.OIDC = &o
	b.restart()
	p.Person(jina())
	return sso{b, p}
}

func jina() map[string]any {
	return map[string]any{"sub": "7", "email": "Jina@example.com", "email_verified": true}
}

// go to the provider and return the path that it sends the browser back to.
func (s sso) visit(w *browser) string {
	s.t.Helper()
	rec := w.get(oidcStart)
	want(s.t, rec, http.StatusSeeOther, "")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(rec.Header().Get("Location"))
	if err != nil {
		s.t.Fatal(err)
	}
	resp.Body.Close()
	back, ok := strings.CutPrefix(resp.Header.Get("Location"), "https://bot.example.com")
	if !ok {
		s.t.Fatalf("sent back to %q", resp.Header.Get("Location"))
	}
	return back
}

func (s sso) enter(w *browser) *httptest.ResponseRecorder {
	s.t.Helper()
	return w.get(s.visit(w))
}

func TestAPersonSignsInWithTheProvider(t *testing.T) {
	s := newSSO(t, func(o *OIDC) { o.Label = "Example <ID>" })
	w := s.browser()
	want(t, w.get("/login"), http.StatusOK, "Example &lt;ID&gt;")
	rec := s.enter(w)
	want(t, rec, http.StatusSeeOther, "")
	if rec.Header().Get("Location") != "/console" {
		t.Errorf("sent to %s", rec.Header().Get("Location"))
	}
	want(t, w.get("/console"), http.StatusOK, "jina@example.com")
	asked := s.provider.Asked()
	for name, value := range map[string]string{
		"scope": "openid email", "code_challenge_method": "S256", "redirect_uri": "https://bot.example.com/login/oidc/callback",
	} {
		if asked.Get(name) != value {
			t.Errorf("%s is %q", name, asked.Get(name))
		}
	}
	u, err := s.store.Users().Get(context.Background(), "jina@example.com")
	if err != nil || u.Role != people.Viewer || u.Password != nil || u.Subject != s.provider.URL+" 7" || u.LastSignIn.IsZero() {
		t.Errorf("user %+v, %v", u, err)
	}
	if s.audited("sign_in", true) != 1 {
		t.Error("signing in was not audited")
	}
	want(t, w.login("jina@example.com", ""), http.StatusUnauthorized, "") // there is no password to guess
	if log := s.log.String(); strings.Contains(log, oidctest.ClientSecret) {
		t.Errorf("the log holds the client secret:\n%s", log)
	}
}

func TestTheCookieOfAnAttemptIsBoundToThisHostAndGoesWithIt(t *testing.T) {
	s := newSSO(t)
	w := s.browser()
	rec := w.get(oidcStart)
	cookie := rec.Result().Cookies()[0]
	if cookie.Name != "__Host-dari_oidc" || !cookie.HttpOnly || !cookie.Secure || cookie.Path != "/" || cookie.Domain != "" || cookie.MaxAge != 600 {
		t.Errorf("cookie %+v", cookie)
	}
	s.enter(w)
	if w.cookies["__Host-dari_oidc"] != "" {
		t.Error("the cookie stays")
	}
}

func TestAnAnswerThatIsNotGoodLetsNobodyIn(t *testing.T) {
	claim := func(name string, value any) func(sso, *browser, string) string {
		return func(s sso, _ *browser, back string) string {
			s.provider.Spoil(func(c jwt.MapClaims) { c[name] = value })
			return back
		}
	}
	for _, row := range []struct {
		name, text string
		status     int
		spoil      func(s sso, w *browser, back string) string
	}{
		{"without the browser's cookie", "400 oidc_state", 400, func(_ sso, w *browser, back string) string {
			clear(w.cookies)
			return back
		}},
		{"with another state", "400 oidc_state", 400, func(_ sso, _ *browser, back string) string {
			return strings.Replace(back, "state=", "state=X", 1)
		}},
		{"without a state", "400 oidc_state", 400, func(_ sso, _ *browser, back string) string {
			return back[:strings.Index(back, "?")] + "?code=x"
		}},
		{"with the state of another browser", "400 oidc_state", 400, func(s sso, _ *browser, _ string) string {
			return s.visit(s.browser())
		}},
		{"with a cookie that is torn", "400 oidc_state", 400, func(_ sso, w *browser, back string) string {
			w.cookies["__Host-dari_oidc"] = ".."
			return back[:strings.Index(back, "?")] + "?code=x&state="
		}},
		{"with a code that is made up", "502 oidc_refused", 502, func(_ sso, _ *browser, back string) string {
			return strings.Replace(back, "code=", "code=X", 1)
		}},
		{"with a code of another browser's attempt", "502 oidc_refused", 502, func(s sso, _ *browser, back string) string {
			other, err := url.Parse(s.visit(s.browser()))
			if err != nil {
				s.t.Fatal(err)
			}
			mine, _ := url.Parse(back)
			return mine.Path + "?" + url.Values{"state": {mine.Query().Get("state")}, "code": {other.Query().Get("code")}}.Encode()
		}},
		{"with another nonce", "502 oidc_refused", 502, claim("nonce", "another")},
		{"without a nonce", "502 oidc_refused", 502, claim("nonce", nil)},
		{"for another audience", "502 oidc_refused", 502, claim("aud", "another-client")},
		{"for two audiences without saying whose it is", "502 oidc_refused", 502, claim("aud", []string{oidctest.ClientID, "another"})},
		{"issued to another client", "502 oidc_refused", 502, claim("azp", "another-client")},
		{"of another issuer", "502 oidc_refused", 502, claim("iss", "https://id.example.org")},
		{"that has expired", "502 oidc_refused", 502, claim("exp", 1)},
		{"signed with another key", "502 oidc_refused", 502, func(s sso, _ *browser, back string) string {
			s.provider.Forge()
			return back
		}},
		{"with an unverified address", "403 oidc_email", 403, claim("email_verified", false)},
		{"with an address of which it does not say so", "403 oidc_email", 403, claim("email_verified", nil)},
		{"without an address", "403 oidc_email", 403, claim("email", nil)},
		{"with an address that cannot be a name", "403 oidc_email", 403, claim("email", "ji na@example.com")},
		{"of another domain", "403 oidc_denied", 403, claim("email", "jina@example.org")},
		{"of a domain below", "403 oidc_denied", 403, claim("email", "jina@sub.example.com")},
		{"of a domain that only ends alike", "403 oidc_denied", 403, claim("email", "jina@notexample.com")},
		{"with a second @", "403 oidc_denied", 403, claim("email", "jina@example.com@example.org")},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newSSO(t)
			w := s.browser()
			back := row.spoil(s, w, s.visit(w))
			want(t, w.get(back), row.status, row.text)
			want(t, w.get("/console"), http.StatusSeeOther, "")
			if users, err := s.store.Users().List(context.Background()); err != nil || len(users) != 0 {
				t.Errorf("users %v, %v", users, err)
			}
			if s.audited("sign_in", false) != 1 {
				t.Error("the refusal was not audited")
			}
		})
	}
}

func TestAPersonWhoDeclinesAtTheProviderIsToldSo(t *testing.T) {
	s := newSSO(t)
	s.provider.Deny("access_denied")
	want(t, s.enter(s.browser()), http.StatusForbidden, "403 oidc_declined")
}

func TestAnAnswerWorksOnce(t *testing.T) {
	s := newSSO(t)
	w := s.browser()
	back := s.visit(w)
	cookie := w.cookies["__Host-dari_oidc"]
	want(t, w.get(back), http.StatusSeeOther, "")
	w = s.browser()
	want(t, w.get(back), http.StatusBadRequest, "400 oidc_state")
	w.cookies["__Host-dari_oidc"] = cookie
	want(t, w.get(back), http.StatusBadGateway, "502 oidc_refused") // the provider knows that the code is used
}

func TestWhoMaySignIn(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*OIDC)
		claims map[string]any
		role   string // "" is refused
	}{
		{"an address of the domain", nil, nil, "viewer"},
		{"an address that is listed", nil, map[string]any{"email": "Guest@example.net"}, "viewer"},
		{"verified as a text", nil, map[string]any{"email_verified": "true"}, "viewer"},
		{"taken for verified", func(o *OIDC) { o.AssumeVerified = true }, map[string]any{"email_verified": nil}, "viewer"},
		{"taken for verified but said not to be", func(o *OIDC) { o.AssumeVerified = true }, map[string]any{"email_verified": false}, ""},
		{"an admin by the claim", byGroups, map[string]any{"groups": []string{"staff", "bots-admin"}}, "admin"},
		{"a builder by the claim", byGroups, map[string]any{"groups": "bots"}, "builder"},
		{"the mightier of two", byGroups, map[string]any{"groups": []string{"bots", "bots-admin"}}, "admin"},
		{"the default without the claim", byGroups, nil, "viewer"},
		{"nobody without the claim when there is no default", func(o *OIDC) { byGroups(o); o.DefaultRole = "" }, nil, ""},
		{"by the path of the claim", func(o *OIDC) { byGroups(o); o.RoleClaim = "realm_access.roles" }, map[string]any{"realm_access": map[string]any{"roles": []string{"bots"}}}, "builder"},
		{"a claim of another form", byGroups, map[string]any{"groups": 7}, "viewer"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newSSO(t)
			if row.change != nil {
				row.change(s.options.OIDC)
				s.restart()
			}
			s.provider.Spoil(func(c jwt.MapClaims) {
				for k, v := range row.claims {
					c[k] = v
				}
			})
			rec := s.enter(s.browser())
			if row.role == "" {
				want(t, rec, http.StatusForbidden, "403 oidc_")
				return
			}
			want(t, rec, http.StatusSeeOther, "")
			users, err := s.store.Users().List(context.Background())
			if err != nil || len(users) != 1 || users[0].Role != row.role {
				t.Errorf("users %+v, %v", users, err)
			}
		})
	}
}

func byGroups(o *OIDC) {
	o.RoleClaim, o.AdminValues, o.BuilderValues = "groups", []string{"bots-admin"}, []string{"bots"}
}

func TestTheProvidersRoleReplacesTheOldOneAndEndsTheSessions(t *testing.T) {
	s := newSSO(t, byGroups)
	s.admin() // so that another administrator is left
	group := func(name string) {
		claims := jina()
		claims["groups"] = name
		s.provider.Person(claims)
	}
	group("bots-admin")
	old := s.browser()
	want(t, s.enter(old), http.StatusSeeOther, "")
	group("bots")
	w := s.browser()
	want(t, s.enter(w), http.StatusSeeOther, "")
	if u, _ := s.store.Users().Get(context.Background(), "jina@example.com"); u.Role != people.Builder {
		t.Errorf("role %s", u.Role)
	}
	want(t, old.get("/console"), http.StatusSeeOther, "")
	want(t, w.get("/console"), http.StatusOK, "jina")
}

func TestTheLastAdministratorKeepsTheRole(t *testing.T) {
	s := newSSO(t, byGroups)
	claims := jina()
	claims["groups"] = "bots-admin"
	s.provider.Person(claims)
	want(t, s.enter(s.browser()), http.StatusSeeOther, "")
	s.provider.Person(jina())
	want(t, s.enter(s.browser()), http.StatusSeeOther, "")
	if u, _ := s.store.Users().Get(context.Background(), "jina@example.com"); u.Role != people.Admin {
		t.Errorf("role %s", u.Role)
	}
	if !strings.Contains(s.log.String(), "last administrator keeps the role") {
		t.Error("the log does not say so")
	}
}

func TestWhoWasInvitedByAddressSignsInWithTheProvider(t *testing.T) {
	s := newSSO(t)
	if _, err := s.console.people.Invite(context.Background(), "jina@example.com", people.Builder, ""); err != nil {
		t.Fatal(err)
	}
	want(t, s.enter(s.browser()), http.StatusSeeOther, "")
	if u, _ := s.store.Users().Get(context.Background(), "jina@example.com"); u.Role != people.Builder || u.Subject == "" {
		t.Errorf("user %+v", u)
	}
}

func TestAnAddressThatWasHandedOnOpensNobodyElsesAccount(t *testing.T) {
	s := newSSO(t)
	want(t, s.enter(s.browser()), http.StatusSeeOther, "")
	other := jina()
	other["sub"] = "8"
	s.provider.Person(other)
	want(t, s.enter(s.browser()), http.StatusForbidden, "403 oidc_other")
}

func TestAProviderThatCannotBeUsedIsTold(t *testing.T) {
	s := newSSO(t)
	for name, handler := range map[string]http.HandlerFunc{
		"down":           func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"another issuer": func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"issuer":"https://id.example.org"}`)) },
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			for chunk := make([]byte, 64<<10); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(handler)
			t.Cleanup(srv.Close)
			s.options.OIDC.Issuer = srv.URL
			s.restart()
			want(t, s.browser().get(oidcStart), http.StatusBadGateway, "502 oidc_unreachable")
		})
	}
}

func TestAProviderByHTTPSMayNotLeadToPlainHTTP(t *testing.T) {
	p := &provider{OIDC: OIDC{Issuer: "https://id.example.com"}}
	for endpoint, ok := range map[string]bool{
		"https://login.example.com/authorize": true, "http://id.example.com/authorize": false, "javascript:alert(1)": false, "/authorize": false, "": false,
	} {
		if p.trusts(endpoint) != ok {
			t.Errorf("%q: %v", endpoint, !ok)
		}
	}
}

func TestFailuresWithTheProviderAreThrottled(t *testing.T) {
	s := newSSO(t)
	s.admin()
	w := s.browser()
	for range maxFailures {
		want(t, w.get(oidcCallback+"?state=x&code=y"), http.StatusBadRequest, "oidc_state")
	}
	want(t, w.get(oidcCallback+"?state=x&code=y"), http.StatusTooManyRequests, "Try again in 15 min.")
}

func TestWithoutAProviderThereIsNoButtonAndNoWay(t *testing.T) {
	b := newBench(t)
	b.admin()
	if rec := b.browser().get("/login"); strings.Contains(rec.Body.String(), oidcStart) {
		t.Error("there is a button")
	}
	want(t, b.browser().get(oidcStart), http.StatusNotFound, "")
}

func TestWhoSignsInWithTheProviderHasNoPasswordToChange(t *testing.T) {
	s := newSSO(t)
	w := s.browser()
	want(t, s.enter(w), http.StatusSeeOther, "")
	want(t, w.get("/console/password"), http.StatusOK, "have no password here")
	want(t, w.post("/console/password", "current", "", "password", password, "repeat", password), http.StatusUnprocessableEntity, "")
	if u, _ := s.store.Users().Get(context.Background(), "jina@example.com"); u.Password != nil {
		t.Error("there is a password now")
	}
}
