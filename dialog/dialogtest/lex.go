package dialogtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"dari/bot/settings"
)

// LexSecret is the secret access key that a fake Lex checks signatures with.
const LexSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

// Lex is a fake of the runtime of Amazon Lex V2. Its bot repeats what it hears and counts the turns of
// a session.
type Lex struct {
	*Stage
	// Answer, if set, answers the questions instead.
	Answer func(LexCall) HTTPAnswer
	// Now is the clock for the age of signatures.
	Now func() time.Time

	mu    sync.Mutex
	turns map[string]int
}

// LexCall is one question to the bot.
type LexCall struct {
	Locale, Session string
	Text            string            `json:"text"`
	State           json.RawMessage   `json:"sessionState"`
	Attributes      map[string]string `json:"requestAttributes"`
}

// NewLex starts a fake that ends with the test.
func NewLex(t testing.TB) *Lex {
	l := &Lex{turns: map[string]int{}, Now: time.Now}
	l.Stage = NewStage(t, l.play)
	return l
}

// Settings lead to the fake.
func (l *Lex) Settings() settings.Values {
	return settings.Values{
		"region": "ap-northeast-2", "bot_id": "ABCDEFGHIJ", "bot_alias_id": "TSTALIASID", "locales": []string{"ko_KR", "ja_JP", "en_US"},
		"access_key_id": "AKIDEXAMPLE", "secret_access_key": LexSecret, "api_base_url": l.URL,
	}
}

// LexError is an error as Lex answers it.
func LexError(status int, kind, text string) HTTPAnswer {
	a := JSON(map[string]string{"message": text})
	a.Status = status
	a.Header.Set("X-Amzn-ErrorType", kind+":http://internal.amazon.com/coral/com.amazonaws.lex/")
	return a
}

var lexPath = regexp.MustCompile(`^/bots/([0-9a-zA-Z]{10})/botAliases/([0-9a-zA-Z]{10})/botLocales/([a-z]{2}_[A-Z]{2})/sessions/([0-9a-zA-Z._:-]{2,100})/text$`)

func (l *Lex) play(c Call) (HTTPAnswer, error) {
	if err := l.verify(c); err != nil {
		return LexError(http.StatusForbidden, "InvalidSignatureException", err.Error()), err
	}
	match := lexPath.FindStringSubmatch(c.Path)
	if match == nil {
		return LexError(http.StatusNotFound, "ResourceNotFoundException", "no such bot"), errors.New("path " + c.Path)
	}
	q := LexCall{Locale: match[3], Session: match[4]}
	if err := json.Unmarshal(c.Body, &q); err != nil || q.Text == "" || utf8.RuneCountInString(q.Text) > 1024 {
		return LexError(http.StatusBadRequest, "ValidationException", "text"), fmt.Errorf("body %s", c.Body)
	}
	if l.Answer != nil {
		return l.Answer(q), nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turns[q.Session]++
	return JSON(map[string]any{
		"sessionId":    q.Session,
		"messages":     []any{map[string]any{"contentType": "PlainText", "content": fmt.Sprintf("%d: %s", l.turns[q.Session], q.Text)}},
		"sessionState": map[string]any{"dialogAction": map[string]any{"type": "ElicitIntent"}, "sessionAttributes": map[string]string{}},
	}), nil
}

var lexAuthorization = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/(\d{8})/ap-northeast-2/lex/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$`)

// verify judges Signature Version 4. It is written from the documentation and shares no code with the
// side that signs.
func (l *Lex) verify(c Call) error {
	match := lexAuthorization.FindStringSubmatch(c.Header.Get("Authorization"))
	if match == nil {
		return errors.New("the Authorization header has another form")
	}
	stamp := c.Header.Get("X-Amz-Date")
	at, err := time.Parse("20060102T150405Z", stamp)
	if err != nil || l.Now().Sub(at).Abs() > 5*time.Minute || !strings.HasPrefix(stamp, match[1]) {
		return errors.New("the signature has expired")
	}
	request := c.Method + "\n" + c.Path + "\n" + c.Query + "\n"
	for _, name := range strings.Split(match[2], ";") {
		value := c.Header.Get(name)
		if name == "host" {
			value = strings.TrimPrefix(l.URL, "http://")
		}
		request += name + ":" + value + "\n"
	}
	request += fmt.Sprintf("\n%s\n%x", match[2], sha256.Sum256(c.Body))
	if !strings.Contains(";"+match[2]+";", ";host;") || !strings.Contains(";"+match[2]+";", ";x-amz-date;") {
		return errors.New("host and x-amz-date must be signed")
	}
	key := []byte("AWS4" + LexSecret)
	for _, part := range []string{match[1], "ap-northeast-2", "lex", "aws4_request"} {
		key = hmacOf(key, part)
	}
	want := hmacOf(key, fmt.Sprintf("AWS4-HMAC-SHA256\n%s\n%s/ap-northeast-2/lex/aws4_request\n%x", stamp, match[1], sha256.Sum256([]byte(request))))
	if match[3] != fmt.Sprintf("%x", want) {
		return errors.New("the calculated signature differs from the one that was sent")
	}
	return nil
}

func hmacOf(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}
