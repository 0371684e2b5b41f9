package teams

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"dari/bot/check"
	"dari/channels"
)

// tokenSource shares the token for the Connector. Entra ID leaves older tokens valid when it issues
// a new one.
func (a *adapter) tokenSource(store channels.TokenStore) *channels.TokenSource {
	sum := sha256.Sum256([]byte(strings.Join([]string{a.tokenURL, a.tenant, a.appID, a.secret}, "\n")))
	return &channels.TokenSource{
		Name: "teams", Store: store, Now: a.now,
		For:   hex.EncodeToString(sum[:]),
		Early: 5 * time.Minute,
		Issue: func(ctx context.Context, _ channels.Token) (channels.Token, error) { return a.issue(ctx) },
	}
}

// issue asks Entra ID for a token with the app's secret.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
func (a *adapter) issue(ctx context.Context) (channels.Token, error) {
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {a.appID},
		"client_secret": {a.secret},
		"scope":         {a.scope},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.tokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return channels.Token{}, channels.Failf(channels.Config, "token_url", "teams: token_url cannot be called")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := a.http.Do(req)
	if err != nil {
		return channels.Token{}, notIssued(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return channels.Token{}, channels.Failf(channels.Temporary, "network", "teams: token answer cut off: %w", cause(err))
	}
	if resp.StatusCode != http.StatusOK {
		return channels.Token{}, a.refused(resp, body)
	}
	return a.issued(body)
}

// notIssued turns doubt into certainty: whatever became of the token, no message was sent.
func notIssued(err error) *channels.SendError {
	se := *channels.AsSendError(err)
	if se.Kind == channels.Uncertain {
		se.Kind = channels.Temporary
	}
	se.Err = fmt.Errorf("teams: token: %w", cause(err))
	return &se
}

func (a *adapter) issued(body []byte) (channels.Token, error) {
	var answer struct {
		Access string          `json:"access_token"`
		Life   json.RawMessage `json:"expires_in"` // a number, or a number in quotes
	}
	life := 0.0
	err := json.Unmarshal(body, &answer)
	if err == nil {
		life, err = strconv.ParseFloat(string(bytes.Trim(answer.Life, `"`)), 64)
	}
	if err != nil || answer.Access == "" || !(life > 0) {
		return channels.Token{}, channels.Failf(channels.Temporary, "token_answer", "teams: the token answer has no access_token or no expires_in")
	}
	now := a.now()
	const day = 24 * 60 * 60
	return channels.Token{
		Access: answer.Access, Scope: a.scope, IssuedAt: now,
		ExpiresAt: now.Add(time.Duration(min(life, day)) * time.Second),
	}, nil
}

// aadsts finds Entra ID's own error number.
var aadsts = regexp.MustCompile(`AADSTS(\d+)`)

// remedies say what the usual numbers mean and where to mend it, in English and as a check's code.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
var remedies = map[string]struct{ text, code string }{
	"7000215": {"the client secret is wrong: in Microsoft Entra ID → App registrations → Certificates & secrets make a new one and copy its Value, not its ID", "teams.token_secret_wrong"},
	"7000222": {"the client secret has expired: in Microsoft Entra ID → App registrations → Certificates & secrets make a new one and enter its Value", "teams.token_secret_expired"},
	"7000112": {"the app is disabled: enable it in Microsoft Entra ID → Enterprise applications → Properties", "teams.token_app_disabled"},
	"700016":  {"the app is not in this tenant: compare app_id and tenant_id with App registrations → Overview; a single-tenant app needs its own tenant id, not botframework.com", "teams.token_app_unknown"},
	"90002":   {noSuchTenant, "teams.token_tenant_unknown"},
	"900021":  {noSuchTenant, "teams.token_tenant_unknown"},
	"900023":  {noSuchTenant, "teams.token_tenant_unknown"},
}

const noSuchTenant = "there is no such tenant: copy the Directory (tenant) ID from App registrations → Overview"

// refused explains why no token was issued.
func (a *adapter) refused(resp *http.Response, body []byte) *channels.SendError {
	var answer struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	// What is not JSON comes from something in between; then the status alone speaks.
	_ = json.Unmarshal(body, &answer)
	text := shorten(strings.ReplaceAll(answer.Description, a.secret, "•••"))
	code := ""
	if m := aadsts.FindStringSubmatch(answer.Description); m != nil && remedies[m[1]].text != "" {
		text, code = m[0]+": "+remedies[m[1]].text, remedies[m[1]].code
	}
	if text == "" {
		text = "no reason given"
	}
	se := channels.Failf(channels.Auth, answer.Error, "teams: no token issued (status %d): %s", resp.StatusCode, text)
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		se.Kind = channels.RateLimited
		se.RetryAfter = channels.RetryAfter(resp.Header, a.now(), "Retry-After")
	case resp.StatusCode >= 500:
		se.Kind = channels.Temporary
	case answer.Error == "":
		se.Kind = channels.Config
		se.Err = fmt.Errorf("teams: token_url answered with status %d, which is not how Entra ID answers; leave token_url empty for the usual address", resp.StatusCode)
	}
	if se.Code == "" {
		se.Code = strconv.Itoa(resp.StatusCode)
	}
	if code != "" && se.Kind == channels.Auth {
		se.Err = check.Explain(se.Err, check.New("token", check.Fail, code, "app", a.appID, "tenant", a.tenant))
	}
	return se
}
