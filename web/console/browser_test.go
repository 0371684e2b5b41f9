package console

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"dari/channels"
	"dari/channels/channeltest"
)

// From the link of the first start to four messengers that are connected, each with a bad value first.
func TestABuilderConnectsEveryMessengerInABrowser(t *testing.T) {
	ctx := chromium(t)
	b, values := platforms(t)
	s := b.serveConsole()
	b.firstAdmin(ctx)
	drive(ctx, t,
		typed("#bot-name", "Desk"),
		chromedp.Click(chromedp.CSS(".new-bot button")),
		shows(".flash", "The bot is there."),
	)
	for _, row := range []struct {
		typ, field, bad, fault string
	}{
		{"naverworks", "bot_id", "bot-one", "The Bot ID is digits only"},
		{"line", "channel_access_token", "two words", "A token has no blanks"},
		{"slack", "bot_token", "xoxp-1-2-3-abcdef", "starts with xoxb-"},
		{"teams", "app_secret", channeltest.TeamsAppID, "Copy the column Value"},
	} {
		steps := []step{
			chromedp.Navigate(s.URL + "/console/bots/helper/channels/new/" + row.typ),
			chromedp.WaitVisible(chromedp.CSS("#f-name")),
			script(`for (const d of document.querySelectorAll('.setup-form details')) d.open = true`),
		}
		right := ""
		for key, value := range values[row.typ] {
			text, isText := value.(string)
			if list, ok := value.([]string); ok {
				text, isText = strings.Join(list, ","), true
			}
			if key == row.field {
				right, text = text, row.bad
			}
			if isText {
				steps = append(steps, typed("#f-"+key, text))
			}
		}
		drive(ctx, t, append(steps,
			chromedp.Click(chromedp.CSS(`.form-foot button[value="save"]`)),
			shows(`[data-field="`+row.field+`"] .field-fault`, row.fault),
			script(`for (const d of document.querySelectorAll('.setup-form details')) d.open = true`),
			typed("#f-"+row.field, right),
			chromedp.Click(chromedp.CSS(`.form-foot button[value="test"]`)),
			chromedp.WaitVisible(chromedp.CSS("#report")),
			chromedp.Click(chromedp.CSS(`.form-foot button[value="save"]`)),
			shows("[data-open]", "Waiting for the first message"),
		)...)
	}
	b.hello()
	drive(ctx, t,
		chromedp.Navigate(s.URL+"/console/bots/helper/channels"),
		shows(`.tile[data-type="line"] h2`, "Helper"),
		chromedp.Click(chromedp.CSS(`.tile[data-type="line"] h2 a`)),
		shows(".tabs", "First message"),
		chromedp.Click(chromedp.CSS(`.tabs a[href$="/waiting"]`)),
		chromedp.WaitVisible(chromedp.CSS("[data-green]")),
		shows("[data-arrivals]", "Handled"),
	)
	list, err := b.runtime.Channels(t.Context(), "helper")
	if err != nil || len(list) != 4 {
		t.Fatalf("%d channels, %v", len(list), err)
	}
	for _, ch := range list {
		if ch.Draft || !ch.Enabled {
			t.Errorf("%s is not connected: %+v", ch.Type, ch)
		}
	}
}

// hello lets a person say hello on the LINE channel, and waits for the turn.
func (b *bench) hello() {
	b.t.Helper()
	list, err := b.runtime.Channels(b.t.Context(), "")
	if err != nil {
		b.t.Fatal(err)
	}
	b.runtime.Start()
	b.t.Cleanup(func() { b.runtime.Drain(b.t.Context()) })
	for _, v := range list {
		if v.Type != "line" {
			continue
		}
		ch, err := b.runtime.Channel(b.t.Context(), v.ID)
		if err != nil {
			b.t.Fatal(err)
		}
		sub := b.runtime.Feed().Watch(nil)
		defer b.runtime.Feed().Leave(sub)
		if err := b.console.accept(b.t.Context(), ch, lineHello()); err != nil {
			b.t.Fatal(err)
		}
		for e := range sub.C {
			if e.Type == "event" && e.State == "handled" {
				return
			}
		}
	}
	b.t.Fatal("there is no LINE channel")
}

func lineHello() *channels.Request {
	req := channeltest.SignLINE(channeltest.LINESecret, []byte(`{"destination":"U7be1d4f2a09c4e6f8d35b1c27a9e0f64","events":[{"type":"message",`+
		`"message":{"type":"text","id":"1","quoteToken":"q","text":"hello"},"webhookEventId":"01M5VJ59MY9FXBFGM000000001","deliveryContext":{"isRedelivery":false},`+
		`"timestamp":1795312800000,"source":{"type":"user","userId":"U00000000000000000000000000000001"},"replyToken":"0123","mode":"active"}]}`))
	req.ReceivedAt = time.Now().UTC()
	return req
}

func TestTheWaitingPageTurnsGreenByItself(t *testing.T) {
	ctx := chromium(t)
	b, values := platforms(t)
	s := b.serveConsole()
	b.firstAdmin(ctx)
	w := b.browser()
	want(t, w.login("mina", password), http.StatusSeeOther, "")
	want(t, w.post("/console/bots/helper/channels/new/line", filled(values["line"], "do", "save")...), http.StatusSeeOther, "")
	drive(ctx, t,
		chromedp.Navigate(s.URL+"/console/channels/"+b.only().ID+"/waiting"),
		chromedp.WaitVisible(chromedp.CSS("[data-open]")),
	)
	ch, err := b.runtime.Channel(t.Context(), b.only().ID)
	if err != nil {
		t.Fatal(err)
	}
	b.runtime.Reject(ch, lineHello(), "signature", "it does not match")
	drive(ctx, t, shows("[data-arrivals]", "Copy the signing secret"))
	b.hello()
	drive(ctx, t, chromedp.WaitVisible(chromedp.CSS("[data-green]")))
}

// No page scrolls sideways on a phone, every field has a label, and every picture is explained or
// hidden from those who cannot see it.
func TestThePagesOfChannelsFitAPhoneAndAreLabelled(t *testing.T) {
	ctx := chromium(t)
	b, values := platforms(t)
	s := b.serveConsole()
	b.firstAdmin(ctx)
	w := b.browser()
	want(t, w.login("mina", password), http.StatusSeeOther, "")
	want(t, w.post("/console/bots/helper/channels/new/naverworks", filled(values["naverworks"], "do", "save")...), http.StatusSeeOther, "")
	base := "/console/channels/" + b.only().ID
	for _, lang := range []string{"ko", "ja", "en"} {
		for _, path := range []string{
			"/console", "/console/bots/helper/channels", "/console/bots/helper/channels/new/naverworks", "/console/bots/helper/channels/new/line",
			"/console/bots/helper/channels/new/slack", "/console/bots/helper/channels/new/teams", base, base + "/state", base + "/waiting", base + "/desk",
		} {
			drive(ctx, t,
				chromedp.EmulateViewport(360, 740),
				chromedp.Navigate(s.URL+path+"?lang="+lang),
				chromedp.WaitVisible(chromedp.CSS("main")),
			)
			wide, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`document.documentElement.scrollWidth`))
			if err != nil {
				t.Fatal(err)
			}
			faults, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](pageFaults))
			if err != nil {
				t.Fatal(err)
			}
			if wide > 360 {
				t.Errorf("%s in %s is %v pixels wide", path, lang, wide)
			}
			for _, f := range faults {
				t.Errorf("%s in %s: %s", path, lang, f)
			}
		}
	}
}

// pageFaults lists what assistive technology would stumble over.
const pageFaults = `(() => {
  const faults = [];
  if (document.querySelectorAll('main').length !== 1) faults.push('not one main landmark');
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
  if (!document.documentElement.lang) faults.push('no language');
  for (const n of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    if (!n.labels.length && !n.ariaLabel) faults.push('no label: ' + n.name);
  }
  for (const n of document.querySelectorAll('a, button')) {
    if (!n.textContent.trim() && !n.ariaLabel) faults.push('no name: ' + n.outerHTML.slice(0, 90));
  }
  for (const n of document.querySelectorAll('svg')) {
    if (n.getAttribute('aria-hidden') !== 'true' && !n.getAttribute('aria-label')) faults.push('picture without words');
  }
  const ids = [...document.querySelectorAll('[id]')].map((n) => n.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) faults.push('two have the id ' + id);
  for (const n of document.querySelectorAll('[aria-describedby], [aria-labelledby]')) {
    for (const id of ((n.getAttribute('aria-describedby') || '') + ' ' + (n.getAttribute('aria-labelledby') || '')).trim().split(/\s+/)) {
      if (!document.getElementById(id)) faults.push('points nowhere: ' + id);
    }
  }
  return faults;
})()`
