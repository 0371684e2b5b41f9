package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/dialog"
	"dari/store"
)

// streaming lets texts grow on the scripted channel, and has the engine write word by word.
func streaming(h *house, every time.Duration, words ...string) {
	h.channel.setLimits(func(l *channels.Limits) { l.Streaming, l.TextMax = true, 200 })
	h.rt.forget("bot", "ch")
	h.engine.emits = func(ctx context.Context, _ dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
		for _, w := range words {
			if err := emit(dialog.Output{Delta: w}); err != nil {
				return dialog.Result{}, err
			}
			select {
			case <-time.After(every):
			case <-ctx.Done():
				return dialog.Result{}, ctx.Err()
			}
		}
		return dialog.Result{}, nil
	}
}

func TestATextIsSeenGrowingAndSaidOnce(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		streaming(h, 400*time.Millisecond, "안녕", "하세요", ", ", "무엇을 ", "도와", "드릴까요?")
		h.say("ch", said{Conv: "c1", Key: "1", Text: "hi"})
		time.Sleep(time.Minute)
		h.settle()
		if len(h.channel.streams) != 1 || len(h.channel.sent) != 0 {
			t.Fatalf("%d streams, sent %q", len(h.channel.streams), h.channel.texts())
		}
		s := h.channel.streams[0]
		whole := "안녕하세요, 무엇을 도와드릴까요?"
		if len(s.shown) < 2 || s.shown[0] != "안녕" {
			t.Errorf("shown %q", s.shown)
		}
		for i, text := range s.shown {
			if !strings.HasPrefix(whole, text) {
				t.Errorf("%q was shown", text)
			}
			if i > 0 && s.at[i].Sub(s.at[i-1]) < time.Second {
				t.Errorf("two updates within %v", s.at[i].Sub(s.at[i-1]))
			}
		}
		if len(s.finished) != 1 || s.finished[0].Text != whole || s.finished[0].Format != "markdown" {
			t.Errorf("finished %+v", s.finished)
		}
		d := h.deliveries()
		if len(d) != 1 || d[0].Result.Status != store.Delivered || d[0].Result.Route != "stream" {
			t.Errorf("%+v", d)
		}
		if e := h.only(store.Query{}); e.State != store.Handled || !strings.Contains(string(e.Trace), `"streamed":true`) {
			t.Errorf("%s: %s", e.State, e.Trace)
		}
	})
}

func TestAFinishedMessageTakesThePlaceOfTheGrowingText(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		streaming(h, 0)
		buttons := message.Message{Type: message.TypeButtons, Text: "고르세요", Actions: []message.Action{{Kind: message.ActionMessage, Label: "예"}}}
		h.engine.emits = func(_ context.Context, _ dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
			err := emit(dialog.Output{Delta: "고르"})
			time.Sleep(3 * time.Second)
			err = errors.Join(err, emit(dialog.Say(buttons)), emit(dialog.Output{Delta: "그리고"}))
			return reply("끝"), err
		}
		h.say("ch", said{Conv: "c1", Key: "1", Text: "hi"})
		time.Sleep(time.Minute)
		h.settle()
		if s := h.channel.streams; len(s) != 1 || len(s[0].finished) != 1 || s[0].finished[0].Type != message.TypeButtons {
			t.Fatalf("%+v", s)
		}
		if got := h.channel.texts(); !slices.Equal(got, []string{"끝"}) {
			t.Errorf("sent %q", got)
		}
	})
}

func TestWhereNoTextCanGrowTheWholeIsSent(t *testing.T) {
	for name, prepare := range map[string]func(*house){
		"the platform refuses the stream": func(h *house) { h.channel.streamErr = channels.Failf(channels.Rejected, "", "not here") },
		"the platform wants silence": func(h *house) {
			ch, _ := h.rt.Channel(context.Background(), "ch")
			ch.pace.complained(time.Now(), 10*time.Second)
		},
		"the messenger has no such thing": func(h *house) {
			h.channel.setLimits(nil)
			h.rt.forget("bot", "ch")
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				streaming(h, time.Second, "하나 ", "둘 ", "셋")
				prepare(h)
				h.say("ch", said{Conv: "c1", Key: "1", Text: "hi"})
				time.Sleep(time.Minute)
				h.settle()
				if got := h.channel.texts(); len(h.channel.streams) != 0 || !slices.Equal(got, []string{"하나 둘 셋"}) {
					t.Errorf("%d streams, sent %q", len(h.channel.streams), got)
				}
			})
		})
	}
}

func TestNothingGrowsBeforeWhatStillWaitsInTheConversation(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.channel.send = func(_ context.Context, n int, _ channels.Outgoing) error {
			if n == 1 {
				return &channels.SendError{Kind: channels.Temporary, RetryAfter: 20 * time.Second}
			}
			return nil
		}
		h.say("ch", said{Conv: "c1", Key: "1", Text: "first"})
		h.settle()
		streaming(h, time.Second, "하나 ", "둘")
		h.say("ch", said{Conv: "c1", Key: "2", Text: "second"})
		time.Sleep(time.Minute)
		h.settle()
		if got := h.channel.texts(); len(h.channel.streams) != 0 || !slices.Equal(got, []string{"first", "first", "하나 둘"}) {
			t.Errorf("%d streams, sent %q", len(h.channel.streams), got)
		}
	})
}

func TestOfAFailedTurnWhatWasSeenStays(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		streaming(h, 8*time.Second, "하나 ", "둘 ", "셋 ", "넷")
		h.say("ch", said{Conv: "c1", Key: "1", Text: "hi", Locale: "ko"})
		time.Sleep(time.Minute)
		h.settle()
		s := h.channel.streams
		if len(s) != 1 || len(s[0].finished) != 1 || s[0].finished[0].Text != "하나 둘 셋 " {
			t.Fatalf("%+v", s)
		}
		if got := h.channel.texts(); !slices.Equal(got, []string{fallbackTexts["ko"]}) {
			t.Errorf("sent %q", got)
		}
	})
}

func TestAnEngineThatNeverEndsIsCutOff(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.engine.emits = func(_ context.Context, _ dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
			for {
				if err := emit(dialog.Output{Delta: strings.Repeat("끝없이 ", 1000)}); err != nil {
					return dialog.Result{}, err
				}
			}
		}
		h.say("ch", said{Conv: "c1", Key: "1", Text: "hi", Locale: "ko"})
		h.settle()
		if e := h.only(store.Query{}); e.State != store.Failed || !strings.Contains(e.Reason, "too_long") {
			t.Errorf("%s: %s", e.State, e.Reason)
		}
		if got := strings.Join(h.channel.texts(), " "); got != fallbackTexts["ko"] {
			t.Errorf("sent %q", got)
		}
	})
}

func TestAPauseBeforeAMessageIsKept(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.engine.turn = func(context.Context, dialog.Turn) (dialog.Result, error) {
			r := reply("one", "two", "three")
			r.Reply.Messages[1].SpeakAfterMS = 3000
			r.Reply.Messages[2].SpeakAfterMS = 99_000 // more than anybody would wait
			return r, nil
		}
		h.say("ch", said{Conv: "c1", Key: "1", Text: "hi"})
		h.settle()
		start := time.Now()
		for _, step := range []struct {
			after time.Duration
			want  int
		}{{2900 * time.Millisecond, 1}, {3500 * time.Millisecond, 2}, {12 * time.Second, 2}, {14 * time.Second, 3}} {
			time.Sleep(time.Until(start.Add(step.after)))
			h.settle()
			if got := len(h.channel.texts()); got != step.want {
				t.Errorf("after %v %d messages, want %d", step.after, got, step.want)
			}
		}
	})
}
