package console

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"dari/bot"
	"dari/store"
	"dari/web/people"
)

func without(t *testing.T, rec *httptest.ResponseRecorder, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(rec.Body.String(), text) {
			t.Errorf("the page shows %q", text)
		}
	}
}

// actions are the lines of the audit log.
func (b *bench) actions() (list []string) {
	b.t.Helper()
	page, err := b.console.flushed(context.Background(), store.Query{Limit: 500})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, a := range page.Items {
		list = append(list, a.Action)
	}
	return list
}

var shownKey = regexp.MustCompile(`<code>(dari_[A-Za-z0-9_-]{43})</code>`)

func TestAKeyIsShownOnceRotatedAndRevoked(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	want(t, w.get("/console/keys"), http.StatusOK, "There is no key yet")

	for _, row := range []struct {
		fault string
		form  []string
	}{
		{"1 to 100 characters", []string{"scopes", "send", "life", "never"}},
		{"at least one right", []string{"name", "Partner", "life", "never"}},
		{"a day that is not over", []string{"name", "Partner", "scopes", "send", "life", "date", "until", "2001-01-01"}},
		{"a day that is not over", []string{"name", "Partner", "scopes", "send", "life", "date"}},
	} {
		rec := w.post("/console/keys", append(row.form, "password", password)...)
		want(t, rec, http.StatusUnprocessableEntity, row.fault)
	}
	rec := w.post("/console/keys", "name", "Partner", "scopes", "send", "life", "30d", "password", "wrong")
	want(t, rec, http.StatusUnprocessableEntity, "role=\"alert\"")
	without(t, rec, "dari_")

	rec = w.post("/console/keys", "name", "Partner <A>", "scopes", "send", "life", "30d", "password", password)
	want(t, rec, http.StatusOK, "/messages</code>") // it may read nothing
	want(t, rec, http.StatusOK, "Partner &lt;A&gt;")
	shown := shownKey.FindStringSubmatch(rec.Body.String())
	if shown == nil || rec.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("no key is shown: %s", rec.Body)
	}
	rec = w.get("/console/keys")
	want(t, rec, http.StatusOK, "Within 30 days")
	without(t, rec, shown[1])
	id := regexp.MustCompile(`name="key" value="(key_[a-z0-9]+)"`).FindStringSubmatch(rec.Body.String())[1]

	rec = w.post("/console/keys/rotate", "key", id, "overlap", "1h", "password", password)
	want(t, rec, http.StatusOK, "A newer key has its place")
	if again := shownKey.FindStringSubmatch(rec.Body.String()); again == nil || again[1] == shown[1] {
		t.Error("no new key is shown")
	}
	old, err := b.store.APIKeys().Get(context.Background(), id)
	if err != nil || old.ExpiresAt.Sub(b.now).Round(time.Minute) != time.Hour {
		t.Errorf("the old one ends %v, %v", old.ExpiresAt, err)
	}
	want(t, w.post("/console/keys/rotate", "key", id, "password", password), http.StatusUnprocessableEntity, "rotated already")
	want(t, w.post("/console/keys/delete", "key", id), http.StatusSeeOther, "")
	want(t, w.post("/console/keys/delete", "key", id), http.StatusSeeOther, "") // twice is no error
	if _, err := b.store.APIKeys().Get(context.Background(), id); err == nil {
		t.Error("the key is there")
	}
	if log := strings.Join(b.actions(), " "); !strings.Contains(log, "api_key.delete api_key.rotate api_key.create") {
		t.Errorf("audit log: %s", log)
	}
}

func TestPeopleAreInvitedChangedAndRemoved(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	want(t, w.post("/console/people", "name", "x", "role", "viewer"), http.StatusUnprocessableEntity, "2 to 64 characters")
	want(t, w.post("/console/people", "name", "jun", "role", "king"), http.StatusUnprocessableEntity, "one of the roles")
	rec := w.post("/console/people", "name", " Jun ", "role", "builder", "locale", "ko")
	want(t, rec, http.StatusOK, "https://bot.example.com/setup?token=")
	want(t, w.post("/console/people", "name", "jun", "role", "viewer"), http.StatusUnprocessableEntity, "has this login name already")

	link := regexp.MustCompile(`<code>https://bot.example.com(/setup\?token=[^<]+)</code>`).FindStringSubmatch(rec.Body.String())[1]
	guest := b.browser()
	want(t, guest.get(link), http.StatusOK, "jun")
	want(t, guest.post("/setup", "token", link[strings.Index(link, "=")+1:], "password", password, "repeat", password), http.StatusSeeOther, "")
	want(t, guest.get("/console/people"), http.StatusForbidden, "403 role")

	want(t, w.post("/console/people/role", "user", "jun", "role", "admin"), http.StatusSeeOther, "")
	want(t, w.post("/console/people/role", "user", "mina", "role", "viewer"), http.StatusUnprocessableEntity, "your own account")
	want(t, w.post("/console/people/link", "user", "jun"), http.StatusOK, "Send this link to jun")
	want(t, w.post("/console/people/link", "user", "nobody"), http.StatusUnprocessableEntity, "no longer here")
	want(t, w.post("/console/people/delete", "user", "jun"), http.StatusSeeOther, "")
	if u, err := b.store.Users().Get(context.Background(), "jun"); err == nil {
		t.Errorf("still there: %+v", u)
	}
	want(t, w.get("/console/people?done=person_deleted"), http.StatusOK, "The person is removed.")
}

func TestThePagesOfTheOrganisationFollowTheRoles(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	viewer, builder := b.person("vera", people.Viewer), b.person("bill", people.Builder)
	for path, roles := range map[string]string{
		"/console/keys": "admin", "/console/people": "admin", "/console/audit": "admin", "/console/audit.csv": "admin",
		"/console/expiries": "viewer", "/console/system": "viewer", "/console/bots/demo/settings": "builder", "/console/bots/demo/plots": "viewer",
		"/console/bots/demo/engine": "viewer", "/console/search": "viewer",
	} {
		for role, w := range map[string]*browser{"viewer": viewer, "builder": builder} {
			status := http.StatusOK
			if ranks[role] < ranks[roles] {
				status = http.StatusForbidden
			}
			if rec := w.get(path); rec.Code != status {
				t.Errorf("%s for a %s: %d", path, role, rec.Code)
			}
		}
	}
	rec := viewer.get("/console/bots/demo/engine")
	without(t, rec, `action="/console/bots/demo/engine/sample`, `name="r0.engine"`)
	for _, path := range []string{"/console/bots/demo/engine", "/console/bots/demo/engine/check", "/console/bots/demo/settings", "/console/system/doctor"} {
		want(t, viewer.post(path), http.StatusForbidden, "403 role")
	}
	want(t, builder.post("/console/keys", "name", "x"), http.StatusForbidden, "403 role")
}

func TestTheAuditLogIsSearchedAndWrittenOut(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	ctx := context.Background()
	for i := range 120 {
		a := store.Audit{At: b.now, Who: "key Partner", From: "192.0.2.1", Action: "message.send", On: "works", Detail: "=1+1", OK: i%2 == 0}
		if err := b.store.Audit(ctx, a); err != nil {
			t.Fatal(err)
		}
	}
	rec := w.get("/console/audit?who=partner&action=send")
	want(t, rec, http.StatusOK, "message.send")
	without(t, rec, `<code class="quiet">console.setup`)
	next := regexp.MustCompile(`href="(/console/audit\?[^"]*cursor=[^"]+)"`).FindStringSubmatch(rec.Body.String())
	if next == nil || strings.Count(rec.Body.String(), "<tr>") != 51 {
		t.Fatalf("%d lines, next %v", strings.Count(rec.Body.String(), "<tr>"), next)
	}
	seen := 50
	for next != nil {
		rec = w.get(strings.ReplaceAll(next[1], "&amp;", "&"))
		seen += strings.Count(rec.Body.String(), "<tr>") - 1
		next = regexp.MustCompile(`href="(/console/audit\?[^"]*cursor=[^"]+)"`).FindStringSubmatch(rec.Body.String())
	}
	if seen != 120 {
		t.Errorf("%d lines on all pages", seen)
	}
	want(t, w.get("/console/audit?q=nothing-like-it"), http.StatusOK, "Nothing matches")
	want(t, w.get("/console/audit?cursor=nonsense"), http.StatusNotFound, "404 gone")
	rec = w.get("/console/audit.csv?failed=1")
	want(t, rec, http.StatusOK, "'=1+1")
	if n := strings.Count(rec.Body.String(), "message.send"); n != 60 || !strings.Contains(rec.Header().Get("Content-Disposition"), "audit.csv") {
		t.Errorf("%d lines in the file, %v", n, rec.Header())
	}
}

func TestWhatExpiresStandsInItsOrder(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	ctx := context.Background()
	put := func(id, name, scope string, in time.Duration) {
		k := store.APIKey{ID: id, Name: name, Scopes: []string{scope}, CreatedAt: b.now, ExpiresAt: b.now.Add(in)}
		if err := b.store.APIKeys().Put(ctx, id, k); err != nil {
			t.Fatal(err)
		}
	}
	put("key_a", "Far away", "send", 60*24*time.Hour)
	put("key_b", "Soon", "send", 5*24*time.Hour)
	put("key_c", "Gone", "send", -time.Hour)
	put("key_d", "Long gone", "send", -90*24*time.Hour)
	put("desk_e", "Partner's header", "desk:works", 12*time.Hour)
	if err := b.store.Tokens().Put(ctx, "naverworks:abc", store.Token{Name: "naverworks:abc", Expires: b.now.Add(20 * 24 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	rec := w.get("/console/expiries")
	body := rec.Body.String()
	at := -1
	for _, text := range []string{"Gone</a>", "Partner&#39;s header</a>", "Soon</a>", "Far away</a>", "NAVER WORKS<br>"} {
		i := strings.Index(body, text)
		if i <= at {
			t.Errorf("%s is missing or in the wrong place", text)
		}
		at = i
	}
	for _, text := range []string{`data-due="over"`, `data-due="day"`, `data-due="week"`, `data-due="self"`, `data-due="later"`, `href="/console/channels/works/desk"`} {
		want(t, rec, http.StatusOK, text)
	}
	without(t, rec, "Long gone")
	without(t, b.person("vera", people.Viewer).get("/console/expiries"), `href="/console/keys"`)
}

func TestTheSystemPageSaysHowDariIs(t *testing.T) {
	b := newBench(t)
	b.options.Version = "v9.8.7"
	b.restart()
	b.chat(nil)
	w := b.admin()
	rec := w.get("/console/system")
	for _, text := range []string{"v9.8.7", "1 / 1", "KiB", "Nothing is lost", "dari backup"} {
		want(t, rec, http.StatusOK, text)
	}
	want(t, w.post("/console/system/doctor"), http.StatusOK, "demo-chat")
	b.runtime.Drain(context.Background())
	want(t, w.get("/console/system"), http.StatusOK, "does not accept messages")
}

func TestABotIsRenamedAndDeletedByItsName(t *testing.T) {
	b := newBench(t)
	id := b.chat(nil)
	w := b.admin()
	want(t, w.post("/console/bots/demo/settings", "name", " ", "locale", "ko"), http.StatusUnprocessableEntity, "aria-invalid")
	want(t, w.post("/console/bots/demo/settings", "name", "New name", "locale", "ja"), http.StatusSeeOther, "")
	v, err := b.runtime.Bot(context.Background(), "demo")
	if err != nil || v.Name != "New name" || v.Locale != "ja" {
		t.Errorf("%+v, %v", v, err)
	}
	want(t, w.get("/console/bots/demo/settings"), http.StatusOK, "still has 1 channels")
	want(t, w.post("/console/bots/demo/settings/delete", "confirm", "New name", "password", password), http.StatusUnprocessableEntity, "channels")
	if err := b.runtime.DeleteChannel(context.Background(), id); err != nil {
		t.Fatal(err)
	}
	want(t, w.post("/console/bots/demo/settings/delete", "confirm", "new name"), http.StatusUnprocessableEntity, "not the bot&#39;s name")
	want(t, w.post("/console/bots/demo/settings/delete", "confirm", "New name"), http.StatusUnprocessableEntity, `id="delete-fault"`)
	want(t, w.post("/console/bots/demo/settings/delete", "confirm", "New name", "password", password), http.StatusSeeOther, "")
	want(t, w.get("/console/bots/demo/settings"), http.StatusNotFound, "404 gone")
}

func TestTheSearchFindsWhatIsNamedInAllBots(t *testing.T) {
	b := newBench(t)
	id := b.chat(nil)
	w := b.admin()
	e := b.told(mine, "1", "the printer is on fire")
	if _, err := b.runtime.CreateBot(t.Context(), bot.BotSpec{ID: "travel", Name: "출장 도우미", Locale: "ko", Engine: bot.EngineSpec{Type: "echo"}}); err != nil {
		t.Fatal(err)
	}
	search := func(q string) string { return "/console/search?q=" + url.QueryEscape(q) }
	for q, to := range map[string]string{
		e.ID: "/console/events/" + e.ID, " " + e.ID + " ": "/console/events/" + e.ID, e.ConversationID: conversationURL(e.ConversationID), id: channelBase(id),
	} {
		if rec := w.get(search(q)); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != to {
			t.Errorf("%q leads to %d %s, want %s", q, rec.Code, rec.Header().Get("Location"), to)
		}
	}
	for q, link := range map[string]string{
		"출장":        `href="/console/bots/travel/channels"`,
		"chat web":  `href="` + channelBase(id) + `"`,
		"출장 charts": `href="/console/bots/travel/plots"`,
		"audit":     `href="/console/audit"`,
		"fire":      `href="/console/bots/travel/conversations?q=fire"`,
	} {
		want(t, w.get(search(q)), http.StatusOK, link)
	}
	want(t, w.get("/console/search"), http.StatusOK, `autofocus`)
	want(t, w.get(search(`<script>"`)), http.StatusOK, `&lt;script&gt;`)
	if page := b.person("vera", "viewer").get(search("audit")).Body.String(); strings.Contains(page, `href="/console/audit"`) {
		t.Error("a viewer finds a page that only administrators may see")
	}
}
