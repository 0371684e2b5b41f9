package directline

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

// bench is an engine on a fake Direct Line, with a clock that moves only when the engine waits.
type bench struct {
	*engine
	fake *dialogtest.DirectLine

	mu    sync.Mutex
	clock time.Time
	waits []time.Duration
}

func open(t *testing.T, change func(settings.Values)) *bench {
	t.Helper()
	b := &bench{fake: dialogtest.NewDirectLine(t), clock: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
	b.fake.Now = b.now
	v := b.fake.Settings()
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
	b.wait = func(ctx context.Context, d time.Duration) error {
		b.pass(d)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.waits = append(b.waits, d)
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

// waited is how long the engine has waited so far.
func (b *bench) waited() (sum time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, d := range b.waits {
		sum += d
	}
	return sum
}

// turn is the turn of the sample requests.
func turn(text string) dialog.Turn {
	return dialog.Turn{
		ID: "turn_1", Bot: dialog.Bot{ID: "b"}, Channel: dialog.Channel{ID: "nw", Type: "naverworks"},
		Inbound: message.Inbound{
			Kind: message.KindText, Keys: []string{"k1"}, MessageID: "m-81", Text: text, Locale: "ko-KR",
			Sender: message.User{ID: "U7001", Name: "김하나"},
		},
		ConversationID: "nw_U7001",
	}
}

// hear runs a turn and returns what was said in it.
func (b *bench) hear(t *testing.T, in dialog.Turn) ([]message.Message, dialog.Result, error) {
	t.Helper()
	var said []message.Message
	res, err := b.Turn(t.Context(), in, func(o dialog.Output) error {
		said = append(said, *o.Message)
		return nil
	})
	return append(said, res.Reply.Messages...), res, err
}

// texts joins what messages say.
func texts(messages []message.Message) string {
	var out []string
	for _, m := range messages {
		out = append(out, m.Text)
	}
	return strings.Join(out, " | ")
}

// says is a message of the bot in answer to the person's last activity.
func says(after int, text string, more ...any) dialogtest.DirectLineSays {
	a := map[string]any{"type": "message", "from": map[string]any{"id": "hanbit-bot", "role": "bot"}, "replyToId": "last", "text": text}
	for i := 0; i+1 < len(more); i += 2 {
		a[more[i].(string)] = more[i+1]
	}
	return dialogtest.DirectLineSays{After: after, Activity: a}
}

// answering is a bot that says the same to everything.
func answering(make func() []dialogtest.DirectLineSays) func(map[string]any) []dialogtest.DirectLineSays {
	return func(map[string]any) []dialogtest.DirectLineSays { return make() }
}

func read(t testing.TB, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
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
