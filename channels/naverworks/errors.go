package naverworks

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dari/channels"
)

// sendScopes are the permissions of which one is needed to send, readScopes to look at the bot:
// https://developers.worksmobile.com/en/docs/auth-scope
var (
	sendScopes = []string{"bot", "bot.message"}
	readScopes = []string{"bot", "bot.read"}
)

// sendError sorts the answer of a send call; nil means success. The API's errors:
// https://developers.worksmobile.com/en/docs/error-codes
//
// The platform knows no idempotency key, so after 500, 502 or 504 nobody can tell whether the message
// was delivered: sending it again could double it. 503 and 429 are refusals before any work.
func (a *adapter) sendError(ans answer, t channels.Token) *channels.SendError {
	s := ans.status
	switch {
	case s == http.StatusForbidden && missing(t, sendScopes) == "" && !insufficient(ans):
		code, said := a.apiFault(ans, t)
		if code == "ACCESS_DENIED" || code == "FORBIDDEN" {
			return channels.Failf(channels.Blocked, code, "the bot may not write to this recipient; usual causes: the bot is not added and public under Admin, Service, Bot, the recipient is not among the members who may use it, or the bot was removed from the room%s", said)
		}
	case s >= 500 && s != http.StatusServiceUnavailable:
		code, said := a.apiFault(ans, t)
		return channels.Failf(channels.Uncertain, code, "the platform failed while it worked on the message%s", said)
	}
	return a.callError(ans, t, sendScopes, "there is no such member or room for this bot")
}

// callError sorts the answer of any other call; nil means success. anyOf are the permissions of which
// the call needs one, gone is what 404 means.
func (a *adapter) callError(ans answer, t channels.Token, anyOf []string, gone string) *channels.SendError {
	if ans.ok() {
		return nil
	}
	code, said := a.apiFault(ans, t)
	fail := func(kind channels.Kind, sentence string) *channels.SendError {
		return channels.Failf(kind, code, "%s%s", sentence, said)
	}
	switch s := ans.status; {
	case s == http.StatusUnauthorized:
		return withScope(fail(channels.Auth, "the access token is refused even when newly issued; "+permissionRemedy(anyOf)), t, anyOf)
	case s == http.StatusForbidden && (insufficient(ans) || missing(t, anyOf) != ""):
		return withScope(fail(channels.Auth, "the app lacks a permission; "+permissionRemedy(anyOf)), t, anyOf)
	case s == http.StatusTooManyRequests:
		err := fail(channels.RateLimited, "the request limit is reached")
		err.RetryAfter = channels.RetryAfter(ans.header, a.Now(), "RateLimit-Reset", "Retry-After")
		return err
	case s >= 500, s == http.StatusRequestTimeout:
		err := fail(channels.Temporary, "the platform takes no requests at the moment")
		err.RetryAfter = channels.RetryAfter(ans.header, a.Now(), "Retry-After", "RateLimit-Reset")
		return err
	case s/100 == 3:
		return fail(channels.Config, "the platform redirects the call; check api_base_url")
	case s == http.StatusNotFound, s == http.StatusGone:
		return fail(channels.Rejected, gone)
	}
	return fail(channels.Rejected, "the platform does not take it")
}

func permissionRemedy(anyOf []string) string {
	return "tick " + strings.Join(anyOf, " or ") + " in the Developer Console under API, ClientApp, OAuth Scopes, and wait some minutes"
}

func insufficient(ans answer) bool {
	return strings.Contains(ans.header.Get("WWW-Authenticate"), "insufficient_scope")
}

func withScope(err *channels.SendError, t channels.Token, anyOf []string) *channels.SendError {
	err.Scope = missing(t, anyOf)
	return err
}

// missing returns the narrowest of the permissions when the token has none of them; "" also when the
// platform did not say what the token has.
func missing(t channels.Token, anyOf []string) string {
	granted := channels.Scopes(t.Scope)
	if len(granted) == 0 || slices.ContainsFunc(anyOf, func(s string) bool { return slices.Contains(granted, s) }) {
		return ""
	}
	return anyOf[len(anyOf)-1]
}

// apiFault reads the API's error object; without one the status stands in for the code.
func (a *adapter) apiFault(ans answer, t channels.Token) (code, said string) {
	var fault struct{ Code, Description loose }
	readJSON(ans, &fault)
	if code = explain(string(fault.Code), a.secrets(t)...); code == "" {
		code = fmt.Sprintf("http_%d", ans.status)
	}
	if d := explain(string(fault.Description), a.secrets(t)...); d != "" {
		said = "; the platform says: " + d
	}
	return code, said
}

func (a *adapter) secrets(t channels.Token) []string {
	return []string{a.botSecret, a.clientSecret, a.authHeader, t.Access, t.Refresh}
}

// tokenError sorts the answer of the token endpoint, whose errors have OAuth's shape; nil means
// success: https://developers.worksmobile.com/en/docs/auth-jwt
func (a *adapter) tokenError(ans answer, form url.Values) *channels.SendError {
	if ans.ok() && !ans.cut {
		return nil
	}
	var fault struct {
		Error       loose `json:"error"`
		Description loose `json:"error_description"`
	}
	readJSON(ans, &fault)
	secrets := append(a.secrets(channels.Token{}), form.Get("assertion"), form.Get("refresh_token"))
	code := explain(string(fault.Error), secrets...)
	said := ""
	if d := explain(string(fault.Description), secrets...); d != "" {
		said = "; the platform says: " + d
	}
	s := ans.status
	switch {
	case ans.ok(), s >= 500, s == http.StatusTooManyRequests, s == http.StatusRequestTimeout,
		code == "server_error", code == "temporarily_unavailable":
		err := channels.Failf(channels.Temporary, orStatus(code, s), "the token endpoint is not able to answer now%s", said)
		err.RetryAfter = channels.RetryAfter(ans.header, a.Now(), "Retry-After", "RateLimit-Reset")
		return err
	case code != "":
		return channels.Failf(channels.Auth, code, "%s%s", a.oauthRemedy(code), said)
	case s == http.StatusUnauthorized, s == http.StatusForbidden, s == http.StatusBadRequest:
		return channels.Failf(channels.Auth, orStatus("", s), "%s", a.oauthRemedy(""))
	}
	return channels.Failf(channels.Config, orStatus("", s), "there is no token endpoint at auth_base_url; check it")
}

func orStatus(code string, status int) string {
	if code == "" {
		return fmt.Sprintf("http_%d", status)
	}
	return code
}

// oauthRemedy says what to fix for an OAuth error code.
func (a *adapter) oauthRemedy(code string) string {
	switch code {
	case "invalid_scope":
		return "a requested permission is not ticked for the app; tick " + strings.ReplaceAll(a.scopes, " ", ", ") +
			" in the Developer Console under API, ClientApp, OAuth Scopes, save, and wait some minutes"
	case "invalid_grant":
		return "the signed assertion is refused; check service_account and private_key (a re-issued key replaces the old one at once) and that this server's clock is right"
	case "invalid_client", "unauthorized_client":
		return "the app is not recognised; check client_id and client_secret, and that they are not swapped"
	}
	return "the token is refused; check client_id, client_secret, service_account and private_key"
}
