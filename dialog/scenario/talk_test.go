package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

// noon is when the tests take place: a Sunday in Seoul.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, seoul)

var seoul = func() *time.Location {
	l, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		panic(err)
	}
	return l
}()

// talk is a conversation with a bot.
type talk struct {
	t      *testing.T
	e      *engine
	now    time.Time
	locale string
	state  dialog.State
	user   dialog.State
	n      int

	out     []message.Message
	result  dialog.Result
	trace   trace
	err     error
	context context.Context
}

// talkTo starts a conversation with the bot of one file.
func talkTo(t *testing.T, yaml, locale string, change ...func(*dialog.Deps)) *talk {
	t.Helper()
	return talkWith(t, map[string][]byte{"bot.yaml": []byte(yaml)}, locale, nil, change...)
}

func talkWith(t *testing.T, files map[string][]byte, locale string, secrets map[string]string, change ...func(*dialog.Deps)) *talk {
	t.Helper()
	for _, p := range Check(files) {
		if !p.Warning {
			t.Fatal(p)
		}
	}
	c := &talk{t: t, now: noon, locale: locale, context: context.Background()}
	d := dialogtest.Deps(&dialogtest.LogBuffer{})
	d.Now = func() time.Time { return c.now }
	d.Revisions = fixed(files)
	for _, f := range change {
		f(&d)
	}
	e, err := Type{}.New(map[string]any{"secrets": secrets}, d)
	if err != nil {
		t.Fatal(err)
	}
	c.e = e.(*engine)
	return c
}

// fixed is a published revision.
type fixed map[string][]byte

func (f fixed) Current(context.Context) (string, error) { return Revision(f), nil }

func (f fixed) Files(_ context.Context, id string) (map[string][]byte, error) {
	if id != Revision(f) {
		return nil, os.ErrNotExist
	}
	return f, nil
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// turn sends one event.
func (c *talk) turn(in message.Inbound) *talk {
	c.t.Helper()
	c.n++
	if in.Locale == "" {
		in.Locale = c.locale
	}
	t := dialogtest.TurnOf("talk", in)
	t.ID = fmt.Sprintf("turn-%d", c.n)
	t.New, t.State, t.User = c.n == 1, c.state, c.user
	c.out = nil
	c.result, c.err = c.e.Turn(c.context, t, func(o dialog.Output) error {
		if o.Message != nil {
			c.out = append(c.out, *o.Message)
		}
		return nil
	})
	if c.err != nil {
		return c
	}
	c.out = append(c.out, c.result.Reply.Messages...)
	for _, p := range dialogtest.Problems(dialogtest.Replied{Result: c.result, Messages: c.out}) {
		c.t.Error(p)
	}
	c.state = *c.result.State
	if c.result.User != nil {
		c.user = *c.result.User
	}
	c.trace = trace{}
	if err := json.Unmarshal(c.result.Trace, &c.trace); err != nil {
		c.t.Fatal(err)
	}
	return c
}

func (c *talk) say(text string) *talk {
	c.t.Helper()
	return c.turn(message.Inbound{Kind: message.KindText, Text: text})
}

// data taps a button by its data, wherever it came from.
func (c *talk) data(data string) *talk {
	c.t.Helper()
	return c.turn(message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: data}})
}

// tap taps a button that is shown, by its label.
func (c *talk) tap(label string) *talk {
	c.t.Helper()
	a := c.button(label)
	if a.Kind == message.ActionMessage {
		return c.say(a.Says())
	}
	return c.turn(message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: a.Data, Label: a.Label}})
}

func (c *talk) actions() (out []message.Action) {
	for _, m := range c.out {
		out = append(out, m.Actions...)
		for _, card := range m.Cards {
			out = append(out, card.Actions...)
		}
	}
	return append(out, c.result.Reply.QuickReplies...)
}

func (c *talk) button(label string) message.Action {
	c.t.Helper()
	for _, a := range c.actions() {
		if a.Label == label {
			return a
		}
	}
	c.t.Fatalf("no button %q in %v", label, labelsOf(c.actions()))
	return message.Action{}
}

func (c *talk) text() string {
	var lines []string
	for _, m := range c.out {
		lines = append(lines, m.Text)
		for _, card := range m.Cards {
			lines = append(lines, card.Title, card.Text)
		}
	}
	return strings.Join(lines, "\n")
}

// says checks the words of the last turn: all of them, in this order.
func (c *talk) says(want ...string) *talk {
	c.t.Helper()
	if c.err != nil {
		c.t.Fatal(c.err)
	}
	rest := c.text()
	for _, w := range want {
		_, after, ok := strings.Cut(rest, w)
		if !ok {
			c.t.Fatalf("turn %d: want %q in this order, got %q\n%s", c.n, want, c.text(), c.result.Trace)
		}
		rest = after
	}
	return c
}

// silent checks what must not be said.
func (c *talk) lacks(bad ...string) *talk {
	c.t.Helper()
	for _, b := range bad {
		if strings.Contains(c.text(), b) {
			c.t.Fatalf("turn %d: %q must not be in %q", c.n, b, c.text())
		}
	}
	return c
}

// idle checks that no flow runs any more.
func (c *talk) idle() *talk {
	c.t.Helper()
	if s, err := decodeSession(c.state.Token); err != nil || !s.idle() {
		c.t.Fatalf("turn %d: something still runs: %s, %v", c.n, c.state.Token, err)
	}
	return c
}

// by checks what took the message.
func (c *talk) by(want string) *talk {
	c.t.Helper()
	if c.trace.By != want {
		c.t.Fatalf("turn %d: taken by %q, want %q: %s", c.n, c.trace.By, want, c.result.Trace)
	}
	return c
}

func (c *talk) slot(name, want string) *talk {
	c.t.Helper()
	if got := c.trace.After[name]; got != want && !strings.HasPrefix(got, want+"T00:00") {
		c.t.Fatalf("turn %d: slot %s is %q, want %q: %s", c.n, name, got, want, c.result.Trace)
	}
	return c
}

func (c *talk) warned(want string) *talk {
	c.t.Helper()
	if !slices.ContainsFunc(append(c.trace.Warnings, c.trace.Notes...), func(s string) bool { return strings.Contains(s, want) }) {
		c.t.Fatalf("turn %d: no %q in %q %q", c.n, want, c.trace.Warnings, c.trace.Notes)
	}
	return c
}

func (c *talk) later(d time.Duration) *talk {
	c.now = c.now.Add(d)
	return c
}

// in3 runs a test in every language; pick chooses among words for ko, ja and en.
func in3(t *testing.T, name string, test func(t *testing.T, c *talk, pick func(ko, ja, en string) string)) {
	t.Helper()
	for i, locale := range []string{"ko", "ja", "en"} {
		t.Run(name+"/"+locale, func(t *testing.T) {
			test(t, talkTo(t, read(t, "testdata/office.yaml"), locale), func(ko, ja, en string) string { return []string{ko, ja, en}[i] })
		})
	}
}
