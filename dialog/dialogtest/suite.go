package dialogtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/bot/settings"
	"dari/dialog"
)

// Run proves that the engine keeps the contract.
func Run(t *testing.T, k Kit) {
	t.Run("form", k.form)
	t.Run("answers", k.answers)
	t.Run("cancelling", k.cancelling)
	t.Run("streaming", k.streaming)
	t.Run("state", k.state)
	t.Run("conversations", k.conversations)
	t.Run("failures", k.failures)
}

func (k Kit) form(t *testing.T) {
	fields := k.Type.Fields()
	t.Run("the name can stand in settings", func(t *testing.T) {
		name := k.Type.Name()
		if name == "" || name != strings.ToLower(name) || strings.ContainsAny(name, " /") {
			t.Errorf("name %q", name)
		}
	})
	t.Run("every field is named once and has a help text", func(t *testing.T) {
		seen := map[string]bool{}
		for _, f := range fields {
			if f.Key == "" || f.Help == "" || seen[f.Key] {
				t.Errorf("field %+v", f)
			}
			seen[f.Key] = true
		}
	})
	good := k.Settings(t)
	for _, f := range fields {
		if !f.Required {
			continue
		}
		t.Run("a missing "+f.Key+" is named", func(t *testing.T) {
			v := settings.Values{}
			for key, val := range good {
				if key != f.Key {
					v[key] = val
				}
			}
			_, err := settings.Clean(fields, v, nil)
			var se *settings.Error
			if !errors.As(err, &se) || se.Field != f.Key {
				t.Errorf("Clean: got %v, want an error of field %s", err, f.Key)
			}
			_, err = k.Type.New(v, Deps(&LogBuffer{}))
			if !errors.As(err, &se) || se.Field != f.Key {
				t.Errorf("New: got %v, want an error of field %s", err, f.Key)
			}
		})
	}
}

func (k Kit) answers(t *testing.T) {
	b := Open(t, k.Type, k.Settings(t))
	t.Run("a text is answered before the deadline", func(t *testing.T) {
		replied, err := b.Ask(t, context.Background(), TextTurn("c1", "회의실 예약해 줘"))
		if err != nil {
			t.Fatal(err)
		}
		if len(replied.Messages) == 0 {
			t.Error("there is no answer")
		}
	})
	t.Run("a turn can be run again", func(t *testing.T) {
		for range 2 {
			if _, err := b.Ask(t, context.Background(), TextTurn("again", "안녕")); err != nil {
				t.Fatal(err)
			}
		}
	})
	for name, in := range Inbounds() {
		t.Run(name+" is survived", func(t *testing.T) {
			_, err := b.Ask(t, context.Background(), TurnOf("kinds", in))
			k.typed(t, b, err)
		})
	}
	t.Run("a failing emit ends the turn", func(t *testing.T) {
		stop := errors.New("nobody listens")
		emitted := false
		_, err := b.Engine.Turn(context.Background(), TextTurn("emit", "안녕"), func(dialog.Output) error {
			emitted = true
			return stop
		})
		if emitted && !errors.Is(err, stop) {
			t.Errorf("got %v, want the error of emit", err)
		}
	})
}

func (k Kit) cancelling(t *testing.T) {
	t.Run("a turn whose context is over fails", func(t *testing.T) {
		b := Open(t, k.Type, k.Settings(t))
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := b.Ask(t, ctx, TextTurn("over", "안녕"))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want one that wraps %v", err, context.Canceled)
		}
		k.typed(t, b, err)
	})
	if k.Hanging == nil {
		return
	}
	t.Run("a cancelled turn returns at once", func(t *testing.T) {
		asked := make(chan struct{}, 10)
		b := Open(t, k.Type, k.Hanging(t, asked))
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		failed := make(chan error, 1)
		go func() {
			_, err := b.Ask(t, ctx, TextTurn("hangs", "안녕"))
			failed <- err
		}()
		receive(t, asked, "the remote side was not asked")
		cancel()
		err := receive(t, failed, "the turn goes on after its context ended")
		if err == nil {
			t.Error("the turn did not fail")
		}
		k.typed(t, b, err)
	})
	t.Run("a turn ends at its deadline", func(t *testing.T) {
		b := Open(t, k.Type, k.Hanging(t, make(chan struct{}, 10)))
		turn := TextTurn("late", "안녕")
		turn.Deadline = time.Now().Add(100 * time.Millisecond)
		ctx, cancel := context.WithDeadline(context.Background(), turn.Deadline)
		defer cancel()
		failed := make(chan error, 1)
		go func() {
			_, err := b.Ask(t, ctx, turn)
			failed <- err
		}()
		err := receive(t, failed, "the turn goes on after its deadline")
		k.typed(t, b, err)
		if err == nil || dialog.AsError(err).Code != "timeout" {
			t.Errorf("got %v, want a timeout", err)
		}
	})
}

// receive waits for a value, but not for ever.
func receive[T any](t *testing.T, from <-chan T, otherwise string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(turnTime / 2):
		t.Fatal(otherwise)
		panic("not reached")
	}
}

func (k Kit) state(t *testing.T) {
	b := Open(t, k.Type, k.Settings(t))
	if k.Memory == (Memory{}) {
		t.Run("an engine without memory hands nothing back to keep", func(t *testing.T) {
			replied, err := b.Ask(t, context.Background(), TextTurn("none", "안녕"))
			if err != nil || replied.State != nil {
				t.Errorf("state %v, error %v", replied.State, err)
			}
		})
		return
	}
	t.Run("what an answer leaves in the state reaches the next turn", func(t *testing.T) {
		k.remember(t, b, "memory")
	})
	t.Run("without the state the engine remembers nothing", func(t *testing.T) {
		replied, err := b.Ask(t, context.Background(), TextTurn("forgets", k.Memory.Second))
		if err != nil || strings.Contains(replied.Text(), k.Memory.Want) {
			t.Errorf("got %q, %v, which must not contain %q", replied.Text(), err, k.Memory.Want)
		}
	})
}

// remember has the kit's exchange in one conversation.
func (k Kit) remember(t *testing.T, b *Bench, conversation string) {
	t.Helper()
	first, err := b.Ask(t, context.Background(), TextTurn(conversation, k.Memory.First))
	if err != nil {
		t.Error(err)
		return
	}
	if first.State == nil || first.State.Token == "" {
		t.Error("the first answer left no state")
		return
	}
	second := TextTurn(conversation, k.Memory.Second)
	second.ID += "_2"
	second.New, second.State = false, *first.State
	replied, err := b.Ask(t, context.Background(), second)
	if err != nil || !strings.Contains(replied.Text(), k.Memory.Want) {
		t.Errorf("got %q, %v, want %q in it", replied.Text(), err, k.Memory.Want)
	}
}

func (k Kit) conversations(t *testing.T) {
	t.Run("many conversations at once do not mix", func(t *testing.T) {
		b := Open(t, k.Type, k.Settings(t))
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				conversation := fmt.Sprintf("par%d", i)
				if k.Memory != (Memory{}) {
					k.remember(t, b, conversation)
					return
				}
				if _, err := b.Ask(t, context.Background(), TextTurn(conversation, "안녕 "+conversation)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func (k Kit) failures(t *testing.T) {
	for name, values := range k.Broken {
		t.Run(name, func(t *testing.T) {
			b := Open(t, k.Type, values(t))
			_, err := b.Ask(t, context.Background(), TextTurn("broken", "안녕"))
			if err == nil {
				t.Error("the turn did not fail")
			}
			k.typed(t, b, err)
		})
	}
}

// typed checks a turn's error, if it has one: its type, and that it tells no secrets.
func (k Kit) typed(t *testing.T, b *Bench, err error) {
	t.Helper()
	b.NoSecret(t, "the log", b.Log.String())
	if err == nil {
		return
	}
	var e *dialog.Error
	if !errors.As(err, &e) || e.Code == "" {
		t.Errorf("got %T %v, want a *dialog.Error with a code", err, err)
		return
	}
	b.NoSecret(t, "the error", err.Error()+e.UserMessage)
}
