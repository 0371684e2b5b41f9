package channeltest

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
)

func (k Kit) send(t *testing.T) {
	try := func(t *testing.T, b *Bench) (channels.Receipt, error) {
		t.Helper()
		out := outgoing(k.one(t, b, k.Text), k.Now)
		receipt, err := b.Adapter.Send(context.Background(), out)
		if err != nil {
			b.NoSecret(t, k, "the error", err.Error())
		}
		b.NoSecret(t, k, "the log", b.Log.String())
		return receipt, err
	}
	failsAs := func(t *testing.T, err error, kind channels.Kind) *channels.SendError {
		t.Helper()
		if err == nil {
			t.Fatalf("sent, want %s", kind)
		}
		se := channels.AsSendError(err)
		if se.Kind != kind {
			t.Fatalf("got %s (%v), want %s", se.Kind, err, kind)
		}
		return se
	}
	t.Run("a text arrives once, unharmed", func(t *testing.T) {
		b := k.Open(t)
		if _, err := try(t, b); err != nil {
			t.Fatal(err)
		}
		calls := b.Platform.Calls(k.Send.Path)
		if len(calls) != 1 || !strings.Contains(unescape(calls[0]), "안녕하세요") {
			t.Fatalf("calls: %v", calls)
		}
	})
	t.Run("buttons and quick replies go out in one call each", func(t *testing.T) {
		for _, m := range buttonMessages() {
			b := k.Open(t)
			out := outgoing(k.one(t, b, k.Text), k.Now)
			out.Messages = []message.Message{m}
			if _, err := b.Adapter.Send(context.Background(), out); err != nil {
				t.Fatalf("%s: %v", m.Type, err)
			}
			calls := b.Platform.Calls(k.Send.Path)
			if len(calls) != 1 || !strings.Contains(unescape(calls[0]), "예약하기") {
				t.Errorf("%s: calls %v", m.Type, calls)
			}
		}
	})
	t.Run("the platform's limit is rate_limited with its wait", func(t *testing.T) {
		b := k.Open(t)
		b.Platform.FailNext(k.Send.Path, k.Send.RateLimited)
		_, err := try(t, b)
		if se := failsAs(t, err, channels.RateLimited); se.RetryAfter != k.Send.Wait {
			t.Errorf("wait %v, want %v", se.RetryAfter, k.Send.Wait)
		}
	})
	t.Run("a rejected message is rejected", func(t *testing.T) {
		b := k.Open(t)
		b.Platform.FailNext(k.Send.Path, k.Send.Rejected)
		_, err := try(t, b)
		if se := failsAs(t, err, channels.Rejected); se.Code == "" {
			t.Errorf("no platform code in %v", err)
		}
	})
	if k.Send.Blocked.Status != 0 {
		t.Run("a person who blocked the bot is told apart", func(t *testing.T) {
			b := k.Open(t)
			b.Platform.FailNext(k.Send.Path, k.Send.Blocked)
			_, err := try(t, b)
			failsAs(t, err, channels.Blocked)
		})
	}
	t.Run("an answer that never comes is uncertain unless the platform knows repeats", func(t *testing.T) {
		b := k.Open(t)
		if _, err := try(t, b); err != nil { // so that the token is there
			t.Fatal(err)
		}
		b.Platform.FailNext(k.Send.Path, Fault{Hang: true})
		ctx, cancel := context.WithTimeout(context.Background(), 150*time.Millisecond)
		defer cancel()
		out := outgoing(k.one(t, b, k.Text), k.Now)
		_, err := b.Adapter.Send(ctx, out)
		want := channels.Uncertain
		if k.Send.Idempotent {
			want = channels.Temporary
		}
		failsAs(t, err, want)
	})
	t.Run("a platform that is not there is temporary", func(t *testing.T) {
		b := k.Open(t)
		out := outgoing(k.one(t, b, k.Text), k.Now)
		b.Platform.server.Close()
		_, err := b.Adapter.Send(context.Background(), out)
		failsAs(t, err, channels.Temporary)
	})
	if k.Send.TokenPath == "" {
		t.Run("refused credentials are auth", func(t *testing.T) {
			b := k.Open(t)
			b.Platform.FailNext(k.Send.Path, k.Send.Expired)
			_, err := try(t, b)
			failsAs(t, err, channels.Auth)
		})
		return
	}
	k.sendWithToken(t, try, failsAs)
}

func (k Kit) sendWithToken(t *testing.T,
	try func(*testing.T, *Bench) (channels.Receipt, error),
	failsAs func(*testing.T, error, channels.Kind) *channels.SendError,
) {
	t.Run("many senders at once share one token", func(t *testing.T) {
		b := k.Open(t)
		out := outgoing(k.one(t, b, k.Text), k.Now)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := b.Adapter.Send(context.Background(), out); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := len(b.Platform.Calls(k.Send.TokenPath)); n != 1 {
			t.Errorf("%d tokens issued", n)
		}
	})
	t.Run("a refused token is replaced once and the call made again", func(t *testing.T) {
		b := k.Open(t)
		if _, err := try(t, b); err != nil {
			t.Fatal(err)
		}
		b.Clock.Advance(time.Second)
		b.Platform.FailNext(k.Send.Path, k.Send.Expired)
		if _, err := try(t, b); err != nil {
			t.Fatal(err)
		}
		if n := len(b.Platform.Calls(k.Send.TokenPath)); n != 2 {
			t.Errorf("%d tokens issued, want 2", n)
		}
	})
	t.Run("a token that is refused again is auth, without a third issue", func(t *testing.T) {
		b := k.Open(t)
		if _, err := try(t, b); err != nil {
			t.Fatal(err)
		}
		b.Clock.Advance(time.Second)
		b.Platform.FailNext(k.Send.Path, k.Send.Expired, k.Send.Expired)
		_, err := try(t, b)
		failsAs(t, err, channels.Auth)
		if n := len(b.Platform.Calls(k.Send.TokenPath)); n != 2 {
			t.Errorf("%d tokens issued, want 2", n)
		}
	})
	t.Run("a stored token is used after a restart", func(t *testing.T) {
		b := k.Open(t)
		if _, err := try(t, b); err != nil {
			t.Fatal(err)
		}
		again, err := k.Type.New(b.Values, k.Deps(b, LocalClient(2*time.Second)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := again.Send(context.Background(), outgoing(k.one(t, b, k.Text), k.Now)); err != nil {
			t.Fatal(err)
		}
		if n := len(b.Platform.Calls(k.Send.TokenPath)); n != 1 {
			t.Errorf("%d tokens issued", n)
		}
	})
	t.Run("refused credentials are auth and say what the platform said", func(t *testing.T) {
		b := k.Open(t)
		b.Platform.FailNext(k.Send.TokenPath, Fault{
			Status: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}},
			Body: `{"error":"invalid_client","error_description":"no such client"}`,
		})
		_, err := try(t, b)
		if se := failsAs(t, err, channels.Auth); se.Code != "invalid_client" {
			t.Errorf("code %q", se.Code)
		}
	})
}

func buttonMessages() []message.Message {
	postback := message.Action{Kind: message.ActionPostback, Label: "예약하기", Data: "room=a&day=1", Text: "예약"}
	link := message.Action{Kind: message.ActionURL, Label: "안내", URL: "https://www.example.com/guide"}
	say := message.Action{Kind: message.ActionMessage, Label: "도움말", Text: "도움말"}
	quick := message.Text("무엇을 도와드릴까요?")
	quick.QuickReplies = []message.Action{postback, say}
	return []message.Message{
		{Type: message.TypeButtons, Text: "고르세요", Actions: []message.Action{postback, link, say}},
		quick,
	}
}

// unescape undoes JSON's and form encoding's escapes well enough to look for a text.
func unescape(c Call) string {
	return string(c.Body) + formValues(c)
}

func formValues(c Call) string {
	if !strings.HasPrefix(c.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return ""
	}
	values, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, v := range values {
		b.WriteString(strings.Join(v, "\n"))
	}
	return b.String()
}
