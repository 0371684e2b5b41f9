package naverworks

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

func segment(t *testing.T, s string) string {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func toMember(text string) channels.Outgoing {
	return channels.Outgoing{
		ID: "dl_1", Conversation: message.Conversation{ID: member, Kind: message.Direct},
		Messages: []message.Message{message.Text(text)}, Attempt: 1,
	}
}

func TestAMessageGoesToItsRecipient(t *testing.T) {
	conv := func(id string, kind message.ConversationKind) channels.Outgoing {
		return channels.Outgoing{Conversation: message.Conversation{ID: id, Kind: kind}}
	}
	for _, row := range []struct {
		name string
		out  channels.Outgoing
		path string // as the platform decodes it
	}{
		{"a 1:1 chat is the member's", conv(member, message.Direct), channeltest.NaverWorksUsersPath + member + "/messages"},
		{"a room", conv(room, message.Group), channeltest.NaverWorksChannelsPath + room + "/messages"},
		{"a person by id", channels.Outgoing{User: "u1"}, channeltest.NaverWorksUsersPath + "u1/messages"},
		{"a person by e-mail", channels.Outgoing{User: "kim@example.com"}, channeltest.NaverWorksUsersPath + "kim@example.com/messages"},
		{"an id with a slash stays one part of the path", conv("a/b?c#d%2F", message.Group), channeltest.NaverWorksChannelsPath + "a/b?c#d%2F/messages"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			row.out.Messages = []message.Message{message.Text("hello")}
			if _, err := b.Adapter.Send(context.Background(), row.out); err != nil {
				t.Fatal(err)
			}
			calls := b.Platform.Calls("/v1.0/")
			if len(calls) != 1 || calls[0].Path != row.path || calls[0].Header.Get("Content-Type") != "application/json" {
				t.Errorf("calls %v", calls)
			}
		})
	}
}

func TestWhatCannotBeSentIsRejectedWithoutACall(t *testing.T) {
	two := toMember("one")
	two.Messages = append(two.Messages, message.Text("two"))
	none := toMember("")
	none.Messages = nil
	script := toMember("")
	script.Messages[0] = message.Message{Type: message.TypeFile, URL: "https://www.example.com/setup.exe"}
	nobody := toMember("hello")
	nobody.Conversation = message.Conversation{}
	up := toMember("hello")
	up.Conversation, up.User = message.Conversation{}, ".."
	for name, out := range map[string]channels.Outgoing{
		"two messages": two, "no message": none, "a program": script, "no recipient": nobody, "a way up the path": up,
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			_, err := b.Adapter.Send(context.Background(), out)
			if err == nil || channels.AsSendError(err).Kind != channels.Rejected {
				t.Errorf("got %v", err)
			}
			if n := len(b.Platform.Calls("/")); n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

func TestPlatformErrorsAreSorted(t *testing.T) {
	head := func(kv ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(kv); i += 2 {
			h.Set(kv[i], kv[i+1])
		}
		return h
	}
	code := func(c string) string { return `{"code":"` + c + `","description":"why"}` }
	for _, row := range []struct {
		name  string
		fault channeltest.Fault
		kind  channels.Kind
		code  string
		wait  time.Duration
	}{
		{"400", channeltest.Fault{Status: 400, Body: read(t, "error_400_invalid_parameter.json")}, channels.Rejected, "INVALID_PARAMETER", 0},
		{"403 for this recipient", channeltest.Fault{Status: 403, Body: read(t, "error_403_access_denied.json")}, channels.Blocked, "ACCESS_DENIED", 0},
		{"403 forbidden", channeltest.Fault{Status: 403, Body: code("FORBIDDEN")}, channels.Blocked, "FORBIDDEN", 0},
		{"403 for a missing permission", channeltest.Fault{Status: 403, Header: head("WWW-Authenticate", `Bearer error="insufficient_scope"`), Body: code("FORBIDDEN")}, channels.Auth, "FORBIDDEN", 0},
		{"403 for a limit", channeltest.Fault{Status: 403, Body: code("LIMIT_EXCEEDED")}, channels.Rejected, "LIMIT_EXCEEDED", 0},
		{"403 from something in between", channeltest.Fault{Status: 403, Body: "<html>"}, channels.Rejected, "http_403", 0},
		{"404", channeltest.Fault{Status: 404, Body: read(t, "error_404.json")}, channels.Rejected, "NOT_FOUND", 0},
		{"409", channeltest.Fault{Status: 409, Body: read(t, "error_409.json")}, channels.Rejected, "ALREADY_EXIST", 0},
		{"410", channeltest.Fault{Status: 410, Body: code("DELETED")}, channels.Rejected, "DELETED", 0},
		{"429 with the window's rest", channeltest.Fault{Status: 429, Header: head("RateLimit-Reset", "23"), Body: read(t, "error_429.json")}, channels.RateLimited, "TOO_MANY_REQUESTS", 23 * time.Second},
		{"429 with Retry-After", channeltest.Fault{Status: 429, Header: head("Retry-After", "7"), Body: read(t, "error_429.json")}, channels.RateLimited, "TOO_MANY_REQUESTS", 7 * time.Second},
		{"429 without a hint", channeltest.Fault{Status: 429}, channels.RateLimited, "http_429", 0},
		{"500 may have been delivered", channeltest.Fault{Status: 500, Body: read(t, "error_500.json")}, channels.Uncertain, "INTERNAL_SERVER_ERROR", 0},
		{"502 may have been delivered", channeltest.Fault{Status: 502, Body: "<html>"}, channels.Uncertain, "http_502", 0},
		{"504 may have been delivered", channeltest.Fault{Status: 504}, channels.Uncertain, "http_504", 0},
		{"503 was not taken", channeltest.Fault{Status: 503, Header: head("Retry-After", "5"), Body: read(t, "error_503.json")}, channels.Temporary, "SERVICE_UNAVAILABLE", 5 * time.Second},
		{"408 was not taken", channeltest.Fault{Status: 408}, channels.Temporary, "http_408", 0},
		{"a redirect is not followed", channeltest.Fault{Status: 307, Header: head("Location", "/v1.0/bots/3001234/users/other/messages")}, channels.Config, "http_307", 0},
		{"a silent platform may have delivered", channeltest.Fault{Hang: true}, channels.Uncertain, "timeout", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			a := again(t, b)
			a.http.timeout = 200 * time.Millisecond
			b.Platform.FailNext(channeltest.NaverWorksUsersPath, row.fault)
			_, err := a.Send(context.Background(), toMember("hello"))
			if err == nil {
				t.Fatal("sent")
			}
			if se := channels.AsSendError(err); se.Kind != row.kind || se.Code != row.code || se.RetryAfter != row.wait {
				t.Errorf("got %v, wait %v", err, se.RetryAfter)
			}
			if n := len(b.Platform.Calls(channeltest.NaverWorksUsersPath)); n != 1 {
				t.Errorf("%d calls", n)
			}
			if strings.Contains(err.Error(), "127.0.0.1") && row.fault.Hang {
				t.Errorf("the error shows the address: %v", err)
			}
		})
	}
}

func TestASuccessWhoseBodyBreaksOffIsASuccess(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	b.Platform.FailNext(channeltest.NaverWorksUsersPath, channeltest.Fault{Status: 201, Header: http.Header{"Content-Length": {"99"}}, Body: "{"})
	if _, err := b.Adapter.Send(context.Background(), toMember("hello")); err != nil {
		t.Error(err)
	}
}

func TestATokenWithoutThePermissionIsNamed(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, map[string]string{"scopes": "bot.read"})
	_, err := b.Adapter.Send(context.Background(), toMember("hello"))
	se := channels.AsSendError(err)
	if err == nil || se.Kind != channels.Auth || se.Scope != "bot.message" || !strings.Contains(err.Error(), "OAuth Scopes") {
		t.Errorf("got %v, scope %q", err, se.Scope)
	}
}

func TestATokenKilledByAnotherIssueIsReplaced(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	if _, err := b.Adapter.Send(context.Background(), toMember("one")); err != nil {
		t.Fatal(err)
	}
	stranger := again(t, &channeltest.Bench{Values: b.Values, Clock: b.Clock, Tokens: &channeltest.Tokens{}, Log: b.Log})
	if _, err := stranger.CurrentToken(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Adapter.Send(context.Background(), toMember("two")); err != nil {
		t.Fatal(err)
	}
	if n := len(b.Platform.Calls(channeltest.NaverWorksTokenPath)); n != 3 {
		t.Errorf("%d tokens issued, want 3", n)
	}
	if n := len(b.Platform.Calls(channeltest.NaverWorksUsersPath)); n != 3 {
		t.Errorf("%d sends, want 3: one refused", n)
	}
}

func TestATokenRenewedOnAnotherNodeIsPickedUp(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	if _, err := b.Adapter.Send(context.Background(), toMember("one")); err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(time.Minute)
	if _, err := again(t, b).RenewToken(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Adapter.Send(context.Background(), toMember("two")); err != nil {
		t.Fatal(err)
	}
	if got := grants(t, b); got != "jwt-bearer refresh_token" {
		t.Errorf("grants %q", got)
	}
}

func TestACallerWhoGivesUpWaitingForATokenMayTryAgain(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	hold, err := b.Tokens.Lock(context.Background(), "access")
	if err != nil {
		t.Fatal(err)
	}
	defer hold()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = b.Adapter.Send(ctx, toMember("hello"))
	if err == nil || channels.AsSendError(err).Kind != channels.Temporary {
		t.Errorf("got %v", err)
	}
}

func TestACallbackIsVerifiedWhileATokenIsIssued(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	hold, err := b.Tokens.Lock(context.Background(), "access")
	if err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error)
	go func() {
		_, err := b.Adapter.Send(context.Background(), toMember("hello"))
		waiting <- err
	}()
	r := channeltest.SignNaverWorks(channeltest.NaverWorksBotSecret, channeltest.NaverWorksBotID, channeltest.NaverWorksText("u1", "", "hi", now))
	if err := b.Adapter.Verify(context.Background(), r); err != nil {
		t.Error(err)
	}
	if _, err := b.Adapter.Parse(r); err != nil {
		t.Error(err)
	}
	hold()
	if err := <-waiting; err != nil {
		t.Error(err)
	}
}
