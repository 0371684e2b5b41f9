package bench

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
)

// ledger notes of every message when it was sent, acknowledged and answered, without a lock. It knows
// messages by their index; their numbers begin at first.
type ledger struct {
	first  uint64
	begin  time.Time
	next   atomic.Int64 // of the indices
	acked  atomic.Int64
	failed atomic.Int64
	// answered counts messages with an answer, doubled those that were answered again.
	answered atomic.Int64
	doubled  atomic.Int64
	chunks   [1 << 12]atomic.Pointer[chunk]
}

const chunkSize = 1 << 16

type chunk [chunkSize]entry

// entry is one message; times are since the ledger's begin, 0 for never.
type entry struct {
	sent, acked time.Duration // the sender's alone until it has ended
	answered    atomic.Int64
	told        chan<- struct{} // who waits for the answer, nil for nobody; set before the message is sent
}

func newLedger(first uint64) *ledger { return &ledger{first: first, begin: time.Now()} }

// beyond is the number after the last.
func (l *ledger) beyond() uint64 { return l.first + uint64(l.next.Load()) }

func (l *ledger) now() time.Duration { return time.Since(l.begin) }

// take gives out the next message.
func (l *ledger) take() (int, *entry) {
	i := int(l.next.Add(1) - 1)
	slot := &l.chunks[i/chunkSize]
	if slot.Load() == nil {
		slot.CompareAndSwap(nil, new(chunk)) // another sender may have been faster
	}
	return i, l.entry(i)
}

func (l *ledger) entry(i int) *entry { return &l.chunks[i/chunkSize].Load()[i%chunkSize] }

// got notes the answer to a message.
func (l *ledger) got(number uint64) {
	if number < l.first || number >= l.beyond() {
		return
	}
	e := l.entry(int(number - l.first))
	if !e.answered.CompareAndSwap(0, int64(l.now())) {
		l.doubled.Add(1)
		return
	}
	l.answered.Add(1)
	if e.told != nil {
		e.told <- struct{}{}
	}
}

// span is a stretch of the ledger: the messages of one phase.
type span struct{ from, to int }

// tally is what happened in a span.
type tally struct {
	acked, answered, lost int
	lastAck, lastAnswer   time.Duration // since the ledger's begin
	ackTimes, answerTimes []time.Duration
}

// count sums a span up. The senders and the fakes must be at rest.
func (l *ledger) count(s span) tally {
	var t tally
	for i := s.from; i < s.to; i++ {
		e := l.entry(i)
		if e.acked == 0 {
			continue
		}
		t.acked++
		t.ackTimes = append(t.ackTimes, e.acked-e.sent)
		t.lastAck = max(t.lastAck, e.acked)
		at := time.Duration(e.answered.Load())
		if at == 0 {
			t.lost++
			continue
		}
		t.answered++
		t.answerTimes = append(t.answerTimes, at-e.sent)
		t.lastAnswer = max(t.lastAnswer, at)
	}
	slices.Sort(t.ackTimes)
	slices.Sort(t.answerTimes)
	return t
}

// quantile returns the q-quantile of sorted times, 0 if there are none.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

// settlePoll is how often it is looked whether all answers are in; no figure depends on it.
const settlePoll = 5 * time.Millisecond

// settle waits until every acknowledged message is answered. It gives up when none came for a while.
func (l *ledger) settle(ctx context.Context) error {
	tick := time.NewTicker(settlePoll)
	defer tick.Stop()
	last, since := int64(-1), time.Now()
	for {
		answered, acked := l.answered.Load(), l.acked.Load()
		switch {
		case answered >= acked:
			return nil
		case answered != last:
			last, since = answered, time.Now()
		case time.Since(since) > patience:
			return fmt.Errorf("%d of %d acknowledged callbacks were not answered", acked-answered, acked)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
