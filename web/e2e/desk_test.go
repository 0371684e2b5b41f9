package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/channels/channeltest"
)

type deskToken struct {
	AccessToken string    `json:"access_token"`
	TokenType   string    `json:"token_type"`
	ExpiresIn   int       `json:"expires_in"`
	ExpiresAt   time.Time `json:"expires_at"`
	IssuedAt    time.Time `json:"issued_at"`
	Scope       string    `json:"scope"`
}

// desk asks the token desk as an integrator does.
func (d *dari) desk(method, path, header string) (int, deskToken) {
	d.t.Helper()
	req, err := http.NewRequest(method, d.url+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	if header != "" {
		req.Header.Set("DANBEE-NAVERWORKS-AUTH", header)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	var token deskToken
	if resp.StatusCode == http.StatusOK {
		if err := json.Unmarshal(body, &token); err != nil {
			d.t.Fatalf("%v: %s", err, body)
		}
		if resp.Header.Get("Cache-Control") != "no-store" {
			d.t.Error("a token may be cached")
		}
	}
	return resp.StatusCode, token
}

func TestTheTokenDeskAndTheBotShareOneToken(t *testing.T) {
	dir := t.TempDir()
	d := start(t, dir)
	newBot(d)
	nw := messengers(t)[0]
	nw.connect(d, "bot")
	const auth, refresh = "/naverworks/ch-naverworks/auth", "/naverworks/ch-naverworks/authrefresh"

	nw.say(d, 1, 1, "first") // the bot needs a token to answer
	nw.saw("first")
	status, token := d.desk(http.MethodGet, auth, channeltest.NaverWorksAuthHeader)
	if status != http.StatusOK || token.TokenType != "Bearer" || token.ExpiresIn < 80000 || token.Scope == "" ||
		token.ExpiresAt.Sub(token.IssuedAt) < 23*time.Hour {
		t.Errorf("%d %+v", status, token)
	}
	if _, posted := d.desk(http.MethodPost, auth, channeltest.NaverWorksAuthHeader); posted.AccessToken != token.AccessToken {
		t.Error("POST gives another token")
	}
	if n := len(nw.platform.Calls(channeltest.NaverWorksTokenPath)); n != 1 {
		t.Errorf("%d tokens issued", n)
	}

	d.stop()
	d = start(t, dir)
	if _, again := d.desk(http.MethodGet, auth, channeltest.NaverWorksAuthHeader); again.AccessToken != token.AccessToken {
		t.Error("the token did not survive the restart")
	}

	var wg sync.WaitGroup
	var mu sync.Mutex
	renewed := map[string]bool{}
	for range 20 {
		wg.Go(func() {
			_, got := d.desk(http.MethodPost, refresh, channeltest.NaverWorksAuthHeader)
			mu.Lock()
			defer mu.Unlock()
			renewed[got.AccessToken] = true
		})
	}
	wg.Wait()
	if renewed[token.AccessToken] || len(renewed) > 3 {
		t.Errorf("%d tokens for 20 renewals at once", len(renewed))
	}
	nw.say(d, 1, 2, "after the renewal") // the old token is dead on the platform
	nw.saw("after the renewal")
	d.settled()

	if strings.Contains(d.out.String(), token.AccessToken) {
		t.Error("the log holds the token")
	}
}

func TestTheTokenDeskRefuses(t *testing.T) {
	d := start(t, t.TempDir())
	newBot(d)
	all := messengers(t)
	for _, m := range all[:2] {
		m.connect(d, "bot")
	}
	for _, row := range []struct {
		path, header string
		status       int
	}{
		{"/naverworks/ch-naverworks/auth", "", http.StatusUnauthorized},
		{"/naverworks/ch-naverworks/auth", "wrong", http.StatusUnauthorized},
		{"/naverworks/nobody/auth", channeltest.NaverWorksAuthHeader, http.StatusNotFound},
		{"/naverworks/ch-line/auth", channeltest.NaverWorksAuthHeader, http.StatusNotFound},
	} {
		if status, _ := d.desk(http.MethodGet, row.path, row.header); status != row.status {
			t.Errorf("%s with %q: %d, want %d", row.path, row.header, status, row.status)
		}
	}
	all[0].platform.FailNext(channeltest.NaverWorksTokenPath, channeltest.Fault{
		Status: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}},
		Body: `{"error":"invalid_scope","error_description":"Request scope is not valid."}`,
	})
	if status, _ := d.desk(http.MethodGet, "/naverworks/ch-naverworks/auth", channeltest.NaverWorksAuthHeader); status != http.StatusBadGateway {
		t.Errorf("refused credentials: %d", status)
	}
	d.api(http.MethodPatch, "/channels/ch-naverworks", map[string]any{"settings": map[string]any{"auth_header": nil}}, http.StatusOK, nil)
	if status, _ := d.desk(http.MethodGet, "/naverworks/ch-naverworks/auth", channeltest.NaverWorksAuthHeader); status != http.StatusNotFound {
		t.Errorf("a desk without a header: %d", status)
	}
}

func TestEveryRefusalOfACallbackIsSafeAndSeen(t *testing.T) {
	d := start(t, t.TempDir())
	newBot(d)
	for _, m := range messengers(t) {
		t.Run(m.name, func(t *testing.T) {
			m.connect(d, "bot")
			path := "/" + m.name + "/ch-" + m.name + "/webhook"
			ask := func(method, path string, body string, header http.Header) int {
				t.Helper()
				req, err := http.NewRequest(method, d.url+path, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				if header != nil {
					req.Header = header
				}
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				return resp.StatusCode
			}
			for _, row := range []struct {
				what, method, path, body string
				status                   int
			}{
				{"no signature", http.MethodPost, path, `{"x":1}`, http.StatusUnauthorized},
				{"an unknown channel", http.MethodPost, "/" + m.name + "/nobody/webhook", `{}`, http.StatusNotFound},
				{"a body over 1 MiB", http.MethodPost, path, strings.Repeat("x", 1<<20+1), http.StatusRequestEntityTooLarge},
				{"GET", http.MethodGet, path, "", http.StatusMethodNotAllowed},
			} {
				if status := ask(row.method, row.path, row.body, nil); status != row.status {
					t.Errorf("%s: %d, want %d", row.what, status, row.status)
				}
			}
			d.api(http.MethodPost, "/channels/ch-"+m.name+"/disable", nil, http.StatusOK, nil)
			if status := m.call(d, m.text(1, 1, "x")); status != http.StatusNotFound {
				t.Errorf("a disabled channel: %d", status)
			}
			d.api(http.MethodPost, "/channels/ch-"+m.name+"/enable", nil, http.StatusOK, nil)
			m.say(d, 1, 1, "back again")
			m.saw("back again")
		})
	}
	d.settled()
	var seen struct{ Items []struct{ Reason string } }
	d.api(http.MethodGet, "/events?state=rejected", nil, http.StatusOK, &seen)
	if len(seen.Items) != 12 { // a body too large, no signature and a channel that is switched off, on each of four
		t.Errorf("%d rejected callbacks are seen: %+v", len(seen.Items), seen.Items)
	}
	if l := d.ledger(); l.Accepted != 4 {
		t.Errorf("ledger %+v", l)
	}
}
