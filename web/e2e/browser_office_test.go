package e2e

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"dari/channels/channeltest"
)

// office is a Dari in use: a bot on all messengers with talks behind it, in which not all went well.
type office struct {
	*dari
	admin      *http.Client
	messengers []*messenger
}

// publicOffice is where the messengers would reach it.
const publicOffice = "https://bot.example.com"

func newOffice(t *testing.T, env ...string) *office {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	d := launch(t, t.TempDir(), append(env, "DARI_SERVER_LISTEN="+address, "DARI_SERVER_PUBLIC_URL="+publicOffice, "DARI_SERVER_CONSOLE_URL=http://"+address)...)
	url, ok := d.out.after("console ")
	if !ok {
		t.Fatalf("the program did not start:\n%s", d.out)
	}
	d.url = strings.TrimSuffix(url, "/console")
	o := &office{d, d.setUp("mina", "en"), messengers(t)}
	o.furnish()
	o.talk()
	o.integrate()
	return o
}

// furnish makes the bots and their channels.
func (o *office) furnish() {
	o.api(http.MethodPost, "/bots", map[string]any{"id": "bot", "name": "Office helper", "locale": "ko", "engine": map[string]any{"type": "scenario"}}, http.StatusCreated, nil)
	o.api(http.MethodPost, "/bots", map[string]any{"id": "spare", "name": "Trial", "locale": "ja", "engine": map[string]any{"type": "echo"}}, http.StatusCreated, nil)
	o.api(http.MethodPut, "/bots/bot/files", map[string]any{"files": scenarioFiles(o.t)}, http.StatusOK, nil)
	o.api(http.MethodPost, "/bots/bot/publish", map[string]any{"note": "First day"}, http.StatusCreated, nil)
	for i, m := range o.messengers {
		m.connect(o.dari, "bot")
		o.api(http.MethodPatch, "/channels/ch-"+m.name, map[string]any{"name": []string{"Office", "LINE desk", "Workspace", "Teams"}[i]}, http.StatusOK, nil)
	}
	o.api(http.MethodPost, "/bots/bot/channels", map[string]any{"id": "chat", "type": "web", "name": "Website", "settings": map[string]any{}}, http.StatusCreated, nil)
}

// scenarioFiles are those of the demo bot, in which things can be changed.
func scenarioFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	names, err := filepath.Glob("../../dialog/scenario/demo/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no files, %v", err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = string(b)
	}
	return files
}

// talk lets people write, one of them in vain.
func (o *office) talk() {
	says := []string{"회의실 예약해 줘", "대회의실", "내일", "4명"}
	for u, m := range o.messengers {
		for n, text := range says {
			m.say(o.dari, u+1, n+1, text)
			o.settled()
		}
	}
	nw, line := o.messengers[0], o.messengers[1]
	for n, text := range []string{"주차장 자리 있어요?", "주차장에 자리 있나요", "점심 메뉴 추천해 줘", "점심 메뉴 추천", "주차장 자리 있어?"} {
		nw.say(o.dari, 20+n, 100+2*n, "안녕")
		nw.say(o.dari, 20+n, 101+2*n, text)
	}
	o.settled()
	refused := channeltest.Fault{Status: http.StatusForbidden, Body: `{"message":"Access to this API is not available for your account"}`, Header: http.Header{"Content-Type": {"application/json"}}}
	line.platform.FailNext("/v2/bot/message/reply", refused)
	line.say(o.dari, 7, 50, "와이파이 비밀번호가 뭐야")
	o.settled()
	forged := line.text(8, 60, "forged")
	forged.Body = append(forged.Body, ' ')
	line.call(o.dari, forged)
}

// integrate hands keys out, and invites people.
func (o *office) integrate() {
	soon := time.Now().Add(5 * 24 * time.Hour).UTC().Format(time.RFC3339)
	o.api(http.MethodPost, "/api-keys", map[string]any{"name": "Groupware", "scopes": []string{"send"}, "expires_at": soon}, http.StatusCreated, nil)
	o.api(http.MethodPost, "/api-keys", map[string]any{"name": "Reports", "scopes": []string{"read"}}, http.StatusCreated, nil)
	o.invite("jun", "builder")
	o.invite("vera", "viewer")
	o.form("/console/channels/ch-naverworks/desk/keys", url.Values{"name": {"Partner"}, "password": {browserPassword}})
	o.form("/console/bots/bot/engine/missed", url.Values{"intent": {"vacation.request"}, "locale": {"ko"}, "text": {"반차 쓰고 싶어요"}})
}

// form sends a form of the console as the administrator and returns the page that comes.
func (o *office) form(path string, values url.Values) string {
	o.t.Helper()
	return o.formAs(o.admin, path, values)
}

func (o *office) formAs(client *http.Client, path string, values url.Values) string {
	o.t.Helper()
	resp, err := client.PostForm(o.url+path, values)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.page(resp, path)
}

func (o *office) page(resp *http.Response, path string) string {
	o.t.Helper()
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		o.t.Fatalf("%s: %d %v\n%s", path, resp.StatusCode, err, b)
	}
	return string(b)
}

var inviteLink = regexp.MustCompile(`<code>(http[^<]*/setup\?token=[^<]+)</code>`)

// invite makes a person and returns their session.
func (o *office) invite(name, role string) *http.Client {
	o.t.Helper()
	link := inviteLink.FindStringSubmatch(o.form("/console/people", url.Values{"name": {name}, "role": {role}, "locale": {"en"}}))
	if link == nil {
		o.t.Fatalf("no link for %s", name)
	}
	return o.join(link[1], name, "en")
}

// first is the id of the newest record of a list that fits.
func (o *office) first(list string) string {
	o.t.Helper()
	var page struct{ Items []struct{ ID string } }
	o.api(http.MethodGet, list, nil, http.StatusOK, &page)
	if len(page.Items) == 0 {
		o.t.Fatalf("%s is empty", list)
	}
	return page.Items[0].ID
}

// sheet is a page of the console, with a name for its picture.
type sheet struct{ name, path string }

// in is the page's address in a language.
func (s sheet) in(lang string) string {
	if strings.Contains(s.path, "?") {
		return s.path + "&lang=" + lang
	}
	return s.path + "?lang=" + lang
}

// sheets are all pages of the console that a person can come to by its links.
func (o *office) sheets() []sheet {
	event, failed := o.first("/events?channel=ch-naverworks&state=handled"), o.first("/events?state=rejected")
	conversation := o.first("/conversations?channel=ch-line")
	ch := "/console/channels/ch-naverworks"
	return []sheet{
		{"home", "/console"},
		{"channels", "/console/bots/bot/channels"},
		{"setup-naverworks", "/console/bots/bot/channels/new/naverworks"},
		{"setup-line", "/console/bots/bot/channels/new/line"},
		{"setup-slack", "/console/bots/bot/channels/new/slack"},
		{"setup-teams", "/console/bots/bot/channels/new/teams"},
		{"channel", ch},
		{"channel-state", ch + "/state"},
		{"channel-waiting", ch + "/waiting"},
		{"channel-waiting-line", "/console/channels/ch-line/waiting"},
		{"desk", ch + "/desk"},
		{"conversations", "/console/bots/bot/conversations"},
		{"conversation", "/console/conversations/" + url.PathEscape(conversation)},
		{"inspector", "/console/bots/bot/inspector"},
		{"event", "/console/events/" + event},
		{"event-rejected", "/console/events/" + failed},
		{"deliveries", "/console/bots/bot/deliveries"},
		{"engine", "/console/bots/bot/engine"},
		{"engine-http", "/console/bots/bot/engine?engine=faq&type=http"},
		{"engine-files", "/console/bots/bot/engine/files"},
		{"engine-history", "/console/bots/bot/engine/history"},
		{"engine-missed", "/console/bots/bot/engine/missed"},
		{"engine-batch", "/console/bots/bot/engine/batch"},
		{"testchat", "/console/bots/bot/testchat"},
		{"plots", "/console/bots/bot/plots?span=day"},
		{"bot-settings", "/console/bots/bot/settings"},
		{"keys", "/console/keys"},
		{"people", "/console/people"},
		{"audit", "/console/audit"},
		{"alarms", "/console/alarms"},
		{"expiries", "/console/expiries"},
		{"system", "/console/system"},
		{"search", "/console/search?q=bot"},
		{"password", "/console/password"},
	}
}
