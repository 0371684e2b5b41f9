package dialogtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"

	"dari/bot/message"
)

// Secret is the secret that a fake HTTP engine checks signatures with unless told otherwise.
const Secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

// HTTPTurn is the body of a request to an HTTP engine, as docs/engines/http.md describes it.
type HTTPTurn struct {
	Type       string `json:"type"`
	Version    string `json:"version"`
	TurnID     string `json:"turn_id"`
	DeadlineMS int64  `json:"deadline_ms"`
	Timestamp  string `json:"timestamp"`
	Bot        struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Locale   string `json:"locale"`
		Revision string `json:"revision"`
	} `json:"bot"`
	Channel struct {
		Type         string          `json:"type"`
		ID           string          `json:"id"`
		Capabilities json.RawMessage `json:"capabilities"`
	} `json:"channel"`
	Conversation struct {
		ID   string `json:"id"`
		Kind string `json:"kind"`
		New  bool   `json:"new"`
	} `json:"conversation"`
	User struct {
		ID          string `json:"id"`
		DisplayName string `json:"display_name"`
		Locale      string `json:"locale"`
		Timezone    string `json:"timezone"`
	} `json:"user"`
	Event struct {
		ID          string               `json:"id"`
		Kind        string               `json:"kind"`
		Text        string               `json:"text"`
		Postback    *message.Postback    `json:"postback"`
		Attachments []message.Attachment `json:"attachments"`
	} `json:"event"`
	State struct {
		Token string `json:"token"`
	} `json:"state"`
	ReplyTo *struct {
		URL       string    `json:"url"`
		ExpiresAt time.Time `json:"expires_at"`
	} `json:"reply_to"`
}

// HTTPAnswer is what a fake HTTP engine answers.
type HTTPAnswer struct {
	Status int // 0 means 200
	Header http.Header
	Body   string
	// Hang takes the question and never answers, until the client gives up or the engine is closed.
	Hang bool
	// Cut breaks the connection after the body, before the length that was promised.
	Cut bool
	// Events are the events of a stream, as literal blocks without their closing blank line. Each is sent
	// off before the next is written.
	Events []string
	// Hold, if set, is waited for before the last of the Events.
	Hold <-chan struct{}
}

// Stream answers 200 with an event stream.
func Stream(events ...string) HTTPAnswer {
	return HTTPAnswer{Header: http.Header{"Content-Type": {"text/event-stream"}}, Events: events}
}

// JSON answers 200 with v as JSON.
func JSON(v any) HTTPAnswer {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // a fault of the test itself
	}
	return HTTPAnswer{Header: http.Header{"Content-Type": {"application/json"}}, Body: string(body)}
}

// Done answers 200 with messages.
func Done(messages ...message.Message) HTTPAnswer {
	return JSON(map[string]any{"version": "1", "status": "done", "messages": messages})
}

// Echo answers the event's text, and counts the turns of the conversation in the state.
func Echo(t HTTPTurn) HTTPAnswer {
	n, _ := strconv.Atoi(t.State.Token)
	n++
	text := strconv.Itoa(n) + ": " + t.Event.Text
	return JSON(map[string]any{
		"version": "1", "turn_id": t.TurnID, "status": "done",
		"messages": []message.Message{message.Text(text)},
		"state":    map[string]string{"token": strconv.Itoa(n)},
	})
}

// HTTPRequest is one request that a fake HTTP engine received.
type HTTPRequest struct {
	Header http.Header
	Query  string
	Body   []byte
	Turn   HTTPTurn
	// Refused says why the request was answered 401 or 400; "" if it was taken.
	Refused string
}

// HTTPEngine is a fake engine on loopback that speaks the HTTP contract. It refuses what is not signed
// with its secret, answers by script and records everything.
type HTTPEngine struct {
	URL    string
	Secret string
	// Now is the clock for the age of signatures.
	Now func() time.Time

	server *httptest.Server
	gone   chan struct{}
	mu     sync.Mutex
	more   *sync.Cond
	answer func(HTTPTurn) HTTPAnswer
	script []HTTPAnswer
	seen   []HTTPRequest
}

// NewHTTPEngine starts an engine that answers with the function; nil means Echo. The caller closes it.
// Secret and Now may be changed before the first request.
func NewHTTPEngine(answer func(HTTPTurn) HTTPAnswer) *HTTPEngine {
	if answer == nil {
		answer = Echo
	}
	e := &HTTPEngine{Secret: Secret, Now: time.Now, answer: answer, gone: make(chan struct{})}
	e.more = sync.NewCond(&e.mu)
	e.server = httptest.NewServer(e)
	e.URL = e.server.URL + "/turn"
	return e
}

// Close stops the engine and lets hanging requests go. It may be called twice.
func (e *HTTPEngine) Close() {
	select {
	case <-e.gone:
	default:
		close(e.gone)
	}
	e.server.Close()
}

// Script answers the next requests in this order, before the answer function has its say again.
func (e *HTTPEngine) Script(answers ...HTTPAnswer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.script = append(e.script, answers...)
}

// Requests returns what came so far, refused requests too.
func (e *HTTPEngine) Requests() []HTTPRequest {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]HTTPRequest(nil), e.seen...)
}

// Wait returns the requests as soon as there are n of them.
func (e *HTTPEngine) Wait(n int) []HTTPRequest {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.seen) < n {
		e.more.Wait()
	}
	return append([]HTTPRequest(nil), e.seen...)
}

// ServeHTTP implements http.Handler.
func (e *HTTPEngine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	got := HTTPRequest{Header: r.Header.Clone(), Query: r.URL.RawQuery, Body: body}
	refuse := func(status int, err error) {
		got.Refused = err.Error()
		e.record(got)
		http.Error(w, err.Error(), status)
	}
	if err := VerifySignature(e.Secret, r.Header, body, e.Now()); err != nil {
		refuse(http.StatusUnauthorized, err)
		return
	}
	if err := json.Unmarshal(body, &got.Turn); err != nil {
		refuse(http.StatusBadRequest, err)
		return
	}
	scripted, ok := e.record(got)
	if !ok {
		scripted = e.answer(got.Turn)
	}
	e.write(w, r, scripted)
}

// record keeps the request; a request that was taken uses up the next scripted answer.
func (e *HTTPEngine) record(r HTTPRequest) (HTTPAnswer, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seen = append(e.seen, r)
	e.more.Broadcast()
	if r.Refused != "" || len(e.script) == 0 {
		return HTTPAnswer{}, false
	}
	next := e.script[0]
	e.script = e.script[1:]
	return next, true
}

func (e *HTTPEngine) write(w http.ResponseWriter, r *http.Request, a HTTPAnswer) {
	if a.Hang {
		select {
		case <-r.Context().Done():
		case <-e.gone:
		}
		return
	}
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	if a.Cut {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)+100))
	}
	if a.Status != 0 {
		w.WriteHeader(a.Status)
	}
	io.WriteString(w, a.Body)
	e.stream(w, r, a)
	if a.Cut {
		_ = http.NewResponseController(w).Flush() // so that the client sees the beginning
		panic(http.ErrAbortHandler)               // the server's way of breaking a connection
	}
}

// stream sends the events one by one.
func (e *HTTPEngine) stream(w http.ResponseWriter, r *http.Request, a HTTPAnswer) {
	for i, event := range a.Events {
		if a.Hold != nil && i == len(a.Events)-1 {
			select {
			case <-a.Hold:
			case <-r.Context().Done():
			case <-e.gone:
			}
		}
		io.WriteString(w, event+"\n\n")
		_ = http.NewResponseController(w).Flush() // a client that has gone is no matter
	}
}
