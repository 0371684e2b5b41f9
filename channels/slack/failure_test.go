package slack

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

func hello(to message.Conversation) channels.Outgoing {
	return channels.Outgoing{Conversation: to, Messages: []message.Message{message.Text("안녕하세요")}}
}

func TestSlacksErrorsAreSorted(t *testing.T) {
	code := func(c string) channeltest.Fault {
		return channeltest.Fault{Status: http.StatusOK, Header: jsonHeader, Body: fmt.Sprintf(`{"ok":false,"error":%q}`, c)}
	}
	answered := func(status int, body string) channeltest.Fault {
		return channeltest.Fault{Status: status, Body: body}
	}
	for _, row := range []struct {
		name  string
		fault channeltest.Fault
		kind  channels.Kind
		code  string
	}{
		{"a token that is wrong", refused(t, "invalid_auth"), channels.Auth, "invalid_auth"},
		{"no token", refused(t, "not_authed"), channels.Auth, "not_authed"},
		{"an account that is closed", refused(t, "account_inactive"), channels.Auth, "account_inactive"},
		{"a token that was revoked", refused(t, "token_revoked"), channels.Auth, "token_revoked"},
		{"a token that has expired", refused(t, "token_expired"), channels.Auth, "token_expired"},
		{"a permission that is missing", refused(t, "missing_scope"), channels.Auth, "missing_scope"},
		{"no permission", code("no_permission"), channels.Auth, "no_permission"},
		{"an organisation that wants a login", code("org_login_required"), channels.Auth, "org_login_required"},
		{"keys that were withdrawn", code("ekm_access_denied"), channels.Auth, "ekm_access_denied"},
		{"a bot that is not in the channel", refused(t, "not_in_channel"), channels.Blocked, "not_in_channel"},
		{"a channel that the bot cannot see", refused(t, "channel_not_found"), channels.Blocked, "channel_not_found"},
		{"a channel that is archived", refused(t, "is_archived"), channels.Rejected, "is_archived"},
		{"a person who does not exist", code("user_not_found"), channels.Rejected, "user_not_found"},
		{"another bot as the receiver", code("cannot_dm_bot"), channels.Rejected, "cannot_dm_bot"},
		{"a messages tab that is off", refused(t, "messages_tab_disabled"), channels.Rejected, "messages_tab_disabled"},
		{"a channel where few may write", code("restricted_action_read_only_channel"), channels.Rejected, "restricted_action_read_only_channel"},
		{"a text that is too long", refused(t, "msg_too_long"), channels.Rejected, "msg_too_long"},
		{"no text", refused(t, "no_text"), channels.Rejected, "no_text"},
		{"blocks that are wrong", refused(t, "invalid_blocks"), channels.Rejected, "invalid_blocks"},
		{"arguments that are wrong", refused(t, "invalid_arguments"), channels.Rejected, "invalid_arguments"},
		{"a code of tomorrow", code("some_future_error"), channels.Rejected, "some_future_error"},
		{"a limit that is told with 200", code("ratelimited"), channels.RateLimited, "ratelimited"},
		{"a limit under its other name", code("rate_limited"), channels.RateLimited, "rate_limited"},
		{"a limit without a wait", answered(429, "{}"), channels.RateLimited, "http_429"},
		{"a service that is down", code("service_unavailable"), channels.Temporary, "service_unavailable"},
		{"a request that arrived cut", code("request_timeout"), channels.Temporary, "request_timeout"},
		{"a workspace that is being moved", code("team_added_to_org"), channels.Temporary, "team_added_to_org"},
		{"trouble inside Slack", refused(t, "internal_error"), channels.Uncertain, "internal_error"},
		{"worse trouble inside Slack", code("fatal_error"), channels.Uncertain, "fatal_error"},
		{"an HTTP error of Slack", answered(500, "<html>"), channels.Uncertain, "http_500"},
		{"a gateway that gave up", answered(503, ""), channels.Uncertain, "http_503"},
		{"an address that is not Slack's", answered(404, "<html>"), channels.Config, "http_404"},
		{"a page instead of an answer", answered(200, "<html>"), channels.Uncertain, ""},
		{"an answer that is cut", answered(200, `{"ok":tr`), channels.Uncertain, ""},
		{"an answer without a message", answered(200, `{"ok":true}`), channels.Uncertain, ""},
		{"a no without a reason", answered(200, `{"ok":false}`), channels.Uncertain, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			b.Platform.FailNext(channeltest.SlackPostPath, row.fault)
			_, err := send(t, b, hello(direct))
			if e := channels.AsSendError(err); err == nil || e.Kind != row.kind || e.Code != row.code {
				t.Errorf("got %v, want %s (%s)", err, row.kind, row.code)
			}
			if n := len(b.Platform.Calls("/")); n != 1 {
				t.Errorf("%d calls, want 1", n)
			}
		})
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	b := kit(t).Open(t)
	b.Platform.FailNext(channeltest.SlackPostPath, refused(t, "missing_scope"), refused(t, "invalid_blocks"), channeltest.Fault{
		Status: http.StatusOK, Body: `{"ok":false,"error":"odd","response_metadata":{"messages":["got ` + channeltest.SlackBotToken + `"]}}`,
	}, channeltest.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"7200"}}})

	_, err := send(t, b, hello(direct))
	if e := channels.AsSendError(err); e.Scope != "chat:write" || !strings.Contains(err.Error(), "OAuth & Permissions") {
		t.Errorf("a missing scope: %v, scope %q", err, e.Scope)
	}
	if _, err = send(t, b, hello(direct)); !strings.Contains(fmt.Sprint(err), "/blocks/0/text/text") {
		t.Errorf("refused blocks: %v", err)
	}
	if _, err = send(t, b, hello(direct)); !strings.Contains(fmt.Sprint(err), "got •••") {
		t.Errorf("an error that holds the token: %v", err)
	}
	_, err = send(t, b, hello(direct))
	if e := channels.AsSendError(err); e.RetryAfter != time.Hour {
		t.Errorf("a long wait: %v", e.RetryAfter)
	}
}

func TestAPersonWhoIsNotThereIsARejection(t *testing.T) {
	b := kit(t).Open(t)
	b.Platform.FailNext(channeltest.SlackPostPath, refused(t, "channel_not_found"))
	out := hello(message.Conversation{})
	out.User = "U0NOBODY"
	_, err := send(t, b, out)
	if e := channels.AsSendError(err); err == nil || e.Kind != channels.Rejected || e.Code != "channel_not_found" {
		t.Errorf("got %v", err)
	}
}

// The client's own time-out hides what the transport knew, so that nothing better than uncertain can
// be said.
func TestATimeOutOfTheClientIsUncertain(t *testing.T) {
	k := kit(t)
	b := k.Open(t)
	a, err := Type{}.New(b.Values, k.Deps(b, channeltest.LocalClient(100*time.Millisecond)))
	if err != nil {
		t.Fatal(err)
	}
	b.Platform.FailNext(channeltest.SlackPostPath, channeltest.Fault{Hang: true})
	_, err = a.Send(context.Background(), hello(direct))
	if err == nil || channels.AsSendError(err).Kind != channels.Uncertain {
		t.Errorf("got %v", err)
	}
}
