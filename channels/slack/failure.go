package slack

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	slackapi "github.com/slack-go/slack"

	"dari/channels"
)

// sendError sorts an error of the library. What it cannot tell is uncertain.
func (c config) sendError(call string, err error) *channels.SendError {
	var (
		sorted  *channels.SendError
		limited *slackapi.RateLimitedError
		status  slackapi.StatusCodeError
		refused slackapi.SlackErrorResponse
	)
	switch {
	case errors.As(err, &sorted): // from the transport; the wrapping around it holds the address
		return sorted
	case errors.As(err, &limited):
		e := channels.Failf(channels.RateLimited, "ratelimited", "slack: %s: too many calls", call)
		e.RetryAfter = min(limited.RetryAfter, time.Hour)
		return e
	case errors.As(err, &status):
		return statusError(call, status.Code)
	case errors.As(err, &refused):
		return c.refusal(call, refused)
	}
	var request *url.Error // names the address, and a response URL is a credential
	if errors.As(err, &request) {
		err = request.Err
	}
	return channels.Failf(channels.Uncertain, "", "slack: %s: no readable answer: %s", call, c.scrub(err.Error()))
}

// statusError sorts answers other than 200, with which Slack itself answers only when it limits or is
// in trouble: https://docs.slack.dev/apis/web-api/
func statusError(call string, code int) *channels.SendError {
	kind, why := channels.Config, "; check api_base_url"
	switch {
	case code == http.StatusTooManyRequests:
		kind, why = channels.RateLimited, ""
	case code >= 500:
		kind, why = channels.Uncertain, ""
	}
	return channels.Failf(kind, fmt.Sprintf("http_%d", code), "slack: %s: answered %d %s%s", call, code, http.StatusText(code), why)
}

// refusal makes a SendError of {"ok":false}: code, remedy and, for refused blocks, the places at fault.
func (c config) refusal(call string, r slackapi.SlackErrorResponse) *channels.SendError {
	text := []string{r.Err}
	if hint := remedies[r.Err]; hint != "" {
		text = append(text, hint)
	}
	if r.Needed != "" {
		text = append(text, "needed is "+r.Needed)
	}
	text = append(text, r.ResponseMetadata.Messages...)
	e := channels.Failf(kindOf(r.Err), r.Err, "slack: %s: %s", call, c.scrub(strings.Join(text, "; ")))
	e.Scope = r.Needed
	return e
}

// kindOf sorts Slack's error codes: https://docs.slack.dev/reference/methods/chat.postMessage#errors
// A code that is not known is a refusal all the same.
func kindOf(code string) channels.Kind {
	switch code {
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
		"no_permission", "org_login_required", "ekm_access_denied", "not_allowed_token_type", "access_denied":
		return channels.Auth
	case "ratelimited", "rate_limited":
		return channels.RateLimited
	case "service_unavailable", "request_timeout", "team_added_to_org":
		return channels.Temporary
	case "bad_redirect_uri", "bad_client_secret", "invalid_client_id":
		return channels.Config
	case "internal_error", "fatal_error": // Slack says that some of the call may have taken effect
		return channels.Uncertain
	case "not_in_channel", "channel_not_found":
		// The bot was removed, or the room is hidden from it. An archived channel is another matter:
		// the bot is in it, and nobody can write.
		return channels.Blocked
	}
	return channels.Rejected
}

const reinstall = "install the app again under OAuth & Permissions and paste the new Bot User OAuth Token"

// remedies say what a person can do about a code.
var remedies = map[string]string{
	"invalid_auth":           reinstall,
	"not_authed":             reinstall,
	"account_inactive":       reinstall,
	"token_revoked":          reinstall,
	"token_expired":          "token rotation is on; " + reinstall,
	"missing_scope":          "add the scope under OAuth & Permissions and install the app again",
	"not_allowed_token_type": "paste the Bot User OAuth Token, which starts with xoxb-",
	"not_in_channel":         "invite the bot to the channel",
	"channel_not_found":      "the channel does not exist or the bot was not invited to it",
	"is_archived":            "the channel is archived",
	"messages_tab_disabled":  "allow messages under App Home, Messages Tab",
	"message_not_found":      "the message is gone, or is not the bot's",
	"cant_update_message":    "a bot may change its own messages only",
	"cant_delete_message":    "a bot may delete its own messages only",
	"edit_window_closed":     "the workspace lets nobody change messages of that age; see its settings under Permissions, Messaging",
	"user_not_found":         "there is no such member; the member id stands in the person's profile and starts with U or W",
	"bad_redirect_uri":       "add the redirect URL under OAuth & Permissions, Redirect URLs",
	"invalid_client_id":      "compare client_id with Basic Information, App Credentials, Client ID",
	"bad_client_secret":      "compare client_secret with Basic Information, App Credentials, Client Secret",
	"invalid_code":           "a code is good once and for ten minutes; start the installation again",
}

// harmless is an error of a call that says nothing to anybody, so that making it again is safe.
func harmless(e *channels.SendError) *channels.SendError {
	if e.Kind == channels.Uncertain {
		e.Kind = channels.Temporary
	}
	return e
}

// needing names the scope that a call needs where Slack did not.
func needing(scope string, e *channels.SendError) *channels.SendError {
	if e.Code == "missing_scope" && e.Scope == "" {
		e.Scope = scope
	}
	return e
}

// answered sorts the answer of an address that takes or gives bytes. Nothing has been said to anybody, so
// that trying again is safe.
func (a *adapter) answered(call string, resp *http.Response) *channels.SendError {
	e := channels.Failf(channels.Rejected, fmt.Sprintf("http_%d", resp.StatusCode), "slack: %s: answered %d", call, resp.StatusCode)
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		e.Kind = channels.RateLimited
	case resp.StatusCode >= 500:
		e.Kind = channels.Temporary
	}
	e.RetryAfter = channels.RetryAfter(resp.Header, a.deps.Now(), "Retry-After")
	return e
}
