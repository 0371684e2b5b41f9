package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"dari/channels/channeltest"
	"dari/dialog/dialogtest"
)

// "It does not answer": one place says what happened to the last message, and what to do.
func TestMomentItDoesNotAnswer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	line, engine := o.messengers[1], dialogtest.NewHTTPEngine(nil)
	defer engine.Close()
	b := chromium(t, o.url)
	b.as(o.admin)
	t.Run("a callback is refused", func(t *testing.T) {
		(&tab{t, b.ctx, b.url}).does(
			b.at("/console/bots/bot/channels"), clicks(`.tile[data-type="line"] h2 a`), clicks(`.tabs a[href$="/waiting"]`), sees("[data-arrivals]", "Copy the signing secret"),
		)
	})
	t.Run("the messenger refuses", func(t *testing.T) {
		(&tab{t, b.ctx, b.url}).does(
			b.at("/console/bots/bot/deliveries"), sees(".delivery", "refuses the credentials"),
			clicks(`.delivery form[action$="/resend"] button`), sees(".flash", ""), b.at("/console/bots/bot/deliveries?status=delivered"), sees(".delivery", "Delivered"),
		)
		line.saw("와이파이")
	})
	t.Run("the engine is down", func(t *testing.T) {
		b := &tab{t, b.ctx, b.url}
		o.api(http.MethodPatch, "/bots/bot", map[string]any{"engine": map[string]any{"type": "http", "settings": map[string]any{"url": "http://127.0.0.1:9/", "secret": engine.Secret}}}, http.StatusOK, nil)
		line.say(o.dari, 9, 900, "are you there")
		b.does(
			b.at("/console/bots/bot/inspector"), sees(`[data-row] [data-mark="failed"]`, ""), clicks(`[data-row] a:has([data-mark="failed"])`),
			sees(".why", "could not be reached"), sees(".why", "Check that the engine runs"),
		)
		event := read[string](b, `location.pathname`)
		b.does(
			b.at("/console/bots/bot/engine"), fills("#f-url", engine.URL), clicks(`form.narrow button.primary`), sees(".flash", ""),
			b.at(event), clicks(`.again button[value="real"]`), sees(".flash", ""), sees(".why", "The bot answered"),
		)
	})
	t.Run("the bot is asked without a messenger", func(t *testing.T) {
		(&tab{t, b.ctx, b.url}).does(
			b.at("/console/bots/bot/inspector"), clicks("[data-try-dock]"), sees(".try-dock [data-try-text]", ""),
			script(`document.querySelector('.try-dock [data-try-text]').focus()`), keys(".try-dock [data-try-text]", "hello\r"), sees(".try-dock .try-log", "hello"), sees(".try-dock .preview", ""),
		)
	})
}

// Changing a secret at night: paste, test, swap with an overlap, undo; what is wrong changes nothing.
func TestMomentChangingASecretAtNight(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	line := o.messengers[1]
	b := chromium(t, o.url)
	b.as(o.admin)
	replace := func(value string) step {
		return fills("#f-channel_access_token", value)
	}
	b.does(
		b.at("/console/channels/ch-line"), clicks(`[data-field="channel_access_token"] summary`), replace(mistakes["line"].wrong),
		clicks(`.form-foot button[value="test"]`), sees(`#report [data-check="fail"]`, ""),
	)
	before := len(line.sent())
	line.say(o.dari, 30, 300, "와이파이 비밀번호가 뭐야") // a test changes nothing
	o.settled()
	if after := line.sent(); len(after) != before+1 {
		t.Errorf("%d answers after the test of a wrong secret", len(after)-before)
	}
	const fails = `document.querySelectorAll('#report [data-check="fail"]').length`
	b.does(
		script(`window.old = true`), replace(channeltest.LINEToken), clicks(`.form-foot button[value="test"]`),
		holds(fmt.Sprintf(`!window.old && document.querySelector('#report') && %s < %d`, fails, read[int](b, fails)), "the right secret is no better than the wrong one"),
		clicks(`.form-foot button[value="save"]`), sees(".flash", ""),
	)
	if page := read[string](b, `document.documentElement.outerHTML`); strings.Contains(page, channeltest.LINEToken) {
		t.Error("the page shows the secret")
	}

	// A wrong channel secret is saved: LINE goes on signing with the old one, which is taken, and can be put back.
	b.does(
		b.at("/console/channels/ch-line"), clicks(`[data-field="channel_secret"] summary`), fills("#f-channel_secret", strings.Repeat("0", 32)),
		clicks(`.form-foot button[value="save"]`), sees(".former", "can be put back"),
	)
	line.say(o.dari, 30, 301, "와이파이 비밀번호가 뭐야")
	b.does(clicks(`.former button[value="back"]`), sees(".flash", "former secrets are back"))
	line.say(o.dari, 30, 302, "와이파이 비밀번호가 뭐야")
	o.settled()
	if after := line.sent(); len(after) != before+3 {
		t.Errorf("%d answers after a wrong secret was saved and put back", len(after)-before)
	}

	// The header of the token desk has an overlap: both open the desk.
	b.does(b.at("/console/channels/ch-naverworks/desk"), fills("#header-password", browserPassword), clicks(`form[action$="/desk/header"] button`), sees(".once code", ""))
	fresh := read[string](b, `document.querySelector('.once code').textContent`)
	for _, header := range []string{channeltest.NaverWorksAuthHeader, fresh} {
		if status, token := o.desk(http.MethodGet, "/naverworks/ch-naverworks/auth", header); status != http.StatusOK || token.AccessToken == "" {
			t.Errorf("a header of the overlap is answered %d", status)
		}
	}
	b.does(b.at("/console/audit?action=desk"), sees("table.list", "desk."), holds(`!document.body.textContent.includes(`+quoted(fresh)+`)`, "the audit log holds the header"))
}

// "What did the bot say to this person yesterday?": find, read, see why, do it again, take it along.
func TestMomentWhatDidTheBotSayToThisPerson(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b := chromium(t, o.url)
	b.as(o.admin)
	b.does(
		b.at("/console/bots/bot/conversations"), fills("[data-search]", "와이파이"), clicks(`form.search button`),
		sees(".talks", "LINE desk"), clicks(".talks a"), sees(".talk", "와이파이 비밀번호가 뭐야"), sees(`.bubble[data-from="bot"]`, ""),
		clicks(`.bubble[data-from="user"] .bubble-foot a`), sees(".way", ""), clicks("[data-bookmark]"), holds(`document.querySelector('[data-bookmark]').ariaPressed === 'true'`, "no bookmark"),
		clicks(`.again button[value="dry"]`), sees("#dry", "안내 데스크"),
		b.at("/console/bots/bot/inspector"), sees("[data-views]", "Bookmarks (1)"),
	)
	conversation := "/console/conversations/" + o.first("/conversations?channel=ch-line")
	resp, err := o.admin.Get(o.url + conversation + "/export?as=csv")
	if err != nil {
		t.Fatal(err)
	}
	if file := o.page(resp, conversation); !strings.Contains(file, "회의실 예약해 줘") || !strings.Contains(file, "예약했어요") {
		t.Errorf("the file holds %s", file)
	}
}

var shellWord = regexp.MustCompile(`dari_[A-Za-z0-9_-]{43}`)

// Handing a token to a partner: a named key, one command, see it used, revoke it.
func TestMomentHandingATokenToAPartner(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b := chromium(t, o.url)
	b.as(o.admin)
	b.does(
		b.at("/console/channels/ch-naverworks/desk"), fills("#key-name", "Payroll"), fills("#key-password", browserPassword), clicks(`form[action$="/desk/keys"] button`), sees(".once code", "desk_"), sees("main", "curl -H"),
	)
	header := read[string](b, `document.querySelector('.once code').textContent`)
	if status, token := o.desk(http.MethodGet, "/naverworks/ch-naverworks/auth", header); status != http.StatusOK || token.AccessToken == "" {
		t.Fatalf("the partner is answered %d", status)
	}
	row := `[...document.querySelectorAll('table.list tr')].find((n) => n.cells[0].querySelector('strong')?.textContent === 'Payroll')`
	b.does(
		b.at("/console/channels/ch-naverworks/desk"), holds(row+`?.cells[1].querySelector('time') != null`, "the page does not show that it was used"),
		script(row+`.querySelector('form[action$="/delete"] button').click()`), sees(".flash", ""), holds(row+` === undefined`, "the header is still listed"),
	)
	if status, _ := o.desk(http.MethodGet, "/naverworks/ch-naverworks/auth", header); status != http.StatusUnauthorized {
		t.Errorf("after it was revoked the partner is answered %d", status)
	}
	// The same with a key of the API, for which the password is asked again.
	b.does(
		b.at("/console/keys"), fills("#name", "Wiki"), fills("#password", "not the password"), clicks("form.narrow button.primary"), sees(".fault", "password"),
		fills("#name", "Wiki"), fills("#password", browserPassword), clicks("form.narrow button.primary"), sees(".once", "curl"),
	)
	key := shellWord.FindString(read[string](b, `document.querySelector('.once').textContent`))
	ask := func() int {
		req, err := http.NewRequest(http.MethodGet, o.url+"/api/v1/deliveries", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if status := ask(); status == http.StatusUnauthorized {
		t.Error("the key does not work")
	}
	b.does(b.at("/console/keys"), script(`[...document.querySelectorAll('tr')].find((n) => n.textContent.includes('Wiki')).querySelector('form[action$="/delete"] button').click()`), sees(".flash", "revoked"))
	if status := ask(); status != http.StatusUnauthorized {
		t.Errorf("after it was revoked the key is answered %d", status)
	}
}
