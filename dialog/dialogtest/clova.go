package dialogtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
)

// ClovaSecret is the secret key that a fake CLOVA Chatbot checks signatures with. It looks like Base64,
// as the real ones do, and is not decoded.
const ClovaSecret = "c2FtcGxlLWNsb3ZhLXNlY3JldA=="

// Clova is a fake of CLOVA Chatbot's Custom API with one domain. Its session lives with the user id: it
// counts what each one says.
type Clova struct {
	*Stage
	// Now is the clock for time stamps. It may be changed before the first call.
	Now func() time.Time

	mu    sync.Mutex
	heard map[string]int
}

// ClovaQuestion is the body of a call.
type ClovaQuestion struct {
	Version, UserID, Event string
	Timestamp              int64
	Bubbles                []struct {
		Type string
		Data struct{ Description string }
	}
}

// NewClova starts a fake that ends with the test.
func NewClova(t testing.TB) *Clova {
	c := &Clova{Now: time.Now, heard: map[string]int{}}
	c.Stage = NewStage(t, c.play)
	return c
}

// InvokeURL is the setting that leads to the fake.
func (c *Clova) InvokeURL() string { return c.URL + "/custom/v1/1234/abcdef0123456789" }

// ClovaQuestion decodes the body of a call.
func (c Call) ClovaQuestion(t testing.TB) ClovaQuestion {
	t.Helper()
	var q ClovaQuestion
	if err := json.Unmarshal(c.Body, &q); err != nil {
		t.Fatalf("%v in %s", err, c.Body)
	}
	return q
}

func (c *Clova) play(call Call) (HTTPAnswer, error) {
	if call.Method != http.MethodPost || call.Path != "/custom/v1/1234/abcdef0123456789" {
		return c.refuse("1002", "url parameter error")
	}
	mac := hmac.New(sha256.New, []byte(ClovaSecret))
	mac.Write(call.Body)
	if given, err := base64.StdEncoding.DecodeString(call.Header.Get("X-NCP-CHATBOT_SIGNATURE")); err != nil || !hmac.Equal(given, mac.Sum(nil)) {
		return c.refuse("4031", "signature error")
	}
	var q ClovaQuestion
	if err := json.Unmarshal(call.Body, &q); err != nil || call.Header.Get("Content-Type") != "application/json;UTF-8" {
		return c.refuse("4000", "request parameter error")
	}
	if age := c.Now().Sub(time.UnixMilli(q.Timestamp)).Abs(); age > 10*time.Second {
		return c.refuse("4032", "timestamp exceeded time window")
	}
	if q.Version != "v2" || q.UserID == "" || utf8.RuneCountInString(q.UserID) > 256 || q.Bubbles == nil {
		return c.refuse("4000", "request parameter error")
	}
	switch q.Event {
	case "open":
		if len(q.Bubbles) > 1 {
			return c.refuse("4000", "too many bubbles")
		}
		return c.texts(q, "안녕하세요. 한빛 상담봇입니다."), nil
	case "send":
		if len(q.Bubbles) != 1 || q.Bubbles[0].Type != "text" || q.Bubbles[0].Data.Description == "" {
			return c.refuse("4000", "one text bubble is needed")
		}
		c.mu.Lock()
		c.heard[q.UserID]++
		n := c.heard[q.UserID]
		c.mu.Unlock()
		return c.texts(q, fmt.Sprintf("%d: %s", n, q.Bubbles[0].Data.Description)), nil
	case "getPersistentMenu":
		return JSON(map[string]any{"version": "v2", "userId": q.UserID, "bubbles": []any{}, "event": q.Event}), nil
	}
	return c.refuse("4000", "unknown event")
}

func (c *Clova) texts(q ClovaQuestion, text string) HTTPAnswer {
	return JSON(map[string]any{
		"version": "v2", "userId": q.UserID, "sessionId": "session-" + q.UserID, "timestamp": c.Now().UnixMilli(), "event": "send",
		"bubbles":  []any{map[string]any{"type": "text", "data": map[string]string{"description": text}}},
		"scenario": map[string]any{"name": "인사", "intent": []any{}}, "quickButtons": []any{},
	})
}

// refuse answers as the API does, with HTTP 500 whatever was wrong.
func (c *Clova) refuse(code, text string) (HTTPAnswer, error) {
	a := JSON(map[string]any{"code": code, "message": text, "timestamp": c.Now().UnixMilli()})
	a.Status = http.StatusInternalServerError
	return a, fmt.Errorf("%s %s", code, text)
}
