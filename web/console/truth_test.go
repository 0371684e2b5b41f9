package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dari/bot"
	"dari/bot/message"
	"dari/bot/words"
	"dari/channels"
	webchat "dari/channels/web"
	"dari/dialog"
	"dari/store"
)

// happened writes an event of the demo chat with its turn and the result of its answer; no answer if that has no
// status. The runtime must have been drained.
func (b *bench) happened(text string, turn store.Turn, result store.Result) store.Event {
	b.t.Helper()
	ctx := context.Background()
	id := webchat.ConversationID("demo-chat", mine)
	conv := "demo-chat:" + id
	must := func(err error) {
		b.t.Helper()
		if err != nil {
			b.t.Fatal(err)
		}
	}
	_, err := b.store.Accept(ctx, []store.Event{{
		BotID: "demo", ChannelID: "demo-chat", ConversationID: conv, Kind: message.KindText, Name: "text", Keys: []string{newNonce()},
		State: store.Waiting, ReceivedAt: time.Now(), ContentType: "application/json", Raw: fmt.Appendf(nil, `{"conversation":%q,"id":"m","text":%q}`, id, text),
	}})
	must(err)
	c, err := b.store.NextTurn(ctx)
	must(err)
	turn.StartedAt, turn.FinishedAt = time.Now(), time.Now()
	turn.Conversation = &store.Conversation{ID: conv, BotID: "demo", ChannelID: "demo-chat", Platform: message.Conversation{ID: id, Kind: message.Direct}, User: message.User{ID: "u1"}}
	if result.Status != "" {
		turn.Deliveries = []store.Delivery{{
			EventID: c.Event.ID, BotID: "demo", ChannelID: "demo-chat", ConversationID: conv, Platform: turn.Conversation.Platform,
			Messages: []message.Message{message.Text("answer to " + text)}, Key: newNonce(), CreatedAt: time.Now(),
		}}
	}
	_, err = b.store.CommitTurn(ctx, c, turn)
	must(err)
	if result.Status != "" {
		d, err := b.store.NextDelivery(ctx)
		must(err)
		result.Attempts, result.DoneAt = 1, time.Now()
		must(b.store.FinishDelivery(ctx, d, result))
	}
	e, err := b.store.Event(ctx, c.Event.ID)
	must(err)
	return e
}

// drained is a bench with the demo chat whose runtime does nothing by itself.
func drained(t *testing.T) (*bench, *browser) {
	t.Helper()
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	b.runtime.Drain(context.Background())
	return b, w
}

var (
	handledTurn = store.Turn{State: store.Handled, Trace: []byte(`{"engine":"http"}`)}
	failedTurn  = store.Turn{State: store.Failed, Reason: "engine: failed: status 500", Trace: []byte(`{"engine":"http","error":"engine: failed: status 500"}`)}
	taken       = store.Result{Status: store.Delivered}
	refused     = store.Result{Status: store.Undelivered, ErrorKind: "auth", ErrorCode: "E403", Error: "the platform says no"}
	doubtful    = store.Result{Status: store.Uncertain, ErrorKind: "uncertain"}
)

func TestAnAnswerThatDidNotArriveIsNotGreen(t *testing.T) {
	b, w := drained(t)
	lost, unsure := b.happened("lost one", handledTurn, refused), b.happened("unsure one", handledTurn, doubtful)
	good, broken := b.happened("good one", handledTurn, taken), b.happened("broken one", failedTurn, taken)
	const path = "/console/bots/demo/inspector"
	mark := func(body, id string) string {
		_, row, _ := strings.Cut(body, `data-event-id="`+id+`"`)
		_, row, _ = strings.Cut(row, `data-mark="`)
		row, _, _ = strings.Cut(row, "</span>")
		return row
	}
	body := w.get(path).Body.String()
	for e, want := range map[string]string{lost.ID: `failed">Not delivered`, unsure.ID: `uncertain">Delivery uncertain`, good.ID: `handled">Handled`, broken.ID: `failed">Failed`} {
		if got := mark(body, e); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for q, want := range map[string]string{"status:undelivered": lost.ID, "status:uncertain": unsure.ID, "status:failed": broken.ID, "status:undelivered lost": lost.ID, "status:undelivered good": ""} {
		body := w.get(path + "?q=" + url.QueryEscape(q)).Body.String()
		for _, e := range []store.Event{lost, unsure, good, broken} {
			if shown := strings.Contains(body, `data-event-id="`+e.ID+`"`); shown != (e.ID == want) {
				t.Errorf("%s: %s shown %v", q, e.ID, shown)
			}
		}
	}
	want(t, w.get(path+"?q=status:failed"), http.StatusOK, `href="/console/bots/demo/inspector?q=status%3Aundelivered">Not delivered`)
	lacks(t, w.get(path).Body.String(), "are listed apart")
}

func TestTheEventsPageSaysWhatPeopleReallyGot(t *testing.T) {
	for _, row := range []struct {
		name         string
		turn         store.Turn
		result       store.Result
		shows, lacks []string
	}{
		{"an answer that arrived", handledTurn, taken, []string{"Sent just as the engine said it"}, []string{"Not delivered"}},
		{"one that the platform refused", handledTurn, refused, []string{"What the engine said <span class=\"mark\" data-mark=\"failed\">Not delivered", "E403"}, []string{"Sent just as"}},
		{"one in doubt", handledTurn, doubtful, []string{"Delivery uncertain"}, []string{"Sent just as"}},
		{"an engine that failed", failedTurn, taken, []string{"Sent in place of an answer", "<code>failed: status 500</code>"}, []string{"Sent just as", "failed: engine:"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, w := drained(t)
			e := b.happened("hello", row.turn, row.result)
			rec := w.get("/console/events/" + e.ID)
			for _, text := range append(row.shows, `<a href="/console/channels/demo-chat/state">Demo chat</a>`) {
				want(t, rec, http.StatusOK, text)
			}
			for _, text := range row.lacks {
				lacks(t, rec.Body.String(), text)
			}
		})
	}
}

func TestAFaultIsToldInTheReadersLanguage(t *testing.T) {
	b, w := drained(t)
	e := b.happened("hello", failedTurn, refused)
	w.post("/language", "lang", "ko", "back", "/console")
	rec := w.get("/console/events/" + e.ID)
	want(t, rec, http.StatusOK, "엔진(http)이 처리하지 못했습니다.</span>")
	want(t, rec, http.StatusOK, "오류 원문: <code>engine: failed: status 500</code>")
	rec = w.get("/console/bots/demo/deliveries")
	want(t, rec, http.StatusOK, "오류 원문: <code>the platform says no</code>")
	want(t, rec, http.StatusOK, `href="`+conversationURL(e.ConversationID)+`" data-row-link>u1</a>`)
}

func TestAReplayedEventSaysSo(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	e := b.told(mine, "1", "first words")
	without(t, w.get("/console/events/"+e.ID), "Replays")
	sub := b.runtime.Feed().Watch(func(e bot.FeedEntry) bool { return e.Type == "delivery" })
	defer b.runtime.Feed().Leave(sub)
	again, err := b.runtime.Replay(context.Background(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	<-sub.C
	rec := w.get("/console/events/" + e.ID)
	want(t, rec, http.StatusOK, `<dt>Replays</dt><dd><a href="/console/events/`+again+`">`)
	r := viewer{c: b.console, words: words.In("en")}
	if said := r.replayed(store.Event{State: store.Failed}, []replayView{{State: "failed"}, {State: "handled"}}); said == nil || said.Text != "It was replayed, and the replay was handled." {
		t.Errorf("%+v", said)
	}
	if said := r.replayed(store.Event{State: store.Failed}, []replayView{{State: "failed"}}); said != nil {
		t.Errorf("%+v", said)
	}
}

func TestWhatAJobLeavesOutIsSaid(t *testing.T) {
	b, w := drained(t)
	for _, e := range []store.Event{b.happened("a", failedTurn, taken)} {
		if _, err := b.runtime.Replay(context.Background(), e, nil); err != nil { // waits for its turn
			t.Fatal(err)
		}
	}
	j := b.runtime.ReplayAll(store.Query{BotID: "demo", State: "failed"}, time.Time{})
	for deadline := time.Now().Add(20 * time.Second); j.FinishedAt.IsZero() && time.Now().Before(deadline); {
		j, _ = b.runtime.Job(j.ID)
	}
	want(t, w.get(jobURL(j.ID, "demo", "inspector")), http.StatusOK, "soon will be: 1</li>")
}

func TestTheBadgeSaysWhyAndWhereToGoOn(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	ch, err := b.runtime.Channel(context.Background(), "demo-chat")
	if err != nil {
		t.Fatal(err)
	}
	b.runtime.Reject(ch, &channels.Request{Body: []byte(`{}`), ReceivedAt: time.Now()}, "signature", "does not match")
	b.audited("", true)                          // brings the note to the disk
	deadline := time.Now().Add(20 * time.Second) // what the store tells is kept for a moment
	for !strings.Contains(w.get("/console").Body.String(), `data-status="attention"`) && time.Now().Before(deadline) {
	}
	for _, path := range []string{"/console", "/console/bots/demo/channels", "/console/channels/demo-chat/state"} {
		rec := w.get(path)
		want(t, rec, http.StatusOK, "was refused because its signature does not fit")
		want(t, rec, http.StatusOK, `">See its trace</a>`)
	}
	want(t, w.get("/console"), http.StatusOK, `data-status="attention"`)
}

func TestTheNavigationCountsTheAlarms(t *testing.T) {
	b, w := drained(t)
	lacks(t, w.get("/console").Body.String(), `class="count"`)
	a := store.Alarm{ID: "credentials:demo-chat", Kind: bot.AlarmCredentials, BotID: "demo", ChannelID: "demo-chat", State: "raised", SeenAt: time.Now()}
	if err := b.store.Alarms().Put(context.Background(), a.ID, a); err != nil {
		t.Fatal(err)
	}
	want(t, w.get("/console"), http.StatusOK, `<span class="count">1</span>`)
}

func TestFilterWordsThatAreNoneAreNamed(t *testing.T) {
	_, w := drained(t)
	for q, unknown := range map[string]string{
		"status:bogus foo:bar": "status:bogus foo:bar", "kind:nothing": "kind:nothing", "status:failed": "", "https://example.com": "", "words": "", "kind:text": "",
	} {
		rec := w.get("/console/bots/demo/inspector?q=" + url.QueryEscape(q))
		want(t, rec, http.StatusOK, "No event fits")
		if got := strings.Contains(rec.Body.String(), "Not known as a filter: "+unknown+"<"); got != (unknown != "") {
			t.Errorf("%s: named %v", q, got)
		}
	}
}

func TestATrialOfAnEngineThatFailsShowsWhatPeopleSee(t *testing.T) {
	w := words.In("ja")
	tr := trial{Turns: []trialTurn{{You: "hi"}}, Last: bot.DryRun{Engine: "http", Error: "engine: timeout: no answer within 20s"}}
	if d := tr.debug(w); d.Failed == nil || !strings.Contains(d.Failed.Text, "制限時間内に応答しなかった") || d.Failed.Code != "timeout" {
		t.Errorf("%+v", d.Failed)
	}
	v := viewSample(w, bot.Sample{Run: bot.DryRun{Engine: "http", Error: (&dialog.Error{Code: "failed", Err: fmt.Errorf("status 500")}).Error()}})
	if v.Failed == nil || v.Failed.Code != "failed: status 500" || !strings.Contains(v.Failed.Text, "http") {
		t.Errorf("%+v", v.Failed)
	}
}

func TestAConversationTellsThatSomethingHasHappened(t *testing.T) {
	b := newBench(t)
	b.options.Secure = false
	b.options.PublicURL = "http://bot.example.com"
	b.chat(nil)
	b.restart()
	s := b.serve()
	w := b.signInPlain()
	e, other := b.told(mine, "1", "hello"), b.told(theirs, "2", "hello")
	want(t, w.get(conversationURL(e.ConversationID)), http.StatusOK, `data-talk-stream="`+conversationURL(e.ConversationID)+`/stream"`)
	cookie := map[string]string{"Cookie": b.cookieOf(w)}
	live := b.read(s, conversationURL(e.ConversationID)+"/stream", cookie)
	quiet := b.read(s, conversationURL(other.ConversationID)+"/stream", cookie)
	live.until(": open")
	quiet.until(": open")
	b.told(mine, "3", "are you there?")
	if name := live.until("event: "); name != "changed" {
		t.Error(name)
	}
	b.told(theirs, "4", "I am")
	if name := quiet.until("event: "); name != "changed" {
		t.Error(name)
	}
}

func TestARowIsToldAgainWhenItsAnswerHasArrived(t *testing.T) {
	b := newBench(t)
	b.options.Secure = false
	b.options.PublicURL = "http://bot.example.com"
	b.chat(nil)
	b.restart()
	s := b.serve()
	live := b.read(s, "/console/bots/demo/inspector/stream", map[string]string{"Cookie": b.cookieOf(b.signInPlain())})
	live.until(": open")
	e := b.told(mine, "1", "hello")
	for {
		var got struct{ Rows []liveRow }
		if err := json.Unmarshal([]byte(live.until("data: ")), &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Rows) > 0 && got.Rows[len(got.Rows)-1].ID == e.ID && strings.Contains(got.Rows[len(got.Rows)-1].HTML, `data-mark="handled"`) {
			return
		}
	}
}
