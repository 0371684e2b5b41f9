package web

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// streamServerTimeout is what the server grants ordinary answers.
const streamServerTimeout = 200 * time.Millisecond

// listen opens the stream on a real connection and returns its lines. The channel is closed when the
// stream ends.
func (b *bench) listen(t *testing.T, query, key string) <-chan string {
	t.Helper()
	ts := httptest.NewUnstartedServer(b.handler)
	ts.Config.WriteTimeout = streamServerTimeout
	ts.Start()
	t.Cleanup(ts.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, "GET", ts.URL+"/api/v1/stream"+query, nil)
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := ts.Client().Do(req)
	must(t, err)
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("stream answered %d %q", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		defer resp.Body.Close()
		scan := bufio.NewScanner(resp.Body)
		for scan.Scan() {
			lines <- scan.Text()
		}
		if err := scan.Err(); err != nil && ctx.Err() == nil && err != io.EOF {
			lines <- "broken: " + err.Error()
		}
	}()
	if first := <-lines; first != "retry: 3000" {
		t.Fatalf("the stream begins with %q", first)
	}
	return lines
}

func TestStreamShowsWhatHappensAndEndsOnDrain(t *testing.T) {
	b := newBench(t)
	lines := b.listen(t, "", adminKey)
	b.say("U1", "hello")
	b.drain()
	var text []string
	for line := range lines { // ends only when the stream does
		text = append(text, line)
	}
	all := strings.Join(text, "\n")
	for _, want := range []string{
		"event: event\ndata: {", "event: delivery\ndata: {", `"state":"accepted"`, `"state":"handled"`, `"state":"delivered"`,
		`"conversation_id":"works:U1"`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the stream lacks %s:\n%s", want, all)
		}
	}
	if strings.Contains(all, "broken") {
		t.Errorf("the stream was cut off: %s", all)
	}
	if next := b.api("GET", "/stream", ""); next.Code != 200 {
		t.Errorf("a stream after the end: %d", next.Code)
	}
}

func TestStreamCanBeNarrowed(t *testing.T) {
	b := newBench(t)
	lines := b.listen(t, "?channel=plain", adminKey)
	b.say("U1", "hello")
	b.hook("plain", hello, "X-Signature", "00")
	b.drain()
	var all string
	for line := range lines {
		all += line + "\n"
	}
	if strings.Contains(all, "works") || !strings.Contains(all, `"state":"rejected"`) {
		t.Errorf("the stream shows\n%s", all)
	}
}

func TestStreamShowsThatItIsAliveAndEndsWithItsKey(t *testing.T) {
	b := newBench(t)
	b.server.keepAlive = 5 * time.Millisecond
	b.handler = b.server.All()
	id, key := b.makeKey("read")
	lines := b.listen(t, "", key)
	for line := range lines {
		if line == ": alive" {
			break
		}
	}
	b.api("DELETE", "/api-keys/"+id, "")
	for line := range lines {
		if strings.HasPrefix(line, "broken") {
			t.Error(line)
		}
	}
}

func TestStreamOutlivesTheWriteTimeoutOfTheServer(t *testing.T) {
	b := newBench(t)
	b.server.keepAlive = streamServerTimeout / 10
	b.handler = b.server.All()
	alive := 0
	for line := range b.listen(t, "", adminKey) {
		if line == ": alive" {
			alive++
		}
		if alive == 20 { // twice the time-out
			return
		}
	}
	t.Errorf("the stream ended after %d signs of life", alive)
}

func TestStreamNeedsARight(t *testing.T) {
	b := newBench(t)
	_, send := b.makeKey("send")
	if rec := b.with(send, "GET", "/stream", ""); rec.Code != 403 {
		t.Errorf("a key that may not read: %d", rec.Code)
	}
	if rec := b.api("GET", "/stream?topic=x", ""); rec.Code != 400 {
		t.Errorf("an unknown filter: %d", rec.Code)
	}
}
