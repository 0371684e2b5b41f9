package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"dari/bot/message"
	"dari/store"
	"dari/store/boltstore"
)

// How a store is filled: events go in many at a time, and what follows is done by many at once, so that
// all share the fsyncs. preloadAhead bounds what waits in memory.
const (
	preloadBatch   = 500
	preloadWorkers = 128
	preloadAhead   = 40
)

// preload fills a new store with conversations as they are after one message and its answer, by the
// same steps as a server takes. told is called now and then with how many are done.
func preload(ctx context.Context, dir string, p platform, base string, conversations int, told func(done int)) (err error) {
	s, err := boltstore.Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	l := &loader{
		store: s, platform: p, base: base, template: p.callback("127.0.0.1", base), people: people(conversations),
		ahead: make(chan struct{}, preloadAhead), told: told,
	}
	// The last delivery ends what would wait for more.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l.finished = cancel
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return l.accept(ctx) })
	for range preloadWorkers {
		work.Go(func() error { return l.turns(ctx) })
		work.Go(func() error { return l.deliveries(ctx) })
	}
	err = work.Wait()
	if int(l.done.Load()) == conversations {
		return nil
	}
	return fmt.Errorf("fill the store: %w", err)
}

// people are the numbers of that many conversations, in the order in which a store keeps them: pages
// are then filled one after the other.
func people(conversations int) []uint64 {
	out := make([]uint64, conversations)
	for i := range out {
		out[i] = personOf(i)
	}
	slices.Sort(out)
	return out
}

// loader fills a store.
type loader struct {
	store    store.Store
	platform platform
	base     string
	template template
	people   []uint64
	ahead    chan struct{} // one for each batch that is not done
	done     atomic.Int64
	told     func(int)
	finished func()
}

// accept brings in one event for every conversation.
func (l *loader) accept(ctx context.Context) error {
	sender := l.template.clone(l.platform.signer())
	number := uint64(firstNumber)
	for batch := range slices.Chunk(l.people, preloadBatch) {
		select {
		case l.ahead <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		events := make([]store.Event, len(batch))
		for i, person := range batch {
			number++
			request := sender.fill(number-preloadBack, person, time.Now().Unix())
			events[i] = l.event(number, person, slices.Clone(request[sender.body:]))
		}
		if _, err := l.store.Accept(ctx, events); err != nil {
			return err
		}
	}
	return nil
}

// preloadBack keeps the numbers of stored messages apart from those that will be sent.
const preloadBack = 1_000_000_000

func (l *loader) event(number, person uint64, raw []byte) store.Event {
	return store.Event{
		BotID: botID, ChannelID: channelID(l.platform), ConversationID: l.conversation(person).ID,
		Keys: []string{fmt.Sprintf("01M5VJ59MY9PRELD%010d", number)}, Kind: message.KindText, Name: "message.text",
		State: store.Waiting, ReceivedAt: time.Now().UTC(), ContentType: "application/json; charset=utf-8", Raw: raw,
	}
}

// conversation is the record of one person's chat.
func (l *loader) conversation(person uint64) store.Conversation {
	now := time.Now().UTC()
	c := l.platform.conversation(fmt.Sprintf("%010d", person), l.base)
	c.BotID, c.ChannelID = botID, channelID(l.platform)
	c.ID = c.ChannelID + ":" + c.Platform.ID
	c.Answered, c.FirstAt, c.LastAt = true, now, now
	return c
}

// turns commits the turn of every event: its conversation and one delivery.
func (l *loader) turns(ctx context.Context) error {
	for {
		claim, err := l.store.NextTurn(ctx)
		if err != nil {
			return err
		}
		conv := l.conversation(personIn(claim.Event.ConversationID))
		now := time.Now().UTC()
		number, _ := numberIn(claim.Event.Raw)
		_, err = l.store.CommitTurn(ctx, claim, store.Turn{
			State: store.Handled, StartedAt: claim.Event.ReceivedAt, FinishedAt: now, Trace: []byte(`{"engine":"echo"}`), Conversation: &conv,
			Deliveries: []store.Delivery{{
				EventID: claim.Event.ID, BotID: botID, ChannelID: conv.ChannelID, ConversationID: conv.ID, Platform: conv.Platform,
				Messages: []message.Message{message.Text(fmt.Sprintf("%s%d 배송 언제 와요?", textMark, number))}, Reference: conv.Reference,
				AddressAt: claim.Event.ReceivedAt, First: true, Key: "3f0c7a52-5f0e-4e0b-9f3a-0d5a3f1f2b11", CreatedAt: now,
			}},
		})
		if err != nil {
			return err
		}
	}
}

// deliveries finishes every delivery.
func (l *loader) deliveries(ctx context.Context) error {
	for {
		claim, err := l.store.NextDelivery(ctx)
		if err != nil {
			return err
		}
		err = l.store.FinishDelivery(ctx, claim, store.Result{
			Status: store.Delivered, Attempts: 1, MessageIDs: []string{"618000000000100001"}, Route: "reply", DoneAt: time.Now().UTC(),
		})
		if err != nil {
			return err
		}
		done := int(l.done.Add(1))
		if done%preloadBatch == 0 {
			l.told(done)
			<-l.ahead
		}
		if done == len(l.people) {
			l.finished()
		}
	}
}

// personIn is the number at the end of a conversation's id.
func personIn(conversationID string) (n uint64) {
	for _, c := range conversationID[max(len(conversationID)-digits, 0):] {
		n = n*10 + uint64(c-'0')
	}
	return n
}
