package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"dari/channels"
	"dari/dialog"
	"dari/store"
)

// seoul has no summer time, and needs no time zone files.
var seoul = time.FixedZone("KST", 9*3600)

func (h *house) stats(q StatsQuery) Stats {
	h.t.Helper()
	if q.To.IsZero() {
		q.To = time.Now().Add(time.Hour)
	}
	if q.From.IsZero() {
		q.From = q.To.Add(-48 * time.Hour)
	}
	if q.Step == "" {
		q.Step = StepDay
	}
	s, err := h.rt.Stats(context.Background(), q)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func TestWhatHappensIsCounted(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.engine.turn = func(ctx context.Context, turn dialog.Turn) (dialog.Result, error) {
			switch turn.Inbound.Text {
			case "fail":
				return dialog.Result{}, &dialog.Error{Code: "unreachable", Err: errors.New("down")}
			case "silence":
				return dialog.Result{}, nil
			case "slow":
				time.Sleep(4 * time.Second)
			}
			return reply("ok"), nil
		}
		h.channel.send = func(_ context.Context, n int, out channels.Outgoing) error {
			if out.Conversation.ID == "blocked" {
				return channels.Failf(channels.Blocked, "403", "blocked")
			}
			return nil
		}
		for i, text := range []string{"one", "two", "slow", "fail", "silence"} {
			h.say("ch", said{Conv: fmt.Sprint("u", i%2), Key: text, Text: text})
			time.Sleep(5 * time.Second)
		}
		h.say("ch", said{Conv: "u0", Key: "one", Text: "one"})
		h.say("ch", said{Conv: "blocked", Key: "b", Text: "hello"})
		h.settle()
		ch, err := h.rt.Channel(t.Context(), "ch")
		if err != nil {
			t.Fatal(err)
		}
		h.rt.Reject(ch, &channels.Request{ReceivedAt: time.Now()}, "signature", "is wrong")

		sum := h.stats(StatsQuery{BotID: "bot"}).All.Sum
		if sum.Received != 6 || sum.Answered != 4 || sum.Failed != 1 || sum.Silent() != 1 || sum.Duplicates != 1 || sum.Rejected != 1 {
			t.Errorf("got %+v", sum.Tally)
		}
		if sum.Delivered != 6 || sum.Undelivered != 1 { // the words about the failure are three messages here
			t.Errorf("delivered %d, undelivered %d", sum.Delivered, sum.Undelivered)
		}
		want := map[string]int{"turn:engine unreachable": 1, "delivery:blocked 403": 1, "rejected:signature": 1}
		for code, n := range want {
			if sum.Errors[code] != n {
				t.Errorf("errors %v lack %s", sum.Errors, code)
			}
		}
		if top := sum.TopErrors(2); len(top) != 2 || top[0].Code != "delivery:blocked 403" {
			t.Errorf("top errors %v", top)
		}
		if p95 := sum.Engine.Quantile(0.95); p95 < 3*time.Second || p95 > 5*time.Second {
			t.Errorf("p95 of the engine %v", p95)
		}
		if p50 := sum.Reply.Quantile(0.5); p50 > time.Second {
			t.Errorf("p50 of the answers %v", p50)
		}
		if other := h.stats(StatsQuery{BotID: "bot", ChannelID: "none"}); len(other.Channels) != 0 || other.All.Sum.Received != 0 {
			t.Errorf("another channel has %+v", other.All.Sum)
		}
	})
}

func TestCountersSurviveARestartAndAreCountedOnce(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.say("ch", said{Conv: "u1", Key: "k1", Text: "one"})
		time.Sleep(2 * time.Minute) // written by the minute
		h.say("ch", said{Conv: "u1", Key: "k2", Text: "two"})
		h.settle()
		h.rt.Drain(context.Background()) // and at the end
		h.store.Close()
		h.open()
		h.rt.Start()
		h.settle()
		h.say("ch", said{Conv: "u2", Key: "k3", Text: "three"})
		h.settle()
		for range 2 {
			sum := h.stats(StatsQuery{}).All.Sum
			if sum.Received != 3 || sum.Answered != 3 || sum.Delivered != 3 {
				t.Errorf("got %+v", sum.Tally)
			}
			time.Sleep(2 * time.Minute)
		}
		recs, err := h.store.Stats().List(context.Background())
		if err != nil || len(recs) != 1 || recs[0].ChannelID != "ch" {
			t.Errorf("stored %+v, %v", recs, err)
		}
	})
}

func TestSeriesFollowTheZoneOfTheViewer(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		// The bubble begins at 2000-01-01T00:00Z, a Saturday; in Seoul it is nine o'clock.
		begin := time.Now()
		time.Sleep(14*time.Hour + 30*time.Minute)
		h.say("ch", said{Conv: "u1", Key: "k1", Text: "in the night"}) // 23:30 in Seoul
		time.Sleep(time.Hour)
		h.say("ch", said{Conv: "u1", Key: "k2", Text: "on the next day"}) // 00:30
		h.settle()
		for _, row := range []struct {
			zone   *time.Location
			points []int
		}{{time.UTC, []int{2}}, {seoul, []int{1, 1}}} {
			s := h.stats(StatsQuery{From: begin, To: time.Now(), Zone: row.zone})
			var got []int
			for _, p := range s.All.Points {
				got = append(got, p.Received)
			}
			if fmt.Sprint(got) != fmt.Sprint(row.points) {
				t.Errorf("%v: %v", row.zone, got)
			}
		}
		s := h.stats(StatsQuery{From: begin, To: time.Now(), Zone: seoul})
		if s.Hours[5][23] != 1 || s.Hours[6][0] != 1 {
			t.Errorf("hours %v", s.Hours)
		}
		week := h.stats(StatsQuery{From: begin, To: time.Now(), Zone: seoul, Step: StepWeek})
		if p := week.All.Points; len(p) != 1 || p[0].Received != 2 || p[0].At.Weekday() != time.Monday {
			t.Errorf("weeks %+v", p)
		}
	})
}

func TestOldHoursBecomeDaysAndOldDaysGo(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		begin, ctx := time.Now(), context.Background()
		for i := range 2 {
			h.say("ch", said{Conv: "u1", Key: fmt.Sprint(i), Text: "x"})
			time.Sleep(3 * time.Hour)
		}
		if err := h.rt.stats.shorten(ctx, begin.Add(40*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		rec, err := h.store.Stats().Get(ctx, "ch:2000-01-01")
		if err != nil || len(rec.Hours) != 1 {
			t.Errorf("stored %+v, %v", rec, err)
		}
		var day Tally
		if err := json.Unmarshal(rec.Hours[0], &day); err != nil || day.Received != 2 {
			t.Errorf("the day has %+v, %v", day, err)
		}
		if s := h.stats(StatsQuery{From: begin, To: begin.Add(time.Hour)}); s.All.Points[0].Received != 2 {
			t.Errorf("read %+v", s.All.Sum.Tally)
		}
		if err := h.rt.stats.shorten(ctx, begin.Add(400*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := h.store.Stats().Get(ctx, "ch:2000-01-01"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the day is kept: %v", err)
		}
	})
}

func TestAStoreThatFailsLosesNoCounts(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		flaky := &flakyStats{Table: h.store.Stats(), broken: true}
		s := newStats(flaky)
		s.note("ch", time.Now(), func(y *Tally) { y.Received++ })
		if err := s.save(t.Context()); err == nil {
			t.Fatal("no error")
		}
		flaky.broken = false
		s.note("ch", time.Now(), func(y *Tally) { y.Received++ })
		for range 2 {
			if err := s.save(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		again := newStats(flaky)
		if err := again.load(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, s := range []*stats{s, again} {
			n := 0
			s.visit("ch", func(_ int64, y *Tally) { n += y.Received })
			if n != 2 {
				t.Errorf("%d are counted", n)
			}
		}
	})
}

type flakyStats struct {
	store.Table[store.Stats]
	broken bool
}

func (f *flakyStats) Update(ctx context.Context, id string, change func(*store.Stats) error) (store.Stats, error) {
	if f.broken {
		return store.Stats{}, errors.New("disk full")
	}
	return f.Table.Update(ctx, id, change)
}

func TestAQuestionForSeriesIsJudged(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		now := time.Now()
		for _, row := range []struct {
			name, field string
			q           StatsQuery
		}{
			{"a step that is not known", "step", StatsQuery{From: now.Add(-time.Hour), To: now, Step: "month"}},
			{"an end before the beginning", "from", StatsQuery{From: now, To: now, Step: StepDay}},
			{"too many points", "step", StatsQuery{From: now.AddDate(-1, 0, 0), To: now, Step: StepHour}},
		} {
			_, err := h.rt.Stats(t.Context(), row.q)
			var input *InputError
			if !errors.As(err, &input) || input.Field != row.field {
				t.Errorf("%s: %v", row.name, err)
			}
		}
	})
}

func TestQuantilesAreRoughlyRight(t *testing.T) {
	var s Spread
	for ms := 1; ms <= 10_000; ms++ {
		s.observe(time.Duration(ms) * time.Millisecond)
	}
	for _, q := range []float64{0.5, 0.9, 0.95} {
		want := q * 10_000
		if got := float64(s.Quantile(q).Milliseconds()); math.Abs(got-want) > want/5 {
			t.Errorf("quantile %v is %v ms, want about %v", q, got, want)
		}
	}
	if (Spread{}).Quantile(0.5) != 0 {
		t.Error("a quantile of nothing")
	}
}

func TestACrowdIsCountedRoughly(t *testing.T) {
	for _, n := range []int{0, 1, 7, 100, 5_000, 200_000} {
		var a, b crowd
		for i := range n {
			half := &a
			if i%2 == 0 {
				half = &b
			}
			for range 2 {
				half.see(fmt.Sprint("U", i))
			}
		}
		a.add(b)
		if got := a.size(); math.Abs(float64(got-n)) > 0.1*float64(n) {
			t.Errorf("%d people are counted as %d", n, got)
		}
	}
}

func BenchmarkStatsOfAMonth(b *testing.B) {
	s := newStats(nil)
	now := time.Now()
	for i := range 100_000 {
		at := now.Add(-time.Duration(i) * 25 * time.Second)
		s.note("ch", at, func(y *Tally) {
			y.Received++
			y.People.see(fmt.Sprint(i % 500))
			y.Engine.observe(time.Duration(i%900) * time.Millisecond)
		})
	}
	s.kept, s.fresh = s.fresh, tallies{}
	starts, err := stepsOf(StatsQuery{From: now.AddDate(0, 0, -30), To: now, Step: StepDay, Zone: seoul})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		st, one := Stats{Zone: seoul}, ChannelStats{Points: points(starts)}
		s.visit("ch", func(hour int64, t *Tally) { st.take(&one, starts, hour, t) })
	}
}
