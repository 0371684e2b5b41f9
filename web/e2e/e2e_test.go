package e2e

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dari/channels/channeltest"
)

// body is a call's body with form encoding undone.
func body(c channeltest.Call) string {
	if strings.HasPrefix(c.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		if s, err := url.QueryUnescape(string(c.Body)); err == nil {
			return s
		}
	}
	return string(c.Body)
}

func newBot(d *dari) {
	d.t.Helper()
	d.api(http.MethodPost, "/bots", map[string]any{
		"id": "bot", "name": "Bot", "locale": "ko", "engine": map[string]any{"type": "echo"},
	}, http.StatusCreated, nil)
}

func TestASignedCallbackOfEveryMessengerIsAnsweredThroughIt(t *testing.T) {
	d := start(t, t.TempDir())
	newBot(d)
	for _, m := range messengers(t) {
		t.Run(m.name, func(t *testing.T) {
			m.connect(d, "bot")
			text := "휴가 며칠 남았어? 👨‍👩‍👧 " + m.name
			for range 3 { // redeliveries change nothing
				m.say(d, 1, 1, text)
			}
			m.saw(text)
			d.settled()
			if got := m.sent(); len(got) != 1 {
				t.Errorf("%d messages sent: %v", len(got), got)
			}
			forged := m.text(1, 2, "forged")
			forged.Body = []byte(strings.Replace(string(forged.Body), "forged", "gefoxt", 1))
			if m.name == "teams" {
				forged.Header.Set("Authorization", "Bearer x.y.z")
			}
			if status := m.call(d, forged); status != http.StatusUnauthorized {
				t.Errorf("a forged callback is answered %d", status)
			}
			var rejected struct{ Items []struct{ Reason string } }
			for len(rejected.Items) == 0 { // written without waiting for the disk
				d.api(http.MethodGet, "/events?state=rejected&channel=ch-"+m.name, nil, http.StatusOK, &rejected)
			}
			if rejected.Items[0].Reason == "" {
				t.Error("the owner does not see why")
			}
			for _, secret := range m.secrets {
				if strings.Contains(d.out.String(), secret) {
					t.Errorf("the log holds a secret that ends in %q", secret[len(secret)-4:])
				}
			}
		})
	}
	if l := d.ledger(); l.Accepted != 4 || l.Handled != 4 {
		t.Errorf("ledger %+v", l)
	}
	if code := d.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestEveryDocumentedCallbackIsTakenIn(t *testing.T) {
	d := start(t, t.TempDir())
	newBot(d)
	for _, m := range messengers(t) {
		t.Run(m.name, func(t *testing.T) {
			m.connect(d, "bot")
			files, err := filepath.Glob("../../channels/" + m.name + "/testdata/in_*")
			if err != nil || len(files) < 15 {
				t.Fatalf("%d fixtures, %v", len(files), err)
			}
			for _, file := range files {
				body, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				contentType := "application/json"
				if filepath.Ext(file) == ".form" {
					contentType = "application/x-www-form-urlencoded"
				}
				// An invoke that the app does not declare has to be answered 501; sign-in, which Dari does not
				// offer, 412.
				status := m.call(d, m.sign(contentType, body))
				if status != http.StatusOK && status != http.StatusNotImplemented && status != http.StatusPreconditionFailed {
					t.Errorf("%s: %d", filepath.Base(file), status)
				}
			}
		})
	}
	d.settled()
	if l := d.ledger(); l.Accepted < 120 {
		t.Errorf("ledger %+v", l)
	}
	var failed struct {
		Items []struct{ Name, Reason string }
	}
	d.api(http.MethodGet, "/events?state=failed", nil, http.StatusOK, &failed)
	for _, e := range failed.Items {
		if e.Name != "fileConsent/invoke" { // it accepts a file that this bot never offered
			t.Errorf("%s failed: %s", e.Name, e.Reason)
		}
	}
	if out := d.out.String(); strings.Contains(out, "panic") {
		t.Error("something panicked")
	}
}
