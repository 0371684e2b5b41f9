package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dari/web/oidctest"
)

// signIn goes to the provider and back with a fresh browser and returns the page where that ends.
func (d *dari) signIn() (int, string) {
	d.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	resp, err := (&http.Client{Jar: jar, Timeout: 30 * time.Second}).Get(d.url + "/login/oidc")
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func oidcEnv(issuer string) []string {
	return []string{
		"DARI_OUTBOUND_ALLOW_HOSTS=", "DARI_AUTH_OIDC_ISSUER=" + issuer, "DARI_AUTH_OIDC_CLIENT_ID=" + oidctest.ClientID,
		"DARI_AUTH_OIDC_CLIENT_SECRET=" + oidctest.ClientSecret, "DARI_AUTH_OIDC_ALLOWED_DOMAINS=example.com",
	}
}

func TestTheSignInProviderIsReachedWhereverItIs(t *testing.T) {
	provider := oidctest.New(t, time.Now)
	provider.Person(map[string]any{"sub": "7", "email": "jina@example.com", "email_verified": true})
	d := start(t, t.TempDir(), oidcEnv(provider.URL)...)
	if status, page := d.signIn(); status != http.StatusOK || !strings.Contains(page, "jina@example.com") {
		t.Errorf("%d %s", status, page)
	}
	// The same address stays closed to what a builder enters.
	d.api(http.MethodPost, "/bots", map[string]any{"id": "inside", "name": "Inside", "engine": map[string]any{
		"type": "http", "settings": map[string]any{"url": provider.URL + "/turn", "secret": dayEngineKey},
	}}, http.StatusBadRequest, nil)
}

func TestTheSignInProviderLeadsNowhereElseInTheNetwork(t *testing.T) {
	var called atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Add(1) }))
	defer inside.Close()
	var provider *httptest.Server
	provider = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/authorize" {
			http.Redirect(w, r, r.FormValue("redirect_uri")+"?code=x&state="+r.FormValue("state"), http.StatusFound)
			return
		}
		json.NewEncoder(w).Encode(map[string]any{
			"issuer": provider.URL, "authorization_endpoint": provider.URL + "/authorize", "token_endpoint": inside.URL + "/token", "jwks_uri": inside.URL + "/keys",
		})
	}))
	defer provider.Close()
	d := start(t, t.TempDir(), oidcEnv(provider.URL)...)
	if status, page := d.signIn(); status != http.StatusBadGateway || !strings.Contains(page, "502 oidc_unreachable") {
		t.Errorf("%d %s", status, page)
	}
	if called.Load() != 0 {
		t.Error("an address inside the network was called")
	}
}
