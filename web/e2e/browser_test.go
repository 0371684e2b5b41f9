package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tab is one page of a real browser, with a person in front of it.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string // where the console is
}

// step is something that a person does, or waits for.
type step = chromedp.Action[chromedp.Void]

// patience is how long a step may take; only a step that fails takes it.
const patience = 20 * time.Second

// chromium opens a browser on the console at url. It skips the test where there is none, unless
// DARI_BROWSER says that there has to be one.
func chromium(t *testing.T, url string) *tab {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	switch {
	case path == "" && os.Getenv("DARI_BROWSER") != "":
		t.Fatal("there is no Chromium on this machine")
	case path == "", testing.Short():
		t.Skip("needs Chromium and seconds")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.Flag("no-sandbox", true), chromedp.Flag("lang", "en"), chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewContext(ctx)
	t.Cleanup(stop)
	// A script that fails is a mistake of ours.
	if err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*runtime.EventExceptionThrown); ok {
			b, _ := json.Marshal(e.ExceptionDetails)
			t.Errorf("script: %s", b)
		}
	}); err != nil {
		t.Fatal(err)
	}
	return &tab{t, ctx, url}
}

// does carries the steps out one after another.
func (b *tab) does(steps ...step) {
	b.t.Helper()
	for i, s := range steps {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		err := chromedp.Do(ctx, s)
		for err != nil && ctx.Err() == nil && (strings.Contains(err.Error(), "No node") || strings.Contains(err.Error(), "find node")) { // the page has just changed
			err = chromedp.Do(ctx, s)
		}
		cancel()
		if err != nil {
			b.t.Fatalf("step %d: %v\n%s", i+1, err, b.where())
		}
	}
}

// where tells the address and what the page says.
func (b *tab) where() string {
	text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.href + '\n' + (document.querySelector('main')?.innerText ?? '')`))
	return text
}

// read evaluates an expression in the page.
func read[T any](b *tab, source string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](source))
	if err != nil {
		b.t.Fatalf("%s: %v", source, err)
	}
	return v
}

// at opens a page of the console.
func (b *tab) at(path string) step { return chromedp.Navigate(b.url + path) }

// fills puts a value into a field as typing does, without the single keys.
func fills(selector, value string) step {
	source := fmt.Sprintf(`(() => { const n = document.querySelector(%s); n.value = %s;
  n.dispatchEvent(new Event('input', {bubbles: true})); n.dispatchEvent(new Event('change', {bubbles: true})); })()`, quoted(selector), quoted(value))
	return chromedp.Steps(chromedp.WaitReady(chromedp.CSS(selector)), chromedp.Evaluate[chromedp.Void](source))
}

func keys(selector, text string) step { return chromedp.SendKeys(chromedp.CSS(selector), text) }

func clicks(selector string) step { return chromedp.Click(chromedp.CSS(selector)) }

// sees waits until the element shows the text, over any number of pages; "" waits for the element alone.
func sees(selector, text string) step {
	return holds(fmt.Sprintf("document.querySelector(%s)?.textContent.includes(%s) === true", quoted(selector), quoted(text)),
		fmt.Sprintf("%s does not show %q", selector, text))
}

// holds waits until an expression is true.
func holds(source, otherwise string) step {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		for {
			if found, err := chromedp.Evaluate[bool](source)(ctx, target); err == nil && found {
				return chromedp.Void{}, nil
			}
			select {
			case <-ctx.Done():
				return chromedp.Void{}, fmt.Errorf("%s: %w", otherwise, ctx.Err())
			case <-time.After(20 * time.Millisecond): // the browser is another process
			}
		}
	}
}

func script(source string) step { return chromedp.Evaluate[chromedp.Void](source) }

func quoted(s string) string {
	b, _ := json.Marshal(s) // a text is always JSON, and JSON is JavaScript
	return string(b)
}

const browserPassword = "correct horse battery"

// setUp follows the one-time link without a browser and returns the session.
func (d *dari) setUp(name, locale string) *http.Client {
	d.t.Helper()
	link, ok := d.out.after("works once: ")
	if !ok {
		d.t.Fatalf("no link in:\n%s", d.out)
	}
	return d.join(link, name, locale)
}

// join sets the password that a one-time link is for.
func (d *dari) join(link, name, locale string) *http.Client {
	d.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	_, token, _ := strings.Cut(link, "token=")
	resp, err := client.PostForm(d.url+"/setup", url.Values{
		"token": {token}, "name": {name}, "password": {browserPassword}, "repeat": {browserPassword}, "locale": {locale},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || !strings.HasSuffix(resp.Request.URL.Path, "/console") {
		d.t.Fatalf("%s is not let in: %d at %s", name, resp.StatusCode, resp.Request.URL.Path)
	}
	return client
}

// as gives the browser the session of somebody who is signed in.
func (b *tab) as(client *http.Client) {
	b.t.Helper()
	address, err := url.Parse(b.url)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range client.Jar.Cookies(address) {
		if _, err := chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: b.url}); err != nil {
			b.t.Fatal(err)
		}
	}
}
