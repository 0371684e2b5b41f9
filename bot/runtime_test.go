package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
	"dari/dialog"
	"dari/store"
)

func TestATurnIsAnsweredThroughTheSameConversation(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.say("ch", said{Conv: "u1", Key: "k1", Text: "안녕"})
		h.settle()
		if got := h.channel.sent; len(got) != 1 || got[0].Messages[0].Text != "안녕" || got[0].Conversation.ID != "u1" || !got[0].First || string(got[0].Address) != `{"for":"k1"}` {
			t.Fatalf("sent %+v", got)
		}
		if e := h.only(store.Query{}); e.State != store.Handled {
			t.Errorf("event %+v", e)
		}
		if d := h.deliveries(); len(d) != 1 || d[0].Result.Status != store.Delivered || d[0].Result.MessageIDs[0] != "m1" {
			t.Errorf("deliveries %+v", d)
		}
	})
}

func TestARedeliveryIsAcknowledgedAndDoesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		for range 3 {
			h.say("ch", said{Conv: "u1", Key: "k1", Text: "one"})
			h.settle()
		}
		if got := h.channel.texts(); len(got) != 1 {
			t.Errorf("sent %v", got)
		}
		page, _ := h.store.Events(context.Background(), store.Query{State: "duplicate"})
		if len(page.Items) != 2 || page.Items[0].Of == "" {
			t.Errorf("duplicates %+v", page.Items)
		}
	})
}

func TestASlowEngineDelaysOnlyItsOwnConversation(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.engine.turn = func(ctx context.Context, turn dialog.Turn) (dialog.Result, error) {
			if turn.Inbound.Text == "slow" {
				select {
				case <-time.After(10 * time.Second):
				case <-ctx.Done():
				}
			}
			return reply(turn.Inbound.Text), nil
		}
		h.say("ch", said{Conv: "a", Key: "a1", Text: "slow"})
		h.say("ch", said{Conv: "a", Key: "a2", Text: "after slow"})
		h.say("ch", said{Conv: "b", Key: "b1", Text: "other"})
		h.settle()
		if got := h.channel.texts(); !slices.Equal(got, []string{"other"}) {
			t.Fatalf("before: %v", got)
		}
		time.Sleep(11 * time.Second)
		if got := h.channel.texts(); !slices.Equal(got, []string{"other", "slow", "after slow"}) {
			t.Errorf("after: %v", got)
		}
	})
}

func TestAnEngineThatFailsLeavesAFallbackAndAReason(t *testing.T) {
	cases := map[string]struct {
		turn   func(context.Context, dialog.Turn) (dialog.Result, error)
		locale string
		text   string
		reason string
	}{
		"an error": {
			func(context.Context, dialog.Turn) (dialog.Result, error) {
				return dialog.Result{}, &dialog.Error{Code: "unreachable", Err: errors.New("connection refused")}
			}, "ja-JP", fallbackTexts["ja"], "engine: unreachable: connection refused",
		},
		"a text of its own for the person": {
			func(context.Context, dialog.Turn) (dialog.Result, error) {
				return dialog.Result{}, &dialog.Error{Code: "closed", UserMessage: "점심시간입니다."}
			}, "", "점심시간입니다.", "engine: closed",
		},
		"a panic": {
			func(context.Context, dialog.Turn) (dialog.Result, error) { panic("oops") },
			"", fallbackTexts["ko"], "engine: panic: panic: oops",
		},
		"a hang": {
			func(ctx context.Context, _ dialog.Turn) (dialog.Result, error) {
				<-ctx.Done()
				return dialog.Result{}, ctx.Err()
			}, "en-US", fallbackTexts["en"], "engine: timeout: no answer within 20s",
		},
		"an answer that cannot be shown": {
			func(context.Context, dialog.Turn) (dialog.Result, error) {
				return dialog.Result{Reply: message.Reply{Messages: []message.Message{{Type: "hologram"}}}}, nil
			}, "", fallbackTexts["ko"], `the engine's answer cannot be shown: messages[0]: type: "hologram" is not known`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				h.channel.setLimits(func(l *channels.Limits) { l.TextMax = 1000 })
				h.rt.forget("", "ch")
				h.engine.turn = c.turn
				h.say("ch", said{Conv: "u1", Key: "k1", Text: "hi", Locale: c.locale})
				time.Sleep(21 * time.Second)
				if got := h.channel.texts(); !slices.Equal(got, []string{c.text}) {
					t.Errorf("sent %q", got)
				}
				if e := h.only(store.Query{}); e.State != store.Failed || e.Reason != c.reason {
					t.Errorf("event %s: %s", e.State, e.Reason)
				}
				l, _ := h.store.Ledger(context.Background())
				if l != (store.Ledger{Accepted: 1, Failed: 1}) {
					t.Errorf("ledger %+v", l)
				}
			})
		})
	}
}

func TestTheEngineStateIsKeptPerConversation(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.engine.turn = func(_ context.Context, turn dialog.Turn) (dialog.Result, error) {
			r := reply("state " + turn.State.Token)
			switch turn.Inbound.Text {
			case "keep":
			case "clear":
				r.State = &dialog.State{}
			case "end":
				r.End = true
			default:
				r.State = &dialog.State{Token: turn.State.Token + turn.Inbound.Text}
			}
			return r, nil
		}
		for i, text := range []string{"x", "y", "keep", "look", "clear", "z", "end", "w"} {
			h.say("ch", said{Conv: "a", Key: fmt.Sprint(i), Text: text})
		}
		h.say("ch", said{Conv: "b", Key: "other", Text: "q"})
		h.settle()
		var got []string
		for _, o := range h.channel.sent {
			if o.Conversation.ID == "a" {
				got = append(got, strings.TrimPrefix(o.Messages[0].Text, "state"))
			}
		}
		want := []string{" ", " x", " xy", " xy", " xylook", " ", " z", " "}
		for i := range want {
			want[i] = strings.TrimRight(want[i], " ")
			got[i] = strings.TrimRight(got[i], " ")
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
		turns := slices.DeleteFunc(slices.Clone(h.engine.turns), func(t dialog.Turn) bool { return t.ConversationID != "ch:a" })
		if !turns[0].New || !strings.HasPrefix(turns[0].ID, "turn_") {
			t.Errorf("first turn %+v", turns[0])
		}
		if turns[1].New {
			t.Error("the second turn is new too")
		}
	})
}

func TestRoomsAreAnsweredByTheMentionRule(t *testing.T) {
	type step struct {
		said     said
		answered bool
	}
	room := func(text string) said { return said{Conv: "room", Group: true, Text: text} }
	mentioned := room("named")
	mentioned.Mentioned = true
	button := room("")
	button.Kind, button.Text = string(message.KindPostback), "tap"
	thread := said{Conv: "room:1", Thread: true, Text: "in thread"}
	threadNamed := thread
	threadNamed.Mentioned = true
	cases := map[string]struct {
		mode  string
		marks bool
		steps []step
	}{
		"mention answers only when named":                {"mention", true, []step{{room("talk"), false}, {mentioned, true}, {room("more talk"), false}}},
		"a tapped button needs no mention":               {"mention", true, []step{{button, true}}},
		"a thread with an answer counts as mentioned":    {"mention", true, []step{{thread, false}, {threadNamed, true}, {thread, true}}},
		"all answers everything":                         {"all", true, []step{{room("talk"), true}}},
		"off answers nothing, not even when named":       {"off", true, []step{{mentioned, false}}},
		"a 1:1 chat is answered whatever the mode":       {"off", true, []step{{said{Conv: "u1", Text: "hi"}, true}}},
		"without a mode, platforms that mark need names": {"", true, []step{{room("talk"), false}, {mentioned, true}}},
		"without a mode, platforms that do not mark get": {"", false, []step{{room("talk"), true}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				h.channel.setLimits(func(l *channels.Limits) { l.MarksMentions = c.marks })
				values := map[string]any{}
				if c.mode != "" {
					values[groupModeKey] = c.mode
				}
				h.addChannel("room-ch", values)
				for i, s := range c.steps {
					before := len(h.channel.texts())
					s.said.Key = fmt.Sprint(i)
					h.say("room-ch", s.said)
					h.settle()
					if got := len(h.channel.texts()) > before; got != s.answered {
						t.Errorf("step %d answered: %v", i, got)
					}
				}
			})
		})
	}
}

func TestAnOccasionThatComesOnceIsAnsweredOnce(t *testing.T) {
	opened := func(conv, key string) said { return said{Conv: conv, Key: key, Text: key, Once: true} }
	text := func(conv, key string) said { return said{Conv: conv, Key: key, Text: key} }
	cases := map[string]struct {
		said     []said
		answered []string
		ignored  int
	}{
		"the first time it is answered":                     {[]said{opened("u1", "a")}, []string{"a"}, 0},
		"the second time it is not":                         {[]said{opened("u1", "a"), opened("u1", "b")}, []string{"a"}, 1},
		"nor after any other answer":                        {[]said{text("u1", "a"), opened("u1", "b")}, []string{"a"}, 1},
		"what a person says is answered all the same":       {[]said{opened("u1", "a"), text("u1", "b")}, []string{"a", "b"}, 0},
		"another conversation has a first time of its own":  {[]said{opened("u1", "a"), opened("u2", "b")}, []string{"a", "b"}, 0},
		"as long as the bot had nothing to say it is asked": {[]said{opened("u1", "nothing"), opened("u1", "b")}, []string{"b"}, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				h.engine.turn = func(_ context.Context, turn dialog.Turn) (dialog.Result, error) {
					if turn.Inbound.Text == "nothing" {
						return dialog.Result{}, nil
					}
					return dialog.Result{Reply: message.Reply{Messages: []message.Message{message.Text(turn.Inbound.Text)}}}, nil
				}
				for _, s := range c.said {
					h.say("ch", s)
					h.settle()
				}
				if got := h.channel.texts(); !slices.Equal(got, c.answered) {
					t.Errorf("answered %q, want %q", got, c.answered)
				}
				ignored, err := h.store.Events(context.Background(), store.Query{State: string(store.Ignored)})
				if err != nil || len(ignored.Items) != c.ignored {
					t.Errorf("%d events ignored, %v", len(ignored.Items), err)
				}
				for _, e := range ignored.Items {
					if e.Reason != "already greeted" {
						t.Errorf("ignored because of %q", e.Reason)
					}
				}
			})
		})
	}
}

func TestTheBotsNameIsStrippedWhereMentionsAreNotMarked(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.channel.setLimits(func(l *channels.Limits) { l.MarksMentions = false })
		h.addChannel("nw", nil)
		if _, err := h.rt.Check(context.Background(), "nw"); err != nil {
			t.Fatal(err)
		}
		for i, text := range []string{"@총무봇 예약", "@총무봇님 예약", "예약 @총무봇"} {
			h.say("nw", said{Conv: "r", Group: true, Key: fmt.Sprint(i), Text: text})
		}
		h.settle()
		if got := h.channel.texts(); !slices.Equal(got, []string{"예약", "@총무봇님 예약", "예약 @총무봇"}) {
			t.Errorf("got %q", got)
		}
	})
}

func TestFailuresAreRetriedByTheirKindAlone(t *testing.T) {
	cases := []struct {
		name     string
		errs     []error
		status   store.DeliveryStatus
		attempts int
		within   time.Duration
	}{
		{"temporary is tried again", []error{channels.Failf(channels.Temporary, "", "down"), channels.Failf(channels.Temporary, "", "down")}, store.Delivered, 3, 10 * time.Second},
		{"rate limits wait as long as asked", []error{&channels.SendError{Kind: channels.RateLimited, RetryAfter: 30 * time.Second}}, store.Delivered, 2, 34 * time.Second},
		{"rejected is final", []error{channels.Failf(channels.Rejected, "invalid", "no")}, store.Undelivered, 1, time.Second},
		{"blocked is final", []error{channels.Failf(channels.Blocked, "", "no")}, store.Undelivered, 1, time.Second},
		{"config is final", []error{channels.Failf(channels.Config, "", "no")}, store.Undelivered, 1, time.Second},
		{"auth is final", []error{channels.Failf(channels.Auth, "", "no")}, store.Undelivered, 1, time.Second},
		{"uncertain is never sent again", []error{channels.Failf(channels.Uncertain, "timeout", "no answer")}, store.Uncertain, 1, time.Second},
		{"an error without a kind is uncertain", []error{errors.New("what?")}, store.Uncertain, 1, time.Second},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				h.channel.send = func(_ context.Context, n int, _ channels.Outgoing) error {
					if n <= len(c.errs) {
						return c.errs[n-1]
					}
					return nil
				}
				h.say("ch", said{Conv: "u1", Key: "k1", Text: "hi"})
				time.Sleep(c.within)
				d := h.deliveries()[0]
				if d.Result.Status != c.status || d.Result.Attempts != c.attempts {
					t.Errorf("%s after %d attempts: %+v", d.Result.Status, d.Result.Attempts, d.Result)
				}
				if c.status != store.Delivered && d.Result.ErrorKind == "" {
					t.Error("no reason is kept")
				}
			})
		})
	}
}

func TestARateLimitSilencesItsChannelAndNoOther(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.addChannel("other", nil)
		h.channel.send = func(_ context.Context, n int, _ channels.Outgoing) error {
			if n == 1 {
				return &channels.SendError{Kind: channels.RateLimited, RetryAfter: 30 * time.Second}
			}
			return nil
		}
		h.say("ch", said{Conv: "u1", Key: "k1", Text: "one"})
		h.settle()
		h.say("ch", said{Conv: "u1", Key: "k2", Text: "two"})
		h.say("ch", said{Conv: "u2", Key: "k3", Text: "waits too"})
		h.say("other", said{Conv: "u1", Key: "k1", Text: "another channel"})
		time.Sleep(29 * time.Second)
		if got := h.channel.texts(); !slices.Equal(got, []string{"one", "another channel"}) {
			t.Errorf("before its time: %q", got)
		}
		time.Sleep(5 * time.Second)
		got := slices.DeleteFunc(h.channel.texts()[2:], func(s string) bool { return s == "waits too" })
		if !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("order is lost: %q", got)
		}
		if len(h.channel.texts()) != 5 {
			t.Errorf("sent %q", h.channel.texts())
		}
	})
}

func TestAChannelKeepsToThePublishedRateOnceThePlatformComplained(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.channel.setLimits(func(l *channels.Limits) { l.Rate = channels.Rate{Calls: 60, Per: time.Minute, Burst: 2} })
		h.rt.forget("", "ch")
		var mu sync.Mutex
		var at []time.Duration
		begin := time.Now()
		h.channel.send = func(context.Context, int, channels.Outgoing) error {
			mu.Lock()
			defer mu.Unlock()
			at = append(at, time.Since(begin).Round(100*time.Millisecond))
			if len(at) == 3 {
				return &channels.SendError{Kind: channels.RateLimited, RetryAfter: time.Second}
			}
			return nil
		}
		for i := range 7 {
			h.say("ch", said{Conv: fmt.Sprint(i), Key: fmt.Sprint(i), Text: "x"})
			h.settle()
		}
		time.Sleep(10 * time.Second)
		mu.Lock()
		defer mu.Unlock()
		if len(at) != 8 || at[2] != 0 || at[3] < time.Second || at[7] < 3*time.Second {
			t.Errorf("sent at %v", at)
		}
	})
}

func TestTypingIsShownOnlyWhileASlowTurnRuns(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.engine.turn = func(_ context.Context, turn dialog.Turn) (dialog.Result, error) {
			if turn.Inbound.Text == "slow" {
				time.Sleep(8 * time.Second)
			}
			return reply(turn.Inbound.Text), nil
		}
		h.say("ch", said{Conv: "u1", Key: "1", Text: "fast"})
		h.settle()
		if n := h.channel.typing.Load(); n != 0 {
			t.Errorf("shown %d times for a fast turn", n)
		}
		h.say("ch", said{Conv: "u1", Key: "2", Text: "slow"})
		time.Sleep(time.Minute)
		if n := h.channel.typing.Load(); n != 2 {
			t.Errorf("shown %d times in eight seconds", n)
		}
	})
}

func TestButtonDataOfAnyLengthComesBackWhole(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		long := strings.Repeat("데이터", 200)
		h.channel.setLimits(func(l *channels.Limits) { l.PostbackData = 60 })
		h.rt.forget("", "ch")
		h.engine.turn = func(_ context.Context, turn dialog.Turn) (dialog.Result, error) {
			if turn.Inbound.Postback != nil {
				return reply(fmt.Sprint(turn.Inbound.Postback.Data == long)), nil
			}
			return dialog.Result{Reply: message.Reply{Messages: []message.Message{{
				Type: message.TypeButtons, Text: "?", Actions: []message.Action{{Kind: message.ActionPostback, Label: "tap", Data: long}},
			}}}}, nil
		}
		h.say("ch", said{Conv: "u1", Key: "1", Text: "buttons"})
		h.settle()
		data := h.channel.sent[0].Messages[0].Actions[0].Data
		if len(data) > 60 {
			t.Fatalf("data %q", data)
		}
		h.say("ch", said{Conv: "u1", Key: "2", Kind: string(message.KindPostback), Text: data})
		h.say("ch", said{Conv: "u1", Key: "3", Kind: string(message.KindPostback), Text: referencePrefix + "gone"})
		h.settle()
		if got := h.channel.texts()[1:]; !slices.Equal(got, []string{"true", "false"}) {
			t.Errorf("got %q", got)
		}
	})
}

func TestTemporaryFailuresEndAsADeadLetterThatCanBeResent(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		down := true
		h.channel.send = func(context.Context, int, channels.Outgoing) error {
			if down {
				return channels.Failf(channels.Temporary, "503", "down")
			}
			return nil
		}
		h.say("ch", said{Conv: "u1", Key: "k1", Text: "hi"})
		time.Sleep(3 * time.Hour)
		d := h.deliveries()[0]
		if d.Result.Status != store.Undelivered || d.Result.Attempts != retries[channels.Temporary].attempts {
			t.Fatalf("%+v", d.Result)
		}
		down = false
		if _, err := h.store.Resend(context.Background(), d.ID); err != nil {
			t.Fatal(err)
		}
		h.settle()
		if d := h.deliveries()[0]; d.Result.Status != store.Delivered {
			t.Errorf("%+v", d.Result)
		}
	})
}

func TestAPlatformThatNeverAnswersIsGivenUpAfterItsTimeout(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.channel.send = func(ctx context.Context, _ int, _ channels.Outgoing) error {
			<-ctx.Done()
			return channels.Failf(channels.Uncertain, "timeout", "no answer")
		}
		h.say("ch", said{Conv: "u1", Key: "k1", Text: "hi"})
		time.Sleep(6 * time.Second)
		if d := h.deliveries()[0]; d.Result.Status != store.Uncertain || !d.Result.Doubt {
			t.Errorf("%+v", d.Result)
		}
	})
}

func TestWhatMayHaveArrivedIsSentAgainByHandWithoutItsUsedHandle(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.channel.send = func(_ context.Context, n int, out channels.Outgoing) error {
			switch {
			case n == 1:
				return channels.Failf(channels.Uncertain, "timeout", "no answer")
			case out.First || !out.Doubt || out.Recovered:
				t.Errorf("%+v", out)
			case n == 2:
				return channels.Failf(channels.Temporary, "503", "down")
			}
			return nil
		}
		h.say("ch", said{Conv: "u1", Key: "k1", Text: "hi"})
		h.settle()
		d := h.deliveries()[0]
		if _, err := h.store.Resend(t.Context(), d.ID); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		if d := h.deliveries()[0]; d.Result.Status != store.Delivered || d.Result.Attempts != 2 {
			t.Errorf("%+v", d.Result)
		}
	})
}

func TestALateAnswerIsStillDelivered(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.engine.turn = func(context.Context, dialog.Turn) (dialog.Result, error) {
			time.Sleep(19 * time.Second)
			return reply("late"), nil
		}
		h.say("ch", said{Conv: "u1", Key: "k1", Text: "hi"})
		time.Sleep(20 * time.Second)
		if got := h.channel.texts(); !slices.Equal(got, []string{"late"}) {
			t.Errorf("got %q", got)
		}
		if d := h.deliveries()[0]; time.Since(d.AddressAt) < 19*time.Second {
			t.Error("the age of the reply handle is lost")
		}
	})
}

func TestDrainFinishesWhatItCanAndHandsTheRestBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		release := make(chan struct{})
		h.engine.turn = func(ctx context.Context, turn dialog.Turn) (dialog.Result, error) {
			if turn.Inbound.Text == "hangs" {
				select {
				case <-ctx.Done():
					return dialog.Result{}, ctx.Err()
				case <-release:
				}
			} else {
				time.Sleep(2 * time.Second)
			}
			return reply(turn.Inbound.Text), nil
		}
		h.rt.Start()
		h.say("ch", said{Conv: "a", Key: "1", Text: "hangs"})
		h.say("ch", said{Conv: "b", Key: "2", Text: "finishes"})
		h.settle()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		h.rt.Drain(ctx)
		l, _ := h.store.Ledger(context.Background())
		if l != (store.Ledger{Accepted: 2, Handled: 1, Waiting: 1}) {
			t.Errorf("after the drain: %+v", l)
		}
		h.store.Close()

		close(release)
		h.open()
		h.rt.Start()
		h.settle()
		got := h.channel.texts()
		slices.Sort(got)
		if !slices.Equal(got, []string{"finishes", "hangs"}) {
			t.Errorf("sent %q", got)
		}
		h.rt.Drain(context.Background())
		h.store.Close()
	})
}

func TestADeliveryThatIsCutOffIsSentByTheNextProcessUnlessItMayHaveArrived(t *testing.T) {
	for _, row := range []struct {
		name string
		err  error
		sent int
		want store.DeliveryStatus
	}{
		{"not sent", channels.Failf(channels.Temporary, "dial", "cut off"), 2, store.Delivered},
		{"sent, perhaps", channels.Failf(channels.Uncertain, "timeout", "cut off"), 1, store.Uncertain},
		{"sent, perhaps, with a key", &channels.SendError{Kind: channels.Temporary, Doubt: true}, 2, store.Delivered},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				sent := 0
				h.channel.send = func(ctx context.Context, _ int, out channels.Outgoing) error {
					sent++
					if sent > 1 {
						se := channels.AsSendError(row.err)
						if !out.Recovered || out.Doubt != se.Doubt {
							t.Errorf("%+v", out)
						}
						return nil
					}
					<-ctx.Done()
					return row.err
				}
				h.rt.Start()
				h.say("ch", said{Conv: "a", Key: "1", Text: "hi"})
				h.settle()
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				h.rt.Drain(ctx)
				h.store.Close()
				h.open()
				h.rt.Start()
				time.Sleep(time.Minute)
				if d := h.deliveries()[0]; sent != row.sent || d.Result.Status != row.want {
					t.Errorf("sent %d times: %+v", sent, d.Result)
				}
				h.rt.Drain(t.Context())
				h.store.Close()
			})
		})
	}
}

func TestADeletedChannelFailsItsEventsWithAReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.say("ch", said{Conv: "a", Key: "1", Text: "x"})
		if err := h.rt.DeleteChannel(context.Background(), "ch"); err != nil {
			t.Fatal(err)
		}
		h.rt.Start()
		h.settle()
		if e := h.only(store.Query{}); e.State != store.Failed || !strings.Contains(e.Reason, "channel") {
			t.Errorf("%+v", e)
		}
		h.rt.Drain(context.Background())
		h.store.Close()
	})
}

func TestAChannelThatListensIsHeardUntilItIsSwitchedOff(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.channel.listens.Store(true)
		h.rt.forget("", "ch")
		h.settle()
		hear := func(s said) error {
			body, _ := json.Marshal(s)
			return h.channel.hear(&channels.Request{ContentType: "application/json", Body: body, ReceivedAt: time.Now()})
		}
		for range 2 {
			if err := hear(said{Conv: "u1", Key: "1", Text: "over the socket"}); err != nil {
				t.Fatal(err)
			}
		}
		h.settle()
		if got := h.channel.texts(); !slices.Equal(got, []string{"over the socket"}) {
			t.Errorf("got %q", got)
		}
		if _, err := h.rt.EnableChannel(context.Background(), "ch", false); err != nil {
			t.Fatal(err)
		}
		h.settle()
		if err := hear(said{Conv: "u1", Key: "2", Text: "too late"}); err == nil {
			t.Error("a channel that is off still listens")
		}
	})
}

func TestSettingsMayBoundTheCallsAtOnce(t *testing.T) {
	h := newHouse(t)
	for _, id := range []string{"narrow", "sibling"} {
		h.addChannel(id, settings.Values{"api": narrowAPI})
	}
	got := map[string]*Channel{}
	for id, want := range map[string]int{"ch": 0, "narrow": 2, "sibling": 2} {
		ch, err := h.rt.Channel(t.Context(), id)
		if err != nil || cap(ch.inFlight) != want || ch.Limits.InFlight != want {
			t.Errorf("%s: %d at once, %v", id, cap(ch.inFlight), err)
		}
		got[id] = ch
	}
	if got["narrow"].inFlight != got["sibling"].inFlight {
		t.Error("two channels of one app have a bound each")
	}
}
