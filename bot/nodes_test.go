package bot

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dari/bot/settings"
	"dari/channels"
	"dari/store"
)

// wire connects nodes that share a store, as a driver for several would.
type wire struct {
	mu    sync.Mutex
	hears []func(from store.Store, c store.Change)
	taken map[string]int // places, by bucket
}

// node is the store as one process sees it.
type node struct {
	store.Store
	wire *wire
	left bool
}

func (n *node) Watch(ctx context.Context, topics []string, hear func(store.Change)) {
	n.wire.mu.Lock()
	n.wire.hears = append(n.wire.hears, func(from store.Store, c store.Change) {
		if from != n && slices.Contains(topics, c.Topic) {
			hear(c)
		}
	})
	n.wire.mu.Unlock()
	<-ctx.Done()
}

func (n *node) Tell(topic, text string) { n.wire.tell(n, store.Change{Topic: topic, Text: text}) }

func (w *wire) tell(from store.Store, c store.Change) {
	w.mu.Lock()
	hears := slices.Clone(w.hears)
	w.mu.Unlock()
	for _, hear := range hears {
		hear(from, c)
	}
}

// Reserve lets everybody wait for as many intervals as places are taken.
func (n *node) Reserve(_ context.Context, name string, interval time.Duration, _ int) (time.Time, error) {
	n.wire.mu.Lock()
	defer n.wire.mu.Unlock()
	if n.wire.taken == nil {
		n.wire.taken = map[string]int{}
	}
	n.wire.taken[name]++
	return time.Now().Add(time.Duration(n.wire.taken[name]) * interval), nil
}

func (n *node) Leave() { n.left = true }

// twoNodes runs a test with a second runtime on the house's store. The second does no work of its own.
func twoNodes(t *testing.T, test func(t *testing.T, h *house, here, there *Runtime, w *wire)) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		w := &wire{}
		first, second := &node{Store: h.store, wire: w}, &node{Store: h.store, wire: w}
		here, there := h.runtime(first), h.runtime(second)
		intake, stop := context.WithCancel(context.Background())
		for _, rt := range []*Runtime{here, there} {
			rt.joinNodes(intake)
		}
		synctest.Wait()
		test(t, h, here, there, w)
		stop()
		here.workers.Wait()
		there.workers.Wait()
		h.store.Close()
	})
}

func TestAChangeOnOneNodeIsTakenOverByTheOthers(t *testing.T) {
	twoNodes(t, func(t *testing.T, h *house, here, there *Runtime, w *wire) {
		ctx := context.Background()
		if _, err := there.Channel(ctx, "ch"); err != nil {
			t.Fatal(err)
		}
		name := "New name"
		if _, err := here.PatchChannel(ctx, "ch", ChannelPatch{Name: &name}); err != nil {
			t.Fatal(err)
		}
		w.tell(here.store, store.Change{Topic: store.TopicChannels, Text: "ch"}) // a driver does so by itself
		if ch, err := there.Channel(ctx, "ch"); err != nil || ch.Record.Name != name {
			t.Errorf("the other node has %+v, %v", ch.Record.Name, err)
		}
		before, err := there.bot(ctx, "bot")
		if err != nil {
			t.Fatal(err)
		}
		w.tell(here.store, store.Change{Topic: store.TopicBots, Missed: true})
		if after, err := there.bot(ctx, "bot"); err != nil || after == before {
			t.Errorf("a bot that may have changed is still believed (%v)", err)
		}
	})
}

func TestWhoWatchesOnOneNodeSeesWhatHappensOnAnother(t *testing.T) {
	twoNodes(t, func(t *testing.T, h *house, here, there *Runtime, w *wire) {
		e := store.Event{ID: "ev_1", ChannelID: "ch"}
		there.feed.publishEvent(e) // nobody watches
		sub := here.feed.Watch(nil)
		there.feed.publishEvent(e)
		if got := <-sub.C; got.ID != e.ID {
			t.Errorf("got %+v", got)
		}
		here.feed.Leave(sub)
		time.Sleep(watchedFor + time.Second)
		if !there.feed.unwatched() {
			t.Error("the other node still tells what nobody watches")
		}
	})
}

func TestAPlatformsComplaintIsHeardOnAllNodesAndTheyKeepTheRateTogether(t *testing.T) {
	twoNodes(t, func(t *testing.T, h *house, here, there *Runtime, w *wire) {
		h.channel.setLimits(func(l *channels.Limits) { l.Rate = channels.Rate{Calls: 10, Per: time.Second, Burst: 1} })
		ctx := context.Background()
		h.addChannel("paced", settings.Values{})
		nodes := []*Channel{}
		for _, rt := range []*Runtime{here, there} {
			ch, err := rt.Channel(ctx, "paced")
			if err != nil {
				t.Fatal(err)
			}
			nodes = append(nodes, ch)
		}
		here.complained(nodes[0], 0)
		for i, ch := range nodes {
			d := store.Delivery{ID: "dl_1", ConversationID: "paced:1"}
			want := time.Duration(i+1) * 100 * time.Millisecond
			if at := ch.pace.slot(ctx, time.Now(), &d); time.Until(at) != want {
				t.Errorf("node %d sends in %v, want %v", i+1, time.Until(at), want)
			}
		}
		here.complained(nodes[0], time.Minute)
		if !nodes[1].pace.silent(time.Now()) {
			t.Error("the other node is not silent")
		}
	})
}

func TestThePlotsCountWhatHappensOnAllNodes(t *testing.T) {
	twoNodes(t, func(t *testing.T, h *house, here, there *Runtime, w *wire) {
		ctx := context.Background()
		for _, rt := range []*Runtime{here, there, there} {
			rt.stats.note("ch", time.Now(), func(y *Tally) { y.Received++ })
			if err := rt.stats.save(ctx); err != nil {
				t.Fatal(err)
			}
		}
		for _, rt := range []*Runtime{here, there} {
			for range 2 { // reading twice counts nothing twice
				if err := rt.othersStats(ctx, time.Now()); err != nil {
					t.Fatal(err)
				}
			}
			if got := rt.stats.kept.at("ch", hourOf(time.Now())).Received; got != 3 {
				t.Errorf("%d were received, want 3", got)
			}
		}
	})
}

func TestANodeThatDrainsLeavesTheWorkToTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		n := &node{Store: h.store, wire: &wire{}}
		rt := h.runtime(n)
		rt.Start()
		rt.Drain(context.Background())
		if !n.left {
			t.Error("the store was not told")
		}
		h.store.Close()
	})
}
