package teams

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/bot/check"
	"dari/bot/settings"
	"dari/bot/words"
	"dari/channels"
	"dari/channels/channeltest"
)

// signed is a callback whose token is signed with the key of that id and lives long.
func (r rig) signed(t *testing.T, keyID string) *channels.Request {
	t.Helper()
	c := goodClaims(r.Platform.URL + "/")
	c["exp"] = now.Add(1000 * time.Hour).Unix()
	return channeltest.TeamsRequest(channeltest.TeamsToken(keyID, c), r.body(t), now)
}

func (r rig) passes(t *testing.T, keyID string) {
	t.Helper()
	if err := r.verify(r.signed(t, keyID)); err != nil {
		t.Errorf("%s: %v", keyID, err)
	}
}

func (r rig) refuses(t *testing.T, keyID string, status int, code string) {
	t.Helper()
	if ref := refusalOf(t, r.verify(r.signed(t, keyID))); ref.Status != status || ref.Code != code {
		t.Errorf("%s: got %d %v, want %d %s", keyID, ref.Status, ref, status, code)
	}
}

func (r rig) fetched(t *testing.T, want int) {
	t.Helper()
	if n := len(r.Platform.Calls("/keys")); n != want {
		t.Errorf("keys fetched %d times, want %d", n, want)
	}
}

const other = "fake-key-next"

var down = channeltest.Fault{Status: http.StatusInternalServerError}

func TestKeysAreFetchedOnceADay(t *testing.T) {
	b := open(t, nil)
	b.passes(t, channeltest.TeamsKeyID)
	b.Clock.Advance(keysLife - time.Second)
	b.passes(t, channeltest.TeamsKeyID)
	b.fetched(t, 1)
	b.Clock.Advance(time.Second)
	b.passes(t, channeltest.TeamsKeyID)
	b.fetched(t, 2)
}

func TestANewKeyIsFoundAtOnce(t *testing.T) {
	b := open(t, nil)
	b.passes(t, channeltest.TeamsKeyID)
	b.fake.ServeKeys(channeltest.TeamsKeyID, other)
	b.passes(t, other)
	b.fetched(t, 2)
}

func TestUnknownKeyIDsMakeForOneFetchAnHour(t *testing.T) {
	b := open(t, nil)
	b.passes(t, channeltest.TeamsKeyID)
	for range 5 {
		b.refuses(t, "nobody", http.StatusUnauthorized, "key")
	}
	b.fetched(t, 2)
	b.Clock.Advance(keysProbe - time.Second)
	b.refuses(t, "nobody", http.StatusUnauthorized, "key")
	b.fetched(t, 2)
	b.Clock.Advance(time.Second)
	b.refuses(t, "nobody", http.StatusUnauthorized, "key")
	b.fetched(t, 3)
}

func TestAWithdrawnKeyIsRefusedAfterTheNextFetch(t *testing.T) {
	b := open(t, nil)
	b.passes(t, channeltest.TeamsKeyID)
	b.fake.ServeKeys(other)
	b.Clock.Advance(keysLife)
	b.refuses(t, channeltest.TeamsKeyID, http.StatusUnauthorized, "key")
	b.passes(t, other)
}

func TestOldKeysServeOnWhenARefreshFails(t *testing.T) {
	b := open(t, nil)
	b.passes(t, channeltest.TeamsKeyID)
	b.Clock.Advance(keysLife)
	b.Platform.FailNext("/openid", down)
	b.passes(t, channeltest.TeamsKeyID)
	b.passes(t, channeltest.TeamsKeyID) // within the back-off: nobody asks
	if n := len(b.Platform.Calls("/openid")); n != 2 {
		t.Errorf("metadata fetched %d times, want 2", n)
	}
	b.fake.ServeKeys(other)
	b.Clock.Advance(keysBackOff)
	b.passes(t, other)
}

func TestWithoutAnyKeysThePlatformIsAskedToTryAgain(t *testing.T) {
	b := open(t, nil)
	b.Platform.FailNext("/keys", down)
	b.refuses(t, channeltest.TeamsKeyID, http.StatusServiceUnavailable, "keys")
	b.refuses(t, channeltest.TeamsKeyID, http.StatusServiceUnavailable, "keys") // within the back-off
	b.fetched(t, 1)
	b.Clock.Advance(keysBackOff)
	b.passes(t, channeltest.TeamsKeyID)
	b.fetched(t, 2)
}

func TestManyCallbacksShareOneFetch(t *testing.T) {
	b := open(t, nil)
	req := b.signed(t, channeltest.TeamsKeyID)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := b.verify(req); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	b.fetched(t, 1)
}

func TestACallerThatGivesUpWaitingIsToldToTryAgain(t *testing.T) {
	b := open(t, nil)
	b.Platform.FailNext("/openid", channeltest.Fault{Hang: true})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		b.Platform.Wait("/openid", 1)
		cancel()
	}()
	ref := refusalOf(t, b.Adapter.Verify(ctx, b.signed(t, channeltest.TeamsKeyID)))
	if ref.Status != http.StatusServiceUnavailable {
		t.Errorf("got %v", ref)
	}
}

func TestOddKeyListsAreNotTaken(t *testing.T) {
	answer := func(body string) channeltest.Fault { return channeltest.Fault{Status: http.StatusOK, Body: body} }
	list, err := os.ReadFile("testdata/openid_keys.json")
	if err != nil {
		t.Fatal(err)
	}
	changed := func(from, to string) channeltest.Fault { return answer(strings.ReplaceAll(string(list), from, to)) }
	for _, row := range []struct {
		name, path string
		fault      channeltest.Fault
		hint       string
	}{
		{"keys on another host", "/openid", answer(`{"jwks_uri":"http://127.0.0.1:1/keys"}`), "another host"},
		{"keys over another scheme", "/openid", answer(`{"jwks_uri":"file:///etc/passwd"}`), "another host"},
		{"no address of keys", "/openid", answer(`{}`), "another host"},
		{"a redirect", "/openid", channeltest.Fault{Status: http.StatusFound, Header: http.Header{"Location": {"/keys"}}}, "302"},
		{"no JSON", "/keys", answer(`<html>`), "JSON"},
		{"no keys", "/keys", answer(`{"keys":[]}`), "no usable"},
		{"keys of another kind", "/keys", changed(`"RSA"`, `"EC"`), "no usable"},
		{"keys for encryption", "/keys", changed(`"sig"`, `"enc"`), "no usable"},
		{"keys without id", "/keys", changed(`"kid"`, `"id"`), "no usable"},
		{"keys with an exponent of one", "/keys", changed(`"AQAB"`, `"AQ"`), "no usable"},
		{"a key that is too short", "/keys", answer(`{"keys":[{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}]}`), "no usable"},
		{"more than a mebibyte", "/keys", answer(`{"x":"` + strings.Repeat("a", keysMaxBytes) + `"}`), "1 MiB"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, nil)
			b.Platform.FailNext(row.path, row.fault)
			ref := refusalOf(t, b.verify(b.signed(t, channeltest.TeamsKeyID)))
			if ref.Status != http.StatusServiceUnavailable || !strings.Contains(ref.Detail, row.hint) {
				t.Errorf("got %d %v, want 503 with %q", ref.Status, ref, row.hint)
			}
		})
	}
}

func TestPublishedKeysKeepTheirEndorsements(t *testing.T) {
	raw, err := os.ReadFile("testdata/openid_keys.json")
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Keys []publishedKey }
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	endorsed := map[string]bool{}
	for _, p := range list.Keys {
		public, ok := p.public()
		if !ok {
			t.Fatalf("%s is not usable", p.ID)
		}
		endorsed[p.ID] = signingKey{public, p.Endorsements}.forTeams()
	}
	if len(endorsed) != 2 || !endorsed["sample-kid-teams-01"] || endorsed["sample-kid-webchat-02"] {
		t.Errorf("got %v", endorsed)
	}
}

func TestTheConnectionTestNamesWhatIsWrong(t *testing.T) {
	for _, row := range []struct {
		name     string
		settings settings.Values
		prepare  func(*channeltest.TeamsPlatform)
		check    string
		status   check.Status
		hint     string
	}{
		{"all is well", nil, nil, "token", check.Pass, "59m59s"},
		{"keys are counted", nil, nil, "keys", check.Pass, "2 signing keys were fetched, 1 of them for Teams"},
		{"ids look right", nil, nil, "app_id", check.Pass, "right form"},
		{"an old multi-tenant bot", settings.Values{"tenant_id": "botframework.com"}, nil, "app_id", check.Warn, "Overview"},
		{"a wrong secret", settings.Values{"app_secret": "another~secret"}, nil, "token", check.Fail, "Certificates & secrets"},
		{"Entra ID is down", nil, func(p *channeltest.TeamsPlatform) { p.FailNext("/token", down) }, "token", check.Fail, "could not be asked"},
		{"a token_url that is something else", nil, func(p *channeltest.TeamsPlatform) {
			p.FailNext("/token", channeltest.Fault{Status: http.StatusNotFound, Body: "<html>"})
		}, "token", check.Fail, "leave “Token address” empty"},
		{"keys are down", nil, func(p *channeltest.TeamsPlatform) { p.FailNext("/openid", down) }, "keys", check.Fail, "may reach"},
		{"no key for Teams", nil, func(p *channeltest.TeamsPlatform) { p.ServeKeys(channeltest.TeamsWebChatKeyID) }, "keys", check.Fail, "endorsed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, row.settings)
			if row.prepare != nil {
				row.prepare(b.fake)
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
