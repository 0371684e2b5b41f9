package dialogtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// DifyKey is the key of the app that a fake Dify has.
const DifyKey = "app-hanbit0123456789"

// Dify is a fake of Dify's API for one app. It keeps the conversations by itself, each for the user who
// began it, and answers with all that was asked in it.
type Dify struct {
	*Stage

	mu            sync.Mutex
	conversations map[string]*difyConversation
}

type difyConversation struct {
	user  string
	asked []string
}

// DifyQuestion is the body of a question.
type DifyQuestion struct {
	Query          string            `json:"query"`
	Inputs         map[string]string `json:"inputs"`
	User           string            `json:"user"`
	ResponseMode   string            `json:"response_mode"`
	ConversationID string            `json:"conversation_id"`
	Files          []struct {
		Type           string `json:"type"`
		TransferMethod string `json:"transfer_method"`
		URL            string `json:"url"`
	} `json:"files"`
}

// NewDify starts a fake that ends with the test.
func NewDify(t testing.TB) *Dify {
	d := &Dify{conversations: map[string]*difyConversation{}}
	d.Stage = NewStage(t, d.play)
	return d
}

// BaseURL is the setting that leads to the fake.
func (d *Dify) BaseURL() string { return d.URL + "/v1" }

// Questions returns the bodies of the questions so far, refused ones too.
func (d *Dify) Questions(t testing.TB) []DifyQuestion {
	t.Helper()
	var out []DifyQuestion
	for _, c := range d.Calls() {
		if c.Path != "/v1/chat-messages" {
			continue
		}
		var q DifyQuestion
		if err := json.Unmarshal(c.Body, &q); err != nil {
			t.Fatalf("%v in %s", err, c.Body)
		}
		out = append(out, q)
	}
	return out
}

// DifyRefusal is an answer that refuses.
func DifyRefusal(status int, code, message string) HTTPAnswer {
	a := JSON(map[string]any{"code": code, "message": message, "status": status})
	a.Status = status
	return a
}

func (d *Dify) play(c Call) (HTTPAnswer, error) {
	refuse := func(status int, code, format string, args ...any) (HTTPAnswer, error) {
		err := fmt.Errorf(format, args...)
		return DifyRefusal(status, code, err.Error()), err
	}
	if c.Header.Get("Authorization") != "Bearer "+DifyKey {
		return refuse(401, "unauthorized", "Access token is invalid")
	}
	switch path := strings.TrimPrefix(c.Path, "/v1"); {
	case c.Method == http.MethodGet && path == "/parameters":
		return JSON(map[string]any{"opening_statement": "안녕하세요. **사규 봇**입니다.", "suggested_questions": []string{"연차는 며칠인가요?", ""}}), nil
	case c.Method == http.MethodGet && strings.HasSuffix(path, "/suggested"):
		return JSON(map[string]any{"result": "success", "data": []string{"연차를 나눠 쓸 수 있나요?"}}), nil
	case c.Method == http.MethodPost && strings.HasSuffix(path, "/stop"):
		return JSON(map[string]any{"result": "success"}), nil
	case c.Method != http.MethodPost || path != "/chat-messages":
		return refuse(404, "not_found", "%s %s is no call", c.Method, c.Path)
	}
	var q DifyQuestion
	if err := json.Unmarshal(c.Body, &q); err != nil {
		return refuse(400, "invalid_param", "%w", err)
	}
	switch {
	case q.User == "" || q.Query == "" || q.Inputs == nil:
		return refuse(400, "invalid_param", "user, query or inputs is required")
	case q.ResponseMode != "streaming":
		return refuse(400, "invalid_param", "Agent Chat App does not support blocking mode")
	}
	return d.talk(q)
}

func (d *Dify) talk(q DifyQuestion) (HTTPAnswer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := q.ConversationID
	if id == "" {
		id = fmt.Sprintf("4f1a0002-1111-4222-8333-%012d", len(d.conversations))
		d.conversations[id] = &difyConversation{user: q.User}
	}
	known := d.conversations[id]
	if known == nil || known.user != q.User {
		return DifyRefusal(404, "not_found", "Conversation Not Exists."), nil
	}
	known.asked = append(known.asked, q.Query)
	return DifyStream(id, strings.Join(known.asked, " / ")), nil
}

// DifyEvent is one event of a stream.
func DifyEvent(kind, conversation string, fields map[string]any) string {
	out := map[string]any{"event": kind, "task_id": "t-1", "message_id": "m-1", "conversation_id": conversation}
	for name, value := range fields {
		out[name] = value
	}
	return "data: " + JSON(out).Body
}

// DifyPing is the event that keeps a connection alive.
const DifyPing = "event: ping"

// DifyStream streams a text as an app of the kind Chatbot does, character by character.
func DifyStream(conversation, text string) HTTPAnswer {
	events := []string{DifyPing}
	for _, r := range text {
		events = append(events, DifyEvent("message", conversation, map[string]any{"answer": string(r)}))
	}
	return Stream(append(events, DifyEvent("message_end", conversation, map[string]any{"metadata": map[string]any{
		"usage":               map[string]any{"prompt_tokens": 512, "completion_tokens": 24, "total_tokens": 536, "total_price": "0.0012", "currency": "USD"},
		"retriever_resources": []any{map[string]any{"dataset_name": "사내규정", "document_name": "취업규칙.pdf", "score": 0.91, "content": "제20조"}},
	}}))...)
}
