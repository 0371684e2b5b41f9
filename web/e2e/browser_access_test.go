package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

func TestEverybodyCanUseTheConsole(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b := chromium(t, o.url)
	t.Run("every page", func(t *testing.T) { (&tab{t, b.ctx, b.url}).canBeReadByEverybody(o) })
	t.Run("the keyboard alone", func(t *testing.T) { (&tab{t, b.ctx, b.url}).needsNoMouse() })
	t.Run("an input method", func(t *testing.T) { (&tab{t, b.ctx, b.url}).waitsForTheWord() })
}

// canBeReadByEverybody opens every page, in every language, on a small telephone, in both colour schemes:
// nothing is cut off, nothing comes from elsewhere, and assistive technology finds names, landmarks,
// headings, contrast and focus.
func (b *tab) canBeReadByEverybody(o *office) {
	sheets := slices.Concat([]sheet{{"login", "/login"}, {"notice", "/console/events/ev_none"}}, o.sheets())
	for i, s := range sheets {
		if i == 1 {
			b.as(o.admin)
		}
		b.t.Run(s.name, func(t *testing.T) {
			b := &tab{t, b.ctx, b.url}
			for _, lang := range []string{"ko", "ja", "en"} {
				b.look("light", 360)
				b.does(b.at(s.in(lang)), sees("h1", ""), script(`for (const n of document.querySelectorAll('details')) n.open = true`))
				b.finds(lang+" on a telephone", pageFaults)
				if lang != "en" {
					continue
				}
				b.finds("light", contrastFaults)
				b.look("dark", 1280)
				b.finds("dark", contrastFaults)
				b.does(chromedp.KeyEvent("\t")) // from here on the browser shows the focus
				b.finds("focus", focusFaults)
			}
		})
	}
}

// finds reports what a script lists.
func (b *tab) finds(where, script string) {
	b.t.Helper()
	for _, fault := range read[[]string](b, script) {
		b.t.Errorf("%s: %s", where, fault)
	}
}

// pageFaults lists what assistive technology would stumble over, and what does not fit.
const pageFaults = `(() => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const seen = (n) => n.checkVisibility({ contentVisibilityAuto: true }) && !n.closest('[popover]:not(:popover-open), dialog:not([open])');
  const short = (n) => n.outerHTML.replace(/\s+/g, ' ').slice(0, 100);
  if (document.documentElement.scrollWidth > innerWidth) {
    const wide = all('main *').filter((n) => n.getBoundingClientRect().right > innerWidth + 1 && !n.closest('.scroll, pre, .source')).slice(0, 2);
    faults.push('scrolls sideways: ' + document.documentElement.scrollWidth + ' pixels, ' + wide.map(short).join(' '));
  }
  if (all('main').length !== 1) faults.push('not one main landmark');
  if (all('h1').length !== 1) faults.push('not one h1');
  if (!document.documentElement.lang || !document.title.trim()) faults.push('no language or no title');
  let level = 1;
  for (const n of all('main h1, main h2, main h3, main h4').filter(seen)) {
    const now = Number(n.tagName[1]);
    if (now > level + 1) faults.push('a heading is left out before: ' + short(n));
    level = now;
    if (!n.textContent.trim()) faults.push('empty heading');
  }
  const navs = all('nav').map((n) => n.ariaLabel || document.getElementById(n.getAttribute('aria-labelledby'))?.textContent);
  if (navs.some((name) => !name) || new Set(navs).size !== navs.length) faults.push('navigations without a name of their own: ' + navs);
  for (const n of all('input:not([type=hidden]), select, textarea').filter((n) => !n.hidden)) {
    if (!n.labels.length && !n.ariaLabel) faults.push('no label: ' + short(n));
  }
  for (const n of all('a, button, summary').filter((n) => !n.hidden)) {
    if (!n.textContent.trim() && !n.ariaLabel) faults.push('no name: ' + short(n));
  }
  for (const n of all('button, summary').filter(seen)) {
    const box = n.getBoundingClientRect();
    if (box.height < 24 || box.width < 24) faults.push('too small to touch: ' + short(n));
  }
  for (const n of all('svg, img')) {
    if (n.getAttribute('aria-hidden') !== 'true' && !n.getAttribute('aria-label') && !n.alt) faults.push('picture without words: ' + short(n));
  }
  for (const n of all('table')) {
    if (!n.querySelector('th[scope]') && !n.closest('.diff')) faults.push('table without headings: ' + short(n));
  }
  for (const n of all('[role=region]')) {
    if (!n.ariaLabel && !n.getAttribute('aria-labelledby')) faults.push('region without a name: ' + short(n));
  }
  const ids = all('[id]').map((n) => n.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) faults.push('two have the id ' + id);
  for (const n of all('[aria-describedby], [aria-labelledby], [aria-controls], label[for]')) {
    for (const name of ['aria-describedby', 'aria-labelledby', 'aria-controls', 'for']) {
      for (const id of (n.getAttribute(name) || '').split(/\s+/).filter(Boolean)) {
        if (!document.getElementById(id)) faults.push(name + ' points nowhere: ' + id);
      }
    }
  }
  if (all('[tabindex]').some((n) => n.tabIndex > 0)) faults.push('an order of its own for the Tab key');
  for (const r of performance.getEntriesByType('resource')) {
    if (new URL(r.name).origin !== location.origin) faults.push('loads from elsewhere: ' + r.name);
  }
  return faults;
})()`

// contrastFaults lists texts whose colour is too near to the ground behind them (WCAG 2.2, 1.4.3).
const contrastFaults = `(() => {
  const parse = (text) => {
    const n = text.match(/-?[\d.]+(?:e-?\d+)?/g).map(Number);
    const scale = text.startsWith('color(') ? 255 : 1;
    return { rgb: n.slice(0, 3).map((v) => v * scale), a: n[3] ?? 1 };
  };
  const over = (top, ground) => top.rgb.map((v, i) => v * top.a + ground[i] * (1 - top.a));
  const light = (rgb) => rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (n) => {
    const layers = [];
    for (let at = n; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const faults = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const n = text.parentElement;
    if (!text.data.trim() || !n.checkVisibility() || n.closest('script, style, option, [disabled], fieldset[disabled], .hidden, .skip, svg')) continue;
    const style = getComputedStyle(n);
    const back = ground(n);
    const [a, b] = [light(over(parse(style.color), back)), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) faults.add(ratio.toFixed(2) + ' for "' + text.data.trim().slice(0, 40) + '" in ' + n.tagName + '.' + n.className);
  }
  return [...faults].slice(0, 10);
})()`

// focusFaults lists what can be focused and does not show it.
const focusFaults = `(() => {
  const faults = new Set();
  const ringed = (n) => {
    for (let at = n, up = 0; at && up < 3; at = at.parentElement, up++) {
      const style = getComputedStyle(at);
      if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) return true;
    }
    return false;
  };
  for (const n of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')) {
    if (!n.checkVisibility() || n.disabled || n.matches(':disabled')) continue;
    n.focus();
    if (document.activeElement !== n || !ringed(n)) faults.add('the focus is not seen on ' + n.outerHTML.slice(0, 100));
  }
  return [...faults].slice(0, 10);
})()`

func (b *tab) needsNoMouse() {
	b.t.Helper()
	b.look("light", 1280)
	b.does(
		b.at("/console/bots/bot/inspector"), sees(`[data-feed-state="open"]`, ""),
		chromedp.KeyEvent("\t"), holds(`document.activeElement.matches('.skip')`, "the first Tab is not at the way past the navigation"),
		chromedp.KeyEvent("\r"), holds(`location.hash === '#main'`, "the way past the navigation leads nowhere"),
		chromedp.KeyEvent("?"), sees("dialog[open] h2", ""),
		chromedp.KeyEvent("\x1b"), holds(`!document.querySelector('dialog[open]')`, "Escape does not close the help"),
		chromedp.KeyEvent("/"), holds(`document.activeElement.matches('[data-search]')`, "/ does not go to the search"),
		script(`document.activeElement.value = ''`), // the simulated key is typed although the page has taken it
		chromedp.KeyEvent("status:rejected\r"), sees(`.chip[aria-current]`, "Rejected"), sees(`[data-feed-state="open"]`, ""),
		script(`document.activeElement.blur()`),
		chromedp.KeyEvent("j"), holds(`document.activeElement.closest('[data-row]') !== null`, "j reaches no row"),
		chromedp.KeyEvent("\r"), sees(".why", "signature"),
	)
	// On a telephone the navigation is behind a button.
	b.look("light", 360)
	b.does(
		b.at("/console/bots/bot/channels"), holds(`!document.querySelector('#side').checkVisibility()`, "the navigation covers the page"),
		script(`document.querySelector('.side-open').focus()`), chromedp.KeyEvent("\r"),
		holds(`document.querySelector('#side').matches(':popover-open')`, "the navigation does not open"),
		chromedp.KeyEvent("\x1b"), holds(`!document.querySelector('#side').matches(':popover-open')`, "Escape does not close the navigation"),
		script(`document.querySelector('.person').focus()`), chromedp.KeyEvent("\r"), sees("#person:popover-open", "Sign out"),
	)
}

// settled lets the page do what it is about to do: what should not happen cannot be waited for.
var settled = chromedp.Steps(chromedp.Evaluate[chromedp.Void](`new Promise((done) => setTimeout(done, 80))`, chromedp.EvalAwaitPromise))

// waitsForTheWord checks that an Enter that ends a composition of Hangul or Kana chooses the word and sends
// nothing.
func (b *tab) waitsForTheWord() {
	b.t.Helper()
	b.look("light", 1280)
	for _, field := range []struct{ path, selector, sent string }{
		{"/console/bots/bot/inspector", "[data-search]", `location.search.includes('q=')`},
		{"/console/bots/bot/testchat", "#try-text", `document.querySelector('.try-log .bubble') !== null`},
		{"/console", "#bot-name", `location.pathname !== '/console'`},
	} {
		b.does(b.at(field.path), chromedp.Focus(chromedp.CSS(field.selector)))
		if _, err := chromedp.Call(b.ctx, input.ImeSetComposition, input.ImeSetCompositionParams{Text: "안녕", SelectionStart: 2, SelectionEnd: 2}); err != nil {
			b.t.Fatal(err)
		}
		b.does(chromedp.KeyEvent("\r"), settled)
		if read[bool](b, field.sent) {
			b.t.Errorf("%s: Enter has sent what was being composed", field.path)
		}
		if _, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: "안녕"}); err != nil {
			b.t.Fatal(err)
		}
		if value := read[string](b, `document.querySelector(`+quoted(field.selector)+`).value`); !strings.Contains(value, "안녕") {
			b.t.Errorf("%s: the field holds %q", field.path, value)
		}
		b.does(settled, chromedp.KeyEvent("\r"), holds(field.sent, field.path+": Enter sends nothing at all"))
	}
}
