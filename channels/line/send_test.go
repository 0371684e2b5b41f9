package line

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

const (
	replyPath = "/v2/bot/message/reply"
	pushPath  = "/v2/bot/message/push"
	retryKey  = "3f0c7a52-5f0e-4e0b-9f3a-0d5a3f1f2b11"
)

// answerTo is the first delivery of a turn that answers a text of Mina, received now.
func answerTo(token string) channels.Outgoing {
	return channels.Outgoing{
		ID: "dl_1", IdempotencyKey: retryKey, Conversation: direct(mina), Messages: []message.Message{message.Text("네")},
		Address: newAddress(token), AddressAt: now, First: true, Attempt: 1,
	}
}

func fault(status int, body string) channeltest.Fault {
	return channeltest.Fault{Status: status, Body: body}
}

func faultFile(t *testing.T, status int, name string) channeltest.Fault {
	return fault(status, testdata(t, name))
}

func TestReplyOrPush(t *testing.T) {
	spent := faultFile(t, http.StatusBadRequest, "error_400_invalid_reply_token.json")
	conflict := faultFile(t, http.StatusConflict, "error_409_retry_key_push.json")
	broken := fault(http.StatusInternalServerError, `{"message":"Internal error"}`)
	hang := channeltest.Fault{Hang: true}
	type faults = []channeltest.Fault
	for _, row := range []struct {
		name        string
		change      func(*channels.Outgoing)
		after       time.Duration
		reply, push faults
		// what is called, and how it ends: by a route or as a kind of failure
		calls string
		route string
		kind  channels.Kind
		doubt bool
	}{
		{name: "the first answer is a reply", calls: "reply", route: "reply"},
		{name: "just inside the token's life it is a reply", after: replyLife - time.Millisecond, calls: "reply", route: "reply"},
		{name: "after the token's life it is a push", after: replyLife, calls: "push", route: "push"},
		{name: "a second delivery is a push", change: func(o *channels.Outgoing) { o.First = false }, calls: "push", route: "push"},
		{name: "what answers nothing is a push", change: func(o *channels.Outgoing) { o.Address = nil }, calls: "push", route: "push"},
		{name: "an address without token is a push", change: func(o *channels.Outgoing) { o.Address = []byte(`{}`) }, calls: "push", route: "push"},
		{name: "an address that cannot be read is a push", change: func(o *channels.Outgoing) { o.Address = []byte(`x`) }, calls: "push", route: "push"},
		{name: "a person is written to by push", change: func(o *channels.Outgoing) {
			*o = channels.Outgoing{IdempotencyKey: retryKey, User: jun, Messages: o.Messages, First: true, Attempt: 1}
		}, calls: "push", route: "push"},

		{name: "a void token without doubt is followed by a push", reply: faults{spent}, calls: "reply push", route: "push"},
		{name: "a reply answered 5xx is tried again, in doubt", reply: faults{broken}, calls: "reply", kind: channels.Temporary, doubt: true},
		{name: "a reply cut off is tried again, in doubt", reply: faults{hang}, calls: "reply", kind: channels.Temporary, doubt: true},
		{name: "in doubt the reply is tried again", change: inDoubt, calls: "reply", route: "reply"},
		{name: "in doubt a void token is uncertain and nothing is pushed", change: inDoubt, reply: faults{spent}, calls: "reply", kind: channels.Uncertain},
		{name: "in doubt after the token's life it is uncertain and nothing is called", change: inDoubt, after: replyLife, kind: channels.Uncertain},
		{name: "what a gone process may have replied is uncertain when the token is void", change: takenOver, reply: faults{spent}, calls: "reply", kind: channels.Uncertain},
		{name: "what a gone process has not replied is replied", change: takenOver, calls: "reply", route: "reply"},
		{name: "what a gone process left for too long is pushed", change: takenOver, after: replyLife, calls: "push", route: "push"},
		{name: "another refusal of the reply is no reason to push", reply: faults{faultFile(t, 400, "error_400_text_too_long.json")}, calls: "reply", kind: channels.Rejected},

		{name: "a push that LINE has already taken is delivered", after: replyLife, push: faults{conflict}, calls: "push", route: "push"},
		{name: "a push answered 5xx is tried again, in doubt", change: secondInDoubt, push: faults{broken}, calls: "push", kind: channels.Temporary, doubt: true},
		{name: "a push cut off is tried again, in doubt", change: secondInDoubt, push: faults{hang}, calls: "push", kind: channels.Temporary, doubt: true},
		{name: "a push in doubt is pushed again", change: secondInDoubt, calls: "push", route: "push"},
		// Doubt would stop the next attempt, which the retry key makes safe.
		{name: "a late push answered 5xx is tried again, by its retry key", after: replyLife, push: faults{broken}, calls: "push", kind: channels.Temporary},
		{name: "a late push cut off is tried again, by its retry key", after: replyLife, push: faults{hang}, calls: "push", kind: channels.Temporary},
		{name: "a push after a void token is tried again, by its retry key", reply: faults{spent}, push: faults{broken}, calls: "reply push", kind: channels.Temporary},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			b.Platform.FailNext(replyPath, row.reply...)
			b.Platform.FailNext(pushPath, row.push...)
			b.Clock.Advance(row.after)
			out := answerTo("token-1")
			if row.change != nil {
				row.change(&out)
			}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			cutOff(b.Platform, replyPath, row.reply, cancel)
			cutOff(b.Platform, pushPath, row.push, cancel)
			receipt, err := b.Adapter.Send(ctx, out)
			if got := called(b.Platform); got != row.calls {
				t.Errorf("called %q, want %q", got, row.calls)
			}
			if row.kind == "" {
				if err != nil || receipt.Route != row.route || len(receipt.MessageIDs) != 1 {
					t.Fatalf("got %+v, %v, want route %s", receipt, err, row.route)
				}
				return
			}
			if se := channels.AsSendError(err); err == nil || se.Kind != row.kind || se.Doubt != row.doubt {
				t.Fatalf("got %+v, %v, want %s with doubt %v", receipt, err, row.kind, row.doubt)
			}
		})
	}
}

// cutOff cancels as soon as a call has arrived that is never answered.
func cutOff(p *channeltest.Platform, path string, faults []channeltest.Fault, cancel func()) {
	if slices.ContainsFunc(faults, func(f channeltest.Fault) bool { return f.Hang }) {
		go func() {
			p.Wait(path, 1)
			cancel()
		}()
	}
}

func inDoubt(o *channels.Outgoing) { o.Doubt, o.Attempt = true, 2 }

func takenOver(o *channels.Outgoing) { o.Recovered = true }

func secondInDoubt(o *channels.Outgoing) { o.First, o.Doubt, o.Attempt = false, true, 2 }

// called lists the calls that send, in order.
func called(p *channeltest.Platform) string {
	var names []string
	for _, c := range p.Calls("/v2/bot/message/") {
		names = append(names, strings.TrimPrefix(c.Path, "/v2/bot/message/"))
	}
	return strings.Join(names, " ")
}

func TestRetryKeyGoesWithPushOnly(t *testing.T) {
	b := kit.Open(t)
	for range 2 { // the second one meets a spent token and is pushed
		if _, err := b.Adapter.Send(context.Background(), answerTo("token-1")); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range b.Platform.Calls(replyPath) {
		if _, sent := c.Header["X-Line-Retry-Key"]; sent {
			t.Error("a reply carries a retry key")
		}
	}
	pushes := b.Platform.Calls(pushPath)
	if len(pushes) != 1 || pushes[0].Header.Get("X-Line-Retry-Key") != retryKey {
		t.Errorf("pushes %v", pushes)
	}
}

func TestRepeatedPushIsDeliveredOnce(t *testing.T) {
	b := kit.Open(t)
	out := answerTo("")
	first, err := b.Adapter.Send(context.Background(), out)
	if err != nil {
		t.Fatal(err)
	}
	out.Attempt, out.Doubt = 2, true
	again, err := b.Adapter.Send(context.Background(), out)
	if err != nil || !slices.Equal(first.MessageIDs, again.MessageIDs) {
		t.Errorf("got %v, %v, want %v", again, err, first)
	}
}

func TestLatePushThatFailedIsPushedAgain(t *testing.T) {
	b := kit.Open(t)
	b.Clock.Advance(2 * time.Minute)
	b.Platform.FailNext(pushPath, fault(http.StatusBadGateway, ""))
	out := answerTo("token-1")
	_, err := b.Adapter.Send(context.Background(), out)
	out.Attempt, out.Doubt = 2, channels.AsSendError(err).Doubt
	if receipt, err := b.Adapter.Send(context.Background(), out); err != nil || receipt.Route != "push" {
		t.Errorf("got %+v, %v", receipt, err)
	}
	for _, c := range b.Platform.Calls(pushPath) {
		if c.Header.Get("X-Line-Retry-Key") != retryKey {
			t.Errorf("retry key %q", c.Header.Get("X-Line-Retry-Key"))
		}
	}
}

func TestFailuresAreSorted(t *testing.T) {
	for _, row := range []struct {
		name  string
		fault channeltest.Fault
		kind  channels.Kind
		code  string
		says  string
	}{
		{"a bad token", faultFile(t, 401, "error_401.json"), channels.Auth, "Authentication failed", ""},
		{"a plan without this call", faultFile(t, 403, "error_403.json"), channels.Auth, "Access to this API is not available", ""},
		{"an id that does not exist", faultFile(t, 400, "error_400_failed_to_send.json"), channels.Rejected, "Failed to send messages", ""},
		{"a message that does not fit", faultFile(t, 400, "error_400_validation.json"), channels.Rejected, "The request body has 2 error(s)", "messages[0].text: May not be empty; messages[1].type: Must be one of"},
		{"an unknown path", faultFile(t, 404, "error_404_not_found.json"), channels.Rejected, "Not found", ""},
		{"a body that is too large", fault(413, ""), channels.Rejected, "http_413", ""},
		{"too many calls", faultFile(t, 429, "error_429_rate_limit.json"), channels.RateLimited, "The API rate limit has been exceeded", ""},
		{"a used-up month", faultFile(t, 429, "error_429_monthly_quota.json"), channels.Config, "monthly_limit", ""},
		{"a redirect", channeltest.Fault{Status: 302, Header: http.Header{"Location": {"https://example.com/"}}}, channels.Config, "http_302", ""},
		{"an error page", fault(503, "<html>"), channels.Temporary, "http_503", ""},
		{"an endless message", fault(400, `{"message":"`+strings.Repeat("길", 5000)+`"}`), channels.Rejected, "길", ""},
		{"a message that repeats the token", fault(400, `{"message":"no `+channeltest.LINEToken+`"}`), channels.Rejected, "no •••", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			row.fault.Header = row.fault.Header.Clone()
			if row.fault.Header == nil {
				row.fault.Header = http.Header{}
			}
			row.fault.Header.Set("X-Line-Request-Id", "rq-1")
			b.Platform.FailNext(pushPath, row.fault)
			_, err := b.Adapter.Send(context.Background(), answerTo(""))
			se := channels.AsSendError(err)
			if err == nil || se.Kind != row.kind || !strings.HasPrefix(se.Code, row.code) {
				t.Fatalf("got %v, want %s %q", err, row.kind, row.code)
			}
			if !strings.Contains(err.Error(), row.says) || !strings.Contains(err.Error(), "rq-1") || len(err.Error()) > 2000 {
				t.Errorf("the error says %q", err)
			}
			b.NoSecret(t, kit, "the error", err.Error())
		})
	}
	t.Run("a wait is passed on where LINE gives one", func(t *testing.T) {
		b := kit.Open(t)
		b.Platform.FailNext(pushPath, channeltest.Fault{Status: 429, Header: http.Header{"Retry-After": {"7"}}})
		_, err := b.Adapter.Send(context.Background(), answerTo(""))
		if se := channels.AsSendError(err); se.Kind != channels.RateLimited || se.RetryAfter != 7*time.Second {
			t.Errorf("got %v after %v", err, se.RetryAfter)
		}
	})
	t.Run("an accepted call whose answer is lost is delivered", func(t *testing.T) {
		b := kit.Open(t)
		b.Platform.FailNext(pushPath, fault(200, `{"sentMess`))
		b.Platform.FailNext(replyPath, fault(200, ""))
		for _, token := range []string{"", "token-1"} {
			if _, err := b.Adapter.Send(context.Background(), answerTo(token)); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestOddRecipientsAreNeverCalled(t *testing.T) {
	for _, id := range []string{"", "U1", "U1/../../info", strings.ToUpper(mina), mina + "0", "X" + mina[1:], mina + "\n", moduleMina} {
		t.Run(id, func(t *testing.T) {
			b := kit.Open(t)
			out := answerTo("")
			out.Conversation, out.User = message.Conversation{}, id
			_, err := b.Adapter.Send(context.Background(), out)
			if se := channels.AsSendError(err); err == nil || se.Kind != channels.Rejected {
				t.Errorf("got %v, want rejected", err)
			}
			if n := len(b.Platform.Calls("/")); n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

func TestCallsCarryTokenAndRecipient(t *testing.T) {
	for _, to := range []string{mina, group, room} {
		b := kit.Open(t)
		out := answerTo("")
		out.Conversation = message.Conversation{ID: to}
		if _, err := b.Adapter.Send(context.Background(), out); err != nil {
			t.Fatal(err)
		}
		c := b.Platform.Calls(pushPath)[0]
		var body struct{ To string }
		if err := json.Unmarshal(c.Body, &body); err != nil || body.To != to {
			t.Errorf("sent to %q, %v, want %q", body.To, err, to)
		}
		if c.Header.Get("Authorization") != "Bearer "+channeltest.LINEToken {
			t.Error("the call is not authorised")
		}
	}
}
