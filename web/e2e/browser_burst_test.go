package e2e

import "testing"

// With fifty events a second the inspector shows them all, keeps its length, and stays smooth: the test
// prints the longest time between two frames.
func TestTheInspectorKeepsUpWithManyEvents(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	line := o.messengers[1]
	b := chromium(t, o.url)
	b.as(o.admin)
	b.does(
		b.at("/console/bots/bot/inspector"), sees(`[data-feed-state="open"]`, ""),
		script(`(() => { let last = performance.now(); window.gap = 0; const tick = (now) => { window.gap = Math.max(window.gap, now - last); last = now; requestAnimationFrame(tick); }; requestAnimationFrame(tick); })()`),
	)
	const many = 320 // more than the list holds
	for n := range many {
		line.say(o.dari, 100+n%20, 1000+n, "와이파이 비밀번호가 뭐야")
	}
	o.settled()
	// Of a burst on a busy machine a watcher may miss some, and is told so; what comes then is seen.
	line.say(o.dari, 100, 1000+many, "와이파이 비밀번호가 뭐야")
	newest := o.first("/events?channel=ch-line")
	b.does(
		sees(`[data-event-id="`+newest+`"] [data-mark="handled"]`, ""),
		holds(`document.querySelectorAll('[data-row]').length <= 300`, "the list grows without end"),
	)
	t.Logf("%d events, longest time between two frames: %.0f ms", many, read[float64](b, `window.gap`))
}
