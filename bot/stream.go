package bot

import (
	"context"
	"strings"
	"sync"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/store"
)

// growEvery is the pause between two updates of a growing text: one in a second is what Slack and
// Teams take. https://learn.microsoft.com/microsoftteams/platform/bots/streaming-ux
const growEvery = time.Second

// growth shows the first message of an answer while the engine is still writing it, where the platform
// can. Whatever goes wrong on the way, the finished message goes out as any other.
type growth struct {
	runtime *Runtime
	ch      *Channel
	out     channels.Outgoing
	wake    chan struct{}
	end     context.CancelFunc
	done    chan struct{}
	onShown func()

	mu   sync.Mutex
	text string

	// These belong to the goroutine until done is closed.
	stream channels.Stream
	shown  string
}

// grow returns nil where no text can grow. onShown is called when the person sees the first of it.
func (r *Runtime) grow(ctx context.Context, l *liveTurn, onShown func()) *growth {
	ch, in := l.ch, &l.in
	if _, ok := ch.Adapter.(channels.Streamer); !ok || !ch.Limits.Streaming || !in.Kind.FromUser() {
		return nil
	}
	ctx, end := context.WithCancel(ctx)
	g := &growth{
		runtime: r, ch: ch, wake: make(chan struct{}, 1), end: end, done: make(chan struct{}), onShown: onShown,
		out: channels.Outgoing{
			ID: newUUID(), IdempotencyKey: newUUID(), Conversation: in.Conversation, Address: in.Address,
			Reference: l.conv.Reference, First: true, Attempt: 1,
		},
	}
	go g.run(ctx)
	return g
}

// show has the text so far shown soon. It does not wait.
func (g *growth) show(text string) {
	if !fits(text, g.ch.Limits.TextMax, g.ch.Limits.TextUnit) {
		return // the whole will be split when it is finished
	}
	g.mu.Lock()
	g.text = text
	g.mu.Unlock()
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

func (g *growth) run(ctx context.Context) {
	defer close(g.done)
	for {
		select {
		case <-ctx.Done():
			return
		case <-g.wake:
		}
		if !g.update(ctx) {
			return
		}
		pause := time.NewTimer(growEvery)
		select {
		case <-ctx.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}

// update shows what there is. It returns false when nothing more can be shown.
func (g *growth) update(ctx context.Context) bool {
	g.mu.Lock()
	text := g.text
	g.mu.Unlock()
	if strings.TrimSpace(text) == "" || text == g.shown {
		return true
	}
	if g.stream == nil && !g.begin(ctx) {
		return false
	}
	// An update under way is not cut off by the engine's end: nobody could tell what was shown then.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.ch.sendTimeout())
	defer cancel()
	if err := g.stream.Update(ctx, text); err != nil {
		g.runtime.log.Debug("growing text not shown", "channel", g.ch.Record.ID, "error", err)
		if se := channels.AsSendError(err); se.Kind == channels.RateLimited {
			g.runtime.complained(g.ch, se.RetryAfter)
		}
		return false
	}
	g.shown = text
	g.onShown()
	return true
}

// begin starts the message, unless an earlier one of the conversation has yet to go out or the platform
// has asked for silence.
func (g *growth) begin(ctx context.Context) bool {
	if g.ch.pace.silent(time.Now()) {
		return false
	}
	conv := conversationID(g.ch.Record.ID, g.out.Conversation)
	page, err := g.runtime.store.Deliveries(ctx, store.Query{ConversationID: conv, State: string(store.Pending), Limit: 1})
	if err != nil || len(page.Items) > 0 {
		return false
	}
	stream, err := g.ch.Adapter.(channels.Streamer).Stream(ctx, g.out)
	if err != nil {
		g.runtime.log.Debug("no growing text here", "channel", g.ch.Record.ID, "error", err)
		return false
	}
	g.stream = stream
	return true
}

// stop ends the updates and returns the stream, nil if none was begun, and the text it shows.
func (g *growth) stop() (channels.Stream, string) {
	if g == nil {
		return nil, ""
	}
	g.end()
	<-g.done
	return g.stream, g.shown
}

// abandonTime bounds the ending of a stream whose turn comes to nothing.
const abandonTime = 5 * time.Second

// abandon ends a stream whose turn will be run again.
func (r *Runtime) abandon(stream channels.Stream, shown string) {
	if stream == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), abandonTime)
	defer cancel()
	if _, err := stream.Finish(ctx, message.Message{Type: message.TypeText, Text: shown + " …", Format: "markdown"}); err != nil {
		r.log.Warn("growing text not ended", "error", err)
	}
}

// streams are the growing messages whose last part a delivery brings, by the delivery's key. After a
// restart there are none, and the delivery goes out as any other.
type streams struct{ m sync.Map }

func (s *streams) put(key string, stream channels.Stream) { s.m.Store(key, stream) }

func (s *streams) get(key string) channels.Stream {
	v, ok := s.m.Load(key)
	if !ok {
		return nil
	}
	return v.(channels.Stream)
}

// unstream ends the growing message of a turn that was not committed: it will be run again.
func (r *Runtime) unstream(t store.Turn) {
	if len(t.Deliveries) == 0 {
		return
	}
	if d := t.Deliveries[0]; r.streams.get(d.Key) != nil {
		r.abandon(r.streams.get(d.Key), "")
		r.streams.drop(d.Key)
	}
}

func (s *streams) drop(key string) { s.m.Delete(key) }
