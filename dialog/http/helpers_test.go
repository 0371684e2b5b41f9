package httpengine

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

// now is the moment of the samples.
var now = time.Date(2026, 11, 21, 9, 0, 0, 123e6, time.UTC)

// bench is an engine on a fake one, with a clock that only moves when the engine sleeps.
type bench struct {
	*engine
	fake *dialogtest.HTTPEngine
	log  *dialogtest.LogBuffer

	mu     sync.Mutex
	clock  time.Time
	sleeps []time.Duration
}

func open(t *testing.T, change func(settings.Values)) *bench {
	t.Helper()
	b := &bench{fake: dialogtest.NewHTTPEngine(nil), log: &dialogtest.LogBuffer{}, clock: now}
	t.Cleanup(b.fake.Close)
	b.fake.Now = b.now
	v := settings.Values{"url": b.fake.URL, "secret": b.fake.Secret}
	if change != nil {
		change(v)
	}
	clean, err := settings.Clean(Type{}.Fields(), v, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Type{}.New(clean, dialog.Deps{
		HTTP: dialogtest.LocalClient(), Now: b.now, Log: slog.New(slog.NewTextHandler(b.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	b.engine = e.(*engine)
	b.engine.sleep = func(ctx context.Context, d time.Duration) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.sleeps = append(b.sleeps, d)
		b.clock = b.clock.Add(d)
		return ctx.Err()
	}
	return b
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.clock
}

// turn is the turn of the sample request.
func turn() dialog.Turn {
	return dialog.Turn{
		ID:  "turn_01JD3Z8Q7V",
		Bot: dialog.Bot{ID: "hanbit-helpdesk", Revision: "r42"},
		Channel: dialog.Channel{ID: "nw-main", Type: "naverworks", Capabilities: json.RawMessage(
			`{"text_max":2000,"buttons_max":10,"button_label_max":20,"quick_replies_max":13,"cards_max":10,` +
				`"card_actions_max":3,"images":true,"streaming":false,"edit":false}`)},
		Inbound: message.Inbound{
			Kind: message.KindText, Keys: []string{"sha256:1"}, MessageID: "m-81", Time: now, Text: "회의실 예약해 줘",
			Conversation: message.Conversation{ID: "U7001", Kind: message.Direct},
			Sender:       message.User{ID: "U7001", Name: "김하나"}, Locale: "ko-KR", Timezone: "Asia/Seoul",
		},
		State:          dialog.State{Token: "opaque-engine-state"},
		Deadline:       now.Add(8 * time.Second),
		ConversationID: "nw-main:U7001",
	}
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decodeJSON(t testing.TB, raw []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return v
}

func asError(t *testing.T, err error, code string) *dialog.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	e := dialog.AsError(err)
	if e.Code != code {
		t.Fatalf("got code %s (%v), want %s", e.Code, err, code)
	}
	return e
}
