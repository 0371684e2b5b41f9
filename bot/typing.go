package bot

import (
	"context"
	"sync"
	"time"

	"dari/channels"
)

// When a person sees that an answer is being prepared: not for engines that answer at once, and again
// before the platforms' indicators fade.
const (
	typingAfter = time.Second
	typingEvery = 5 * time.Second
)

// showTyping shows the typing indicator for as long as the engine thinks, where the platform has one.
// The returned function ends it and waits until no call is under way, so that none comes after the answer.
func (r *Runtime) showTyping(ctx context.Context, l *liveTurn) (stop func()) {
	ch, in := l.ch, &l.in
	typist, ok := ch.Adapter.(channels.Typist)
	if !ok || !in.Kind.FromUser() {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	late := time.AfterFunc(typingAfter, func() { // most engines answer before
		defer close(done)
		wait := time.NewTimer(0)
		defer wait.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-wait.C:
			}
			err := typist.Typing(ctx, channels.Outgoing{Conversation: in.Conversation, Reference: l.conv.Reference, Address: in.Address})
			if err != nil { // only an indicator: what is wrong will show when the answer is sent
				r.log.Debug("typing not shown", "channel", ch.Record.ID, "error", err)
				return
			}
			wait.Reset(typingEvery)
		}
	})
	return sync.OnceFunc(func() {
		cancel()
		if !late.Stop() {
			<-done
		}
	})
}
