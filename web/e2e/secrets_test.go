package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"dari/channels"
	"dari/channels/channeltest"
	"dari/web/oidctest"
)

// What a typical day's people and programs know and nobody else may learn.
const (
	dayPassword  = "the-administrators-own-passphrase"
	dayPassword2 = "another-passphrase-after-the-change"
	dayGuess     = "nearly-the-administrators-passphrase"
	dayKeyGuess  = "e2e-admin-key-with-a-slip-of-the-pen"
	dayDeskGuess = "exampleDeskHeader2-mistyped"
	dayEngineKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw0123456789ab"
	dayHeader    = "engine-token-5d1f0c7e2b"
)

// day is a Dari that works for a day, everything it says, and the secrets by what they are.
type day struct {
	*dari
	secrets map[string]string
	said    map[string][]byte // by where
}

func (y *day) keep(where string, b []byte) { y.said[where] = append(y.said[where], b...) }

// secret notes one more secret.
func (y *day) secret(what, value string) {
	y.t.Helper()
	if len(value) < 12 {
		y.t.Fatalf("%s is too short to look for: %q", what, value)
	}
	y.secrets[what] = value
}

// ask makes a request as a program with the API key and keeps what is said in answer.
func (y *day) ask(method, path string, body any) []byte {
	y.t.Helper()
	_, b := y.send(http.DefaultClient, method, path, body, http.Header{"Authorization": {"Bearer " + adminKey}})
	y.keep(method+" "+path, b)
	return b
}

func (y *day) send(client *http.Client, method, path string, body any, header http.Header) (int, []byte) {
	y.t.Helper()
	var r io.Reader
	switch v := body.(type) {
	case nil:
	case url.Values:
		r = strings.NewReader(v.Encode())
		header.Set("Content-Type", "application/x-www-form-urlencoded")
	default:
		b, err := json.Marshal(v)
		if err != nil {
			y.t.Fatal(err)
		}
		r = bytes.NewReader(b)
		header.Set("Content-Type", "application/json")
	}
	req, err := http.NewRequest(method, y.url+path, r)
	if err != nil {
		y.t.Fatal(err)
	}
	req.Header = header
	resp, err := client.Do(req)
	if err != nil {
		y.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		y.t.Fatal(err)
	}
	return resp.StatusCode, b
}

// once reads a secret out of the one answer that may hold it.
func (y *day) once(method, path string, body any, field string) map[string]any {
	y.t.Helper()
	status, b := y.send(http.DefaultClient, method, path, body, http.Header{"Authorization": {"Bearer " + adminKey}})
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil || status >= 300 {
		y.t.Fatalf("%s %s: %d %v %s", method, path, status, err, b)
	}
	value, _ := v[field].(string)
	y.secret(path+" "+field, value)
	return v
}

// TestNoSecretIsSaidKeptOrDumped lets the program work through a typical day and looks for every secret
// in everything that comes out of it.
func TestNoSecretIsSaidKeptOrDumped(t *testing.T) {
	y := &day{secrets: map[string]string{"admin key": adminKey, "client secret of the sign-in provider": oidctest.ClientSecret}, said: map[string][]byte{}}
	for what, value := range map[string]string{
		"password": dayPassword, "second password": dayPassword2, "guessed password": dayGuess, "guessed key": dayKeyGuess,
		"guessed desk header": dayDeskGuess, "engine secret": dayEngineKey, "bare engine secret": strings.TrimPrefix(dayEngineKey, "whsec_"), "engine header": dayHeader,
	} {
		y.secrets[what] = value
	}
	provider := oidctest.New(t, time.Now)
	provider.Person(map[string]any{"sub": "7", "email": "jina@example.com", "email_verified": true})
	dir := t.TempDir()
	y.dari = start(t, dir,
		"DARI_AUTH_OIDC_ISSUER="+provider.URL, "DARI_AUTH_OIDC_CLIENT_ID="+oidctest.ClientID,
		"DARI_AUTH_OIDC_CLIENT_SECRET="+oidctest.ClientSecret, "DARI_AUTH_OIDC_ALLOWED_DOMAINS=example.com")
	y.keyFile("first key", filepath.Join(dir, "secret.key"))

	y.peopleCome()
	y.integratorsCome()
	all := messengers(t)
	ownSecret(all[1])
	y.usersWrite(all)
	y.operatorLooks(dir)
	y.everythingIsRead()
	y.keyFile("second key", filepath.Join(dir, "secret.key"))
	y.noCore()
	y.fallOver()
	y.scan(dir)
}

// peopleCome sets the console up and signs people in, well and badly.
func (y *day) peopleCome() {
	link, ok := y.out.after("works once: ")
	if !ok {
		y.t.Fatalf("no link in:\n%s", y.out)
	}
	_, token, _ := strings.Cut(link, "token=")
	mina := y.browser()
	y.form(mina, "/setup", url.Values{"token": {token}, "name": {"mina"}, "password": {dayPassword}, "repeat": {dayPassword}})
	for _, guess := range []string{dayGuess, dayGuess} {
		y.form(y.browser(), "/login", url.Values{"name": {"mina"}, "password": {guess}})
	}
	// Typed into the wrong field. The page shows it again to who has typed it, and only to them.
	y.send(y.browser(), http.MethodPost, "/login", url.Values{"name": {dayGuess}, "password": {""}}, http.Header{"Sec-Fetch-Site": {"same-origin"}})
	y.form(mina, "/console/password", url.Values{"current": {dayPassword}, "password": {dayPassword2}, "repeat": {dayPassword2}})
	y.page(mina, "/console")
	jina := y.browser()
	y.page(jina, "/login/oidc") // to the provider and back
	y.page(jina, "/console")
	for who, client := range map[string]*http.Client{"mina": mina, "jina": jina} {
		address, _ := url.Parse(y.url)
		for _, c := range client.Jar.Cookies(address) {
			if c.Name == "dari_session" {
				y.secret("session of "+who, c.Value)
			}
		}
		if y.secrets["session of "+who] == "" {
			y.t.Fatalf("%s is not signed in", who)
		}
	}
}

func (y *day) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		y.t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 2 * time.Minute} // passwords are slow by intent, more so under the race detector
}

func (y *day) form(client *http.Client, path string, form url.Values) {
	y.t.Helper()
	_, b := y.send(client, http.MethodPost, path, form, http.Header{"Sec-Fetch-Site": {"same-origin"}})
	y.keep("form "+path, b)
}

func (y *day) page(client *http.Client, path string) {
	y.t.Helper()
	_, b := y.send(client, http.MethodGet, path, nil, http.Header{})
	y.keep("page "+path, b)
}

// integratorsCome makes keys and accounts, and guesses.
func (y *day) integratorsCome() {
	key := y.once(http.MethodPost, "/api/v1/api-keys", map[string]any{"name": "tickets", "scopes": []string{"send"}}, "key")
	y.once(http.MethodPost, "/api/v1/api-keys/"+key["id"].(string)+"/rotate", map[string]any{"overlap": "1h"}, "key")
	y.once(http.MethodPost, "/api/v1/users", map[string]any{"id": "jun", "role": "viewer"}, "link")
	_, y.secrets["one-time link"], _ = strings.Cut(y.secrets["/api/v1/users link"], "token=")
	for _, header := range []string{"Bearer " + dayKeyGuess, "Basic " + dayKeyGuess, dayKeyGuess} {
		_, b := y.send(http.DefaultClient, http.MethodGet, "/api/v1/bots", nil, http.Header{"Authorization": {header}})
		y.keep("guess", b)
	}
}

// ownSecret gives LINE a secret that is no part of an example id.
func ownSecret(line *messenger) {
	const secret = "9f27c1d04be83a5661e07fd2c98ab345"
	line.settings = maps.Clone(line.settings)
	line.settings["channel_secret"] = secret
	line.secrets = []string{secret, channeltest.LINEToken}
	line.text = func(user, n int, text string) *channels.Request {
		return channeltest.SignLINE(secret, lineText(user, n, text).Body)
	}
}

// gossip is an engine that tells everybody what it was sent.
func (y *day) gossip() string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		json.NewEncoder(w).Encode(map[string]any{"status": "error", "error": map[string]any{
			"code": "refused", "message": "wrong " + r.Header.Get("X-Engine-Token") + " at " + r.URL.String(),
		}})
	}))
	y.t.Cleanup(srv.Close)
	return srv.URL
}

// usersWrite lets every messenger's users write, platforms fail and forgers try.
func (y *day) usersWrite(all []*messenger) {
	newBot(y.dari)
	for i, m := range all {
		m.connect(y.dari, "bot")
		for _, s := range m.secrets {
			y.secrets[m.name+" "+s[:4]] = s
		}
		m.say(y.dari, 1, 1, "hello")
		m.saw("hello")
		forged := m.text(1, 2, "forged")
		forged.Body = bytes.Replace(forged.Body, []byte("forged"), []byte("gefoxt"), 1)
		m.call(y.dari, forged)
		for _, prefix := range m.sends { // the platform refuses and repeats what it was sent
			m.platform.FailNext(prefix, channeltest.Fault{Status: http.StatusBadRequest, Body: `{"message":"no ` + m.secrets[0] + `","description":"no ` + m.secrets[0] + `","code":"` + m.secrets[1%len(m.secrets)] + `"}`})
		}
		m.say(y.dari, 2, 3, "refused")
		y.ask(http.MethodPost, "/api/v1/channels/ch-"+m.name+"/check", nil)
		y.ask(http.MethodPost, "/api/v1/channels/ch-"+m.name+"/messages", map[string]any{
			"to": map[string]any{"user": "user-000" + string(rune('1'+i))}, "messages": []any{map[string]any{"type": "text", "text": "news"}},
		})
	}
	for _, line := range strings.Split(channeltest.NaverWorksPrivateKey(), "\n")[1:3] {
		y.secret("private key "+line[:4], line)
	}
	y.settled()
	y.ask(http.MethodPost, "/api/v1/bots", map[string]any{"id": "gossip", "name": "Gossip", "engine": map[string]any{"type": "http", "settings": map[string]any{
		"url": y.gossip() + "/turn", "secret": dayEngineKey, "headers": map[string]any{"X-Engine-Token": dayHeader},
	}}})
	y.ask(http.MethodPost, "/api/v1/bots/gossip/channels", map[string]any{"id": "gossip-line", "type": "line", "name": "L", "settings": all[1].settings})
	line := all[1].text(9, 9, "what do you know?")
	req, _ := http.NewRequest(http.MethodPost, y.url+"/line/gossip-line/webhook", bytes.NewReader(line.Body))
	req.Header = line.Header
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		y.t.Fatalf("%v %v", resp, err)
	}
	resp.Body.Close()
	y.settled()
	y.desk()
}

// desk asks the token desk, well and badly.
func (y *day) desk() {
	const path = "/naverworks/ch-naverworks/auth"
	for _, header := range []string{"", dayDeskGuess} {
		_, b := y.send(http.DefaultClient, http.MethodGet, path, nil, http.Header{"Danbee-Naverworks-Auth": {header}})
		y.keep("desk", b)
	}
	for _, call := range [][2]string{{http.MethodGet, path}, {http.MethodPost, path + "refresh"}} {
		status, b := y.send(http.DefaultClient, call[0], call[1], nil, http.Header{"Danbee-Naverworks-Auth": {channeltest.NaverWorksAuthHeader}})
		var token deskToken
		if err := json.Unmarshal(b, &token); err != nil || status != http.StatusOK {
			y.t.Fatalf("%d %v %s", status, err, b)
		}
		y.secret(call[0]+" access token", token.AccessToken)
	}
}

// operatorLooks runs the commands of the terminal.
func (y *day) operatorLooks(dir string) {
	for _, args := range [][]string{{"doctor"}, {"backup", filepath.Join(dir, "copy.db")}, {"rotate-key"}, {"backup", filepath.Join(dir, "second.db")}, {"version"}} {
		out, code := command(y.t, dir, []string{"LC_ALL=C"}, args...)
		if code != 0 {
			y.t.Errorf("%s: exit %d: %s", args[0], code, out)
		}
		y.keep("dari "+args[0], []byte(out))
	}
}

// keyFile notes the keys that open the sealed secrets.
func (y *day) keyFile(what, path string) {
	y.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		y.t.Fatal(err)
	}
	y.secret(what, strings.TrimSpace(string(b)))
}

// everythingIsRead asks for everything that the API shows, replays and exports.
func (y *day) everythingIsRead() {
	for _, path := range []string{"/metrics", "/api/v1/api-keys", "/api/v1/users", "/api/v1/users/jun", "/api/v1/audit?limit=500", "/api/v1/ledger", "/api/v1/conversations", "/api/v1/bots/bot/channels", "/healthz", "/readyz"} {
		y.ask(http.MethodGet, path, nil)
	}
	for _, list := range []string{"bots", "channels", "events", "deliveries"} {
		path := "/api/v1/" + list
		if list == "channels" {
			path = "/api/v1/bots/bot/channels"
		}
		var page struct{ Items []struct{ ID string } }
		if err := json.Unmarshal(y.ask(http.MethodGet, path+"?limit=500", nil), &page); err != nil || len(page.Items) == 0 {
			y.t.Fatalf("%s: %v, %d items", list, err, len(page.Items))
		}
		for _, item := range page.Items {
			y.ask(http.MethodGet, "/api/v1/"+list+"/"+url.PathEscape(item.ID), nil)
			if list != "events" {
				continue
			}
			y.ask(http.MethodGet, "/api/v1/events/"+item.ID+"?reveal=true", nil)
			y.ask(http.MethodPost, "/api/v1/events/"+item.ID+"/replay", map[string]any{"mode": "dry"})
			for _, as := range []string{"fixture", "curl"} {
				y.ask(http.MethodGet, "/api/v1/events/"+item.ID+"/export?as="+as, nil)
			}
		}
	}
	y.ask(http.MethodPost, "/api/v1/preview", map[string]any{"messages": []any{map[string]any{"type": "text", "text": "x"}}})
	y.ask(http.MethodPatch, "/api/v1/channels/ch-line", map[string]any{"settings": map[string]any{"channel_secret": 7}})
}

// fallOver ends the program as a panic does: with the stacks of all goroutines.
func (y *day) fallOver() {
	if err := y.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		y.t.Fatal(err)
	}
	<-y.done
	if out := y.out.String(); !strings.Contains(out, "SIGQUIT") || !strings.Contains(out, "goroutine ") {
		y.t.Error("the program did not dump its stacks")
	}
}

// noCore looks at the limit that the program has set for itself.
func (y *day) noCore() {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", y.cmd.Process.Pid))
	if os.IsNotExist(err) {
		return // not Linux
	}
	if err != nil {
		y.t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "Max core file size"); ok {
			if f := strings.Fields(rest); len(f) < 2 || f[0] != "0" || f[1] != "0" {
				y.t.Errorf("core files: %s", line)
			}
			return
		}
	}
	y.t.Error("there is no limit of core files")
}

// scan looks for every secret, in every spelling, in everything.
func (y *day) scan(dir string) {
	y.keep("output", []byte(y.out.String()))
	files, err := os.ReadDir(dir)
	if err != nil {
		y.t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name(), "secret.key") || !f.Type().IsRegular() {
			continue // the keys have to be somewhere
		}
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			y.t.Fatal(err)
		}
		y.keep("file "+f.Name(), b)
	}
	size := 0
	for where, said := range y.said {
		size += len(said)
		for _, what := range slices.Sorted(maps.Keys(y.secrets)) {
			for how, spelt := range spellings(y.secrets[what]) {
				if i := bytes.Index(said, []byte(spelt)); i >= 0 {
					y.t.Errorf("%s holds the %s (%s): …%q", where, what, how, said[max(0, i-80):i])
				}
			}
		}
	}
	if size < 1<<20 || len(y.said) < 60 || len(y.secrets) < 25 {
		y.t.Errorf("only %d bytes from %d places were looked through for %d secrets", size, len(y.said), len(y.secrets))
	}
}

// spellings are the ways in which a secret may be written down.
func spellings(secret string) map[string]string {
	quoted, _ := json.Marshal(secret)
	return map[string]string{
		"plain": secret, "in JSON": strings.Trim(string(quoted), `"`), "in a URL": url.QueryEscape(secret),
		"in Base64": base64.StdEncoding.EncodeToString([]byte(secret)), "in URL Base64": base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"in hex": hex.EncodeToString([]byte(secret)),
	}
}

func TestTheScannerFindsSecretsHoweverTheyAreSpelt(t *testing.T) {
	const secret = `pass "word"/+=`
	for how, spelt := range spellings(secret) {
		if spelt == "" || how != "plain" && how != "in JSON" && spelt == secret {
			t.Errorf("%s: %q", how, spelt)
		}
	}
}
