package naverworks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dari/channels"
	"dari/channels/channeltest"
)

func current(t *testing.T, b *channeltest.Bench) channels.Token {
	t.Helper()
	tok, err := b.Adapter.(channels.TokenDesk).CurrentToken(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func renewed(t *testing.T, b *channeltest.Bench) channels.Token {
	t.Helper()
	b.Clock.Advance(time.Second)
	tok, err := b.Adapter.(channels.TokenDesk).RenewToken(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// grants lists the grant types of the token calls so far.
func grants(t *testing.T, b *channeltest.Bench) string {
	t.Helper()
	var out []string
	for _, c := range b.Platform.Calls(channeltest.NaverWorksTokenPath) {
		form, err := url.ParseQuery(string(c.Body))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimPrefix(form.Get("grant_type"), "urn:ietf:params:oauth:grant-type:"))
	}
	return strings.Join(out, " ")
}

func TestTheAssertionHasNumericTimesAtMostAnHourApart(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	current(t, b)
	form, err := url.ParseQuery(string(b.Platform.Calls(channeltest.NaverWorksTokenPath)[0].Body))
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"assertion", "grant_type", "client_id", "client_secret", "scope"} {
		if form.Get(field) == "" {
			t.Errorf("%s is missing", field)
		}
	}
	assertion := strings.Split(form.Get("assertion"), ".")
	if got := segment(t, assertion[0]); got != `{"alg":"RS256","typ":"JWT"}` {
		t.Errorf("header %s", got)
	}
	var claims map[string]any
	if err := json.Unmarshal([]byte(segment(t, assertion[1])), &claims); err != nil {
		t.Fatal(err)
	}
	want := float64(now.Unix() - 30)
	if len(claims) != 4 || claims["iss"] != channeltest.NaverWorksClientID || claims["sub"] != channeltest.NaverWorksServiceAccount ||
		claims["iat"] != want || claims["exp"] != want+3600 {
		t.Errorf("claims %v", claims)
	}
}

func TestTheTokenAnswerIsReadInEverySpelling(t *testing.T) {
	day, hour := 24*time.Hour, time.Hour
	for _, row := range []struct {
		name, body string
		life       time.Duration
		scope      string
	}{
		{"expires_in as a string", read(t, "token_response.json"), day, "bot bot.message bot.read user.read calendar"},
		{"expires_in as a number, scopes with commas", read(t, "token_response_numeric_expires.json"), hour, "bot bot.message bot.read"},
		{"scopes with commas and spaces", `{"access_token":"abcdef","scope":"bot, bot.read","expires_in":"3600"}`, hour, "bot bot.read"},
		{"no scope means what was asked for", `{"access_token":"abcdef","expires_in":"3600"}`, hour, defaultScopes},
		{"no expires_in is taken as an hour", `{"access_token":"abcdef"}`, hour, defaultScopes},
		{"an expires_in of zero is taken as an hour", `{"access_token":"abcdef","expires_in":0}`, hour, defaultScopes},
		{"a negative expires_in is taken as an hour", `{"access_token":"abcdef","expires_in":"-5"}`, hour, defaultScopes},
		{"a senseless expires_in is taken as an hour", `{"access_token":"abcdef","expires_in":"soon"}`, hour, defaultScopes},
		{"an endless expires_in is cut to a year", `{"access_token":"abcdef","expires_in":1e300}`, 365 * day, defaultScopes},
		{"a short life is told as it is", `{"access_token":"abcdef","expires_in":"90"}`, 90 * time.Second, defaultScopes},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			b.Platform.FailNext(channeltest.NaverWorksTokenPath, channeltest.Fault{Status: 200, Body: row.body})
			tok := current(t, b)
			if got := tok.ExpiresAt.Sub(now); got != row.life || tok.Scope != row.scope || !tok.IssuedAt.Equal(now) {
				t.Errorf("life %v, scope %q, issued %v", got, tok.Scope, tok.IssuedAt)
			}
		})
	}
}

func TestFiftyCallersShareOneIssue(t *testing.T) {
	for _, row := range []struct {
		name  string
		token func(channels.TokenDesk) (channels.Token, error)
	}{
		{"of the current token", func(d channels.TokenDesk) (channels.Token, error) { return d.CurrentToken(context.Background()) }},
		{"of a renewed token", func(d channels.TokenDesk) (channels.Token, error) { return d.RenewToken(context.Background()) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, err := made(t, nil)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				var issues atomic.Int32
				a.http.client = &http.Client{Transport: platform(func() int32 { return issues.Add(1) })}
				store := gatedTokens{&channeltest.Tokens{}, make(chan struct{})}
				a.tokens.Store = store
				got := make([]string, 50)
				var done sync.WaitGroup
				for i := range got {
					done.Go(func() {
						tok, err := row.token(a)
						if err != nil {
							t.Error(err)
						}
						got[i] = tok.Access
					})
				}
				synctest.Wait() // until all of them wait for the token
				close(store.gate)
				done.Wait()
				for _, access := range got {
					if access == "" || access != got[0] {
						t.Fatalf("tokens differ: %v", got)
					}
				}
				if n := issues.Load(); n != 1 {
					t.Errorf("%d tokens issued", n)
				}
			})
		})
	}
}

// gatedTokens gives nobody the right to issue until the gate is closed.
type gatedTokens struct {
	*channeltest.Tokens
	gate chan struct{}
}

func (s gatedTokens) Lock(ctx context.Context, name string) (func(), error) {
	<-s.gate
	return s.Tokens.Lock(ctx, name)
}

// platform answers every call with the token of the returned number, without a network.
type platform func() int32

func (p platform) RoundTrip(*http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	fmt.Fprintf(rec, `{"access_token":"kr1AAAAtoken%d","expires_in":"86400"}`, p())
	return rec.Result(), nil
}

func TestATokenIsRenewedBeforeItExpires(t *testing.T) {
	for _, row := range []struct {
		name, expiresIn string
		kept, renewed   time.Duration // how long after the issue
	}{
		{"a day's token five minutes before", `"86400"`, 24*time.Hour - 5*time.Minute - time.Second, 24*time.Hour - 5*time.Minute},
		{"an hour's token five minutes before", `3600`, 55*time.Minute - time.Second, 55 * time.Minute},
		{"a token of 50 minutes five minutes before", `3000`, 45*time.Minute - time.Second, 45 * time.Minute},
		{"a token of ten minutes at a tenth of its life", `"600"`, 9*time.Minute - time.Second, 9 * time.Minute},
		{"a token of a minute at a tenth of its life", `60`, 53 * time.Second, 54 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{ExpiresIn: json.RawMessage(row.expiresIn)}, nil)
			first := current(t, b)
			b.Clock.Advance(row.kept)
			if current(t, b).Access != first.Access {
				t.Error("renewed too early")
			}
			b.Clock.Advance(row.renewed - row.kept)
			if current(t, b).Access == first.Access {
				t.Error("not renewed in time")
			}
			if got := grants(t, b); got != "jwt-bearer jwt-bearer" {
				t.Errorf("grants %q", got)
			}
		})
	}
}

func TestTheTokenSurvivesARestart(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	first := current(t, b)
	b.Clock.Advance(time.Hour)
	tok, err := again(t, b).CurrentToken(context.Background())
	if err != nil || tok != first {
		t.Errorf("got %+v, %v", tok, err)
	}
}

func TestTheDeskHandsOutTheTokenThatAnotherChannelOfTheAppRenewed(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	current(t, b)
	b.Values["bot_id"] = "3009999"
	other := again(t, b)
	if _, err := other.CurrentToken(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := renewed(t, b)
	if tok, err := other.CurrentToken(t.Context()); err != nil || tok != second {
		t.Errorf("got %+v, %v; want the token that lives, %+v", tok, err, second)
	}
}

func TestOtherCredentialsRetireTheToken(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	current(t, b)
	for _, row := range []struct {
		key, value string
		issued     int
	}{
		{"auth_header", "anotherDeskHeader", 1},
		{"bot_id", "3009999", 1},
		{"scopes", "bot,bot.message bot.read user.profile.read", 1},
		{"scopes", "bot", 2},
	} {
		b.Values[row.key] = row.value
		if _, err := again(t, b).CurrentToken(context.Background()); err != nil {
			t.Fatal(err)
		}
		if n := len(b.Platform.Calls(channeltest.NaverWorksTokenPath)); n != row.issued {
			t.Errorf("%s = %s: %d tokens issued, want %d", row.key, row.value, n, row.issued)
		}
	}
}

func TestARenewalUsesTheRefreshToken(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	first := current(t, b)
	second := renewed(t, b)
	if second.Access == first.Access || second.Refresh != first.Refresh || second.Scope != first.Scope {
		t.Errorf("got %q, %q", second.Refresh, second.Scope)
	}
	if want := now.Add(90 * 24 * time.Hour); !second.RefreshUntil.Equal(want) {
		t.Errorf("the refresh token's 90 days were moved to %v", second.RefreshUntil)
	}
	if got := grants(t, b); got != "jwt-bearer refresh_token" {
		t.Errorf("grants %q", got)
	}
}

func TestARefreshTokenThatIsOnlyRepeatedLivesNoLonger(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	first := current(t, b)
	b.Platform.FailNext(channeltest.NaverWorksTokenPath, channeltest.Fault{
		Status: 200, Body: marshal(t, map[string]string{"access_token": "abcdef", "refresh_token": first.Refresh, "expires_in": "3600"}),
	})
	if second := renewed(t, b); second.Refresh != first.Refresh || !second.RefreshUntil.Equal(first.RefreshUntil) {
		t.Errorf("until %v, want %v", second.RefreshUntil, first.RefreshUntil)
	}
}

func TestARotatedRefreshTokenReplacesTheOldOne(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{Rotate: true}, nil)
	first := current(t, b)
	second := renewed(t, b)
	if second.Refresh == first.Refresh || !second.RefreshUntil.After(first.RefreshUntil) {
		t.Errorf("refresh token %v until %v", second.Refresh != first.Refresh, second.RefreshUntil)
	}
	if third := renewed(t, b); third.Access == second.Access {
		t.Error("not renewed with the rotated token")
	}
	if got := grants(t, b); got != "jwt-bearer refresh_token refresh_token" {
		t.Errorf("grants %q", got)
	}
}

func TestARefreshTokenThatIsOfNoUseGivesWayToAnAssertion(t *testing.T) {
	refused := channeltest.Fault{Status: 400, Body: read(t, "token_error_invalid_grant.json")}
	for _, row := range []struct {
		name   string
		before func(*channeltest.Bench)
		want   string
	}{
		{"refused", func(b *channeltest.Bench) { b.Platform.FailNext(channeltest.NaverWorksTokenPath, refused) }, "jwt-bearer refresh_token jwt-bearer"},
		{"expired", func(b *channeltest.Bench) { b.Clock.Advance(90 * 24 * time.Hour) }, "jwt-bearer jwt-bearer"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			first := current(t, b)
			row.before(b)
			second := renewed(t, b)
			if second.Access == first.Access || second.Refresh == first.Refresh {
				t.Error("the old tokens are still in use")
			}
			if got := grants(t, b); got != row.want {
				t.Errorf("grants %q, want %q", got, row.want)
			}
		})
	}
}

func TestARefreshThatCannotBeTriedIsNoReasonForAnAssertion(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	first := current(t, b)
	b.Platform.FailNext(channeltest.NaverWorksTokenPath, channeltest.Fault{Status: 503})
	b.Clock.Advance(time.Second)
	_, err := b.Adapter.(channels.TokenDesk).RenewToken(context.Background())
	if se := channels.AsSendError(err); err == nil || se.Kind != channels.Temporary {
		t.Errorf("got %v", err)
	}
	if current(t, b).Access != first.Access {
		t.Error("the token in use is lost")
	}
	if got := grants(t, b); got != "jwt-bearer refresh_token" {
		t.Errorf("grants %q", got)
	}
}

func TestTokenErrorsSayWhatToFix(t *testing.T) {
	oauth := func(code, description string) string {
		return marshal(t, map[string]string{"error": code, "error_description": description})
	}
	for _, row := range []struct {
		name  string
		fault channeltest.Fault
		kind  channels.Kind
		code  string
		says  string
	}{
		{"a scope that is not ticked", channeltest.Fault{Status: 400, Body: read(t, "token_error_invalid_scope.json")}, channels.Auth, "invalid_scope", "tick bot, bot.message, bot.read, user.profile.read in the Developer Console"},
		{"a refused assertion", channeltest.Fault{Status: 400, Body: read(t, "token_error_invalid_grant.json")}, channels.Auth, "invalid_grant", "private_key"},
		{"an unknown app", channeltest.Fault{Status: 401, Body: oauth("invalid_client", "")}, channels.Auth, "invalid_client", "client_secret"},
		{"an error nobody knows", channeltest.Fault{Status: 400, Body: oauth("strange", "very")}, channels.Auth, "strange", "very"},
		{"an error that repeats the secret", channeltest.Fault{Status: 400, Body: oauth("invalid_client", "no "+channeltest.NaverWorksClientSecret)}, channels.Auth, "invalid_client", "no •••"},
		{"a refusal without a reason", channeltest.Fault{Status: 401}, channels.Auth, "http_401", "client_id"},
		{"a page that is not there", channeltest.Fault{Status: 404, Body: "<html>"}, channels.Config, "http_404", "auth_base_url"},
		{"a redirect", channeltest.Fault{Status: 302, Header: http.Header{"Location": {"/elsewhere"}}}, channels.Config, "http_302", "auth_base_url"},
		{"a success that is no token", channeltest.Fault{Status: 200, Body: "<html>"}, channels.Config, "token_answer", "auth_base_url"},
		{"a success with an empty token", channeltest.Fault{Status: 200, Body: `{"access_token":""}`}, channels.Config, "token_answer", "auth_base_url"},
		{"a broken server", channeltest.Fault{Status: 500, Body: oauth("server_error", "")}, channels.Temporary, "server_error", "not able"},
		{"a busy server", channeltest.Fault{Status: 503}, channels.Temporary, "http_503", "not able"},
		{"too many requests", channeltest.Fault{Status: 429}, channels.Temporary, "http_429", "not able"},
		{"a silent server", channeltest.Fault{Hang: true}, channels.Temporary, "timeout", "did not answer"},
		{"an answer that breaks off", channeltest.Fault{Status: 200, Header: http.Header{"Content-Length": {"500"}}, Body: `{"access_`}, channels.Temporary, "http_200", "not able"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			a := again(t, b)
			a.http.timeout = 200 * time.Millisecond
			b.Platform.FailNext(channeltest.NaverWorksTokenPath, row.fault)
			_, err := a.Send(context.Background(), toMember("hello"))
			if err == nil {
				t.Fatal("sent")
			}
			se := channels.AsSendError(err)
			if se.Kind != row.kind || se.Code != row.code || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v", err)
			}
			b.NoSecret(t, kit(), "the error", err.Error())
			if n := len(b.Platform.Calls("/v1.0/")); n != 0 {
				t.Errorf("%d API calls without a token", n)
			}
		})
	}
}
