package console

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"dari/store"
	"dari/web/people"
)

// invite makes a person and returns the path and the token of their link.
func (b *bench) invite(name, role string) (path, token string) {
	b.t.Helper()
	ctx := context.Background()
	if _, err := b.console.people.Invite(ctx, name, role, "en"); err != nil {
		b.t.Fatal(err)
	}
	return b.relink(name)
}

func (b *bench) relink(name string) (path, token string) {
	b.t.Helper()
	link, expires, err := b.console.UserLink(context.Background(), name)
	if err != nil || expires.Sub(b.now) != linkLife {
		b.t.Fatalf("%v, %v", expires, err)
	}
	path, ok := strings.CutPrefix(link, "https://bot.example.com")
	if !ok {
		b.t.Fatalf("link %s", link)
	}
	_, token, _ = strings.Cut(path, "token=")
	return path, token
}

func TestAnInvitedPersonSetsAPasswordAndKeepsTheRole(t *testing.T) {
	b := newBench(t)
	b.admin()
	path, token := b.invite("jun", people.Viewer)
	w := b.browser()
	want(t, w.login("jun", ""), http.StatusUnauthorized, "")
	want(t, w.get(path), http.StatusOK, "Set your password")
	want(t, w.get(path), http.StatusOK, `value="jun" readonly`)
	rec := w.post("/setup", "token", token, "name", "mina", "password", "another password", "repeat", "another password")
	want(t, rec, http.StatusSeeOther, "")
	want(t, w.get("/console"), http.StatusOK, "jun")
	if u, err := b.store.Users().Get(context.Background(), "jun"); err != nil || u.Role != people.Viewer || u.Link != "" {
		t.Errorf("user %+v, %v", u, err)
	}
	want(t, b.browser().login("mina", password), http.StatusSeeOther, "") // the name in the form counts for nothing
	want(t, b.browser().get(path), http.StatusGone, "410 link")
}

func TestALinkOfAPersonThatDoesNotWorkIsGone(t *testing.T) {
	for name, spoil := range map[string]func(*bench){
		"expired":             func(b *bench) { b.now = b.now.Add(linkLife) },
		"followed by a newer": func(b *bench) { b.relink("jun") },
		"of a deleted person": func(b *bench) { b.t.Log(b.console.people.Delete(context.Background(), "", "jun")) },
		"of a person made new": func(b *bench) {
			_ = b.console.people.Delete(context.Background(), "", "jun")
			b.invite("jun", people.Admin)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.admin()
			path, token := b.invite("jun", people.Viewer)
			spoil(b)
			want(t, b.browser().get(path), http.StatusGone, "410 link")
			want(t, b.browser().post("/setup", "token", token, "password", password, "repeat", password), http.StatusGone, "410 link")
			if _, err := b.store.Links().Get(context.Background(), linkID(token)); name != "expired" && !errors.Is(err, store.ErrNotFound) {
				t.Errorf("the link is kept: %v", err)
			}
		})
	}
}

func TestThereIsNoLinkForNobody(t *testing.T) {
	b := newBench(t)
	if _, _, err := b.console.UserLink(context.Background(), "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if links, err := b.store.Links().List(context.Background()); err != nil || len(links) != 0 {
		t.Errorf("links %v, %v", links, err)
	}
}

func TestASessionEndsWithTheRoleItWasOpenedWith(t *testing.T) {
	b := newBench(t)
	b.admin()
	ctx := context.Background()
	for name, change := range map[string]func() error{
		"another role": func() error { _, err := b.console.people.SetRole(ctx, "mina", "jun", people.Viewer); return err },
		"and back": func() error {
			_, err := b.console.people.SetRole(ctx, "mina", "jun", people.Viewer)
			_, back := b.console.people.SetRole(ctx, "mina", "jun", people.Builder)
			return errors.Join(err, back)
		},
		"deleted": func() error { return b.console.people.Delete(ctx, "mina", "jun") },
	} {
		t.Run(name, func(t *testing.T) {
			_, token := b.invite("jun", people.Builder)
			w := b.browser()
			want(t, w.post("/setup", "token", token, "password", password, "repeat", password), http.StatusSeeOther, "")
			want(t, w.get("/console"), http.StatusOK, "jun")
			if err := change(); err != nil {
				t.Fatal(err)
			}
			want(t, w.get("/console"), http.StatusSeeOther, "")
			_ = b.console.people.Delete(ctx, "mina", "jun")
		})
	}
}

func TestAPersonChangesThePasswordAndStaysSignedInHereAlone(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	elsewhere := b.browser()
	elsewhere.login("mina", password)
	want(t, b.browser().get("/console/password"), http.StatusSeeOther, "")
	want(t, w.get("/console/password"), http.StatusOK, "signed out everywhere else")
	const next = "a new password"
	for _, c := range []struct{ current, password, repeat, text string }{
		{"wrong", next, next, "The current password is not right."},
		{"", next, next, "The current password is not right."},
		{password, "short", "short", "too short"},
		{password, next, next + "!", "The two passwords differ"},
	} {
		rec := w.post("/console/password", "current", c.current, "password", c.password, "repeat", c.repeat)
		want(t, rec, http.StatusUnprocessableEntity, c.text)
	}
	before := w.cookies[hostCookie]
	want(t, w.post("/console/password", "current", password, "password", next, "repeat", next), http.StatusSeeOther, "")
	if w.cookies[hostCookie] == before {
		t.Error("the session keeps its token")
	}
	want(t, w.get("/console"), http.StatusOK, "mina")
	want(t, elsewhere.get("/console"), http.StatusSeeOther, "")
	want(t, b.browser().login("mina", password), http.StatusUnauthorized, "")
	want(t, b.browser().login("mina", next), http.StatusSeeOther, "")
	if b.audited("password", true) != 1 || b.audited("password", false) != 2 {
		t.Error("the changes were not audited")
	}
}

func TestGuessingThePasswordOfAnOpenSessionIsThrottled(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	for range maxFailures {
		want(t, w.post("/console/password", "current", "wrong"), http.StatusUnprocessableEntity, "")
	}
	rec := w.post("/console/password", "current", password, "password", "a new password", "repeat", "a new password")
	want(t, rec, http.StatusTooManyRequests, "Try again in 15 min.")
	if rec.Header().Get("Retry-After") != "900" {
		t.Errorf("Retry-After %s", rec.Header().Get("Retry-After"))
	}
}

func TestCookiesAreBoundToTheHostOverHTTPSAlone(t *testing.T) {
	b := newBench(t)
	b.options.Secure = false
	b.restart()
	w := b.admin()
	if w.cookies[sessionCookie] == "" || w.cookies[hostCookie] != "" {
		t.Errorf("cookies %v", w.cookies)
	}
}

func TestOverPlainHTTPBrowsersAreNotToldToComeByHTTPS(t *testing.T) {
	b := newBench(t)
	b.options.PublicURL, b.options.Secure = "http://127.0.0.1:8080", false
	b.restart()
	for _, path := range []string{"/login", "/web/none"} {
		if h := b.browser().get(path).Header(); h.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}
