package dialogtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// Call is one call that a fake remote side received.
type Call struct {
	Method, Path, Query string
	Header              http.Header
	Body                []byte
	// Refused says what the fake found wrong with the call; "" if it was taken.
	Refused string
}

// Stage is a fake remote side on loopback. It records every call, answers those that keep the remote
// side's rules by script, and lets its player answer when the script is over.
type Stage struct {
	URL string

	server *httptest.Server
	writer *HTTPEngine // only its way of writing answers
	play   func(Call) (HTTPAnswer, error)
	mu     sync.Mutex
	script []HTTPAnswer
	calls  []Call
}

// NewStage starts a remote side that ends with the test. play judges every call and answers it; its
// error is what the call did wrong.
func NewStage(t testing.TB, play func(Call) (HTTPAnswer, error)) *Stage {
	s := &Stage{play: play, writer: &HTTPEngine{gone: make(chan struct{})}}
	s.server = httptest.NewServer(s)
	s.URL = s.server.URL
	t.Cleanup(func() {
		close(s.writer.gone)
		s.server.Close()
	})
	return s
}

// Script answers the next calls that are right in this order.
func (s *Stage) Script(answers ...HTTPAnswer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, answers...)
}

// Calls returns what came so far.
func (s *Stage) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Last returns the last call, and fails the test if there is none or it was refused.
func (s *Stage) Last(t testing.TB) Call {
	t.Helper()
	calls := s.Calls()
	if len(calls) == 0 {
		t.Fatal("the remote side was not called")
	}
	last := calls[len(calls)-1]
	if last.Refused != "" {
		t.Fatalf("the call was refused: %s", last.Refused)
	}
	return last
}

// ServeHTTP implements http.Handler.
func (s *Stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	call := Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: body}
	answer, err := s.play(call)
	if err != nil {
		call.Refused = err.Error()
	}
	s.mu.Lock()
	s.calls = append(s.calls, call)
	if call.Refused == "" && len(s.script) > 0 {
		answer, s.script = s.script[0], s.script[1:]
	}
	s.mu.Unlock()
	s.writer.write(w, r, answer)
}
