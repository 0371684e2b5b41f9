package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestScreenshots draws the pages of the console, in every language, for people to look at:
//
//	DARI_SCREENSHOTS=dir go test -run Screenshots ./web/e2e
//
// DARI_SCREENSHOTS_PAGES is a pattern of names, DARI_SCREENSHOTS_LANG one language.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("DARI_SCREENSHOTS")
	if dir == "" {
		t.Skip("DARI_SCREENSHOTS names the directory to draw into")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	o := newOffice(t)
	b := chromium(t, o.url)
	b.as(o.admin)
	for _, s := range o.sheets() {
		if pattern := os.Getenv("DARI_SCREENSHOTS_PAGES"); pattern != "" {
			if fits, err := filepath.Match(pattern, s.name); err != nil || !fits {
				continue
			}
		}
		for _, lang := range []string{"ko", "ja", "en"} {
			if only := os.Getenv("DARI_SCREENSHOTS_LANG"); only == "" || only == lang {
				b.draw(dir, s, lang)
			}
		}
	}
}

// looks are what a page is drawn in.
var looks = []struct {
	name, scheme string
	width        int64
}{{"light", "light", 1280}, {"dark", "dark", 1280}, {"phone", "light", 360}}

func (b *tab) draw(dir string, s sheet, lang string) {
	b.t.Helper()
	for _, look := range looks {
		b.look(look.scheme, look.width)
		b.does(b.at(s.in(lang)), sees("h1", ""))
		picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
		if err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%s-%s.png", s.name, lang, look.name)), picture, 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
}

// look sets the colour scheme that the system wishes for, and the width of the window.
func (b *tab) look(scheme string, width int64) {
	b.t.Helper()
	b.does(chromedp.EmulateViewport(width, 800))
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	}); err != nil {
		b.t.Fatal(err)
	}
}
