// Package dialogtest proves that a dialog engine keeps the engine contract.
package dialogtest

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
)

// Kit is what an engine brings to the suite. The functions that return settings start the fake remote
// side, if the engine has one, and end it with the test.
type Kit struct {
	Type dialog.Type
	// Settings are valid settings of an engine that answers every text.
	Settings func(t *testing.T) settings.Values
	// Hanging are settings of an engine whose remote side takes the question and never answers; asked is
	// told about every question taken. nil if the engine asks nobody.
	Hanging func(t *testing.T, asked chan<- struct{}) settings.Values
	// Broken are settings of an engine whose remote side answers nonsense, by a name that reads as a
	// sentence. Every such turn must end as a *dialog.Error.
	Broken map[string]func(t *testing.T) settings.Values
	// Memory is an exchange that needs the state; the zero value says that the engine keeps none.
	Memory Memory
	// Streaming are settings of an engine whose remote side says a first piece of its answer, and the rest
	// only when release is closed. nil if the engine does not stream.
	Streaming func(t *testing.T, release <-chan struct{}) settings.Values
}

// Memory is an exchange whose second answer contains Want only if the state of the first was kept.
type Memory struct{ First, Second, Want string }

// Bench is one engine under test.
type Bench struct {
	Engine dialog.Engine
	Log    *LogBuffer

	secrets []string
}

// Open makes an engine of type typ. Its HTTP client refuses to leave the machine.
func Open(t *testing.T, typ dialog.Type, v settings.Values) *Bench {
	t.Helper()
	clean, err := settings.Clean(typ.Fields(), v, nil)
	if err != nil {
		t.Fatalf("settings of the kit: %v", err)
	}
	b := &Bench{Log: &LogBuffer{}, secrets: settings.Secrets(typ.Fields(), clean)}
	b.Engine, err = typ.New(clean, Deps(b.Log))
	if err != nil {
		t.Fatalf("new engine: %v", err)
	}
	return b
}

// Deps are dependencies for tests: a client that stays on this machine and a log that can be read.
func Deps(log *LogBuffer) dialog.Deps {
	return dialog.Deps{
		BotID: "test-bot",
		HTTP:  LocalClient(),
		Now:   time.Now,
		Log:   slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// NoSecret fails the test when any secret of the engine's settings appears in text.
func (b *Bench) NoSecret(t *testing.T, where, text string) {
	t.Helper()
	for _, s := range b.secrets {
		if len(s) >= 6 && strings.Contains(text, s) {
			t.Errorf("%s holds a secret that ends in %q", where, s[len(s)-4:])
		}
	}
}

// TextTurn is a turn for a text in the conversation of that name.
func TextTurn(conversation, text string) dialog.Turn {
	return TurnOf(conversation, message.Inbound{Kind: message.KindText, Text: text, MessageID: "m-" + conversation})
}

// TurnOf is a turn for an event in the conversation of that name. What the event lacks of keys, time,
// conversation and sender is filled in.
func TurnOf(conversation string, in message.Inbound) dialog.Turn {
	now := time.Now()
	if len(in.Keys) == 0 {
		in.Keys = []string{"key-" + conversation}
	}
	if in.Time.IsZero() {
		in.Time = now
	}
	if in.Conversation.ID == "" {
		in.Conversation = message.Conversation{ID: conversation, Kind: message.Direct}
	}
	if in.Sender.ID == "" {
		in.Sender = message.User{ID: "U7001", Name: "김하나"}
	}
	return dialog.Turn{
		ID:             "turn_" + conversation,
		Bot:            dialog.Bot{ID: "hanbit-helpdesk", Name: "한빛", Locale: "ko", Revision: "r42"},
		Channel:        dialog.Channel{ID: "nw-main", Type: "naverworks", Capabilities: []byte(`{"text_max":2000}`)},
		Inbound:        in,
		New:            true,
		Deadline:       now.Add(turnTime),
		ConversationID: "nw-main:" + conversation,
	}
}

// turnTime is how long a turn may take in a test, far more than any needs.
const turnTime = 10 * time.Second

// LocalClient is an HTTP client that refuses to leave the machine. Like the one of the program it
// follows no redirects.
func LocalClient() *http.Client {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.Proxy = nil
	return &http.Client{
		Timeout:       turnTime,
		Transport:     localOnly{base},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type localOnly struct{ base http.RoundTripper }

func (l localOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	switch r.URL.Hostname() {
	case "127.0.0.1", "localhost", "::1":
		return l.base.RoundTrip(r)
	}
	return nil, fmt.Errorf("a test tried to reach %s", r.URL.Hostname())
}

// LogBuffer collects log output.
type LogBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (b *LogBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *LogBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
