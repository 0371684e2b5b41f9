package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/channels"
	"dari/store"
	"dari/web/deskkeys"
)

const (
	here  = "192.0.2.1:1000"
	there = "198.51.100.7:1000"
)

// ask calls the token desk of the channel "works".
func (b *bench) ask(from, header string) int {
	headers := []string{"From", from}
	if header != "" {
		headers = append(headers, deskHeader, header)
	}
	return b.call("GET", "/naverworks/works/auth", "", headers...).Code
}

func TestDeskAnswersWithExactlyTheAgreedFields(t *testing.T) {
	b := newBench(t)
	rec := b.call("GET", "/naverworks/works/auth", "", deskHeader, authHeader)
	if rec.Code != 200 {
		t.Fatalf("answered %d %s", rec.Code, rec.Body)
	}
	var got map[string]any
	must(t, json.Unmarshal(rec.Body.Bytes(), &got))
	want := map[string]any{
		"access_token": "token-1", "token_type": "Bearer", "expires_in": 3600.0, "scope": "bot bot.message",
		"expires_at": "2026-01-31T10:30:00.900Z", "issued_at": "2026-01-31T09:30:00.000Z",
	}
	if len(got) != len(want) {
		t.Errorf("fields: %v", got)
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %v, want %v", k, got[k], v)
		}
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Pragma": "no-cache", "Content-Type": "application/json"} {
		if have := rec.Header().Get(name); have != want {
			t.Errorf("%s is %q, want %q", name, have, want)
		}
	}
}

func TestDeskTellsTheSecondsThatAreLeft(t *testing.T) {
	b := newBench(t)
	for _, tc := range []struct {
		after time.Duration
		want  float64
	}{{0, 3600}, {time.Second, 3599}, {400 * time.Millisecond, 3599}, {2 * time.Hour, 0}} {
		b.clock.advance(tc.after)
		var got map[string]any
		must(t, json.Unmarshal(b.call("GET", "/naverworks/works/auth", "", deskHeader, authHeader).Body.Bytes(), &got))
		if got["expires_in"] != tc.want {
			t.Errorf("expires_in is %v, want %v", got["expires_in"], tc.want)
		}
	}
}

func TestDeskIssuesAnewOnlyOnRefresh(t *testing.T) {
	b := newBench(t)
	for _, tc := range []struct{ method, path, token string }{
		{"GET", "auth", "token-1"},
		{"POST", "auth", "token-1"},
		{"POST", "authrefresh", "token-2"},
		{"GET", "auth", "token-2"},
		{"GET", "authrefresh", "token-3"},
	} {
		rec := b.call(tc.method, "/naverworks/works/"+tc.path, "", deskHeader, authHeader)
		if rec.Code != 200 || !strings.Contains(rec.Body.String(), `"`+tc.token+`"`) {
			t.Errorf("%s %s: %d %s, want %s", tc.method, tc.path, rec.Code, rec.Body, tc.token)
		}
	}
}

func TestDeskRefusals(t *testing.T) {
	unreachable := &channels.SendError{Kind: channels.Temporary, Code: "dns", Err: errors.New("lookup of a.private.host failed")}
	slow := &channels.SendError{Kind: channels.RateLimited, RetryAfter: 1500 * time.Millisecond, Err: errors.New("slow down")}
	credentials := &channels.SendError{Kind: channels.Auth, Code: "invalid_client", Err: errors.New("check client_id and client_secret")}
	permission := &channels.SendError{Kind: channels.Config, Code: "invalid_scope", Scope: "bot.message", Err: errors.New("tick it")}
	cases := []struct {
		name    string
		method  string
		path    string
		header  string
		failure error
		status  int
		code    string
		detail  string
		answer  string // "Name: value"
	}{
		{name: "a missing header is unauthorized", path: "/naverworks/works/auth", status: 401, code: "auth_header", detail: "missing", answer: "Www-Authenticate: " + deskHeader},
		{name: "a wrong header is unauthorized", path: "/naverworks/works/auth", header: "x", status: 401, code: "auth_header", detail: "wrong"},
		{name: "a beginning of the header is unauthorized", path: "/naverworks/works/auth", header: authHeader[:4], status: 401},
		{name: "a wrong header refreshes nothing", method: "POST", path: "/naverworks/works/authrefresh", header: "x", status: 401},
		{name: "a desk without auth header is closed", path: "/naverworks/closed/auth", status: 404},
		{name: "a closed desk cannot be opened by an empty header", path: "/naverworks/closed/auth", header: " ", status: 404},
		{name: "a type without a desk has none", path: "/plain/plain/auth", header: authHeader, status: 404},
		{name: "an unknown channel has none", path: "/naverworks/nobody/auth", header: authHeader, status: 404},
		{name: "a channel under another type has none", path: "/plain/works/auth", header: authHeader, status: 404},
		{name: "refused credentials are told with the platform's code", path: "/naverworks/works/auth", header: authHeader, failure: credentials, status: 502, code: "invalid_client", detail: "check client_id and client_secret"},
		{name: "a missing permission is named", path: "/naverworks/works/auth", header: authHeader, failure: permission, status: 502, code: "invalid_scope", detail: "bot.message"},
		{name: "an unreachable platform asks to come back", path: "/naverworks/works/auth", header: authHeader, failure: unreachable, status: 503, code: "unreachable", answer: "Retry-After: 5"},
		{name: "a platform that limits says for how long", path: "/naverworks/works/auth", header: authHeader, failure: slow, status: 503, answer: "Retry-After: 2"},
		{name: "an unknown failure asks to come back", path: "/naverworks/works/auth", header: authHeader, failure: errors.New("disk"), status: 503},
		{name: "other methods are not allowed", method: "DELETE", path: "/naverworks/works/auth", status: 405},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t)
			b.platform.fail(tc.failure)
			if tc.method == "" {
				tc.method = "GET"
			}
			var headers []string
			if tc.header != "" {
				headers = []string{deskHeader, tc.header}
			}
			rec := b.call(tc.method, tc.path, "", headers...)
			p := problemOf(t, rec)
			if rec.Code != tc.status || tc.code != "" && p.Code != tc.code || !strings.Contains(p.Detail, tc.detail) {
				t.Errorf("answered %d %s", rec.Code, rec.Body)
			}
			if name, want, ok := strings.Cut(tc.answer, ": "); ok && rec.Header().Get(name) != want {
				t.Errorf("%s is %q, want %q", name, rec.Header().Get(name), want)
			}
			for _, hidden := range []string{authHeader, "private.host", "disk"} {
				if strings.Contains(rec.Body.String(), hidden) {
					t.Errorf("the answer holds %q", hidden)
				}
			}
			if b.platform.issued != 0 {
				t.Error("a token was issued")
			}
		})
	}
}

func TestDeskOfADisabledChannelIsNotFound(t *testing.T) {
	b := newBench(t)
	b.api("POST", "/channels/works/disable", "")
	if got := b.ask(here, authHeader); got != 404 {
		t.Errorf("answered %d", got)
	}
}

func TestDeskThrottle(t *testing.T) {
	b := newBench(t)
	b.api("PATCH", "/channels/closed", `{"settings":{"auth_header":"another header"}}`)
	for i := range deskTries {
		if got := b.ask(here, "wrong"); got != 401 {
			t.Fatalf("wrong header %d: %d, want 401", i+1, got)
		}
	}
	rec := b.call("GET", "/naverworks/works/auth", "", "From", here, deskHeader, "wrong")
	if rec.Code != 429 || rec.Header().Get("Retry-After") != "60" || problemOf(t, rec).Code != "throttled" {
		t.Errorf("wrong header 11: %d, Retry-After %q", rec.Code, rec.Header().Get("Retry-After"))
	}
	if got := b.ask(here, authHeader); got != 429 {
		t.Errorf("a right header from the same address: %d, want 429", got)
	}
	if got := b.ask(there, authHeader); got != 200 {
		t.Errorf("a right header from elsewhere: %d, want 200", got)
	}
	if got := b.call("GET", "/naverworks/closed/auth", "", "From", here, deskHeader, "another header").Code; got != 200 {
		t.Errorf("another channel's desk from the same address: %d, want 200", got)
	}
	b.clock.advance(59 * time.Second)
	if got := b.ask(here, authHeader); got != 429 {
		t.Errorf("after 59 seconds: %d, want 429", got)
	}
	b.clock.advance(time.Second)
	if got := b.ask(here, authHeader); got != 200 {
		t.Errorf("after a minute: %d, want 200", got)
	}
}

func TestDeskThrottleCountsMissingHeadersApart(t *testing.T) {
	b := newBench(t)
	for range deskTries {
		b.ask(here, "")
	}
	if got := b.ask(here, ""); got != 429 {
		t.Errorf("missing header 11: %d, want 429", got)
	}
	if got := b.ask(here, authHeader); got != 200 {
		t.Errorf("a right header from the same address: %d, want 200", got)
	}
}

func TestDeskThrottleBelievesNoProxyHeader(t *testing.T) {
	b := newBench(t)
	for i := range deskTries + 1 {
		rec := b.call("GET", "/naverworks/works/auth", "", "From", here, deskHeader, "wrong", "X-Forwarded-For", "203.0.113."+string(rune('0'+i%10)))
		if want := http.StatusUnauthorized; i < deskTries && rec.Code != want || i == deskTries && rec.Code != 429 {
			t.Errorf("try %d: %d", i+1, rec.Code)
		}
	}
}

func TestDeskIsAudited(t *testing.T) {
	b := newBench(t)
	b.ask(here, authHeader)
	b.ask(here, "wrong-value")
	b.ask(there, "")
	b.call("POST", "/naverworks/works/authrefresh", "", "From", there, deskHeader, authHeader)
	got := items(b.read("/audit"))
	want := []struct {
		action, from, detail string
		ok                   bool
	}{ // newest first
		{"desk.renew", "198.51.100.7", "", true},
		{"desk.token", "198.51.100.7", "the header DANBEE-NAVERWORKS-AUTH is missing", false},
		{"desk.token", "192.0.2.1", "the header DANBEE-NAVERWORKS-AUTH is wrong", false},
		{"desk.token", "192.0.2.1", "", true},
	}
	if len(got) != len(want) {
		t.Fatalf("%d lines: %v", len(got), got)
	}
	for i, w := range want {
		g := got[i]
		if g["action"] != w.action || g["from"] != w.from || g["detail"] != w.detail || g["ok"] != w.ok || g["on"] != "works" {
			t.Errorf("line %d is %v, want %v", i, g, w)
		}
	}
	if text := b.api("GET", "/audit", "").Body.String() + b.log.String(); strings.Contains(text, "wrong-value") || strings.Contains(text, authHeader) || strings.Contains(text, "token-1") {
		t.Error("the audit log or the log holds a header or a token")
	}
}

func TestThrottleTable(t *testing.T) {
	c := &clock{now: start}
	th := newThrottle(2, c.Now)
	t.Run("addresses of one IPv6 network count as one", func(t *testing.T) {
		th.try(attempt{"2001:db8::1", "x"}, false)
		th.try(attempt{"2001:db8::2", "x"}, false)
		if th.try(attempt{"2001:db8::3", "x"}, true) == 0 {
			t.Error("the third address of the network passes")
		}
		if th.try(attempt{"2001:db8:0:1::1", "x"}, true) != 0 {
			t.Error("another network is blocked")
		}
	})
	t.Run("right tries leave nothing behind", func(t *testing.T) {
		before := len(th.table)
		th.try(attempt{"192.0.2.9", "x"}, true)
		if len(th.table) != before {
			t.Errorf("the table grew to %d", len(th.table))
		}
	})
	t.Run("the table stays bounded", func(t *testing.T) {
		for i := range 3 * maxThrottled {
			th.try(attempt{string(rune(i)), "y"}, false)
		}
		if len(th.table) != maxThrottled || len(th.queue) != maxThrottled {
			t.Errorf("the table holds %d, its queue %d", len(th.table), len(th.queue))
		}
	})
	t.Run("the newest stay when the table is full", func(t *testing.T) {
		last := attempt{string(rune(3*maxThrottled - 1)), "y"}
		th.try(last, false)
		if th.try(last, true) == 0 {
			t.Error("the newest was forgotten")
		}
	})
	t.Run("what is over makes room first", func(t *testing.T) {
		c.advance(throttleWindow)
		th.try(attempt{"192.0.2.10", "x"}, false)
		if len(th.table) != 1 || len(th.queue) != 1 {
			t.Errorf("the table holds %d, its queue %d, want 1", len(th.table), len(th.queue))
		}
	})
}

func TestNamedHeadersOpenTheDeskBesideTheChannelsOwn(t *testing.T) {
	b := newBench(t)
	keys, now := b.store.APIKeys(), b.clock.Now()
	add := func(channel, name, header string, life time.Duration) {
		t.Helper()
		expires := time.Time{}
		if life > 0 {
			expires = now.Add(life)
		}
		_, err := deskkeys.Add(t.Context(), keys, channel, name, header, now, expires)
		must(t, err)
	}
	add("works", "Partner", "partner-header", 0)
	add("works", "before", "old-header", time.Hour)
	add("elsewhere", "Other", "other-header", 0)
	for _, row := range []struct {
		header string
		after  time.Duration
		want   int
	}{
		{authHeader, 0, 200},
		{"partner-header", 0, 200},
		{"old-header", 0, 200},
		{"other-header", 0, 401},
		{"Partner-header", 0, 401},
		{"old-header", 2 * time.Hour, 401},
		{"partner-header", 0, 200},
	} {
		b.clock.advance(row.after)
		if got := b.ask(here, row.header); got != row.want {
			t.Errorf("%s after %v: %d, want %d", row.header, row.after, got, row.want)
		}
	}
	mine, err := deskkeys.Of(t.Context(), keys, "works")
	must(t, err)
	for _, k := range mine {
		if k.Name == "Partner" && !k.LastUsedAt.Equal(b.clock.Now().UTC()) {
			t.Errorf("last used at %v, it is %v", k.LastUsedAt, b.clock.Now())
		}
		if strings.Contains(string(k.Hash), "header") || strings.Contains(k.ID, "header") {
			t.Errorf("the header is kept: %+v", k)
		}
		must(t, deskkeys.Delete(t.Context(), keys, "works", k.ID))
	}
	if got := b.ask(here, "partner-header"); got != 401 {
		t.Errorf("a revoked header: %d", got)
	}
	if got := b.call("GET", "/api/v1/bots", "", "Authorization", "Bearer other-header").Code; got != 401 {
		t.Errorf("the API takes a header of the desk: %d", got)
	}
	page, err := b.store.Audits(t.Context(), store.Query{Limit: 50})
	must(t, err)
	named := false
	for _, a := range page.Items {
		named = named || a.Who == "token desk: Partner" && a.OK && a.On == "works"
	}
	if !named {
		t.Error("the audit log does not say who it was")
	}
}

func TestADeskWithNamedHeadersAloneIsOpen(t *testing.T) {
	b := newBench(t)
	if rec := b.api("PATCH", "/channels/works", `{"settings":{"auth_header":null}}`); rec.Code != 200 {
		t.Fatal(rec.Body)
	}
	if got := b.ask(here, "partner-header"); got != 404 {
		t.Fatalf("a closed desk: %d", got)
	}
	_, err := deskkeys.Add(t.Context(), b.store.APIKeys(), "works", "Partner", "partner-header", b.clock.Now(), time.Time{})
	must(t, err)
	for header, want := range map[string]int{"partner-header": 200, authHeader: 401, "": 401} {
		if got := b.ask(here, header); got != want {
			t.Errorf("%q: %d, want %d", header, got, want)
		}
	}
}
