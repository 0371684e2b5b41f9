package console

import (
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"dari/bot"
	"dari/bot/message"
	"dari/bot/words"
	"dari/channels"
	"dari/store"
	"dari/web/trace"
)

// told says something and waits until the answer is delivered. It returns the event.
func (b *bench) told(session, id, text string) store.Event {
	b.t.Helper()
	sub := b.runtime.Feed().Watch(func(e bot.FeedEntry) bool { return e.Type == "delivery" })
	defer b.runtime.Feed().Leave(sub)
	b.say(session, id, text)
	select {
	case <-sub.C:
	case <-time.After(20 * time.Second):
		b.t.Fatal("no answer")
	}
	page, err := b.store.Events(context.Background(), store.Query{Limit: 1})
	if err != nil || len(page.Items) != 1 {
		b.t.Fatal(len(page.Items), err)
	}
	return page.Items[0]
}

// person is a browser in which somebody with that role is signed in.
func (b *bench) person(name, role string) *browser {
	b.t.Helper()
	_, token := b.invite(name, role)
	w := b.browser()
	want(b.t, w.post("/setup", "token", token, "name", name, "password", password, "repeat", password, "locale", "en"), http.StatusSeeOther, "")
	return w
}

// did counts the audit lines of an action.
func (b *bench) did(action string) int {
	b.t.Helper()
	b.audited("", true) // brings the notes to the disk
	page, err := b.store.Audits(context.Background(), store.Query{Limit: 500})
	if err != nil {
		b.t.Fatal(err)
	}
	n := 0
	for _, a := range page.Items {
		if a.Action == action {
			n++
		}
	}
	return n
}

func lacks(t *testing.T, body, text string) {
	t.Helper()
	if strings.Contains(body, text) {
		t.Errorf("the page shows %q", text)
	}
}

func TestTheInspectorListsWhatCameInAndTheFilterStaysInTheAddress(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	want(t, w.get("/console/bots/demo/inspector"), http.StatusOK, "No events yet.")
	first := b.told(mine, "1", "refund please")
	b.told(theirs, "2", "hello <there>")
	rec := w.get("/console/bots/demo/inspector")
	want(t, rec, http.StatusOK, "refund please")
	want(t, rec, http.StatusOK, "hello &lt;there&gt;")
	want(t, rec, http.StatusOK, `data-stream="/console/bots/demo/inspector/stream"`)
	for q, sees := range map[string]bool{
		"refund": true, "status:handled": true, "channel:web": true, "channel:demo-chat status:handled REFUND": true, "kind:text": true, first.ID: true,
		"status:failed": false, "channel:line": false, "kind:image": false, "nothing-like-it": false, "status:failed status:handled": true, "person:nobody": false,
	} {
		rec := w.get("/console/bots/demo/inspector?q=" + template.URLQueryEscaper(q))
		want(t, rec, http.StatusOK, template.HTMLEscapeString(q[:strings.IndexAny(q+" ", " ")]))
		if got := strings.Contains(rec.Body.String(), first.ID); got != sees {
			t.Errorf("%q: shown %v", q, got)
		}
	}
	want(t, w.get("/console/bots/demo/inspector?q=status:failed"), http.StatusOK, `aria-current="true">Failed`)
	want(t, w.get("/console/bots/demo/inspector?cursor=nonsense"), http.StatusSeeOther, "")
	want(t, w.get("/console/bots/none/inspector"), http.StatusNotFound, "404 gone")
	want(t, b.browser().get("/console/bots/demo/inspector"), http.StatusSeeOther, "")
}

func TestOlderEventsAreAPageAway(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	var events []store.Event
	for range 120 {
		events = append(events, store.Event{BotID: "demo", ChannelID: "demo-chat", Keys: []string{newNonce()}, Kind: message.KindUnknown, State: store.Ignored, Reason: "unknown event type", ReceivedAt: time.Now()})
	}
	if _, err := b.store.Accept(context.Background(), events); err != nil {
		t.Fatal(err)
	}
	seen, target := map[string]bool{}, "/console/bots/demo/inspector"
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	for pages := 1; ; pages++ {
		body := w.get(target).Body.String()
		for _, m := range regexp.MustCompile(`data-event-id="([^"]+)"`).FindAllStringSubmatch(body, -1) {
			if seen[m[1]] {
				t.Errorf("%s stands on two pages", m[1])
			}
			seen[m[1]] = true
		}
		m := next.FindStringSubmatch(body)
		if m == nil {
			if pages < 3 {
				t.Errorf("%d pages", pages)
			}
			break
		}
		target = strings.ReplaceAll(m[1], "&amp;", "&")
	}
	if len(seen) != 120 {
		t.Errorf("%d events were shown", len(seen))
	}
}

func TestAnEventsPageTellsItsWayAndWhatToDo(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	e := b.told(mine, "1", "call 010-1234-5678")
	rec := w.get("/console/events/" + e.ID)
	for _, text := range []string{"The bot answered, and the messenger took the answer.", "Callback", "Verified", "Queued", "Normalised", "Gate", "Engine", "Rendered", "Platform&#39;s answer", "Sent just as the engine said it", "•••78"} {
		want(t, rec, http.StatusOK, text)
	}
	lacks(t, rec.Body.String(), "1234-5678")
	rec = w.post("/console/events/" + e.ID + "/reveal")
	want(t, rec, http.StatusOK, "1234-5678")
	if b.did("event.reveal") != 1 {
		t.Error("showing personal data was not noted")
	}
	viewer := b.person("jun", "viewer")
	want(t, viewer.post("/console/events/"+e.ID+"/reveal"), http.StatusForbidden, "403 role")
	want(t, viewer.post("/console/events/"+e.ID+"/replay", "mode", "real"), http.StatusForbidden, "403 role")
	lacks(t, viewer.get("/console/bots/demo/inspector").Body.String(), "1234-5678")
	lacks(t, viewer.get("/console/bots/demo/inspector?q=1234-5678").Body.String(), e.ID)
	want(t, w.get("/console/events/ev_nonsense"), http.StatusNotFound, "404 gone")
}

func TestARefusedCallbackIsListedWithAHint(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	ch, err := b.runtime.Channel(context.Background(), "demo-chat")
	if err != nil {
		t.Fatal(err)
	}
	b.runtime.Reject(ch, &channels.Request{Body: []byte(`{"x":1}`), ReceivedAt: time.Now()}, "signature", "does not match")
	b.audited("", true) // brings the note to the disk
	page, err := b.store.Events(context.Background(), store.Query{State: "rejected"})
	if err != nil || len(page.Items) != 1 {
		t.Fatal(len(page.Items), err)
	}
	want(t, w.get("/console/bots/demo/inspector?q=status:rejected"), http.StatusOK, page.Items[0].ID)
	rec := w.get("/console/events/" + page.Items[0].ID)
	want(t, rec, http.StatusOK, "signature is missing or does not match")
	want(t, rec, http.StatusOK, "into the channel&#39;s settings again")
	want(t, rec, http.StatusOK, "What was never accepted cannot be replayed")
}

func TestAnEventIsReplayedDryEditedAndReally(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	e := b.told(mine, "1", "first words")
	path := "/console/events/" + e.ID
	rec := w.post(path+"/replay", "mode", "dry")
	want(t, rec, http.StatusOK, "Nothing was sent or kept.")
	rec = w.post(path+"/replay", "mode", "dry", "raw", strings.Replace(string(e.Raw), "first words", "other\\nwords", 1))
	want(t, rec, http.StatusOK, "other\nwords")
	rec = w.post(path+"/replay", "mode", "real", "raw", "no JSON")
	want(t, rec, http.StatusUnprocessableEntity, "is no event of this channel")
	if n := count(t, b); n != 1 {
		t.Fatalf("%d events", n)
	}
	rec = w.post(path+"/replay", "mode", "real")
	want(t, rec, http.StatusSeeOther, "")
	if to := rec.Header().Get("Location"); !strings.HasPrefix(to, "/console/events/ev_") || count(t, b) != 2 {
		t.Fatalf("sent to %s", to)
	}
	want(t, w.get(rec.Header().Get("Location")), http.StatusOK, "Replay started.")
	if b.did("event.replay") != 1 {
		t.Error("not noted")
	}
	if rec = w.post(path + "/curl"); !strings.Contains(rec.Body.String(), "curl -X POST 'https://bot.example.com/web/demo-chat/webhook'") {
		t.Errorf("curl %s", rec.Body)
	}
	var fixture struct{ Raw string }
	rec = w.post(path + "/fixture")
	if json.Unmarshal(rec.Body.Bytes(), &fixture) != nil || fixture.Raw != string(e.Raw) || b.did("event.reveal") != 2 {
		t.Errorf("fixture %s", rec.Body)
	}
}

func count(t *testing.T, b *bench) int {
	t.Helper()
	page, err := b.store.Events(context.Background(), store.Query{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	return len(page.Items)
}

func TestWhatFailedIsReplayedInOneGoAndTheJobIsShown(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	want(t, w.post("/console/bots/demo/inspector/replay", "state", "failed", "span", "1h"), http.StatusBadRequest, "400 bad_request") // not sure
	want(t, w.post("/console/bots/demo/inspector/replay", "state", "handled", "span", "1h", "sure", "1"), http.StatusBadRequest, "400 bad_request")
	rec := w.post("/console/bots/demo/inspector/replay", "state", "failed", "span", "1h", "sure", "1")
	want(t, rec, http.StatusSeeOther, "")
	to := rec.Header().Get("Location")
	want(t, w.get(to), http.StatusOK, "Replaying events")
	state := strings.Replace(to, "?", "/state?", 1)
	want(t, w.get(state), http.StatusOK, `"total":0`)
	rec = w.post(strings.Replace(to, "?", "/cancel?", 1), "bot", "demo", "area", "inspector")
	want(t, rec, http.StatusSeeOther, "")
	if b.did("event.replay_all") != 1 || b.did("job.cancel") != 1 {
		t.Error("not noted")
	}
	want(t, w.get("/console/jobs/none?bot=demo"), http.StatusNotFound, "404 gone")
}

func TestNewRowsComeByTheStream(t *testing.T) {
	b := newBench(t)
	b.options.Secure = false
	b.options.PublicURL = "http://bot.example.com"
	b.chat(nil)
	b.restart()
	s := b.serve()
	cookie := b.cookieOf(b.signInPlain())
	live := b.read(s, "/console/bots/demo/inspector/stream?q=wanted", map[string]string{"Cookie": cookie})
	live.until(": open")
	b.say(mine, "1", "not this one")
	b.say(mine, "2", "wanted words")
	if name := live.until("event: "); name != "rows" {
		t.Fatal(name)
	}
	var got struct{ Rows []liveRow }
	if err := json.Unmarshal([]byte(live.until("data: ")), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != 1 || !strings.Contains(got.Rows[0].HTML, "wanted words") || !strings.Contains(got.Rows[0].HTML, got.Rows[0].ID) {
		t.Errorf("%+v", got)
	}
	refused := b.read(s, "/console/bots/demo/inspector/stream", map[string]string{"Cookie": cookie})
	refused.until(": open")
	ch, err := b.runtime.Channel(context.Background(), "demo-chat")
	if err != nil {
		t.Fatal(err)
	}
	b.runtime.Reject(ch, &channels.Request{Body: []byte(`{}`), ReceivedAt: time.Now()}, "signature", "does not match")
	b.audited("", true)
	for !strings.Contains(refused.until("data: "), "its signature is missing or does not match") {
	}
}

// signInPlain signs a new administrator in over plain http.
func (b *bench) signInPlain() *browser {
	b.t.Helper()
	w := b.browser()
	link, err := b.console.ResetLink(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	_, token, _ := strings.Cut(link, "token=")
	want(b.t, w.post("/setup", "token", token, "name", "mina", "password", password, "repeat", password, "locale", "en"), http.StatusSeeOther, "")
	return w
}

func (b *bench) cookieOf(w *browser) string {
	var all []string
	for name, value := range w.cookies {
		all = append(all, name+"="+value)
	}
	return strings.Join(all, "; ")
}

func TestEveryReasonHasASentence(t *testing.T) {
	for _, l := range words.Languages {
		v := viewer{words: words.In(l.Code)}
		for _, e := range []store.Event{
			{State: store.Waiting},
			{State: store.Duplicate},
			{State: store.Ignored, Reason: "odd"},
			{State: store.Rejected, Reason: "odd: x"},
			{State: store.Failed, Reason: "odd: x"},
			{State: store.Failed, Reason: "engine: timeout: no answer within 20s", Trace: []byte(`{"engine":"http"}`)},
			{State: store.Handled, Kind: message.KindText, Trace: []byte(`{"engine":"echo"}`)},
			{State: store.Ignored, Reason: "the bot was not mentioned (group_mode mention)"},
		} {
			for _, d := range [][]store.Delivery{nil, {{Result: store.Result{Status: store.Undelivered, ErrorKind: "auth"}}}, {{Result: store.Result{Status: store.Pending, ErrorKind: "rate_limited"}}}, {{Result: store.Result{Status: store.Uncertain}}}} {
				var turn struct{ Engine string }
				_ = json.Unmarshal(e.Trace, &turn)
				for _, w := range v.why(e, traceTurn(turn.Engine), d) {
					if w.Text == "" || strings.Contains(w.Text+w.Do, "{") || w.Tone == "" {
						t.Errorf("%s: %s %q: %+v", l.Code, e.State, e.Reason, w)
					}
				}
			}
		}
	}
	rows := []struct {
		e    store.Event
		text string
	}{
		{store.Event{State: store.Ignored, Reason: "the bot was not mentioned (group_mode mention)"}, "why.not_mentioned"},
		{store.Event{State: store.Ignored, Reason: "people have the conversation (handoff)"}, "why.handoff"},
		{store.Event{State: store.Rejected, Reason: "stale: signed 10m away"}, "why.stale"},
		{store.Event{State: store.Failed, Reason: "engine: breaker_open: the engine has failed"}, "why.breaker"},
		{store.Event{State: store.Failed, Reason: "parse: unexpected end"}, "why.parse"},
		{store.Event{State: store.Handled, Kind: message.KindText}, "why.silent"},
	}
	for _, row := range rows {
		if got, _ := eventReason(row.e, traceTurn("echo"), nil); got.text != row.text {
			t.Errorf("%s %q: %s, want %s", row.e.State, row.e.Reason, got.text, row.text)
		}
	}
}

func TestATreeShowsJSONAndEscapesIt(t *testing.T) {
	for in, want := range map[string]string{
		``:                      ``,
		`no <json>`:             `<pre class="raw">no &lt;json&gt;</pre>`,
		`{"a<b":"<script>"}`:    `<div class="tree"><details open><summary><span class="size">{1}</span></summary><p><b>a&lt;b</b> <span class="string">&lt;script&gt;</span></p></details></div>`,
		`[1,true,null]`:         `<div class="tree"><details open><summary><span class="size">[3]</span></summary><p><b>0</b> <span class="number">1</span></p><p><b>1</b> <span class="bool">true</span></p><p><b>2</b> <span class="null">null</span></p></details></div>`,
		`{"a":1} {"b":2}`:       `<pre class="raw">{&#34;a&#34;:1} {&#34;b&#34;:2}</pre>`,
		strings.Repeat("[", 40): `<pre class="raw">` + strings.Repeat("[", 40) + `</pre>`,
	} {
		if got := string(tree([]byte(in))); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", in, got, want)
		}
	}
}

func TestEveryNoteOfTheRuntimeIsSaidInEveryLanguage(t *testing.T) {
	b, _ := platforms(t)
	many := func(n int) (all []message.Action) {
		for i := range n {
			all = append(all, message.Action{Kind: message.ActionPostback, Label: strings.Repeat("단추", 30) + string(rune('A'+i)), Data: "d"})
		}
		return all
	}
	odd := []message.Action{{Kind: message.ActionCopy, Label: "copy", Text: "x"}, {Kind: message.ActionPhone, Label: "call", Number: "+82212345678"}, {Kind: message.ActionURL, Label: "open", URL: "https://x.example/" + strings.Repeat("a", 4000)}}
	all, err := b.runtime.RenderEverywhere(context.Background(), message.Reply{
		Messages: []message.Message{
			message.Text(strings.Repeat("가나다 ", 9000)),
			{Type: message.TypeButtons, Text: strings.Repeat("긴 글 ", 900), Actions: append(many(14), odd...), QuickReplies: many(30)},
			{Type: message.TypeCards, Cards: []message.Card{{Title: strings.Repeat("제목", 300), Text: strings.Repeat("내용", 3000), Actions: many(9)}}},
			{Type: message.TypeSticker, Set: "1", ID: "2"},
			{Type: message.TypeImage, URL: "http://plain.example/a.png"},
			{Type: message.TypeImage, URL: "https://x.example/" + strings.Repeat("b", 4000)},
		}, QuickReplies: many(2),
	})
	if err != nil {
		t.Fatal(err)
	}
	notes := 0
	for _, r := range all {
		for _, n := range r.Notes {
			if notes++; noteIn(words.In("ko"), n) == n || strings.ContainsAny(noteIn(words.In("ja"), n), "{}") {
				t.Errorf("%s: %q stays %q", r.Type, n, noteIn(words.In("ko"), n))
			}
		}
	}
	if notes < 20 {
		t.Errorf("only %d notes", notes)
	}
}

func traceTurn(engine string) trace.Turn { return trace.Turn{Engine: engine} }
