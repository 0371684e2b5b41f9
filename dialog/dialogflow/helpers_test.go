package dialogflow

import (
	"context"
	"encoding/json"
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

// bench is an engine on a fake Dialogflow, with a clock that the test moves.
type bench struct {
	*engine
	fake *dialogtest.Dialogflow

	mu     sync.Mutex
	clock  time.Time
	sleeps []time.Duration
}

func open(t *testing.T, edition string, change func(settings.Values)) *bench {
	t.Helper()
	b := &bench{fake: dialogtest.NewDialogflow(t), clock: time.Now()}
	b.fake.Now = b.now
	v := b.fake.Settings(t, edition)
	if change != nil {
		change(v)
	}
	clean, err := settings.Clean(Type{}.Fields(), v, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Type{}.New(clean, dialog.Deps{BotID: "b", HTTP: dialogtest.LocalClient(), Now: b.now})
	if err != nil {
		t.Fatal(err)
	}
	b.engine = e.(*engine)
	b.engine.sleep = func(ctx context.Context, d time.Duration) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.sleeps = append(b.sleeps, d)
		return ctx.Err()
	}
	return b
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.clock
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clock = b.clock.Add(d)
}

// always makes the agent answer the same.
func (b *bench) always(answers ...dialogtest.HTTPAnswer) {
	b.fake.Answer = func(dialogtest.DialogflowCall) dialogtest.HTTPAnswer {
		b.mu.Lock()
		defer b.mu.Unlock()
		next := answers[0]
		if len(answers) > 1 {
			answers = answers[1:]
		}
		return next
	}
}

// turn is the turn of the sample requests.
func turn() dialog.Turn {
	return dialog.Turn{
		ID: "turn_1", Bot: dialog.Bot{ID: "b", Locale: "ko"}, Channel: dialog.Channel{ID: "nw-main", Type: "naverworks"},
		Inbound: message.Inbound{
			Kind: message.KindText, Keys: []string{"k1"}, Text: "회의실 예약해 줘", Locale: "ko-KR", Timezone: "Asia/Seoul",
			Sender: message.User{ID: "U7001", Name: "김하나"},
		},
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

func decode(t testing.TB, raw []byte) map[string]any {
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
