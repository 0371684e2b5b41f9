package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"dari/dialog"
	"dari/store"
)

func TestAReplayedEventIsAnsweredAgainWithoutItsOldReplyHandle(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		h.say("ch", said{Conv: "c1", Key: "1", Text: "hi"})
		h.settle()
		first := h.only(store.Query{})
		id, err := h.rt.Replay(ctx, first, nil)
		if err != nil {
			t.Fatal(err)
		}
		h.settle()
		if _, err := h.rt.Replay(ctx, first, []byte(`{"conv":"c1","key":"1","text":"edited"}`)); err != nil {
			t.Fatal(err)
		}
		h.settle()
		if got := h.channel.texts(); !slices.Equal(got, []string{"hi", "hi", "edited"}) {
			t.Errorf("sent %q", got)
		}
		if h.channel.sent[0].Address == nil || h.channel.sent[1].Address != nil {
			t.Errorf("reply handles %s, %s", h.channel.sent[0].Address, h.channel.sent[1].Address)
		}
		if e, err := h.store.Event(ctx, id); err != nil || e.Of != first.ID || e.State != store.Handled {
			t.Errorf("%+v, %v", e, err)
		}
		var ie *InputError
		if _, err := h.rt.Replay(ctx, first, []byte(`{`)); !errors.As(err, &ie) || ie.Field != "raw" {
			t.Errorf("a broken payload: %v", err)
		}
		if _, err := h.rt.Replay(ctx, store.Event{ChannelID: "ch", State: store.Rejected}, nil); !errors.Is(err, store.ErrState) {
			t.Errorf("a rejected callback: %v", err)
		}
		if l, _ := h.store.Ledger(ctx); l.Accepted != 3 || l.Handled != 3 {
			t.Errorf("%+v", l)
		}
	})
}

func TestAllFailedEventsAreReplayedInTheirOrder(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		down := true
		h.engine.turn = func(_ context.Context, turn dialog.Turn) (dialog.Result, error) {
			if down {
				return dialog.Result{}, &dialog.Error{Code: "failed"}
			}
			return reply(turn.Inbound.Text), nil
		}
		h.say("ch", said{Conv: "c1", Key: "old", Text: "too old"})
		time.Sleep(time.Hour)
		since := time.Now()
		for i := range 5 {
			h.say("ch", said{Conv: "c1", Key: fmt.Sprint(i), Text: fmt.Sprint("n", i)})
		}
		h.settle()
		down = false
		before := len(h.channel.texts())
		job := h.rt.ReplayAll(store.Query{ChannelID: "ch", State: string(store.Failed)}, since)
		h.settle()
		job, err := h.rt.Job(job.ID)
		if err != nil || job.Total != 5 || job.Done != 5 || job.Failed != 0 || job.FinishedAt.IsZero() || job.Cancelled {
			t.Errorf("%+v, %v", job, err)
		}
		if got := h.channel.texts()[before:]; !slices.Equal(got, []string{"n0", "n1", "n2", "n3", "n4"}) {
			t.Errorf("sent %q", got)
		}
		if _, err := h.rt.Job("job_none"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an unknown job: %v", err)
		}
		if l, _ := h.store.Ledger(ctx); l.Accepted != l.Handled+l.Failed || l.Waiting != 0 {
			t.Errorf("%+v", l)
		}
	})
}

func TestAllFailedEventsAreReplayedUntilTheirPeopleAreAnswered(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		down := true
		h.engine.turn = func(_ context.Context, turn dialog.Turn) (dialog.Result, error) {
			if down || turn.Inbound.Text == "never" {
				return dialog.Result{}, &dialog.Error{Code: "failed"}
			}
			return reply(turn.Inbound.Text), nil
		}
		for _, text := range []string{"a", "never", "b"} {
			h.say("ch", said{Conv: "c1", Key: text, Text: text})
		}
		h.settle()
		failed := h.failed()
		if _, err := h.rt.Replay(ctx, failed[2], nil); err != nil { // "a" by hand, while the engine is still down
			t.Fatal(err)
		}
		h.settle()
		down = false
		again, err := h.rt.Replay(ctx, failed[0], nil) // "b" by hand
		if err != nil {
			t.Fatal(err)
		}
		h.settle()
		if e, err := h.store.Event(ctx, again); err != nil || e.State != store.Handled {
			t.Fatalf("%+v, %v", e, err)
		}
		all := store.Query{ChannelID: "ch", State: string(store.Failed)}
		for _, row := range []struct {
			name   string
			total  int
			left   LeftOut
			answer []string
		}{
			{"what was answered by hand is left out, and so is a replay that failed", 2, LeftOut{Answered: 1, Repeats: 1}, []string{"a"}},
			{"the second time only what fails again is left to do", 1, LeftOut{Answered: 3, Repeats: 1}, nil},
		} {
			before := len(h.channel.texts())
			job := h.rt.ReplayAll(all, time.Time{})
			h.settle()
			job, err := h.rt.Job(job.ID)
			if err != nil || job.Total != row.total || job.Done != row.total || job.LeftOut != row.left || job.Failed != 0 {
				t.Errorf("%s: %+v, %v", row.name, job, err)
			}
			answers := slices.DeleteFunc(h.channel.texts()[before:], func(s string) bool { return s != "a" && s != "b" })
			if !slices.Equal(answers, row.answer) {
				t.Errorf("%s: sent %q", row.name, answers)
			}
		}
	})
}

func TestTwoJobsAtOnceReplayNothingTwice(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		down := true
		h.engine.turn = func(_ context.Context, turn dialog.Turn) (dialog.Result, error) {
			if down {
				return dialog.Result{}, &dialog.Error{Code: "failed"}
			}
			return reply(turn.Inbound.Text), nil
		}
		h.say("ch", said{Conv: "c1", Key: "1", Text: "hi"})
		h.settle()
		down = false
		before := len(h.channel.texts())
		for range 3 {
			h.rt.ReplayAll(store.Query{ChannelID: "ch", State: string(store.Failed)}, time.Time{})
		}
		h.settle()
		if got := h.channel.texts()[before:]; !slices.Equal(got, []string{"hi"}) {
			t.Errorf("sent %q", got)
		}
	})
}

// failed are the failed events, newest first.
func (h *house) failed() []store.Event {
	h.t.Helper()
	page, err := h.store.Events(context.Background(), store.Query{State: string(store.Failed)})
	if err != nil {
		h.t.Fatal(err)
	}
	return page.Items
}
