// Package channeltest proves that a channel type keeps the channel contract.
package channeltest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// Call is one request that a fake platform received.
type Call struct {
	Method string
	Path   string
	Query  string
	Header http.Header
	Body   []byte
}

// Fault is a scripted misbehaviour of a fake platform.
type Fault struct {
	Status int // answered instead of the real answer
	Header http.Header
	Body   string
	// Hang reads the request and never answers, until the client gives up.
	Hang bool
}

// Platform is a fake messenger platform on loopback. It records every call, and misbehaves on request.
type Platform struct {
	URL string

	server *httptest.Server
	mu     sync.Mutex
	calls  []Call
	faults map[string][]Fault // by path prefix
	more   *sync.Cond
	gone   chan struct{}
}

// NewPlatform serves handler on loopback. The handler sees bodies that can be read again.
func NewPlatform(handler http.Handler) *Platform {
	p := &Platform{faults: map[string][]Fault{}, gone: make(chan struct{})}
	p.more = sync.NewCond(&p.mu)
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		fault, bad := p.arrived(r, body)
		switch {
		case bad && fault.Hang:
			select {
			case <-r.Context().Done():
			case <-p.gone:
			}
		case bad:
			for k, v := range fault.Header {
				w.Header()[k] = v
			}
			w.WriteHeader(fault.Status)
			io.WriteString(w, fault.Body)
		default:
			handler.ServeHTTP(w, r)
		}
	}))
	p.URL = p.server.URL
	return p
}

// Close stops the server and lets hanging calls go.
func (p *Platform) Close() {
	close(p.gone)
	p.server.Close()
}

func (p *Platform) arrived(r *http.Request, body []byte) (Fault, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, Call{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Clone(), body})
	p.more.Broadcast()
	for prefix, list := range p.faults {
		if len(list) > 0 && strings.HasPrefix(r.URL.Path, prefix) {
			p.faults[prefix] = list[1:]
			return list[0], true
		}
	}
	return Fault{}, false
}

// FailNext makes the next calls whose path starts with prefix misbehave, in order.
func (p *Platform) FailNext(prefix string, faults ...Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults[prefix] = append(p.faults[prefix], faults...)
}

// Calls returns the calls whose path starts with prefix, so far.
func (p *Platform) Calls(prefix string) []Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.matching(prefix)
}

// Wait returns the calls whose path starts with prefix as soon as there are n of them.
func (p *Platform) Wait(prefix string, n int) []Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		if c := p.matching(prefix); len(c) >= n {
			return c
		}
		p.more.Wait()
	}
}

func (p *Platform) matching(prefix string) []Call {
	var out []Call
	for _, c := range p.calls {
		if strings.HasPrefix(c.Path, prefix) {
			out = append(out, c)
		}
	}
	return out
}
