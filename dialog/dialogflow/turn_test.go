package dialogflow

import (
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func TestTheRequestsAreThoseOfTheSamples(t *testing.T) {
	for _, edition := range []string{cx, es} {
		t.Run(edition, func(t *testing.T) {
			want := decode(t, read(t, "dialogflow_"+edition+"_request.json"))["body"].(map[string]any)
			b := open(t, edition, func(v settings.Values) { v["session_ttl"], v["send_names"] = "1h", "yes" })
			if _, err := b.Turn(t.Context(), turn(), nil); err != nil {
				t.Fatal(err)
			}
			got := decode(t, b.fake.Last(t).Body)
			webhook := got["queryParams"].(map[string]any)["payload"].(map[string]any)
			wantWebhook := map[string]any{"channel": "naverworks", "userId": "U7001", "userName": "김하나", "conversationId": "nw-main:U7001"}
			if !reflect.DeepEqual(webhook, wantWebhook) {
				t.Errorf("payload %v, want %v", webhook, wantWebhook)
			}
			delete(got["queryParams"].(map[string]any), "payload")
			delete(want["queryParams"].(map[string]any), "payload")
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

func TestWhatATurnAsks(t *testing.T) {
	long := strings.Repeat("가", 300)
	for _, c := range []struct {
		name string
		in   message.Inbound
		want string // what the agent hears, "" when it is not asked
		code string // of the error
	}{
		{"a text", message.Inbound{Kind: message.KindText, Text: " 안녕 "}, "안녕", ""},
		{"a text too long for ES", message.Inbound{Kind: message.KindText, Text: long}, long[:256*3], ""},
		{"a tapped button", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: "room=a", Label: "예약"}}, "room=a", ""},
		{"a button that fires an event", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: "event:BOOK"}}, "event BOOK", ""},
		{"an opened chat", message.Inbound{Kind: message.KindFollow}, "event WELCOME", ""},
		{"a command", message.Inbound{Kind: message.KindCommand, Command: &message.Command{Name: "/ask", Args: "회의실"}}, "회의실", ""},
		{"a place", message.Inbound{Kind: message.KindLocation, Location: &message.Location{Title: "서울시청"}}, "서울시청", ""},
		{"a picture with words", message.Inbound{Kind: message.KindImage, Text: "보세요"}, "보세요", ""},
		{"a picture without words", message.Inbound{Kind: message.KindImage}, "", "unsupported"},
		{"a reaction", message.Inbound{Kind: message.KindReaction}, "", ""},
		{"a closed chat", message.Inbound{Kind: message.KindUnfollow}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, es, nil)
			in := turn()
			in.Inbound = c.in
			res, err := b.Turn(t.Context(), in, nil)
			if c.code != "" {
				asError(t, err, c.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" {
				if len(b.fake.Calls()) != 0 || !reflect.DeepEqual(res, dialog.Result{}) {
					t.Errorf("asked %v, got %+v", b.fake.Calls(), res)
				}
				return
			}
			if got := res.Reply.Messages[0].Text; got != "1: "+c.want {
				t.Errorf("the agent heard %q", got)
			}
		})
	}
	t.Run("a picture without words, with an event for it", func(t *testing.T) {
		b := open(t, es, func(v settings.Values) { v["media_event"] = "MEDIA" })
		in := turn()
		in.Inbound = message.Inbound{Kind: message.KindImage, Attachments: []message.Attachment{{Kind: message.KindImage, Ref: "own-handle", URL: "https://f.example.com/a"}}}
		if _, err := b.Turn(t.Context(), in, nil); err != nil {
			t.Fatal(err)
		}
		body := string(b.fake.Last(t).Body)
		if !strings.Contains(body, `"parameters":{"kind":"image","url":"https://f.example.com/a"}`) || strings.Contains(body, "own-handle") {
			t.Errorf("asked %s", body)
		}
	})
}

func TestLanguages(t *testing.T) {
	for _, c := range []struct {
		known       []string
		locale, bot string
		want        string
	}{
		{nil, "ko-KR", "en", "ko"},
		{nil, "ja", "ko", "ja"},
		{nil, "zh-TW", "ko", "zh-TW"},
		{nil, "", "ko", "ko"},
		{nil, "", "", "en"},
		{[]string{"ko", "ja"}, "ja-JP", "ko", "ja"},
		{[]string{"ko", "ja"}, "en-US", "ja", "ja"},
		{[]string{"ko", "ja"}, "en-US", "", "ko"},
		{[]string{"en", "en-GB"}, "en_GB", "", "en-GB"},
		{[]string{"KO"}, "ko", "", "KO"},
	} {
		if got := language(c.known, c.locale, c.bot); got != c.want {
			t.Errorf("%v for %q, %q: got %s, want %s", c.known, c.locale, c.bot, got, c.want)
		}
	}
}

func TestASessionLastsUntilItsStateIsCleared(t *testing.T) {
	b := open(t, cx, nil)
	in := turn()
	in.ConversationID = strings.Repeat("nw-main:", 50) // Google takes 36 characters
	res, err := b.Turn(t.Context(), in, nil)
	if err != nil || res.State == nil || !regexp.MustCompile(`^[a-z0-9]{32}$`).MatchString(res.State.Token) {
		t.Fatalf("%+v, %v", res.State, err)
	}
	again, err := b.Turn(t.Context(), in, nil) // after a crash
	if err != nil || *again.State != *res.State {
		t.Errorf("another session: %v, %v", again.State, err)
	}
	next := in
	next.ID, next.State = "turn_2", *res.State
	if got, err := b.Turn(t.Context(), next, nil); err != nil || got.State != nil || !strings.HasPrefix(got.Reply.Messages[0].Text, "3: ") {
		t.Errorf("got %+v, %v", got, err)
	}
	next.ID, next.State = "turn_3", dialog.State{}
	if got, err := b.Turn(t.Context(), next, nil); err != nil || *got.State == *res.State || !strings.HasPrefix(got.Reply.Messages[0].Text, "1: ") {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestTokens(t *testing.T) {
	t.Run("are kept until shortly before they end", func(t *testing.T) {
		b := open(t, cx, nil)
		for _, step := range []struct {
			pass time.Duration
			want int
		}{{0, 1}, {58 * time.Minute, 1}, {time.Minute, 2}, {time.Minute, 2}} {
			b.pass(step.pass)
			if _, err := b.Turn(t.Context(), turn(), nil); err != nil {
				t.Fatal(err)
			}
			if got := b.fake.Issued(); got != step.want {
				t.Errorf("after %v: %d tokens, want %d", step.pass, got, step.want)
			}
		}
	})
	t.Run("are asked for once by many", func(t *testing.T) {
		b := open(t, cx, nil)
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				in := turn()
				in.ConversationID = fmt.Sprint(i)
				if _, err := b.Turn(t.Context(), in, nil); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := b.fake.Issued(); got != 1 {
			t.Errorf("%d tokens", got)
		}
	})
	t.Run("that are refused are replaced once", func(t *testing.T) {
		b := open(t, cx, nil)
		if _, err := b.Turn(t.Context(), turn(), nil); err != nil {
			t.Fatal(err)
		}
		b.fake.Revoke()
		if _, err := b.Turn(t.Context(), turn(), nil); err != nil || b.fake.Issued() != 2 {
			t.Errorf("%v after %d tokens", err, b.fake.Issued())
		}
		b.always(dialogtest.GoogleError(401, "UNAUTHENTICATED", "no"))
		_, err := b.Turn(t.Context(), turn(), nil)
		asError(t, err, "refused")
		if b.fake.Issued() != 3 {
			t.Errorf("%d tokens", b.fake.Issued())
		}
	})
	t.Run("that are not given are not asked for by everybody", func(t *testing.T) {
		b := open(t, cx, nil)
		b.tokens.account.email = "somebody@example.com"
		for range 5 {
			_, err := b.Turn(t.Context(), turn(), nil)
			if e := asError(t, err, "refused"); !strings.Contains(e.Error(), "invalid_grant") {
				t.Error(err)
			}
		}
		if n := len(b.fake.Calls()); n != 1 {
			t.Errorf("asked %d times", n)
		}
		b.pass(2 * time.Second)
		if _, err := b.Turn(t.Context(), turn(), nil); err == nil || len(b.fake.Calls()) != 2 {
			t.Errorf("asked %d times, %v", len(b.fake.Calls()), err)
		}
	})
}

func TestFailures(t *testing.T) {
	ok := dialogtest.JSON(map[string]any{"queryResult": map[string]any{"responseMessages": []any{}}})
	late := dialogtest.GoogleError(503, "UNAVAILABLE", "busy")
	late.Header = http.Header{"Retry-After": {"2"}}
	for _, c := range []struct {
		name    string
		answers []dialogtest.HTTPAnswer
		code    string // "" if the turn succeeds
		detail  string
		slept   []time.Duration
	}{
		{"503 is asked again", []dialogtest.HTTPAnswer{dialogtest.GoogleError(503, "UNAVAILABLE", "busy"), ok}, "", "", []time.Duration{backOff}},
		{"a wait is kept", []dialogtest.HTTPAnswer{late, ok}, "", "", []time.Duration{2 * time.Second}},
		{"the second 503 is final", []dialogtest.HTTPAnswer{late, late, ok}, "failed", "UNAVAILABLE: busy", []time.Duration{2 * time.Second}},
		{"429 is final", []dialogtest.HTTPAnswer{dialogtest.GoogleError(429, "RESOURCE_EXHAUSTED", "quota"), ok}, "rate_limited", "quota", nil},
		{"400 says why", []dialogtest.HTTPAnswer{dialogtest.GoogleError(400, "INVALID_ARGUMENT", "bad language")}, "refused", "bad language", nil},
		{"403 says why", []dialogtest.HTTPAnswer{dialogtest.GoogleError(403, "PERMISSION_DENIED", "no role")}, "refused", "no role", nil},
		{"404 says why", []dialogtest.HTTPAnswer{dialogtest.GoogleError(404, "NOT_FOUND", "no agent")}, "refused", "no agent", nil},
		{"504 is a time-out", []dialogtest.HTTPAnswer{dialogtest.GoogleError(504, "DEADLINE_EXCEEDED", "slow")}, "timeout", "slow", nil},
		{"a page is no error of Google", []dialogtest.HTTPAnswer{{Status: 502, Body: "<html>"}}, "failed", "status 502", nil},
		{"a redirect is not followed", []dialogtest.HTTPAnswer{{Status: 307, Header: http.Header{"Location": {"/elsewhere"}}}}, "redirect", "status 307", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, cx, nil)
			b.always(c.answers...)
			_, err := b.Turn(t.Context(), turn(), nil)
			if c.code == "" && err != nil {
				t.Fatal(err)
			}
			if c.code != "" {
				if e := asError(t, err, c.code); !strings.Contains(e.Error(), c.detail) {
					t.Errorf("%v does not say %q", err, c.detail)
				}
			}
			if !reflect.DeepEqual(b.sleeps, c.slept) {
				t.Errorf("slept %v, want %v", b.sleeps, c.slept)
			}
		})
	}
}

func TestTokensReachNoError(t *testing.T) {
	b := open(t, cx, nil)
	b.always(dialogtest.GoogleError(400, "INVALID_ARGUMENT", "you sent ya29.token-1"))
	_, err := b.Turn(t.Context(), turn(), nil)
	if e := asError(t, err, "refused"); strings.Contains(e.Error(), "ya29") {
		t.Error(err)
	}
}
