package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// writeWait is how long a reader may take to accept what is sent before it counts as gone.
const writeWait = 20 * time.Second

// events writes server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html
type events struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func startEvents(w http.ResponseWriter) (events, error) {
	e := events{w, http.NewResponseController(w)}
	_ = e.rc.SetReadDeadline(time.Time{}) // the server's own would end the stream; not every writer has one
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx holds streams back otherwise
	w.WriteHeader(http.StatusOK)
	return e, e.comment("open")
}

// send writes one event; id may be empty. v has no line breaks once it is JSON.
func (e events) send(id, name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	return e.write(fmt.Sprintf("%sevent: %s\ndata: %s\n\n", id, name, b))
}

// comment writes a line that readers skip, to show that the stream is alive.
func (e events) comment(s string) error { return e.write(": " + s + "\n\n") }

func (e events) write(s string) error {
	_ = e.rc.SetWriteDeadline(time.Now().Add(writeWait)) // not every writer has deadlines
	if _, err := e.w.Write([]byte(s)); err != nil {
		return err
	}
	return e.rc.Flush()
}

// Bounds of streams that are open at once, and of how long one goes on before the page has to ask
// again.
const (
	maxStreams                = 4096
	maxStreamsPerConversation = 8 // windows of one visitor
	maxStreamTime             = time.Hour
)

// slots bounds how much goes on at once, in all and per key.
type slots struct {
	all, each int

	mu   sync.Mutex
	used map[string]int
	sum  int
}

func newSlots(all, each int) *slots { return &slots{all: all, each: each, used: map[string]int{}} }

// enter takes a slot; the caller must leave if it got one.
func (s *slots) enter(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sum >= s.all || s.used[key] >= s.each {
		return false
	}
	s.sum++
	s.used[key]++
	return true
}

func (s *slots) leave(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sum--
	if s.used[key]--; s.used[key] == 0 {
		delete(s.used, key)
	}
}
