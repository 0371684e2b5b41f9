package dialogflow

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"dari/dialog"
	"dari/dialog/remote"
)

const (
	scope         = "https://www.googleapis.com/auth/dialogflow"
	assertionLife = time.Hour // the most
	early         = time.Minute
	// failureLife is how long a refusal stands for everybody: a thousand conversations that wait for a
	// token must not ask a thousand times.
	failureLife = time.Second
)

// tokens keeps the access token of one service account in memory. Only one question for a token is
// under way at a time.
type tokens struct {
	client  remote.Client
	account account
	now     func() time.Time

	lock     chan struct{} // holds one; whoever takes it may touch what follows
	token    string
	until    time.Time
	failure  error
	failedAt time.Time
}

func newTokens(client remote.Client, a account, now func() time.Time) *tokens {
	t := &tokens{client: client, account: a, now: now, lock: make(chan struct{}, 1)}
	t.lock <- struct{}{}
	return t
}

// get returns a token that lives. One that was refused is named as stale, and never returned again.
func (t *tokens) get(ctx context.Context, stale string) (string, error) {
	select {
	case <-t.lock:
		defer func() { t.lock <- struct{}{} }()
	case <-ctx.Done():
		return "", remote.Ended(ctx.Err())
	}
	now := t.now()
	if t.token != "" && t.token != stale && now.Before(t.until) {
		return t.token, nil
	}
	if t.failure != nil && now.Sub(t.failedAt) < failureLife {
		return "", t.failure
	}
	token, life, err := t.ask(ctx)
	if err != nil {
		if ctx.Err() == nil { // else the fault is the asker's, not the account's
			t.failure, t.failedAt = err, now
		}
		return "", err
	}
	t.token, t.failure = token, nil
	t.until = now.Add(max(life-early, life/2))
	return token, nil
}

// ask trades a signed assertion for a token: https://developers.google.com/identity/protocols/oauth2/service-account#httprest
func (t *tokens) ask(ctx context.Context) (string, time.Duration, error) {
	assertion, err := t.assertion()
	if err != nil {
		return "", 0, remote.Failf("failed", "sign the assertion: %w", err)
	}
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.account.tokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, remote.Failf("failed", "build the request for a token: %w", remote.Plain(err))
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	a, err := t.client.Ask(req)
	if err != nil {
		return "", 0, err
	}
	return t.read(a, assertion)
}

func (t *tokens) assertion() (string, error) {
	now := t.now()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": t.account.email, "scope": scope, "aud": t.account.tokenURL,
		"iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	})
	if t.account.keyID != "" {
		token.Header["kid"] = t.account.keyID
	}
	return token.SignedString(t.account.key)
}

func (t *tokens) read(a remote.Answer, assertion string) (string, time.Duration, error) {
	var body struct {
		Token       string  `json:"access_token"`
		Life        float64 `json:"expires_in"` // seconds
		Error       string  `json:"error"`
		Description string  `json:"error_description"`
	}
	err := json.Unmarshal(a.Body, &body)
	switch {
	case a.Status >= 300:
		said := strings.TrimSuffix(body.Error+": "+body.Description, ": ")
		if said != "" {
			said = "Google gives no token for the service account: " + said
		}
		return "", 0, t.hide(remote.Refused(a.Status, said), assertion)
	case err != nil || body.Token == "":
		return "", 0, remote.Failf("bad_answer", "the token service answered without an access_token")
	}
	return body.Token, time.Duration(min(max(body.Life, 0), 86400) * float64(time.Second)), nil
}

// hide takes what was sent out of an error, should the other side have quoted it.
func (t *tokens) hide(e *dialog.Error, sent string) *dialog.Error {
	return remote.NewScrubber(sent).Error(t.client.Scrub.Error(e))
}
