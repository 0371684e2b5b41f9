package bot

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"dari/channels"
	"dari/store"
)

// pace keeps one channel within its platform's rates. What a platform publishes depends on the plan and
// is often more than it really allows or less, so a channel goes at full speed until the platform
// complains; then it is silent for as long as the platform asks, and keeps to the published rates for
// a while. Deliveries that come too early are handed back to the store until their turn, so that nobody
// waits with a worker in hand.
type pace struct {
	mu      sync.Mutex
	channel *rate.Limiter // nil: no limit is known
	// together is the channel's limit as all nodes keep it, where the store can: how long to wait for the
	// next place. nil or an error: this node keeps the limit by itself.
	together func(ctx context.Context) (time.Duration, error)
	perConv  channels.Rate
	convs    map[string]*rate.Limiter
	slots    map[string]time.Time // deliveries that have a place in the queue already
	paused   time.Time            // the platform asked for silence until then
	strict   time.Time            // the published rates are kept until then
}

// strictFor is how long a channel keeps to the published rates after a complaint.
const strictFor = 10 * time.Minute

func newPace(channelID string, l channels.Limits, s store.Store) *pace {
	p := &pace{perConv: l.ConversationRate, convs: map[string]*rate.Limiter{}, slots: map[string]time.Time{}}
	if l.Rate.Calls > 0 {
		p.channel = limiter(l.Rate)
		if pacer, ok := s.(store.Pacer); ok {
			p.together = func(ctx context.Context) (time.Duration, error) {
				at, err := pacer.Reserve(ctx, "channel:"+channelID, interval(l.Rate), max(l.Rate.Burst, 1))
				return time.Until(at), err
			}
		}
	}
	return p
}

func limiter(r channels.Rate) *rate.Limiter {
	return rate.NewLimiter(rate.Every(interval(r)), max(r.Burst, 1))
}

func interval(r channels.Rate) time.Duration { return r.Per / time.Duration(r.Calls) }

// slot returns when the delivery may go out; the zero time means now. One of a broadcast keeps to the
// published rates from the start, and one that asks for a pause before it has it when those before it
// have gone out.
func (p *pace) slot(ctx context.Context, now time.Time, d *store.Delivery) time.Time {
	p.mu.Lock()
	at, ok := p.slots[d.ID]
	paced := !ok && (d.Broadcast != "" || now.Before(p.strict))
	p.mu.Unlock()
	var wait time.Duration
	if paced { // not under the lock: it may ask the store
		wait = p.place(ctx, now)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if paced {
		at = now.Add(max(wait, p.reserve(p.conversation(d.ConversationID, now), now)))
	}
	if pause := speakAfter(d); !ok && pause > 0 && now.Add(pause).After(at) {
		at = now.Add(pause)
	}
	if p.paused.After(at) {
		at = p.paused
	}
	if !at.After(now) {
		delete(p.slots, d.ID)
		return time.Time{}
	}
	p.slots[d.ID] = at
	return at
}

// maxPause bounds the pause that an engine may ask for before a message.
const maxPause = 10 * time.Second

// speakAfter is the pause that the engine asks for before the delivery's first message.
func speakAfter(d *store.Delivery) time.Duration {
	if d.Result.Attempts > 0 || len(d.Messages) == 0 {
		return 0
	}
	return min(time.Duration(d.Messages[0].SpeakAfterMS)*time.Millisecond, maxPause)
}

// silent tells whether the platform has asked for silence.
func (p *pace) silent(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Before(p.paused)
}

// place takes the channel's next place and returns how long it is until then.
func (p *pace) place(ctx context.Context, now time.Time) time.Duration {
	if p.together != nil {
		if wait, err := p.together(ctx); err == nil {
			return wait
		}
	}
	return p.reserve(p.channel, now)
}

func (p *pace) reserve(l *rate.Limiter, now time.Time) time.Duration {
	if l == nil {
		return 0
	}
	return l.ReserveN(now, 1).DelayFrom(now)
}

// maxConvs bounds how many conversations have a limiter; one that is full again is worth nothing.
const maxConvs = 4096

func (p *pace) conversation(id string, now time.Time) *rate.Limiter {
	if p.perConv.Calls <= 0 {
		return nil
	}
	l := p.convs[id]
	if l == nil {
		if len(p.convs) >= maxConvs {
			for id, l := range p.convs {
				if l.TokensAt(now) >= float64(l.Burst()) {
					delete(p.convs, id)
				}
			}
		}
		l = limiter(p.perConv)
		p.convs[id] = l
	}
	return l
}

// complained notes that the platform wants fewer calls, and none at all for the time it asks for.
func (p *pace) complained(now time.Time, silence time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.strict = now.Add(strictFor)
	if until := now.Add(silence); until.After(p.paused) {
		p.paused = until
	}
}
