package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// makeKey makes an API key and returns its id and the key.
func (b *bench) makeKey(scopes ...string) (id, key string) {
	b.t.Helper()
	list, _ := json.Marshal(scopes)
	rec := b.api("POST", "/api-keys", `{"name":"test","scopes":`+string(list)+`}`)
	if rec.Code != 201 {
		b.t.Fatalf("key not made: %d %s", rec.Code, rec.Body)
	}
	var v struct{ ID, Key string }
	must(b.t, json.Unmarshal(rec.Body.Bytes(), &v))
	return v.ID, v.Key
}

// with calls the API with a key.
func (b *bench) with(key, method, path, body string) *httptest.ResponseRecorder {
	return b.call(method, "/api/v1"+path, body, "Authorization", "Bearer "+key, "Content-Type", "application/json")
}

func TestScopes(t *testing.T) {
	b := newBench(t)
	keys := map[string]string{"operator": adminKey}
	for _, name := range []string{"admin", "builder", "send", "read"} {
		_, keys[name] = b.makeKey(name)
	}
	_, keys["send+read"] = b.makeKey("send", "read")
	cases := []struct {
		method, path, body string
		needs              string
		allowed            string // names of keys
	}{
		{"GET", "/bots", "", "read", "operator admin builder read send+read"},
		{"GET", "/channel-types", "", "read", "operator admin builder read send+read"},
		{"GET", "/events", "", "read", "operator admin builder read send+read"},
		{"GET", "/ledger", "", "read", "operator admin builder read send+read"},
		{"GET", "/deliveries", "", "read", "operator admin builder read send+read"},
		{"GET", "/conversations", "", "read", "operator admin builder read send+read"},
		{"GET", "/bots/desk/channels", "", "read", "operator admin builder read send+read"},
		{"POST", "/deliveries/dl_none/resend", "", "send", "operator admin builder send send+read"},
		{"POST", "/bots", "{}", "builder", "operator admin builder"},
		{"PATCH", "/bots/desk", "{}", "builder", "operator admin builder"},
		{"DELETE", "/bots/nobody", "", "builder", "operator admin builder"},
		{"POST", "/bots/desk/channels", "{}", "builder", "operator admin builder"},
		{"PATCH", "/channels/works", "{}", "builder", "operator admin builder"},
		{"DELETE", "/channels/nobody", "", "builder", "operator admin builder"},
		{"POST", "/channels/works/check", "", "builder", "operator admin builder"},
		{"POST", "/channels/works/enable", "", "builder", "operator admin builder"},
		{"POST", "/conversations/none/reset", "", "builder", "operator admin builder"},
		{"GET", "/api-keys", "", "admin", "operator admin"},
		{"POST", "/api-keys", "{}", "admin", "operator admin"},
		{"DELETE", "/api-keys/none", "", "admin", "operator admin"},
		{"GET", "/audit", "", "admin", "operator admin"},
	}
	for _, tc := range cases {
		for name, key := range keys {
			rec := b.with(key, tc.method, tc.path, tc.body)
			allowed := strings.Contains(" "+tc.allowed+" ", " "+name+" ")
			if refused := rec.Code == 403; refused == allowed || rec.Code == 401 {
				t.Errorf("%s %s with the key %q: %d, allowed should be %v", tc.method, tc.path, name, rec.Code, allowed)
			}
			if !allowed && !strings.HasSuffix(problemOf(t, rec).Detail, "the scope "+tc.needs) {
				t.Errorf("%s %s with the key %q: %s does not name the scope", tc.method, tc.path, name, rec.Body)
			}
		}
	}
}

func TestUnauthorized(t *testing.T) {
	b := newBench(t)
	id, key := b.makeKey("read")
	for _, tc := range []struct{ name, header string }{
		{"without a key", ""},
		{"with a wrong key", "Bearer wrong"},
		{"with an unknown key of the right form", "Bearer dari_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
		{"with another scheme", "Basic " + adminKey},
		{"with an empty key", "Bearer "},
		{"with the id instead of the key", "Bearer " + id},
		{"with a key and something behind it", "Bearer " + key + "x"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var headers []string
			if tc.header != "" {
				headers = []string{"Authorization", tc.header}
			}
			rec := b.call("GET", "/api/v1/bots", "", headers...)
			if rec.Code != 401 || !strings.HasPrefix(rec.Header().Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("answered %d, WWW-Authenticate %q", rec.Code, rec.Header().Get("WWW-Authenticate"))
			}
			problemOf(t, rec)
		})
	}
	if rec := b.call("GET", "/api/v1/bots", "", "Authorization", "bearer "+key); rec.Code != 200 {
		t.Errorf("the scheme in lower case: %d, want 200", rec.Code)
	}
}

func TestWithoutAnOperatorsKeyAnEmptyOneIsRefused(t *testing.T) {
	b := newBench(t, func(o *Options) { o.AdminKey = "" })
	for _, header := range []string{"Bearer ", "Bearer", "Bearer x"} {
		if rec := b.call("GET", "/api/v1/bots", "", "Authorization", header); rec.Code != 401 {
			t.Errorf("%q: %d, want 401", header, rec.Code)
		}
	}
}

func TestWrongKeysAreThrottled(t *testing.T) {
	b := newBench(t)
	_, generated := b.makeKey("read")
	get := func(from, key string) int {
		return b.call("GET", "/api/v1/bots", "", "From", from, "Authorization", "Bearer "+key).Code
	}
	for i := range keyTries {
		if got := get(here, "wrong"); got != 401 {
			t.Fatalf("wrong key %d: %d, want 401", i+1, got)
		}
	}
	if got := get(here, "wrong"); got != 429 {
		t.Errorf("one more wrong key: %d, want 429", got)
	}
	if got := get(here, adminKey); got != 429 {
		t.Errorf("the operator's key from the same address: %d, want 429 because it could be guessed", got)
	}
	if got := get(here, generated); got != 200 {
		t.Errorf("a generated key from the same address: %d, want 200 because it cannot be guessed", got)
	}
	if got := get(there, adminKey); got != 200 {
		t.Errorf("the operator's key from elsewhere: %d, want 200", got)
	}
	b.clock.advance(throttleWindow)
	if got := get(here, adminKey); got != 200 {
		t.Errorf("a minute later: %d, want 200", got)
	}
}

func TestLifeOfAKey(t *testing.T) {
	b := newBench(t)
	id, key := b.makeKey("read", "send", "read")
	if !strings.HasPrefix(key, "dari_") || len(key) < 5+43 {
		t.Errorf("the key %q has no 256 bits", key)
	}
	show := func() map[string]any {
		list := items(b.read("/api-keys"))
		if len(list) != 1 || list[0]["id"] != id {
			t.Fatalf("keys: %v", list)
		}
		return list[0]
	}
	if k := show(); k["last_used_at"] != nil || len(k["scopes"].([]any)) != 2 {
		t.Errorf("the fresh key is shown as %v", k)
	}
	for _, tc := range []struct {
		after time.Duration
		want  string
	}{
		{0, "2026-01-31T09:30:00.000Z"},
		{59 * time.Second, "2026-01-31T09:30:00.000Z"}, // not worth a write
		{time.Second, "2026-01-31T09:31:00.000Z"},
	} {
		b.clock.advance(tc.after)
		if rec := b.with(key, "GET", "/bots", ""); rec.Code != 200 {
			t.Fatalf("the key does not open: %d", rec.Code)
		}
		if got := show()["last_used_at"]; got != tc.want {
			t.Errorf("last used at %v, want %v", got, tc.want)
		}
	}
	if text := b.api("GET", "/api-keys", "").Body.String() + b.api("GET", "/audit", "").Body.String() + b.log.String(); strings.Contains(text, key) || strings.Contains(text, "hash") {
		t.Error("the key or its hash is shown again")
	}
	if rec := b.api("DELETE", "/api-keys/"+id, ""); rec.Code != 204 || rec.Body.Len() != 0 {
		t.Errorf("deleting: %d %s", rec.Code, rec.Body)
	}
	if rec := b.with(key, "GET", "/bots", ""); rec.Code != 401 {
		t.Errorf("the deleted key: %d, want 401", rec.Code)
	}
}

func TestConsoleSession(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.Session = func(r *http.Request) (string, string, bool) {
			c, err := r.Cookie("role")
			if err != nil {
				return "", "", false
			}
			return "mina", c.Value, true
		}
	})
	for _, tc := range []struct {
		name    string
		method  string
		path    string
		headers []string
		status  int
	}{
		{"a viewer reads", "GET", "/bots", []string{"Cookie", "role=viewer"}, 200},
		{"a viewer changes nothing", "POST", "/channels/works/enable", []string{"Cookie", "role=viewer"}, 403},
		{"a builder changes channels", "POST", "/channels/works/enable", []string{"Cookie", "role=builder"}, 200},
		{"a builder sees no audit log", "GET", "/audit", []string{"Cookie", "role=builder"}, 403},
		{"an admin sees the audit log", "GET", "/audit", []string{"Cookie", "role=admin"}, 200},
		{"an unknown role has no rights", "GET", "/bots", []string{"Cookie", "role=guest"}, 403},
		{"nobody signed in is unauthorized", "GET", "/bots", nil, 401},
		{"a page of the console itself may change things", "POST", "/channels/works/enable", []string{"Cookie", "role=admin", "Sec-Fetch-Site", "same-origin"}, 200},
		{"a page of another site may not", "POST", "/channels/works/enable", []string{"Cookie", "role=admin", "Sec-Fetch-Site", "cross-site"}, 403},
		{"a page of another origin may not", "POST", "/channels/works/enable", []string{"Cookie", "role=admin", "Origin", "https://evil.example"}, 403},
		{"a key counts before the session", "GET", "/bots", []string{"Cookie", "role=admin", "Authorization", "Bearer wrong"}, 401},
		{"a key may come from anywhere", "POST", "/channels/works/enable", []string{"Authorization", "Bearer " + adminKey, "Sec-Fetch-Site", "cross-site"}, 200},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if rec := b.call(tc.method, "/api/v1"+tc.path, "", tc.headers...); rec.Code != tc.status {
				t.Errorf("answered %d, want %d: %s", rec.Code, tc.status, rec.Body)
			}
		})
	}
	who := map[any]bool{}
	for _, line := range items(b.read("/audit")) {
		who[line["who"]] = true
	}
	if !who["mina"] || !who["DARI_API_KEY"] {
		t.Errorf("the audit log names %v", who)
	}
}

func TestMetricsAreOpenOnlyToThisMachine(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("dari_events_total 1")) })
	})
	_, send := b.makeKey("send")
	_, read := b.makeKey("read")
	for _, tc := range []struct {
		name    string
		headers []string
		status  int
	}{
		{"this machine", []string{"From", "127.0.0.1:5"}, 200},
		{"this machine by IPv6", []string{"From", "[::1]:5"}, 200},
		{"a proxy on this machine", []string{"From", "127.0.0.1:5", "X-Forwarded-For", "203.0.113.4"}, 401},
		{"a modern proxy on this machine", []string{"From", "127.0.0.1:5", "Forwarded", "for=203.0.113.4"}, 401},
		{"another machine", []string{"From", there}, 401},
		{"another machine with a key", []string{"From", there, "Authorization", "Bearer " + read}, 200},
		{"another machine with a key of another scope", []string{"From", there, "Authorization", "Bearer " + send}, 403},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rec := b.call("GET", "/metrics", "", tc.headers...)
			if rec.Code != tc.status || (rec.Code == 200) != strings.Contains(rec.Body.String(), "dari_events_total") {
				t.Errorf("answered %d %s, want %d", rec.Code, rec.Body, tc.status)
			}
		})
	}
}
