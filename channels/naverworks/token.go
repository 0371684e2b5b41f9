package naverworks

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"dari/channels"
)

const (
	// The server refuses an assertion from its future; clocks differ by seconds.
	assertionSkew = 30 * time.Second
	assertionLife = time.Hour // the most: https://developers.worksmobile.com/en/docs/auth-jwt
	refreshLife   = 90 * 24 * time.Hour
	// assumedLife is taken when expires_in is missing or makes no sense: the shorter of the two that
	// the console offers.
	assumedLife = time.Hour
	maxLife     = 365 * 24 * time.Hour
	early       = 5 * time.Minute

	jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

func (a *adapter) newTokens() *channels.TokenSource {
	return &channels.TokenSource{
		Name: "naverworks", Store: a.Tokens, Now: a.Now, For: a.tokenFor(), Early: early, Issue: a.issue,
	}
}

// tokenFor tells credentials apart. The secrets are part of it, so that only who has them all shares a
// token, and a changed one retires it; the private key makes the hash impossible to guess back.
func (a *adapter) tokenFor() string {
	h := sha256.New()
	for _, part := range []string{a.authURL, a.clientID, a.clientSecret, a.serviceAccount, a.scopes} {
		fmt.Fprintf(h, "%q\n", part)
	}
	h.Write(a.privateKey.D.Bytes())
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// issue asks the platform for a token: by the previous one's refresh token as long as that lives, else
// by a signed assertion. It is called under the token's lock, which no callback waits for.
func (a *adapter) issue(ctx context.Context, previous channels.Token) (channels.Token, error) {
	if previous.Refresh != "" && (previous.RefreshUntil.IsZero() || a.Now().Before(previous.RefreshUntil)) {
		t, err := a.grantRefresh(ctx, previous)
		if err == nil || err.Kind != channels.Auth {
			return result(t, err)
		}
		a.Log.Info("the refresh token was refused, a new assertion is signed", "channel", a.ChannelID, "code", err.Code)
	}
	return result(a.grantAssertion(ctx))
}

// result keeps a nil *SendError from becoming an error.
func result(t channels.Token, err *channels.SendError) (channels.Token, error) {
	if err != nil {
		return channels.Token{}, err
	}
	return t, nil
}

func (a *adapter) grantAssertion(ctx context.Context) (channels.Token, *channels.SendError) {
	assertion, err := a.assertion()
	if err != nil {
		return channels.Token{}, channels.Failf(channels.Config, "private_key", "the private key is damaged, so the assertion cannot be signed; upload the .key file instead of pasting")
	}
	return a.grant(ctx, channels.Token{Scope: a.scopes}, url.Values{
		"grant_type": {jwtBearer}, "assertion": {assertion}, "scope": {a.scopes},
	})
}

// assertion is signed with times in whole seconds, as numbers: texts are refused.
func (a *adapter) assertion() (string, error) {
	issued := a.Now().Add(-assertionSkew)
	return jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": a.clientID, "sub": a.serviceAccount,
		"iat": issued.Unix(), "exp": issued.Add(assertionLife).Unix(),
	}).SignedString(a.privateKey)
}

func (a *adapter) grantRefresh(ctx context.Context, previous channels.Token) (channels.Token, *channels.SendError) {
	return a.grant(ctx, previous, url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {previous.Refresh},
	})
}

// tokenAnswer is the platform's; the same without refresh_token for a refresh that does not rotate.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	Scope        string `json:"scope"`      // separated by spaces or commas
	ExpiresIn    loose  `json:"expires_in"` // seconds; a string in practice
}

// grant posts the form. What the answer leaves out is taken from base.
func (a *adapter) grant(ctx context.Context, base channels.Token, form url.Values) (channels.Token, *channels.SendError) {
	form.Set("client_id", a.clientID)
	form.Set("client_secret", a.clientSecret)
	asked := a.Now()
	h := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}
	ans, err := a.http.do(ctx, http.MethodPost, a.authURL+"/token", h, form.Encode())
	if err != nil {
		return channels.Token{}, nothingSent("the token endpoint", err)
	}
	if err := a.tokenError(ans, form); err != nil {
		return channels.Token{}, err
	}
	var got tokenAnswer
	if !readJSON(ans, &got) || got.AccessToken == "" {
		return channels.Token{}, channels.Failf(channels.Config, "token_answer", "the answer holds no access token; check auth_base_url")
	}
	t := got.token(base, asked, a.Now())
	a.Log.LogAttrs(ctx, slog.LevelInfo, "access token issued", slog.String("channel", a.ChannelID),
		slog.String("grant", form.Get("grant_type")), slog.Time("expires", t.ExpiresAt))
	return t, nil
}

// token counts the life from when the token was asked for, so that it never seems longer than it is.
func (g tokenAnswer) token(base channels.Token, asked, now time.Time) channels.Token {
	t := channels.Token{
		Access: g.AccessToken, Refresh: base.Refresh, RefreshUntil: base.RefreshUntil, Scope: base.Scope,
		IssuedAt: now, ExpiresAt: asked.Add(life(string(g.ExpiresIn))),
	}
	// The 90 days of a refresh token that is not replaced go on running.
	if g.RefreshToken != "" && g.RefreshToken != base.Refresh {
		t.Refresh, t.RefreshUntil = g.RefreshToken, asked.Add(refreshLife)
	}
	if scopes := channels.Scopes(g.Scope); len(scopes) > 0 {
		t.Scope = strings.Join(scopes, " ")
	}
	return t
}

func life(seconds string) time.Duration {
	s, err := strconv.ParseFloat(strings.TrimSpace(seconds), 64)
	if err != nil || math.IsNaN(s) || s <= 0 {
		return assumedLife
	}
	return time.Duration(min(s, maxLife.Seconds()) * float64(time.Second))
}

// DeskHeader implements channels.TokenDesk.
func (a *adapter) DeskHeader() string { return a.authHeader }

// CurrentToken implements channels.TokenDesk.
func (a *adapter) CurrentToken(ctx context.Context) (channels.Token, error) {
	return a.tokens.Current(ctx)
}

// RenewToken implements channels.TokenDesk.
func (a *adapter) RenewToken(ctx context.Context) (channels.Token, error) {
	return a.tokens.Renew(ctx)
}
