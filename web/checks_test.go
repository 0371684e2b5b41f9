package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"dari/bot"
)

// lines are the checks of an answer, as "id:status:code".
func (b *bench) lines(path, body, language string) []string {
	b.t.Helper()
	rec := b.call("POST", "/api/v1"+path, body, "Authorization", "Bearer "+adminKey, "Content-Type", "application/json", "Accept-Language", language)
	if rec.Code != 200 {
		b.t.Fatalf("answered %d %s", rec.Code, rec.Body)
	}
	var answer checkAnswer
	must(b.t, json.Unmarshal(rec.Body.Bytes(), &answer))
	var out []string
	seen := map[string]bool{}
	for _, c := range answer.Checks {
		out = append(out, c.ID+":"+c.Status+":"+c.Code)
		if seen[c.ID] || c.Message == "" || strings.ContainsAny(c.Message, "{}") {
			b.t.Errorf("got %+v", c)
		}
		seen[c.ID] = true
	}
	return out
}

func has(lines []string, want string) bool {
	return strings.Contains(" "+strings.Join(lines, " ")+" ", " "+want+" ")
}

func TestAChannelsTestLooksAtEverythingAroundIt(t *testing.T) {
	b := newBench(t)
	b.say("U1", "hello")
	got := b.lines("/channels/works/check", "", "")
	want := "token:pass:naverworks.bot_found public_url:pass:channel.url_good reachable:pass:channel.reach_good " +
		"enabled:pass:channel.enabled callbacks:pass:channel.callbacks_seen deliveries:pass:channel.deliveries_good"
	if strings.Join(got, " ") != want {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
}

func TestAChannelsTestTellsOfTroubleAroundIt(t *testing.T) {
	for _, row := range []struct {
		name    string
		prepare func(*bench)
		want    string
	}{
		{"another server at the public address", func(b *bench) { b.foreign = http.NotFoundHandler() }, "reachable:fail:channel.reach_foreign"},
		{"another Dari at the public address", func(b *bench) {
			b.foreign = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set(bot.ProofHeader, "of another key") })
		}, "reachable:fail:channel.reach_foreign"},
		{"a redirect at the public address", func(b *bench) {
			b.foreign = http.RedirectHandler("https://www.example.com/", http.StatusMovedPermanently)
		}, "reachable:fail:channel.reach_redirect"},
		{"a filter that lets no GET through", func(b *bench) {
			b.foreign = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) })
		}, "reachable:warn:channel.reach_untold"},
		{"a channel that is off", func(b *bench) { b.api("POST", "/channels/works/disable", "") }, "enabled:warn:channel.disabled"},
		{"no callback so far", func(*bench) {}, "callbacks:warn:channel.callbacks_none"},
		{"a callback with a wrong signature", func(b *bench) { b.hook("works", hello, "X-Signature", "00") }, "callbacks:warn:channel.callbacks_signature"},
		{"a callback that is too old", func(b *bench) { b.hook("works", hello, "X-Test", "stale") }, "callbacks:warn:channel.callbacks_clock"},
		{"a callback that is no JSON", func(b *bench) {
			b.hook("works", "{", "X-Signature", sign([]byte(secret), []byte("{")))
		}, "callbacks:warn:channel.callbacks_unreadable"},
		{"a callback at which the adapter breaks", func(b *bench) { b.hook("works", hello, "X-Test", "panic") }, "callbacks:warn:channel.callbacks_refused"},
		{"a delivery that failed", func(b *bench) { b.say("U1", "undeliverable") }, "deliveries:warn:channel.deliveries_rejected"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := newBench(t)
			row.prepare(b)
			b.flush()
			if got := b.lines("/channels/works/check", "", ""); !has(got, row.want) {
				t.Errorf("want %s, got\n%s", row.want, strings.Join(got, "\n"))
			}
		})
	}
}

func TestAChannelsTestSpeaksTheClientsLanguage(t *testing.T) {
	for header, want := range map[string][2]string{
		"":                        {"en", "The bot is found: Fake."},
		"ko-KR,ko;q=0.9,en;q=0.8": {"ko", "봇을 찾았습니다: Fake."},
		"fr, ja;q=0.5":            {"ja", "Botが見つかりました: Fake。"},
	} {
		b := newBench(t)
		rec := b.call("POST", "/api/v1/channels/works/check", "", "Authorization", "Bearer "+adminKey, "Accept-Language", header)
		if !strings.Contains(rec.Body.String(), want[1]) || rec.Header().Get("Content-Language") != want[0] {
			t.Errorf("%q: got %s %s", header, rec.Header().Get("Content-Language"), rec.Body)
		}
	}
}

func TestAChannelIsTestedBeforeItIsSaved(t *testing.T) {
	runAll(t, []scenario{
		{
			name: "what works", method: "POST", path: "/channel-types/plain/check", body: `{"settings":{"secret":"fresh-secret-12345"}}`, status: 200,
			has: []string{`"id":"token","status":"pass"`, `"id":"reachable","status":"pass"`}, hasNot: []string{`"callbacks"`, `"enabled"`},
		},
		{name: "what the type refuses", method: "POST", path: "/channel-types/plain/check", body: `{"settings":{"secret":"fresh-secret-12345","region":"nowhere"}}`, status: 200, has: []string{`"status":"fail","code":"channel.setting","message":"The setting region cannot be used: must be a place.`}},
		{name: "what the form refuses", method: "POST", path: "/channel-types/plain/check", body: `{"settings":{}}`, status: 400, code: "required", field: "settings.secret"},
		{name: "a setting that does not exist", method: "POST", path: "/channel-types/plain/check", body: `{"settings":{"secret":"fresh-secret-12345","sceret":"x"}}`, status: 400, code: "unknown", field: "settings.sceret"},
		{name: "a type that does not exist", method: "POST", path: "/channel-types/fax/check", body: `{"settings":{}}`, status: 404, code: "not_found"},
		{name: "a body of another form", method: "POST", path: "/channel-types/plain/check", body: `{"secret":"x"}`, status: 400, code: "unknown", field: "secret"},
	})
	runAll(t, []scenario{
		{name: "a change that works", method: "POST", path: "/channels/works/check", body: `{"settings":{"secret":"fresh-secret-12345"}}`, status: 200, has: []string{`"id":"token","status":"pass"`}, hasNot: []string{`"callbacks"`}},
		{name: "a change that the type refuses", method: "POST", path: "/channels/works/check", body: `{"settings":{"region":"nowhere"}}`, status: 200, has: []string{`"code":"channel.setting"`}},
		{name: "a change that is no setting", method: "POST", path: "/channels/works/check", body: `{"settings":{"sceret":"x"}}`, status: 400, code: "unknown", field: "settings.sceret"},
		{name: "a body without changes", method: "POST", path: "/channels/works/check", body: `{}`, status: 200, has: []string{`"callbacks"`}},
		{name: "a body that breaks off", method: "POST", path: "/channels/works/check", body: `{"settings"`, status: 400, code: "malformed"},
	})
	b := newBench(t)
	b.lines("/channel-types/plain/check", `{"settings":{"secret":"fresh-secret-12345"}}`, "")
	if n := len(items(b.read("/bots/desk/channels"))); n != 3 {
		t.Errorf("there are %d channels afterwards", n)
	}
}

func TestTheAnswerToANonceProvesThatItIsDari(t *testing.T) {
	b := newBench(t)
	for _, row := range []struct {
		name, method, path, nonce string
		proven                    bool
	}{
		{"where callbacks go", "GET", "/plain/plain/webhook", "abc", true},
		{"where nothing is", "GET", "/nowhere", "abc", true},
		{"without a nonce", "GET", "/plain/plain/webhook", "", false},
		{"with one that is too long", "GET", "/plain/plain/webhook", strings.Repeat("x", 65), false},
	} {
		rec := b.call(row.method, row.path, "", bot.NonceHeader, row.nonce)
		if got := rec.Header().Get(bot.ProofHeader); (got != "") != row.proven || row.proven && got != b.runtime.Prove(row.nonce) {
			t.Errorf("%s: got %q", row.name, got)
		}
	}
	if b.runtime.Prove("abc") == b.runtime.Prove("abd") {
		t.Error("one proof for two nonces")
	}
}
