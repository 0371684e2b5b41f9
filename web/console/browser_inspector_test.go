package console

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"dari/store"
)

// A bot builder sees a message arrive, does it again, sends what failed once more, and reads it all in
// another language and on a telephone.
func TestInABrowserAMessageArrivesIsReplayedAndSentAgain(t *testing.T) {
	b, _ := platforms(t)
	b.runtime.Start()
	t.Cleanup(func() { b.runtime.Drain(context.Background()) })
	b.chat(nil)
	ctx := chromium(t)
	s := b.serveConsole()
	do(ctx, t, "the window has its size", chromedp.EmulateViewport(1280, 900))
	enter(ctx, t, s.URL, b.signInPlain())
	at := func(path string) chromedp.Action[chromedp.Void] { return chromedp.Navigate(s.URL + path) }
	do(ctx, t, "the inspector is open and live", at("/console/bots/demo/inspector"), visible(`[data-feed-state="open"]`))
	e := b.told(mine, "1", "hello from a person")
	do(ctx, t, "the message appears by itself", visible(chromedp.CSS(`[data-event-id="`+e.ID+`"] [data-mark="handled"]`)))
	do(ctx, t, "j reaches it", chromedp.KeyEvent("j"))
	if !ask(ctx, t, "focus", chromedp.Evaluate[bool](`document.activeElement.closest('[data-row]') !== null`)) {
		t.Error("j focuses no row")
	}
	do(ctx, t, "Enter opens it", chromedp.KeyEvent("\r"), visible(`.way`))
	do(ctx, t, "it is replayed", click(`.again button[value="real"]`), visible(`.flash`))
	if url := ask(ctx, t, "address", chromedp.Location()); !strings.Contains(url, "/console/events/ev_") || strings.Contains(url, e.ID) {
		t.Errorf("at %s", url)
	}
	b.fails("missing")
	do(ctx, t, "a failed delivery is sent again", at("/console/bots/demo/deliveries?status=failed"), click(`.delivery form button`), visible(`.flash`))
	if b.did("delivery.resend") != 1 {
		t.Error("not sent again")
	}
	do(ctx, t, "the bot is tried", at("/console/bots/demo/testchat"), chromedp.SendKeys(chromedp.CSS(`#try-text`), "what about this\r"), visible(`.preview`))
	do(ctx, t, "the test chat is docked", at("/console/bots/demo/inspector"), click(`[data-try-dock]`), visible(`.try-dock .try-say`))
	do(ctx, t, "the language changes", at("/console/bots/demo/inspector"), click(`.languages button[value="ko"]`), visible(`html[lang="ko"] h1`))
	if heading := ask(ctx, t, "heading", chromedp.Text(chromedp.CSS(`h1`))); heading != "인스펙터" {
		t.Errorf("heading %q", heading)
	}
	narrow(ctx, t, s.URL, e)
}

// narrow checks that no page is wider than a small telephone, and that nothing loads from elsewhere.
func narrow(ctx context.Context, t *testing.T, base string, e store.Event) {
	t.Helper()
	pictures := os.Getenv("DARI_SCREENSHOTS_LANG")
	for name, path := range map[string]string{
		"inspector": "/console/bots/demo/inspector", "event": "/console/events/" + e.ID, "deliveries": "/console/bots/demo/deliveries",
		"conversations": "/console/bots/demo/conversations", "conversation": conversationURL(e.ConversationID), "testchat": "/console/bots/demo/testchat",
	} {
		for _, width := range []int64{360, 1280} {
			do(ctx, t, name, chromedp.EmulateViewport(width, 800), chromedp.Navigate(base+path+"?lang="+pictures), visible(`h1`))
			if ask(ctx, t, name, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth`)) {
				t.Errorf("%s scrolls sideways at %d pixels", name, width)
			}
			if ask(ctx, t, name, chromedp.Evaluate[bool](`performance.getEntriesByType('resource').some((r) => new URL(r.name).origin !== location.origin)`)) {
				t.Errorf("%s loads something from elsewhere", name)
			}
			if dir := os.Getenv("DARI_SCREENSHOTS"); dir != "" {
				picture := ask(ctx, t, name, chromedp.FullScreenshot(100))
				if err := os.WriteFile(dir+"/"+name+"-"+strconv.FormatInt(width, 10)+".png", picture, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// enter gives the browser the cookies of somebody who is signed in.
func enter(ctx context.Context, t *testing.T, base string, w *browser) {
	t.Helper()
	for name, value := range w.cookies {
		if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: base}); err != nil {
			t.Fatal(err)
		}
	}
}

// do carries out steps in the browser, or ends the test.
func do(ctx context.Context, t *testing.T, what string, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// ask reads a value in the browser.
func ask[T any](ctx context.Context, t *testing.T, what string, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return v
}

func visible(selector chromedp.CSS) chromedp.Action[chromedp.Void] {
	return chromedp.WaitVisible(selector)
}

func click(selector chromedp.CSS) chromedp.Action[chromedp.Void] { return chromedp.Click(selector) }
