package e2e

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"dari/channels"
	"dari/channels/channeltest"
)

// mistakes are what people get wrong with each messenger: a value that cannot be right, which is said while
// it is being typed, and one that could be, which the messenger itself has to refuse.
var mistakes = map[string]struct{ field, never, says, wrongField, wrong string }{
	"naverworks": {"bot_id", "bot-one", "digits only", "client_secret", "exampleSecret2"},
	"line":       {"channel_access_token", "two words", "no blanks", "channel_access_token", "another/LINE+channel+access+token/w1cDnyilFU="},
	"slack":      {"bot_token", "xoxp-1-2-3-abcdef", "starts with xoxb-", "bot_token", "xoxb-000000000000-222222222222-EXAMPLEexampleEXAMPLE"},
	"teams":      {"app_secret", channeltest.TeamsAppID, "Copy the column Value", "app_secret", "another~client~secret~of~the~bot"},
}

// The first ten minutes: from the link of the first start to four messengers that are connected, each with
// what people get wrong first.
func TestMomentTheFirstTenMinutes(t *testing.T) {
	t.Parallel()
	d := start(t, t.TempDir())
	link, ok := d.out.after("works once: ")
	if !ok {
		t.Fatalf("no link in:\n%s", d.out)
	}
	b := chromium(t, d.url)
	b.does(
		chromedp.Navigate(link),
		fills("#name", "mina"), fills("#password", browserPassword), fills("#repeat", browserPassword), fills("#locale", "en"), clicks("form.stack button.primary"),
		sees(".banner", "cannot reach"), fills("#bot-name", "Desk"), clicks(".new-bot button"), sees(".flash", "The bot is there."),
	)
	bot := read[string](b, `location.pathname.split('/')[3]`)
	for _, m := range messengers(t) {
		t.Run(m.name, func(t *testing.T) { (&tab{t, b.ctx, b.url}).connects(d, m, bot) })
	}
	b.does(
		b.at("/console/bots/"+bot+"/inspector"), sees(`[data-feed-state="open"]`, ""), holds(`document.querySelectorAll('[data-mark="handled"]').length === 4`, "not every message is listed"),
		clicks(`.languages button[value="ko"]`), sees(`html[lang="ko"] h1`, "인스펙터"),
		b.at("/console"), sees(`html[lang="ko"] h1`, "봇"), // it is kept
	)
}

// connects sets a messenger up by its page, with a wrong value, a value that the messenger refuses, and the
// right ones, and says hello.
func (b *tab) connects(d *dari, m *messenger, bot string) {
	b.t.Helper()
	wrong := mistakes[m.name]
	openAll := script(`for (const n of document.querySelectorAll('.setup-form details')) n.open = true`)
	b.does(b.at("/console/bots/"+bot+"/channels/new/"+m.name), openAll)
	right := map[string]string{}
	for key, value := range m.settings {
		switch v := value.(type) {
		case string:
			right[key] = v
		case []string:
			right[key] = strings.Join(v, ",")
		}
		b.does(fills("#f-"+key, right[key]))
	}
	fault := `[data-field="` + wrong.field + `"] .field-fault`
	b.does(
		fills("#f-"+wrong.field, wrong.never), sees(fault, wrong.says), // before anything is sent
		fills("#f-"+wrong.field, right[wrong.field]), holds(`!document.querySelector('`+fault+`')`, "the mistake is still blamed"),
		fills("#f-"+wrong.wrongField, wrong.wrong), clicks(`.form-foot button[value="test"]`), sees(`#report .bad`, ""), sees(`#report [data-check="fail"]`, ""),
		openAll, fills("#f-"+wrong.wrongField, right[wrong.wrongField]), clicks(`.form-foot button[value="save"]`), sees("[data-open]", "Waiting for the first message"),
	)
	channel := read[string](b, `location.pathname.split('/')[3]`)
	path := "/" + m.name + "/" + channel + "/webhook"
	forged := m.text(1, 1, "hello")
	forged.Body = bytes.Replace(forged.Body, []byte("hello"), []byte("hallo"), 1)
	if m.name == "teams" {
		forged.Header.Set("Authorization", "Bearer x.y.z")
	}
	if status := d.callback(path, forged); status != http.StatusUnauthorized {
		b.t.Errorf("a forged callback is answered %d", status)
	}
	b.does(sees("[data-arrivals]", "Rejected"))
	if status := d.callback(path, m.text(1, 2, "hello")); status != http.StatusOK {
		b.t.Errorf("a callback is answered %d", status)
	}
	b.does(holds(`document.querySelector('[data-green]')?.checkVisibility() === true`, "the page does not turn green"))
	m.saw("hello")
}

// callback sends what a messenger sends and returns the status.
func (d *dari) callback(path string, r *channels.Request) int {
	d.t.Helper()
	req, err := http.NewRequest(http.MethodPost, d.url+path, bytes.NewReader(r.Body))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header = r.Header.Clone()
	req.Header.Set("Content-Type", r.ContentType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}
