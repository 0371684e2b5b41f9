package console

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"dari/bot"
	"dari/bot/settings"
	"dari/store"
)

var storeQuery = store.Query{Limit: 500}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	b := newBench(t)
	id := b.chat(nil)
	w := b.admin()
	path, _ := b.link()
	for _, target := range []string{
		"/", "/login", path, "/setup", "/console", "/static/base.css", "/static/none", "/web/" + id, "/web/none",
		"/web/-/chat.js", "/web/" + id + "/stream",
	} {
		h := w.get(target).Header()
		if h.Get("Content-Security-Policy") != contentPolicy || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", target, h)
		}
		if h.Get("Strict-Transport-Security") == "" || h.Get("X-Frame-Options") != "DENY" || h.Get("Cross-Origin-Opener-Policy") != "same-origin" {
			t.Errorf("%s: %v", target, h)
		}
		for name := range h {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s: %s lets other sites read it", target, name)
			}
		}
	}
	if want := "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"; contentPolicy != want {
		t.Errorf("policy %s", contentPolicy)
	}
}

func TestAPageOfAnotherSiteCanPostNothing(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	_, token := b.link()
	for _, origin := range []map[string]string{
		{"Sec-Fetch-Site": "cross-site"},
		{"Sec-Fetch-Site": "same-site"},
		{"Origin": "https://evil.example.net"},
		{"Origin": "null"},
	} {
		w.headers = origin
		for target, form := range map[string][]string{
			"/login":                           {"name", "mina", "password", password},
			"/logout":                          nil,
			"/language":                        {"lang", "ja"},
			"/setup":                           {"token", token, "name", "eve", "password", password, "repeat", password},
			"/console/chat/demo-chat/webhook":  nil,
			"/console/chat/demo-chat/webhook?": nil,
		} {
			want(t, w.post(target, form...), http.StatusForbidden, "403 cross_site")
		}
	}
	for _, origin := range []map[string]string{
		{"Sec-Fetch-Site": "same-origin"},
		{"Origin": "http://example.com"},      // the host of the requests
		{"Origin": "https://bot.example.com"}, // the public address, behind a proxy that hides it
	} {
		w.headers = origin
		want(t, w.login("mina", password), http.StatusSeeOther, "")
	}
	if _, err := b.store.Users().Get(context.Background(), "eve"); err == nil {
		t.Error("a user was made from elsewhere")
	}
}

func TestTheConsoleShowsTheBotsWithTheirChannels(t *testing.T) {
	b := newBench(t)
	id := b.chat(settings.Values{"title": "Help & more"})
	ctx := context.Background()
	if _, err := b.runtime.CreateChannel(ctx, "demo", bot.ChannelSpec{ID: "works", Type: "naverworks", Name: "Works"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.runtime.CreateChannel(ctx, "demo", bot.ChannelSpec{ID: "works-off", Type: "naverworks", Name: "Off"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.runtime.EnableChannel(ctx, "works-off", false); err != nil {
		t.Fatal(err)
	}
	w := b.admin()
	rec := w.get("/console")
	for _, text := range []string{
		"Demo &lt;bot&gt;", "Not tested", "Switched off", "NAVER WORKS", "Web chat", `href="/console/bots/demo/channels"`,
		`data-count="accepted">0<`, `action="/console/bots"`,
	} {
		want(t, rec, http.StatusOK, text)
	}
	if body := rec.Body.String(); strings.Index(body, `data-channel="`+id) > strings.Index(body, `data-channel="works"`) {
		t.Error("the channels do not stand in the order of their types")
	}
	for _, text := range []string{"/web/" + id + "/webhook", "cannot reach this server", "secret of the desk"} {
		if strings.Contains(rec.Body.String(), text) {
			t.Errorf("the page shows %s", text)
		}
	}
	want(t, w.get("/console/bots/demo/channels"), http.StatusOK, `href="https://bot.example.com/web/`+id+`"`)
	w.post("/language", "lang", "ja", "back", "/console")
	rec = w.get("/console")
	want(t, rec, http.StatusOK, "LINE WORKS")
	if strings.Contains(rec.Body.String(), "NAVER WORKS") {
		t.Error("NAVER WORKS is called so in Japanese")
	}
}

func TestAnAddressThatMessengersCannotReachIsWarnedOf(t *testing.T) {
	for address, want := range map[string]string{
		"https://bot.example.com": "", "https://203.0.113.9": "", "http://bot.example.com": "warning.http",
		"http://localhost:8080": "warning.local", "http://127.0.0.1:8080": "warning.local", "https://localhost": "warning.local",
		"https://10.1.2.3": "warning.local", "http://[::1]:8080": "warning.local", "http://0.0.0.0:80": "warning.local", "": "warning.local",
	} {
		if got := addressFault(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
	b := newBench(t)
	b.options.PublicURL = "http://127.0.0.1:8080"
	b.restart()
	_, err := b.console.ResetLink(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.console.people.PutAdmin(context.Background(), store.User{ID: "mina"}); err != nil {
		t.Fatal(err)
	}
	v, err := b.console.homeView(context.Background())
	if err != nil || v.Warning != "warning.local" {
		t.Errorf("warning %q, %v", v.Warning, err)
	}
}

func TestTheChatPageIsThereForWebChatsThatAreOn(t *testing.T) {
	b := newBench(t)
	id := b.chat(settings.Values{"title": "<Help>", "greeting": "Ask us & wait"})
	ctx := context.Background()
	if _, err := b.runtime.CreateChannel(ctx, "demo", bot.ChannelSpec{ID: "works", Type: "naverworks", Name: "Works"}); err != nil {
		t.Fatal(err)
	}
	w := b.browser()
	rec := w.get("/web/" + id)
	want(t, rec, http.StatusOK, "&lt;Help&gt;")
	want(t, rec, http.StatusOK, "Ask us &amp; wait")
	want(t, rec, http.StatusOK, `src="/web/-/chat.js"`)
	want(t, w.get("/web/works"), http.StatusNotFound, "There is no chat here")
	want(t, w.get("/web/none"), http.StatusNotFound, "There is no chat here")
	if _, err := b.runtime.EnableChannel(ctx, id, false); err != nil {
		t.Fatal(err)
	}
	want(t, w.get("/web/"+id), http.StatusNotFound, "There is no chat here")
}

func TestFilesAreKeptByTheBrowserUntilTheyChange(t *testing.T) {
	b := newBench(t)
	w := b.browser()
	for name := range assets() {
		for _, prefix := range []string{adminAssets, publicAssets} {
			rec := w.get(prefix + name)
			etag := rec.Header().Get("ETag")
			if rec.Code != http.StatusOK || etag == "" || rec.Body.Len() == 0 || !strings.Contains(rec.Header().Get("Cache-Control"), "no-cache") {
				t.Errorf("%s%s: %d %v", prefix, name, rec.Code, rec.Header())
			}
			again := b.browser()
			again.headers["If-None-Match"] = etag
			want(t, again.get(prefix+name), http.StatusNotModified, "")
		}
	}
	for _, path := range []string{"/static/", "/static/../console.go", "/web/-/none.js"} {
		if rec := w.get(path); rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
}

func TestThereAreNoInlineScriptsOrStyles(t *testing.T) {
	b := newBench(t)
	id := b.chat(nil)
	w := b.admin()
	path, _ := b.link()
	for _, target := range []string{"/login", path, "/console", "/console/bots/demo/channels", "/console/channels/" + id, "/console/channels/" + id + "/state", "/console/channels/" + id + "/waiting", "/web/" + id, "/web/none"} {
		body := w.get(target).Body.String()
		for _, bad := range []string{"<style", " style=", "<script>", " onclick=", " onload=", "javascript:"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s holds %s", target, bad)
			}
		}
	}
}
