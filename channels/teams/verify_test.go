package teams

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"dari/bot/settings"
	"dari/channels"
	"dari/channels/channeltest"
)

// rig is an adapter on a fake that the test can steer.
type rig struct {
	*channeltest.Bench
	fake *channeltest.TeamsPlatform
}

func open(t *testing.T, changes settings.Values) rig {
	t.Helper()
	var fake *channeltest.TeamsPlatform
	k := kit
	k.Platform = func() *channeltest.Platform {
		fake = channeltest.Teams()
		return fake.Platform
	}
	k.Settings = func(url string) settings.Values { return with(url, changes) }
	return rig{k.Open(t), fake}
}

func (r rig) verify(req *channels.Request) error {
	return r.Adapter.Verify(context.Background(), req)
}

func (r rig) body(t testing.TB) []byte { return load(t, r.Platform.URL, "in_message_personal.json") }

// goodClaims are those of a token for the body's service URL.
func goodClaims(serviceURL string) jwt.MapClaims {
	return jwt.MapClaims{
		"iss": channeltest.TeamsIssuer, "aud": channeltest.TeamsAppID, "serviceurl": serviceURL,
		"nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(time.Hour).Unix(),
	}
}

func refusalOf(t testing.TB, err error) *channels.Refusal {
	t.Helper()
	var ref *channels.Refusal
	if !errors.As(err, &ref) {
		t.Fatalf("got %v, want a refusal", err)
	}
	return ref
}

// edit changes one member of a JSON body.
func edit(t testing.TB, body []byte, member string, v any) []byte {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(body, &all); err != nil {
		t.Fatal(err)
	}
	all[member] = v
	if v == nil {
		delete(all, member)
	}
	out, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEveryRuleRefusesWhenItAloneIsBroken(t *testing.T) {
	b := open(t, nil)
	body := b.body(t)
	home := b.Platform.URL + "/"
	claims := func(changes jwt.MapClaims) string {
		c := goodClaims(home)
		maps.Copy(c, changes)
		maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
		return channeltest.TeamsToken(channeltest.TeamsKeyID, c)
	}
	good := claims(nil)
	header := func(values ...string) *channels.Request {
		r := channeltest.TeamsRequest("", body, now)
		r.Header["Authorization"] = values
		return r
	}
	ask := func(token string) *channels.Request { return channeltest.TeamsRequest(token, body, now) }
	moved := func(serviceURL string) *channels.Request {
		return channeltest.TeamsRequest(claims(jwt.MapClaims{"serviceurl": serviceURL}), edit(t, body, "serviceUrl", serviceURL), now)
	}
	for _, row := range []struct {
		name string
		req  *channels.Request
		code string
	}{
		{"1: no header", header(), "token"},
		{"1: two headers", header("Bearer "+good, "Bearer "+good), "token"},
		{"1: another scheme", header("Basic " + good), "token"},
		{"1: three parts", header("Bearer " + good + " x"), "token"},
		{"1: one part", header(good), "token"},
		{"1: an empty token", header("Bearer "), "token"},
		{"1: a token beyond all measure", header("Bearer " + strings.Repeat("a", maxToken+1)), "token"},
		{"2: not a JSON Web Token", ask("abc.def"), "token"},
		{"2: claims of a wrong type", ask(claims(jwt.MapClaims{"exp": "soon"})), "token"},
		{"2: algorithm none", ask(unsigned(t, goodClaims(home))), "algorithm"},
		{"2: HMAC keyed with the public key", ask(hmacSigned(t, goodClaims(home))), "algorithm"},
		{"2: RS512", ask(otherAlgorithm(good, "RS512")), "algorithm"},
		{"2: an algorithm nobody knows", ask(otherAlgorithm(good, "XX1")), "algorithm"},
		{"3: another issuer", ask(claims(jwt.MapClaims{"iss": "https://sts.windows.net/" + channeltest.TeamsTenant + "/"})), "issuer"},
		{"3: the issuer with a slash", ask(claims(jwt.MapClaims{"iss": channeltest.TeamsIssuer + "/"})), "issuer"},
		{"3: no issuer", ask(claims(jwt.MapClaims{"iss": nil})), "issuer"},
		{"4: another audience", ask(claims(jwt.MapClaims{"aud": "11111111-2222-3333-4444-555555555555"})), "audience"},
		{"4: a list without our id", ask(claims(jwt.MapClaims{"aud": []string{"a", "b"}})), "audience"},
		{"4: no audience", ask(claims(jwt.MapClaims{"aud": nil})), "audience"},
		{"5: expired beyond the skew", ask(claims(jwt.MapClaims{"exp": now.Add(-clockSkew - time.Second).Unix()})), "expired"},
		{"5: not valid yet beyond the skew", ask(claims(jwt.MapClaims{"nbf": now.Add(clockSkew + time.Second).Unix()})), "expired"},
		{"5: no expiry", ask(claims(jwt.MapClaims{"exp": nil})), "expired"},
		{"6: a key that is not published", ask(channeltest.TeamsToken("nobody", goodClaims(home))), "key"},
		{"6: signed by another published key", ask(withKeyID(t, channeltest.TeamsToken(channeltest.TeamsWebChatKeyID, goodClaims(home)), good)), "signature"},
		{"6: claims changed after signing", ask(swapClaims(good, claims(jwt.MapClaims{"x": 1}))), "signature"},
		{"7: a key that is not endorsed for Teams", ask(channeltest.TeamsToken(channeltest.TeamsWebChatKeyID, goodClaims(home))), "endorsement"},
		{"7: an activity of another channel", channeltest.TeamsRequest(good, edit(t, body, "channelId", "webchat"), now), "channel"},
		{"7: an activity of no channel", channeltest.TeamsRequest(good, edit(t, body, "channelId", nil), now), "channel"},
		{"8: the token is for another service URL", ask(claims(jwt.MapClaims{"serviceurl": home + "other"})), "service_url"},
		{"8: no service URL in the token", ask(claims(jwt.MapClaims{"serviceurl": nil})), "service_url"},
		{"8: no service URL in the activity", channeltest.TeamsRequest(good, edit(t, body, "serviceUrl", nil), now), "service_url"},
		{"8: two slashes more", ask(claims(jwt.MapClaims{"serviceurl": home + "/"})), "service_url"},
		{"9: a host that is not Teams", moved("https://evil.example.com/teams/"), "service_host"},
		{"9: a neighbour of the Teams host", moved("https://evil.trafficmanager.net/teams/"), "service_host"},
	} {
		t.Run(row.name, func(t *testing.T) {
			ref := refusalOf(t, b.verify(row.req))
			if ref.Status != http.StatusUnauthorized || ref.Code != row.code {
				t.Errorf("got %d %v, want 401 %s", ref.Status, ref, row.code)
			}
		})
	}
}

func TestTokensThatMeetTheRulesPass(t *testing.T) {
	b := open(t, nil)
	home := b.Platform.URL + "/"
	for _, row := range []struct {
		name    string
		changes jwt.MapClaims
	}{
		{"as the Bot service sends it", nil},
		{"audience in a list", jwt.MapClaims{"aud": []string{"other", channeltest.TeamsAppID}}},
		{"expired within the skew", jwt.MapClaims{"exp": now.Add(-clockSkew + time.Second).Unix()}},
		{"valid soon, within the skew", jwt.MapClaims{"nbf": now.Add(clockSkew - time.Second).Unix()}},
		{"service URL without its slash", jwt.MapClaims{"serviceurl": strings.TrimSuffix(home, "/")}},
		{"service URL in capitals", jwt.MapClaims{"serviceurl": strings.ToUpper(home)}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := goodClaims(home)
			maps.Copy(c, row.changes)
			req := channeltest.TeamsRequest(channeltest.TeamsToken(channeltest.TeamsKeyID, c), b.body(t), now)
			if err := b.verify(req); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAGoodTokenDoesNotMakeABadBodyAnActivity(t *testing.T) {
	b := open(t, nil)
	token := channeltest.TeamsToken(channeltest.TeamsKeyID, goodClaims(b.Platform.URL+"/"))
	for _, body := range []string{"", "{", "[]", "null", "{}", `{"type":5}`} {
		ref := refusalOf(t, b.verify(channeltest.TeamsRequest(token, []byte(body), now)))
		if ref.Status != http.StatusBadRequest {
			t.Errorf("body %q: %d %v, want 400", body, ref.Status, ref)
		}
	}
}

func TestARememberedTokenStillHasToMeetTheRulesOfEachActivity(t *testing.T) {
	b := open(t, nil)
	body := b.body(t)
	token := channeltest.TeamsToken(channeltest.TeamsKeyID, goodClaims(b.Platform.URL+"/"))
	if err := b.verify(channeltest.TeamsRequest(token, body, now)); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name string
		req  *channels.Request
		code string
	}{
		{"another service URL", channeltest.TeamsRequest(token, edit(t, body, "serviceUrl", "https://smba.trafficmanager.net/teams/"), now), "service_url"},
		{"another channel", channeltest.TeamsRequest(token, edit(t, body, "channelId", "directline"), now), "channel"},
		{"another time", channeltest.TeamsRequest(token, body, now.Add(2*time.Hour)), "expired"},
		{"a bit more behind it", channeltest.TeamsRequest(token+"A", body, now), "signature"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if ref := refusalOf(t, b.verify(row.req)); ref.Code != row.code {
				t.Errorf("got %v, want %s", ref, row.code)
			}
		})
	}
	t.Run("and passes again when it does", func(t *testing.T) {
		if err := b.verify(channeltest.TeamsRequest(token, body, now)); err != nil {
			t.Error(err)
		}
	})
}

func TestARememberedTokenDiesWithItsKey(t *testing.T) {
	b := open(t, nil)
	claims := goodClaims(b.Platform.URL + "/")
	claims["exp"] = now.Add(48 * time.Hour).Unix()
	req := channeltest.TeamsRequest(channeltest.TeamsToken(channeltest.TeamsKeyID, claims), b.body(t), now)
	if err := b.verify(req); err != nil {
		t.Fatal(err)
	}
	b.fake.ServeKeys(channeltest.TeamsWebChatKeyID)
	b.Clock.Advance(keysLife)
	if ref := refusalOf(t, b.verify(req)); ref.Code != "key" {
		t.Errorf("got %v, want key", ref)
	}
}

func TestARememberedTokenDiesWhenItsKeyIDGetsAnotherKey(t *testing.T) {
	b := open(t, nil)
	req := b.signed(t, channeltest.TeamsKeyID)
	if err := b.verify(req); err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile("testdata/openid_keys.json")
	if err != nil {
		t.Fatal(err)
	}
	renamed := strings.ReplaceAll(string(list), "sample-kid-teams-01", channeltest.TeamsKeyID)
	b.Platform.FailNext("/keys", channeltest.Fault{Status: http.StatusOK, Body: renamed})
	b.Clock.Advance(keysLife)
	if ref := refusalOf(t, b.verify(req)); ref.Code != "signature" {
		t.Errorf("got %v, want signature", ref)
	}
}

func TestTheTokenMemoryIsBounded(t *testing.T) {
	var cache tokenCache
	put := func(i int, exp time.Time) {
		c := &claims{RegisteredClaims: jwt.RegisteredClaims{ExpiresAt: jwt.NewNumericDate(exp)}}
		cache.put([sha256.Size]byte{byte(i), byte(i >> 8)}, seenToken{claims: c}, now)
	}
	for i := range maxSeenTokens / 2 {
		put(i, now.Add(-time.Hour))
	}
	for i := maxSeenTokens / 2; i <= maxSeenTokens; i++ {
		put(i, now.Add(time.Hour))
	}
	if n := len(cache.tokens); n != maxSeenTokens/2+1 {
		t.Errorf("%d tokens kept, want the live ones only", n)
	}
	for i := range 3 * maxSeenTokens {
		put(i, now.Add(time.Hour))
	}
	if n := len(cache.tokens); n > maxSeenTokens {
		t.Errorf("%d tokens kept", n)
	}
}

func unsigned(t *testing.T, c jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodNone, c)
	token.Header["kid"] = channeltest.TeamsKeyID
	s, err := token.SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hmacSigned signs with something everybody knows, as in the attack on libraries that let the token
// choose its algorithm.
func hmacSigned(t *testing.T, c jwt.MapClaims) string {
	t.Helper()
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","kid":"` + channeltest.TeamsKeyID + `"}`))
	body, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	text := head + "." + base64.RawURLEncoding.EncodeToString(body)
	mac := hmac.New(sha256.New, []byte("public"))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func otherAlgorithm(token, alg string) string {
	_, rest, _ := strings.Cut(token, ".")
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"`+alg+`","kid":"`+channeltest.TeamsKeyID+`"}`)) + "." + rest
}

// withKeyID puts the header of another token, and so its key id, before this one.
func withKeyID(t *testing.T, token, header string) string {
	t.Helper()
	head, _, _ := strings.Cut(header, ".")
	_, rest, ok := strings.Cut(token, ".")
	if !ok {
		t.Fatal("not a token")
	}
	return head + "." + rest
}

func swapClaims(token, other string) string {
	a, b := strings.Split(token, "."), strings.Split(other, ".")
	return a[0] + "." + b[1] + "." + a[2]
}
