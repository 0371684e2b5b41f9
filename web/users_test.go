package web

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/store"
	"dari/web/people"
)

// withConsole lets "mina" be signed in by a cookie, and makes links that tell whom they are for.
func withConsole(o *Options) {
	o.Session = func(r *http.Request) (string, string, bool) {
		c, err := r.Cookie("user")
		if err != nil {
			return "", "", false
		}
		return c.Value, people.Admin, true
	}
	o.UserLink = func(_ context.Context, user string) (string, time.Time, error) {
		return "https://bot.example.com/setup?token=of-" + user, start.Add(24 * time.Hour), nil
	}
}

func (b *bench) person(name, role string) {
	b.t.Helper()
	must(b.t, b.store.Users().Create(context.Background(), name, store.User{ID: name, Role: role, Password: []byte("hash"), CreatedAt: start}))
}

func TestAPersonIsInvitedChangedAndDeleted(t *testing.T) {
	b := newBench(t, withConsole)
	b.person("mina", people.Admin)
	made := b.post("/users", `{"id":" Jun@Example.com ","role":"viewer","locale":"ko"}`)
	if made["id"] != "jun@example.com" || made["role"] != "viewer" || made["state"] != "invited" || made["locale"] != "ko" ||
		made["link"] != "https://bot.example.com/setup?token=of-jun@example.com" || made["link_expires_at"] != "2026-02-01T09:30:00.000Z" {
		t.Errorf("made %v", made)
	}
	for _, u := range items(b.read("/users")) {
		if u["link"] != nil || u["password"] != nil {
			t.Errorf("the list shows %v", u)
		}
	}
	if again := b.post("/users/jun@example.com/link", ``); again["link"] == nil {
		t.Errorf("another link: %v", again)
	}
	rec := b.api("PATCH", "/users/jun@example.com", `{"role":"builder"}`)
	if rec.Code != 200 || b.read("/users/jun@example.com")["role"] != "builder" {
		t.Errorf("another role: %d %s", rec.Code, rec.Body)
	}
	if rec := b.api("DELETE", "/users/jun@example.com", ""); rec.Code != 204 {
		t.Errorf("deleting: %d %s", rec.Code, rec.Body)
	}
	if got := ids(b.read("/users")); len(got) != 1 || got[0] != "mina" {
		t.Errorf("left are %v", got)
	}
	audit := b.api("GET", "/audit", "").Body.String()
	for _, action := range []string{"user.create", "user.link", "user.role", "user.delete"} {
		if strings.Count(audit, `"`+action+`"`) != 1 {
			t.Errorf("%s is not audited", action)
		}
	}
	if strings.Contains(audit+b.log.String(), "token=of-") {
		t.Error("a link is in the log")
	}
}

func TestPeopleAPIRefuses(t *testing.T) {
	b := newBench(t, withConsole)
	b.person("mina", people.Admin)
	b.person("jun", people.Viewer)
	for _, row := range []struct {
		name, method, path, body, cookie string
		status                           int
		code, field                      string
	}{
		{"a name that is none", "POST", "/users", `{"id":"J","role":"viewer"}`, "", 400, "format", "id"},
		{"an unknown role", "POST", "/users", `{"id":"kim","role":"owner"}`, "", 400, "option", "role"},
		{"an unknown language", "POST", "/users", `{"id":"kim","role":"viewer","locale":"tlh"}`, "", 400, "option", "locale"},
		{"a password", "POST", "/users", `{"id":"kim","role":"viewer","password":"x"}`, "", 400, "unknown", "password"},
		{"a name that is taken", "POST", "/users", `{"id":"jun","role":"viewer"}`, "", 409, "exists", "id"},
		{"another unknown role", "PATCH", "/users/jun", `{"role":"owner"}`, "", 400, "option", "role"},
		{"no role", "PATCH", "/users/jun", `{"role":null}`, "", 400, "required", "role"},
		{"somebody who does not exist", "PATCH", "/users/kim", `{"role":"viewer"}`, "", 404, "not_found", ""},
		{"a link for nobody", "POST", "/users/kim/link", ``, "", 404, "not_found", ""},
		{"deleting nobody", "DELETE", "/users/kim", ``, "", 404, "not_found", ""},
		{"the last administrator's role", "PATCH", "/users/mina", `{"role":"viewer"}`, "", 409, "last_admin", ""},
		{"deleting the last administrator", "DELETE", "/users/mina", ``, "", 409, "last_admin", ""},
		{"your own role", "PATCH", "/users/mina", `{"role":"viewer"}`, "mina", 409, "yourself", ""},
		{"deleting yourself", "DELETE", "/users/mina", ``, "mina", 409, "yourself", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			headers := []string{"Content-Type", "application/json", "Authorization", "Bearer " + adminKey}
			if row.cookie != "" {
				headers = []string{"Content-Type", "application/json", "Cookie", "user=" + row.cookie}
			}
			rec := b.call(row.method, "/api/v1"+row.path, row.body, headers...)
			if p := problemOf(t, rec); rec.Code != row.status || p.Code != row.code || p.Field != row.field {
				t.Errorf("%d %+v", rec.Code, p)
			}
		})
	}
	if got := ids(b.read("/users")); len(got) != 2 || b.read("/users/mina")["role"] != "admin" {
		t.Errorf("people are %v", got)
	}
}

func TestWithoutAConsoleThereAreNoLinks(t *testing.T) {
	b := newBench(t)
	b.person("mina", people.Admin)
	if rec := b.api("POST", "/users/mina/link", ""); rec.Code != 409 || problemOf(t, rec).Code != "unsupported" {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

func TestTheAPIAnswersNoOtherSite(t *testing.T) {
	b := newBench(t)
	for _, method := range []string{"GET", "POST", "OPTIONS"} {
		for _, path := range []string{"/api/v1/bots", "/api/v1/users", "/openapi.yaml", "/naverworks/works/webhook", "/naverworks/works/auth"} {
			rec := b.call(method, path, "", "Authorization", "Bearer "+adminKey, "Origin", "https://evil.example",
				"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization")
			for name := range rec.Header() {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("%s %s: %s: %s", method, path, name, rec.Header().Get(name))
				}
			}
			if method == "OPTIONS" && rec.Code != 405 {
				t.Errorf("OPTIONS %s: %d", path, rec.Code)
			}
		}
	}
}
