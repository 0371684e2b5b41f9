package console

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	webchat "dari/channels/web"
	"dari/store"
)

const (
	mine   = "q7Xn2rW0bTz_5kLmC-9eYA"
	theirs = "zzzzzzzzzzzzzzzzzzzzzz"
)

// reader reads a stream of a real server.
type reader struct {
	t      *testing.T
	answer *http.Response
	lines  *bufio.Scanner
	close  func()
}

func (b *bench) serve() *httptest.Server {
	s := httptest.NewServer(b.handler)
	b.t.Cleanup(s.Close)
	return s
}

func (b *bench) read(s *httptest.Server, path string, headers map[string]string) *reader {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	answer, err := s.Client().Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	close := func() { cancel(); answer.Body.Close() }
	b.t.Cleanup(close)
	return &reader{b.t, answer, bufio.NewScanner(answer.Body), close}
}

// until returns the next line that starts with prefix, without it.
func (r *reader) until(prefix string) string {
	r.t.Helper()
	for r.lines.Scan() {
		if rest, ok := strings.CutPrefix(r.lines.Text(), prefix); ok {
			return rest
		}
	}
	r.t.Fatalf("the stream ended before %q: %v", prefix, r.lines.Err())
	return ""
}

func (r *reader) delivery() delivery {
	r.t.Helper()
	id := r.until("id: ")
	if name := r.until("event: "); name != "delivery" {
		r.t.Fatalf("event %s", name)
	}
	var d delivery
	if err := json.Unmarshal([]byte(r.until("data: ")), &d); err != nil || d.ID != id {
		r.t.Fatalf("delivery %+v with id %s: %v", d, id, err)
	}
	return d
}

// say accepts what a visitor's page would have posted.
func (b *bench) say(session, id, text string) {
	b.t.Helper()
	ctx := context.Background()
	ch, err := b.runtime.Channel(ctx, "demo-chat")
	if err != nil {
		b.t.Fatal(err)
	}
	req := &channels.Request{
		ContentType: "application/json", ReceivedAt: time.Now(),
		Body: fmt.Appendf(nil, `{"session":%q,"id":%q,"text":%q}`, session, id, text),
	}
	if err := b.console.accept(ctx, ch, req); err != nil {
		b.t.Fatal(err)
	}
}

func as(session string) map[string]string { return map[string]string{sessionHeader: session} }

func TestAnAnswerReachesThePageAndAReaderGoesOnAfterAnId(t *testing.T) {
	b := newBench(t)
	id := b.chat(nil)
	s := b.serve()
	path := "/web/" + id + "/stream"
	live := b.read(s, path, as(mine))
	if live.answer.StatusCode != http.StatusOK || !strings.HasPrefix(live.answer.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("answer %v", live.answer)
	}
	live.until(": open")
	b.say(theirs, "1", "not for you")
	b.say(mine, "1", "하나")
	first := live.delivery()
	if len(first.Messages) != 1 || first.Messages[0].Text != "하나" || first.At.IsZero() {
		t.Errorf("got %+v", first)
	}
	b.say(mine, "2", "둘")
	second := live.delivery()
	if second.Messages[0].Text != "둘" {
		t.Errorf("got %+v", second)
	}
	live.until(": alive")
	live.close()

	if again := b.read(s, path, as(mine)); again.delivery().ID != first.ID || again.delivery().ID != second.ID {
		t.Error("a page that has nothing does not get the last day")
	}
	resumed := b.read(s, path+"?after="+first.ID, as(mine))
	if got := resumed.delivery(); got.ID != second.ID {
		t.Errorf("after the first comes %+v", got)
	}
	b.say(mine, "3", "셋")
	if got := resumed.delivery(); got.Messages[0].Text != "셋" {
		t.Errorf("then comes %+v", got)
	}
	odd := b.read(s, path+"?after=nonsense", as(mine))
	if got := odd.delivery(); got.ID != first.ID {
		t.Errorf("after nonsense comes %+v", got)
	}
}

func TestOnlyWhatWasDeliveredIsShown(t *testing.T) {
	b := newBench(t)
	id := b.chat(nil)
	ctx := context.Background()
	conversation := webchat.ConversationID(id, mine)
	b.say(mine, "1", "하나")
	s := b.serve()
	r := b.read(s, "/web/"+id+"/stream", as(mine))
	first := r.delivery()
	// A delivery without a platform's conversation is refused by the channel and therefore not shown.
	if _, _, err := b.store.Enqueue(ctx, "", []store.Delivery{{
		BotID: "demo", ChannelID: id, ConversationID: id + ":" + conversation, User: "somebody",
		Messages: []message.Message{message.Text("refused")}, CreatedAt: time.Now(),
	}, {
		BotID: "demo", ChannelID: id, ConversationID: id + ":" + conversation, Platform: message.Conversation{ID: conversation, Kind: message.Direct},
		Messages: []message.Message{message.Text("taken")}, CreatedAt: time.Now(),
	}}); err != nil {
		t.Fatal(err)
	}
	if got := r.delivery(); got.Messages[0].Text != "taken" {
		t.Errorf("got %+v", got)
	}
	again := b.read(s, "/web/"+id+"/stream?after="+first.ID, as(mine))
	if got := again.delivery(); got.Messages[0].Text != "taken" {
		t.Errorf("later got %+v", got)
	}
}

func TestTheStreamWantsASessionAndAChat(t *testing.T) {
	b := newBench(t)
	id := b.chat(nil)
	w := b.browser()
	for _, c := range []struct {
		target, session string
		status          int
	}{
		{"/web/" + id + "/stream", "", http.StatusUnauthorized},
		{"/web/" + id + "/stream", "short", http.StatusUnauthorized},
		{"/web/" + id + "/stream?session=" + mine, "", http.StatusUnauthorized},
		{"/web/none/stream", mine, http.StatusNotFound},
		{"/console/chat/" + id + "/stream", mine, http.StatusUnauthorized}, // nobody is signed in
		{"/console/feed", "", http.StatusUnauthorized},
	} {
		w.headers[sessionHeader] = c.session
		want(t, w.get(c.target), c.status, "")
	}
}

func TestOneVisitorCannotTakeAllStreams(t *testing.T) {
	b := newBench(t)
	id := b.chat(nil)
	s := b.serve()
	for range maxStreamsPerConversation {
		b.read(s, "/web/"+id+"/stream", as(mine)).until(": open")
	}
	if r := b.read(s, "/web/"+id+"/stream", as(mine)); r.answer.StatusCode != http.StatusServiceUnavailable || r.answer.Header.Get("Retry-After") == "" {
		t.Errorf("answer %v", r.answer.StatusCode)
	}
	b.read(s, "/web/"+id+"/stream", as(theirs)).until(": open")
}

func TestStreamsEndWhenDariStops(t *testing.T) {
	b := newBench(t)
	id := b.chat(nil)
	r := b.read(b.serve(), "/web/"+id+"/stream", as(mine))
	r.until(": open")
	b.runtime.Drain(context.Background())
	for r.lines.Scan() {
	}
	if err := r.lines.Err(); err != nil {
		t.Errorf("the stream broke: %v", err)
	}
}

func TestTheChatBesideTheConsole(t *testing.T) {
	b := newBench(t)
	id := b.chat(nil)
	w := b.admin()
	s := b.serve()
	cookie := hostCookie + "=" + w.cookies[hostCookie]
	r := b.read(s, "/console/chat/"+id+"/stream", map[string]string{"Cookie": cookie, sessionHeader: mine})
	r.until(": open")

	post := func(cookie, contentType, body string) int {
		req, _ := http.NewRequest(http.MethodPost, s.URL+"/console/chat/"+id+"/webhook", strings.NewReader(body))
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Cookie", cookie)
		answer, err := s.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	said := fmt.Sprintf(`{"session":%q,"id":"1","text":"안녕"}`, mine)
	for _, c := range []struct {
		name                      string
		cookie, contentType, body string
		status                    int
	}{
		{"nobody is signed in", "", "application/json", said, http.StatusUnauthorized},
		{"a wrong type", cookie, "text/plain", said, http.StatusUnauthorized},
		{"a broken body", cookie, "application/json", "{", http.StatusBadRequest},
		{"too much", cookie, "application/json", strings.Repeat(" ", maxSaid+1), http.StatusRequestEntityTooLarge},
		{"a text", cookie, "application/json", said, http.StatusOK},
	} {
		if got := post(c.cookie, c.contentType, c.body); got != c.status {
			t.Errorf("%s: status %d, want %d", c.name, got, c.status)
		}
	}
	if got := r.delivery(); got.Messages[0].Text != "안녕" {
		t.Errorf("got %+v", got)
	}
	if log := b.log.String(); strings.Contains(log, mine) {
		t.Error("the session is in the log")
	}
}

func TestTheFeedTellsOfEventsInTheReadersLanguage(t *testing.T) {
	b := newBench(t)
	id := b.chat(nil)
	w := b.admin()
	w.post("/language", "lang", "ko")
	s := b.serve()
	r := b.read(s, "/console/feed", map[string]string{"Cookie": hostCookie + "=" + w.cookies[hostCookie]})
	var status channelNews
	r.until("event: channel")
	if err := json.Unmarshal([]byte(r.until("data: ")), &status); err != nil || status.ID != id || status.StatusWord != "확인 전" {
		t.Errorf("got %+v, %v", status, err)
	}
	b.say(mine, "1", "안녕")
	handled, counted := false, false // in either order
	for !handled || !counted {
		data := r.until("data: ")
		counted = counted || data == `{"accepted":"1","handled":"1","waiting":"0","failed":"0"}`
		handled = handled || strings.Contains(data, `"last_state":"handled","last_word":"처리됨"`)
	}
}

func TestTheFeedEndsWithTheSession(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	s := b.serve()
	r := b.read(s, "/console/feed", map[string]string{"Cookie": hostCookie + "=" + w.cookies[hostCookie]})
	r.until(": alive")
	w.post("/logout")
	for r.lines.Scan() {
	}
	if err := r.lines.Err(); err != nil {
		t.Errorf("the feed broke: %v", err)
	}
}
