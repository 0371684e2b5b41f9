package bot

import (
	"context"
	"time"

	"dari/channels"
)

// listenAgain is how long a refused connection is left alone.
const listenAgain = 30 * time.Second

// listener is one open connection.
type listener struct {
	channel *Channel
	stop    context.CancelFunc
	done    chan struct{}
}

// listeners keeps one connection open for every enabled channel that asks for one, and opens it anew
// when the channel has changed.
func (r *Runtime) listeners(ctx context.Context) {
	open := map[string]listener{}
	defer func() {
		for _, l := range open {
			l.stop()
			<-l.done
		}
	}()
	for {
		wanted := r.listening(ctx)
		for id, l := range open {
			if wanted[id] != l.channel {
				l.stop()
				<-l.done
				delete(open, id)
			}
		}
		for id, ch := range wanted {
			if _, ok := open[id]; !ok {
				open[id] = r.listen(ctx, ch)
			}
		}
		select {
		case <-r.changed:
		case <-ctx.Done():
			return
		}
	}
}

// listening returns the channels that want a connection.
func (r *Runtime) listening(ctx context.Context) map[string]*Channel {
	wanted := map[string]*Channel{}
	recs, err := r.store.Channels().List(ctx)
	if err != nil {
		r.log.Error("channels not read", "error", err)
		return wanted
	}
	for _, rec := range recs {
		if !rec.Enabled {
			continue
		}
		ch, err := r.Channel(ctx, rec.ID)
		if err != nil {
			continue // it cannot take anything in; its view says why
		}
		if l, ok := ch.Adapter.(channels.Listener); ok && l.Listens() {
			wanted[rec.ID] = ch
		}
	}
	return wanted
}

func (r *Runtime) listen(ctx context.Context, ch *Channel) listener {
	ctx, stop := context.WithCancel(ctx)
	l := listener{ch, stop, make(chan struct{})}
	go func() {
		defer close(l.done)
		for ctx.Err() == nil {
			r.log.Info("listening by a connection of our own", "channel", ch.Record.ID)
			err := ch.Adapter.(channels.Listener).Listen(ctx, func(req *channels.Request) error { return r.acceptHeard(ctx, ch, req) })
			if ctx.Err() != nil {
				return
			}
			r.log.Error("the platform ended the connection", "channel", ch.Record.ID, "error", err)
			select {
			case <-time.After(listenAgain):
			case <-ctx.Done():
			}
		}
	}()
	return l
}

// acceptHeard takes in a callback that came by a connection of our own, which needs no signature. One
// that cannot be read is noted and acknowledged: hearing it again would not help.
func (r *Runtime) acceptHeard(ctx context.Context, ch *Channel, req *channels.Request) error {
	cb, err := ch.Adapter.Parse(req)
	if err != nil {
		r.Reject(ch, req, "malformed", err.Error())
		return nil
	}
	return r.Accept(context.WithoutCancel(ctx), ch, req, cb.Events)
}
