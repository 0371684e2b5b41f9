package console

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/store"
	"dari/web/people"
)

func TestAOneTimeLinkMakesTheFirstAdministratorAndWorksOnce(t *testing.T) {
	b := newBench(t)
	link, err := b.console.SetupLink(context.Background())
	if err != nil || !strings.HasPrefix(link, "https://bot.example.com/setup?token=") {
		t.Fatalf("link %q, %v", link, err)
	}
	path := strings.TrimPrefix(link, "https://bot.example.com")
	_, token, _ := strings.Cut(path, "token=")
	if len(token) < 43 {
		t.Errorf("the token has only %d characters", len(token))
	}
	w := b.browser()
	want(t, w.get(path), http.StatusOK, "Create an administrator")
	want(t, w.get(path), http.StatusOK, "Create an administrator") // looking does not use it up
	rec := w.post("/setup", "token", token, "name", " Mina ", "password", password, "repeat", password, "locale", "ko")
	want(t, rec, http.StatusSeeOther, "")
	if to := rec.Header().Get("Location"); to != "/console" {
		t.Errorf("sent to %s", to)
	}
	want(t, w.get("/console"), http.StatusOK, "아직 봇이 없습니다")

	u, err := b.store.Users().Get(context.Background(), "mina")
	if err != nil || u.Role != "admin" || u.Locale != "ko" || strings.Contains(string(u.Password), password) {
		t.Errorf("user %+v, %v", u, err)
	}
	stranger := b.browser()
	want(t, stranger.get(path), http.StatusGone, "dari admin-link")
	want(t, stranger.post("/setup", "token", token, "name", "eve", "password", password, "repeat", password), http.StatusGone, "dari admin-link")
	if link, err := b.console.SetupLink(context.Background()); err != nil || link != "" {
		t.Errorf("with an administrator there is a link: %q, %v", link, err)
	}
	if b.audited("setup", true) != 1 || b.audited("setup", false) != 1 {
		t.Error("setting up was not audited")
	}
}

func TestALinkThatDoesNotWorkIsGone(t *testing.T) {
	for name, spoil := range map[string]func(*bench) (path, token string){
		"made up": func(*bench) (string, string) { return "/setup?token=abc", "abc" },
		"missing": func(*bench) (string, string) { return "/setup", "" },
		"expired": func(b *bench) (string, string) {
			path, token := b.link()
			b.now = b.now.Add(24 * time.Hour)
			return path, token
		},
		"followed by a newer one": func(b *bench) (string, string) {
			path, token := b.link()
			b.link()
			return path, token
		},
		"the note of the newest one": func(b *bench) (string, string) {
			b.link()
			return "/setup?token=" + newestLink, newestLink
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			path, token := spoil(b)
			want(t, b.browser().get(path), http.StatusGone, "410 link")
			rec := b.browser().post("/setup", "token", token, "name", "mina", "password", password, "repeat", password)
			want(t, rec, http.StatusGone, "410 link")
			if users, err := b.store.Users().List(context.Background()); err != nil || len(users) != 0 {
				t.Errorf("users %v, %v", users, err)
			}
		})
	}
}

func TestAMistakeInTheFormIsNamedAndKeepsTheLink(t *testing.T) {
	b := newBench(t)
	path, token := b.link()
	w := b.browser()
	for _, c := range []struct{ name, password, repeat, text string }{
		{"", password, password, "The login name must have"},
		{"x", password, password, "The login name must have"},
		{"mi na", password, password, "The login name must have"},
		{"mina", "123456789", "123456789", "too short"},
		{"mina", "가나다라마바사아자", "가나다라마바사아자", "too short"},
		{"mina", strings.Repeat("a", 73), strings.Repeat("a", 73), "72 bytes"},
		{"mina", strings.Repeat("가", 25), strings.Repeat("가", 25), "72 bytes"},
		{"mina", password, password + " ", "The two passwords differ"},
	} {
		rec := w.post("/setup", "token", token, "name", c.name, "password", c.password, "repeat", c.repeat)
		want(t, rec, http.StatusUnprocessableEntity, c.text)
		if strings.Contains(rec.Body.String(), c.password) {
			t.Errorf("%s: the page shows the password", c.text)
		}
	}
	want(t, w.get(path), http.StatusOK, "Create an administrator")
}

func TestOfManyWhoUseALinkAtOnceOneGetsThrough(t *testing.T) {
	b := newBench(t)
	_, token := b.link()
	var wg sync.WaitGroup
	results := make(chan error, 8)
	for i := range cap(results) {
		wg.Go(func() {
			_, err := b.console.useLink(context.Background(), token, store.User{ID: string(rune('a' + i))})
			results <- err
		})
	}
	wg.Wait()
	close(results)
	through := 0
	for err := range results {
		switch {
		case err == nil:
			through++
		case !errors.Is(err, errLink):
			t.Error(err)
		}
	}
	if users, _ := b.store.Users().List(context.Background()); through != 1 || len(users) != 1 {
		t.Errorf("%d got through, %d users", through, len(users))
	}
}

// fullUsers takes no new records.
type fullUsers struct{ store.Table[store.User] }

func (fullUsers) Create(context.Context, string, store.User) error { return errors.New("disk is full") }

type fullStore struct{ store.Store }

func (s fullStore) Users() store.Table[store.User] { return fullUsers{s.Store.Users()} }

func TestALinkComesBackWhenTheAdministratorCannotBeWritten(t *testing.T) {
	b := newBench(t)
	path, token := b.link()
	b.console.people = people.New(fullStore{b.store}, time.Now)
	rec := b.browser().post("/setup", "token", token, "name", "mina", "password", password, "repeat", password)
	want(t, rec, http.StatusInternalServerError, "500 internal")
	b.console.people = people.New(b.store, time.Now)
	want(t, b.browser().get(path), http.StatusOK, "Create an administrator")
}

func TestALaterLinkGivesAnExistingNameANewPasswordAndEndsItsSessions(t *testing.T) {
	b := newBench(t)
	old := b.admin()
	path, token := b.link()
	w := b.browser()
	want(t, w.get(path), http.StatusOK, "gets the new password")
	next := "another password"
	want(t, w.post("/setup", "token", token, "name", "mina", "password", next, "repeat", next), http.StatusSeeOther, "")
	want(t, w.get("/console"), http.StatusOK, "mina")
	want(t, old.get("/console"), http.StatusSeeOther, "")
	want(t, b.browser().login("mina", password), http.StatusUnauthorized, "not right")
	want(t, b.browser().login("mina", next), http.StatusSeeOther, "")
}

func TestTheLinkLeadsToTheConsole(t *testing.T) {
	b := newBench(t)
	b.options.ConsoleURL = "http://10.0.0.5:9090/"
	b.restart()
	link, err := b.console.SetupLink(context.Background())
	if err != nil || !strings.HasPrefix(link, "http://10.0.0.5:9090/setup?token=") {
		t.Errorf("link %q, %v", link, err)
	}
}

func TestTheTokenStandsInNoLog(t *testing.T) {
	b := newBench(t)
	path, token := b.link()
	w := b.browser()
	w.get(path)
	w.post("/setup", "token", token, "name", "mina", "password", password, "repeat", password)
	if log := b.log.String(); strings.Contains(log, token) || strings.Contains(log, password) {
		t.Errorf("the log holds a secret:\n%s", log)
	}
}
