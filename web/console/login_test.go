package console

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"dari/store"
)

func TestSigningInAndOut(t *testing.T) {
	b := newBench(t)
	b.admin()
	w := b.browser()
	want(t, w.get("/console"), http.StatusSeeOther, "")
	want(t, w.get("/login"), http.StatusOK, "Sign in")
	rec := w.login("MINA", password)
	want(t, rec, http.StatusSeeOther, "")
	cookie := rec.Result().Cookies()[0]
	if !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" {
		t.Errorf("cookie %+v", cookie)
	}
	want(t, w.get("/console"), http.StatusOK, "mina")
	want(t, w.get("/login"), http.StatusSeeOther, "")
	stolen := w.cookies[hostCookie]
	want(t, w.post("/logout"), http.StatusSeeOther, "")
	if w.cookies[hostCookie] != "" {
		t.Error("the cookie stays after signing out")
	}
	w.cookies[hostCookie] = stolen
	want(t, w.get("/console"), http.StatusSeeOther, "")
	if b.audited("sign_in", true) != 1 || b.audited("sign_out", true) != 1 {
		t.Error("signing in and out was not audited")
	}
}

func TestAWrongPasswordAndAnUnknownNameSoundAlike(t *testing.T) {
	b := newBench(t)
	b.admin()
	w := b.browser()
	for _, c := range [][2]string{{"mina", "wrong password"}, {"nobody", password}, {"mina", ""}, {"", ""}, {"mina", strings.Repeat("a", 100)}} {
		rec := w.login(c[0], c[1])
		want(t, rec, http.StatusUnauthorized, "The login name or the password is not right.")
		if len(rec.Result().Cookies()) != 0 {
			t.Error("there is a cookie")
		}
	}
	if n := b.audited("sign_in", false); n != 5 {
		t.Errorf("%d failures audited", n)
	}
}

func TestWhatIsTypedAsANameIsOnlyAuditedIfSomebodyHasIt(t *testing.T) {
	b := newBench(t)
	b.admin()
	b.browser().login("My Secret Pass!", "")
	b.browser().login("my-secret-pass", "")
	b.audited("sign_in", false)
	page, err := b.store.Audits(context.Background(), storeQuery)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range page.Items {
		if strings.Contains(strings.ToLower(a.Who), "secret") {
			t.Errorf("audited as %q", a.Who)
		}
	}
}

func TestTenFailuresStopATryForAQuarterOfAnHour(t *testing.T) {
	for _, c := range []struct {
		name      string
		fail, try func(i int) (name, address string)
		stopped   bool
	}{
		{
			"from one address, whatever the name",
			func(i int) (string, string) { return "name" + string(rune('a'+i)), "198.51.100.1:1" },
			func(int) (string, string) { return "mina", "198.51.100.1:2" },
			true,
		},
		{
			"of one name, wherever from",
			func(i int) (string, string) { return "mina", "198.51.100." + string(rune('1'+i%9)) + ":1" },
			func(int) (string, string) { return "mina", "203.0.113.5:1" },
			true,
		},
		{
			"from one IPv6 network",
			func(i int) (string, string) {
				return "name" + string(rune('a'+i)), "[2001:db8::" + string(rune('a'+i%6)) + "]:1"
			},
			func(int) (string, string) { return "mina", "[2001:db8::ffff]:1" },
			true,
		},
		{
			"not another name from elsewhere",
			func(int) (string, string) { return "eve", "198.51.100.1:1" },
			func(int) (string, string) { return "mina", "203.0.113.5:1" },
			false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			b.admin()
			w := b.browser()
			for i := range maxFailures {
				name, address := c.fail(i)
				w.address = address
				want(t, w.login(name, "wrong password"), http.StatusUnauthorized, "")
			}
			name, address := c.try(0)
			w.address = address
			rec := w.login(name, password)
			if !c.stopped {
				want(t, rec, http.StatusSeeOther, "")
				return
			}
			want(t, rec, http.StatusTooManyRequests, "Try again in 15 min.")
			if rec.Header().Get("Retry-After") != "900" {
				t.Errorf("Retry-After %s", rec.Header().Get("Retry-After"))
			}
			b.now = b.now.Add(failureWindow)
			want(t, w.login(name, password), http.StatusSeeOther, "")
		})
	}
}

func TestSuccessesDoNotCountAsFailures(t *testing.T) {
	b := newBench(t)
	b.admin()
	for range 2 * maxFailures {
		want(t, b.browser().login("mina", password), http.StatusSeeOther, "")
	}
}

func TestTheThrottleForgetsRatherThanGrows(t *testing.T) {
	now := time.Now()
	th := newThrottle(1, time.Minute, func() time.Time { return now })
	for i := range maxWatched + 10 {
		th.try(string(rune(i)))
	}
	if len(th.seen) > maxWatched {
		t.Errorf("%d keys", len(th.seen))
	}
}

func TestASessionSurvivesARestart(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	b.restart()
	want(t, w.get("/console"), http.StatusOK, "mina")
}

func TestASessionEndsAfterTwelveIdleHours(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	b.now = b.now.Add(sessionIdle - time.Minute)
	want(t, w.get("/console"), http.StatusOK, "mina")
	idle := b.browser()
	idle.login("mina", password)
	b.now = b.now.Add(sessionIdle + time.Minute)
	want(t, idle.get("/console"), http.StatusSeeOther, "")
}

func TestASessionEndsAfterSevenDaysAtTheLatest(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	data, found, err := b.console.sessions.Store.Find(w.cookies[hostCookie])
	if err != nil || !found {
		t.Fatalf("found %v, %v", found, err)
	}
	deadline, _, err := scs.GobCodec{}.Decode(data)
	if err != nil || deadline.Sub(b.now).Round(time.Minute) != sessionLife {
		t.Errorf("ends %v, %v", deadline, err)
	}
}

func TestTheStoreHoldsNoCookieAndNoExpiredSession(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	cookie := w.cookies[hostCookie]
	ctx := context.Background()
	if _, err := b.store.Sessions().Get(ctx, cookie); err == nil {
		t.Error("the cookie is the session's id")
	}
	sessions, err := b.store.Sessions().List(ctx)
	if err != nil || len(sessions) != 1 || strings.Contains(string(sessions[0].Data), cookie) {
		t.Errorf("sessions %v, %v", sessions, err)
	}
	if left := sessions[0].Expires.Sub(b.now).Round(time.Minute); left != sessionIdle {
		t.Errorf("idle time %v", left)
	}
	old := sessionStore{b.store.Sessions(), nil}
	if err := old.Commit("an old cookie", []byte("data"), b.now.Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	b.browser().login("mina", password)
	if _, err := b.store.Sessions().Get(ctx, sessionID("an old cookie")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the expired session is kept: %v", err)
	}
	if sessions, _ := b.store.Sessions().List(ctx); len(sessions) != 2 {
		t.Errorf("%d sessions are kept, want the two that are good", len(sessions))
	}
}

func TestASessionPlantedBeforeSigningInIsWorthNothing(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	before := w.cookies[hostCookie]
	want(t, w.login("mina", password), http.StatusSeeOther, "")
	if w.cookies[hostCookie] == before {
		t.Error("the token stays the same")
	}
	old := b.browser()
	old.cookies[hostCookie] = before
	want(t, old.get("/console"), http.StatusSeeOther, "")
}

func TestSessionTellsOthersWhoIsSignedIn(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	r := httptest.NewRequest(http.MethodGet, "/api/v1/bots", nil)
	if user, role, ok := b.console.Session(r); ok || user != "" || role != "" {
		t.Errorf("nobody is %q, %q", user, role)
	}
	r.AddCookie(&http.Cookie{Name: hostCookie, Value: w.cookies[hostCookie]})
	if user, role, ok := b.console.Session(r); !ok || user != "mina" || role != "admin" {
		t.Errorf("got %q, %q, %v", user, role, ok)
	}
	if err := b.store.Users().Delete(context.Background(), "mina"); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := b.console.Session(r); ok {
		t.Error("a person who was deleted is still signed in")
	}
}

func TestWithoutAnAdministratorTheLoginPageSaysHowToMakeOne(t *testing.T) {
	want(t, newBench(t).browser().get("/login"), http.StatusOK, "dari admin-link")
}
