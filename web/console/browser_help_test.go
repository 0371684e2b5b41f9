package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium starts a browser, or skips the test on a machine that has none.
func chromium(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("browser tests take seconds")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("there is no Chromium on this machine")
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
	ctx, timeout := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(timeout)
	return ctx
}

// serveConsole serves the bench on loopback, under its own name and over plain http.
func (b *bench) serveConsole() *httptest.Server {
	b.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	address := "http://" + listener.Addr().String()
	b.options.ConsoleURL, b.options.Secure = address, false
	b.restart()
	s := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.handler.ServeHTTP(w, r)
	}), ReadHeaderTimeout: time.Second}}
	s.Start()
	b.t.Cleanup(s.Close)
	return s
}

// firstAdmin follows the link of the first start and makes the administrator in the browser.
func (b *bench) firstAdmin(ctx context.Context) {
	b.t.Helper()
	link, err := b.console.SetupLink(ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	drive(ctx, b.t,
		chromedp.Navigate(link),
		typed("#name", "mina"), typed("#password", password), typed("#repeat", password), typed("#locale", "en"),
		chromedp.Click(chromedp.CSS("form.stack button.primary")),
		chromedp.WaitVisible(chromedp.CSS("#bot-name")),
	)
}

type step = chromedp.Action[chromedp.Void]

// drive does the steps or ends the test.
func drive(ctx context.Context, t *testing.T, steps ...step) {
	t.Helper()
	for i, s := range steps {
		limited, cancel := context.WithTimeout(ctx, 30*time.Second)
		err := chromedp.Do(limited, s)
		for err != nil && limited.Err() == nil && strings.Contains(err.Error(), "No node") { // the page has just changed
			err = chromedp.Do(limited, s)
		}
		cancel()
		if err != nil {
			text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + '\n' + (document.querySelector('main')?.innerText ?? '')`))
			t.Fatalf("step %d: %v at %s", i, err, text)
		}
	}
}

// typed puts a value into a field.
func typed(selector, value string) step {
	return chromedp.SetValue(chromedp.CSS(selector), value)
}

func script(source string) step { return chromedp.Evaluate[chromedp.Void](source) }

// shows waits until the element shows the text, over any number of pages.
func shows(selector, text string) step {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		source := "document.querySelector(" + quoted(selector) + ")?.textContent.includes(" + quoted(text) + ") === true"
		for {
			if found, err := chromedp.Evaluate[bool](source)(ctx, target); err == nil && found {
				return chromedp.Void{}, nil
			}
			select {
			case <-ctx.Done():
				return chromedp.Void{}, fmt.Errorf("%s does not show %q: %w", selector, text, ctx.Err())
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
}

func quoted(s string) string {
	b, _ := json.Marshal(s) // a text is always JSON, and JSON is JavaScript
	return string(b)
}
