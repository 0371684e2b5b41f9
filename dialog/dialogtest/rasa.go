package dialogtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// RasaToken is the auth token of a fake Rasa.
const RasaToken = "rasa-token-123456"

// Rasa is a fake Rasa server with its REST channel. Its tracker lives with the sender: it counts what each
// one says.
type Rasa struct {
	*Stage
	mu    sync.Mutex
	heard map[string]int
}

// RasaQuestion is the body of a call.
type RasaQuestion struct {
	Sender       string         `json:"sender"`
	Message      string         `json:"message"`
	InputChannel string         `json:"input_channel"`
	Metadata     map[string]any `json:"metadata"`
}

// NewRasa starts a fake that ends with the test.
func NewRasa(t testing.TB) *Rasa {
	r := &Rasa{heard: map[string]int{}}
	r.Stage = NewStage(t, r.play)
	return r
}

// RasaQuestion decodes the body of a call.
func (c Call) RasaQuestion(t testing.TB) RasaQuestion {
	t.Helper()
	var q RasaQuestion
	if err := json.Unmarshal(c.Body, &q); err != nil {
		t.Fatalf("%v in %s", err, c.Body)
	}
	return q
}

func (r *Rasa) play(c Call) (HTTPAnswer, error) {
	query, err := url.ParseQuery(c.Query)
	if err != nil || query.Get("token") != RasaToken {
		a := JSON(map[string]any{"version": "3.6", "status": "failure", "reason": "NotAuthenticated", "message": "User is not authenticated.", "code": 401})
		a.Status = http.StatusUnauthorized
		return a, errors.New("the token is wrong")
	}
	switch c.Method + " " + c.Path {
	case "GET /webhooks/rest/":
		return JSON(map[string]string{"status": "ok"}), nil
	case "POST /webhooks/rest/webhook":
	default:
		return HTTPAnswer{Status: 404, Body: "Not Found"}, fmt.Errorf("%s %s is no call", c.Method, c.Path)
	}
	var q RasaQuestion
	if err := json.Unmarshal(c.Body, &q); err != nil || q.Sender == "" || q.Message == "" {
		return HTTPAnswer{Status: 500}, fmt.Errorf("%v: sender or message is missing in %s", err, c.Body)
	}
	r.mu.Lock()
	r.heard[q.Sender]++
	said := map[string]any{"recipient_id": q.Sender, "text": fmt.Sprintf("%d: %s", r.heard[q.Sender], q.Message)}
	r.mu.Unlock()
	if query.Get("stream") == "true" {
		return RasaStream(said), nil
	}
	return JSON([]any{said}), nil
}

// RasaStream is an answer of the streaming kind: a JSON value per line, whatever its content type says.
func RasaStream(items ...map[string]any) HTTPAnswer {
	var lines []string
	for _, item := range items {
		lines = append(lines, JSON(item).Body+"\n")
	}
	return HTTPAnswer{Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: strings.Join(lines, "")}
}
