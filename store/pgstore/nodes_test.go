package pgstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dari/bot/message"
	"dari/store"
	"dari/store/pgtest"
)

func waiting(conv, key string) store.Event {
	return store.Event{
		BotID: "bot", ChannelID: "ch", ConversationID: "ch:" + conv, Keys: []string{key}, Kind: message.KindText,
		State: store.Waiting, ReceivedAt: time.Now().UTC(), ContentType: "application/json", Raw: []byte(`{"text":"` + key + `"}`),
	}
}

func pending(conv, text string) store.Delivery {
	return store.Delivery{BotID: "bot", ChannelID: "ch", ConversationID: "ch:" + conv, Messages: []message.Message{message.Text(text)}}
}

// crew works on what nodes hand out and notes what it did.
type crew struct {
	t       *testing.T
	mu      sync.Mutex
	turns   map[string][]string // committed, by conversation
	sent    map[string][]string
	at      map[*Store]int
	order   map[string]*sync.Mutex // of the commits of a conversation
	stale   atomic.Int64
	inTurn  map[string]bool
	strict  bool // nobody may work on what another has in hand
	working sync.WaitGroup
}

func newCrew(t *testing.T, strict bool) *crew {
	return &crew{t: t, turns: map[string][]string{}, sent: map[string][]string{}, at: map[*Store]int{}, order: map[string]*sync.Mutex{}, inTurn: map[string]bool{}, strict: strict}
}

// work runs turns and deliveries of a node, several at a time, until ctx ends.
func (c *crew) work(ctx context.Context, s *Store) {
	for range 4 {
		c.working.Go(func() {
			for ctx.Err() == nil {
				if claim, err := s.NextTurn(ctx); err == nil {
					c.turn(s, claim)
				}
			}
		})
		c.working.Go(func() {
			for ctx.Err() == nil {
				if claim, err := s.NextDelivery(ctx); err == nil {
					c.deliver(s, claim)
				}
			}
		})
	}
}

func (c *crew) turn(s *Store, claim store.TurnClaim) {
	conv, key := claim.Event.ConversationID, claim.Event.Keys[0]
	c.mu.Lock()
	if c.inTurn["turn "+conv] && c.strict {
		c.t.Errorf("%s is worked on twice at once", conv)
	}
	c.inTurn["turn "+conv] = true
	c.mu.Unlock()
	d := pending("", key)
	d.ConversationID = conv
	defer c.alone("turn " + conv)()
	_, err := s.CommitTurn(context.Background(), claim, store.Turn{State: store.Handled, Deliveries: []store.Delivery{d}})
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == nil:
		c.turns[conv] = append(c.turns[conv], key)
		c.at[s]++
	case errors.Is(err, store.ErrStale):
		c.stale.Add(1)
	default:
		s.ReleaseTurn(claim)
	}
}

// alone begins a commit of a conversation and returns its end, so that what is noted is in the order of the
// commits.
func (c *crew) alone(what string) func() {
	c.mu.Lock()
	m := c.order[what]
	if m == nil {
		m = &sync.Mutex{}
		c.order[what] = m
	}
	delete(c.inTurn, what)
	c.mu.Unlock()
	m.Lock()
	return m.Unlock
}

func (c *crew) deliver(s *Store, claim store.DeliveryClaim) {
	conv := claim.Delivery.ConversationID
	defer c.alone("delivery " + conv)()
	err := s.FinishDelivery(context.Background(), claim, store.Result{Status: store.Delivered})
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == nil:
		c.sent[conv] = append(c.sent[conv], claim.Delivery.Messages[0].Text)
	case errors.Is(err, store.ErrStale):
		c.stale.Add(1)
	default:
		s.ReleaseDelivery(claim, time.Time{})
	}
}

// count is how many turns and deliveries are done.
func (c *crew) count() (turns, sent int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, list := range c.turns {
		turns += len(list)
	}
	for _, list := range c.sent {
		sent += len(list)
	}
	return turns, sent
}

// until waits for so many turns and as many deliveries.
func (c *crew) until(n int) {
	c.t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		turns, sent := c.count()
		if turns >= n && sent >= n {
			return
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("%d turns and %d deliveries of %d", turns, sent, n)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// judge checks that everything was done once and in order.
func (c *crew) judge(convs, each int) {
	c.t.Helper()
	for i := range convs {
		conv := fmt.Sprintf("ch:%d", i)
		var want []string
		for n := range each {
			want = append(want, fmt.Sprintf("%d-%04d", i, n))
		}
		if got := c.turns[conv]; !slices.Equal(got, want) {
			c.t.Errorf("turns of %s: %v", conv, got)
		}
		if got := c.sent[conv]; !slices.Equal(got, want) {
			c.t.Errorf("deliveries of %s: %v", conv, got)
		}
	}
}

// talk accepts the events of all conversations, each when the one before was acknowledged, wherever pick
// says.
func talk(t *testing.T, convs, each int, pick func(conv, n int) *Store) {
	var busy sync.WaitGroup
	for i := range convs {
		busy.Go(func() {
			for n := range each {
				e := waiting(fmt.Sprint(i), fmt.Sprintf("%d-%04d", i, n))
				for {
					r, err := pick(i, n).Accept(context.Background(), []store.Event{e})
					if err == nil {
						if r[0].Duplicate {
							t.Errorf("%s is a duplicate of %s", e.Keys[0], r[0].ID)
						}
						break
					}
					t.Errorf("accept: %v", err)
					return
				}
			}
		})
	}
	busy.Wait()
}

func TestTwoNodesKeepTheOrderAndDoEverythingOnce(t *testing.T) {
	eachWay(t, func(t *testing.T, dsn func(*testing.T) string) {
		const convs, each = 40, 75
		address := dsn(t)
		a, b := open(t, address), open(t, address)
		ctx, stop := context.WithCancel(t.Context())
		c := newCrew(t, true)
		c.work(ctx, a)
		c.work(ctx, b)
		talk(t, convs, each, func(conv, n int) *Store {
			if (conv+n)%2 == 0 {
				return a
			}
			return b
		})
		c.until(convs * each)
		stop()
		c.working.Wait()
		c.judge(convs, each)
		if c.at[a] == 0 || c.at[b] == 0 {
			t.Errorf("one node did all the work: %d and %d", c.at[a], c.at[b])
		}
		for _, s := range []*Store{a, b} {
			if l, err := s.Ledger(t.Context()); err != nil || l != (store.Ledger{Accepted: convs * each, Handled: convs * each}) {
				t.Errorf("%+v, %v", l, err)
			}
		}
	})
}

func TestANodeThatSleepsLongerThanItsLeaseCommitsNothingStale(t *testing.T) {
	address := pgtest.With(pgtest.Shared(t).Schema(t), "dari_lease", "600ms")
	a, b := open(t, address), open(t, address)
	const convs, each = 30, 60
	ctx, stop := context.WithCancel(t.Context())
	c := newCrew(t, false)
	c.work(ctx, a)
	c.work(ctx, b)
	var sleeps sync.WaitGroup
	sleeps.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			s := []*Store{a, b}[i%2]
			s.lease.beating.Lock() // it does not get to show that it lives
			<-time.After(900 * time.Millisecond)
			s.lease.beating.Unlock()
			<-time.After(300 * time.Millisecond)
		}
	})
	talk(t, convs, each, func(conv, n int) *Store {
		<-time.After(20 * time.Millisecond)
		return []*Store{a, b}[(conv+n)%2]
	})
	c.until(convs * each)
	stop()
	sleeps.Wait()
	c.working.Wait()
	c.judge(convs, each)
	var changes int
	if err := a.pool.QueryRow(t.Context(), "SELECT sum(epoch) FROM dari_shards").Scan(&changes); err != nil {
		t.Fatal(err)
	}
	t.Logf("shards changed hands %d times, %d commits came too late", changes, c.stale.Load())
	if changes < 3*shards {
		t.Error("hardly anything was taken over: the sleep proves nothing")
	}
}

// A claim that is in hand while its node is taken for dead is worth nothing afterwards, and is done by the other.
func TestWorkInHandOfASleepingNodeIsDoneByAnother(t *testing.T) {
	address := pgtest.With(pgtest.Shared(t).Schema(t), "dari_lease", "600ms")
	a := open(t, address)
	if _, err := a.Accept(t.Context(), []store.Event{waiting("1", "k1"), waiting("1", "k2")}); err != nil {
		t.Fatal(err)
	}
	old, err := a.NextTurn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Enqueue(t.Context(), "", []store.Delivery{pending("2", "held")}); err != nil {
		t.Fatal(err)
	}
	sending, err := a.NextDelivery(t.Context())
	if err != nil || !a.Holds(sending) {
		t.Fatalf("%+v, %v", sending, err)
	}
	a.lease.beating.Lock()
	b := open(t, address)
	begin := time.Now()
	fresh, err := b.NextTurn(t.Context())
	if err != nil || fresh.Event.ID != old.Event.ID {
		t.Fatalf("%+v, %v", fresh, err)
	}
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("taken over after %v", took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if c, err := a.NextTurn(ctx); err == nil {
		t.Errorf("a node without a lease hands out %+v", c)
	}
	if a.Holds(sending) {
		t.Error("a node without a lease still believes in what it had in hand")
	}
	if err := a.FinishDelivery(t.Context(), sending, store.Result{Status: store.Delivered}); !errors.Is(err, store.ErrStale) {
		t.Errorf("the stale result: %v", err)
	}
	if _, err := a.CommitTurn(t.Context(), old, store.Turn{State: store.Handled, Deliveries: []store.Delivery{pending("1", "stale")}}); !errors.Is(err, store.ErrStale) {
		t.Errorf("the stale commit: %v", err)
	}
	if _, err := b.CommitTurn(t.Context(), fresh, store.Turn{State: store.Handled, Deliveries: []store.Delivery{pending("1", "right")}}); err != nil {
		t.Error(err)
	}
	a.lease.beating.Unlock()
	page, err := b.Deliveries(t.Context(), store.Query{ConversationID: "ch:1"})
	if err != nil || len(page.Items) != 1 || page.Items[0].Messages[0].Text != "right" {
		t.Errorf("%+v, %v", page, err)
	}
	if l, _ := a.Ledger(t.Context()); l != (store.Ledger{Accepted: 2, Handled: 1, Waiting: 1}) {
		t.Errorf("%+v", l)
	}
}

func TestANodeThatLeavesHandsItsWorkOverAtOnce(t *testing.T) {
	eachWay(t, func(t *testing.T, dsn func(*testing.T) string) {
		address := dsn(t)
		a := open(t, address)
		b := open(t, address)
		a.Leave()
		// Shards change hands one by one: only when all are there does every conversation go on there.
		for deadline := time.Now().Add(10 * time.Second); len(b.lease.active()) < shards; {
			if time.Now().After(deadline) {
				t.Fatalf("only %d of %d shards came over", len(b.lease.active()), shards)
			}
			<-time.After(5 * time.Millisecond)
		}
		if _, err := a.Accept(t.Context(), []store.Event{waiting("1", "k")}); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if _, err := b.NextTurn(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took > time.Second {
			t.Errorf("the other hears after %v of what this one has taken in", took)
		}
	})
}

func TestALockOfAnotherNodeIsWaitedForAndFreeWhenThatIsGone(t *testing.T) {
	eachWay(t, func(t *testing.T, dsn func(*testing.T) string) {
		address := dsn(t)
		a, b := open(t, address), open(t, address)
		var inside atomic.Int32
		var busy sync.WaitGroup
		for i := range 20 {
			busy.Go(func() {
				unlock, err := []*Store{a, b}[i%2].Lock(t.Context(), "n")
				if err != nil {
					t.Error(err)
					return
				}
				if inside.Add(1) != 1 {
					t.Error("two inside")
				}
				inside.Add(-1)
				unlock()
			})
		}
		busy.Wait()
		if _, err := a.Lock(t.Context(), "held"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := b.Lock(ctx, "held"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the lock of a node that lives: %v", err)
		}
		crash(t, a)
		unlock, err := b.Lock(t.Context(), "held")
		if err != nil {
			t.Fatal(err)
		}
		unlock()
	})
}

func TestNodesHearOfEachOthersChanges(t *testing.T) {
	eachWay(t, func(t *testing.T, dsn func(*testing.T) string) {
		address := dsn(t)
		a, b := open(t, address), open(t, address)
		heard := make(chan store.Change, 100)
		ctx, stop := context.WithCancel(t.Context())
		var watching sync.WaitGroup
		watching.Go(func() {
			b.Watch(ctx, []string{store.TopicChannels, "feed"}, func(c store.Change) { heard <- c })
		})
		defer watching.Wait()
		defer stop()
		next := func(want store.Change) {
			t.Helper()
			deadline := time.After(5 * time.Second)
			for {
				select {
				case c := <-heard:
					if c == want {
						return
					}
					if !c.Missed {
						t.Errorf("heard %+v, want %+v", c, want)
					}
				case <-deadline:
					t.Fatalf("%+v was not heard", want)
				}
			}
		}
		for wanted := false; !wanted; { // the other has to learn that somebody watches
			a.lease.mu.Lock()
			wanted = a.lease.topics["feed"]
			a.lease.mu.Unlock()
			<-time.After(time.Millisecond)
		}
		begin := time.Now()
		if err := a.Channels().Put(t.Context(), "one", store.Channel{ID: "one"}); err != nil {
			t.Fatal(err)
		}
		next(store.Change{Topic: store.TopicChannels, Text: "one"})
		if took := time.Since(begin); took > time.Second {
			t.Errorf("heard after %v", took)
		}
		if _, err := a.Channels().Update(t.Context(), "one", func(c *store.Channel) error { c.Name = "x"; return nil }); err != nil {
			t.Fatal(err)
		}
		next(store.Change{Topic: store.TopicChannels, Text: "one"})
		b.Tell("feed", "mine") // one does not hear oneself
		a.Tell("nobody's", "lost")
		a.Tell("feed", "an entry")
		next(store.Change{Topic: "feed", Text: "an entry"})
	})
}

func TestNodesKeepARateTogether(t *testing.T) {
	address := pgtest.Shared(t).Schema(t)
	a, b := open(t, address), open(t, address)
	begin := time.Now()
	var last time.Time
	for i := range 10 {
		at, err := []*Store{a, b}[i%2].Reserve(t.Context(), "channel", 100*time.Millisecond, 4)
		if err != nil {
			t.Fatal(err)
		}
		if i < 4 && at.After(time.Now()) {
			t.Errorf("call %d has to wait until %v", i, at)
		}
		last = at
	}
	if wait := last.Sub(begin); wait < 500*time.Millisecond || wait > 700*time.Millisecond+time.Since(begin) {
		t.Errorf("the tenth call may go out after %v", wait)
	}
}
