package lex

import (
	"context"
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

// bench is an engine on a fake Lex.
type bench struct {
	*engine
	fake *dialogtest.Lex

	mu     sync.Mutex
	sleeps []time.Duration
}

func open(t *testing.T, change func(settings.Values)) *bench {
	t.Helper()
	b := &bench{fake: dialogtest.NewLex(t)}
	v := b.fake.Settings()
	if change != nil {
		change(v)
	}
	clean, err := settings.Clean(Type{}.Fields(), v, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Type{}.New(clean, dialog.Deps{BotID: "b", HTTP: dialogtest.LocalClient()})
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

// turn is the turn of the sample request.
func turn() dialog.Turn {
	return dialog.Turn{
		ID: "turn_1", Bot: dialog.Bot{ID: "b", Locale: "ko"}, Channel: dialog.Channel{ID: "nw-main", Type: "naverworks"},
		Inbound: message.Inbound{
			Kind: message.KindText, Keys: []string{"k1"}, Text: "회의실 예약해 줘", Locale: "ko-KR", Timezone: "Asia/Seoul",
			Sender: message.User{ID: "U7001", Name: "김하나"},
		},
		ConversationID: "nw-10001:U7001",
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
