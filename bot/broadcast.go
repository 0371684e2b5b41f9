package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dari/bot/message"
	"dari/store"
)

// Recipient is a person or a conversation; one of the two.
type Recipient struct {
	User         string `json:"user,omitempty"`
	Conversation string `json:"conversation,omitempty"`
}

// BroadcastRequest asks to say the same to many.
type BroadcastRequest struct {
	Name     string // for people; may be empty
	To       []Recipient
	Messages []message.Message
	Key      string // makes it idempotent, as in SendRequest
}

// maxRecipients bounds one broadcast: all of it is queued in one transaction.
const maxRecipients = 10_000

// Broadcast queues messages for many recipients, in their order. The deliveries keep to the platform's
// published rates, so that answers on the same channel are not held up. A repeated key returns the
// broadcast of the first call and true.
func (r *Runtime) Broadcast(ctx context.Context, ch *Channel, req BroadcastRequest) (store.Broadcast, bool, error) {
	if err := req.check(); err != nil {
		return store.Broadcast{}, false, err
	}
	b := store.Broadcast{
		ID: "bc_" + randomID(), BotID: ch.Record.BotID, ChannelID: ch.Record.ID, Name: req.Name,
		Recipients: len(req.To), CreatedAt: time.Now().UTC(),
	}
	b.Key = "broadcast:" + b.ID
	if req.Key != "" {
		b.Key = ch.Record.ID + ":broadcast:" + req.Key
	}
	refs := references{}
	ds, err := r.addressed(ctx, ch, b, req, refs)
	if err != nil {
		return store.Broadcast{}, false, err
	}
	if err := refs.keep(ctx, r.store); err != nil {
		return store.Broadcast{}, false, err
	}
	// The record comes first: a crash in between leaves a broadcast without deliveries, never
	// deliveries that nobody can stop.
	if err := r.store.Broadcasts().Create(ctx, b.ID, b); err != nil {
		return store.Broadcast{}, false, err
	}
	ds, repeated, err := r.store.Enqueue(ctx, b.Key, ds)
	switch {
	case err != nil:
		return store.Broadcast{}, false, errors.Join(err, r.store.Broadcasts().Delete(context.WithoutCancel(ctx), b.ID))
	case !repeated:
		return b, false, nil
	}
	if err := r.store.Broadcasts().Delete(ctx, b.ID); err != nil {
		return store.Broadcast{}, false, err
	}
	if len(ds) == 0 {
		return store.Broadcast{}, true, store.ErrNotFound // of a time that is no longer kept
	}
	b, err = r.store.Broadcasts().Get(ctx, ds[0].Broadcast)
	return b, true, err
}

// addressed makes one delivery per recipient and platform call. The messages are rendered once.
func (r *Runtime) addressed(ctx context.Context, ch *Channel, b store.Broadcast, req BroadcastRequest, refs references) ([]store.Delivery, error) {
	out := render(message.Reply{Messages: req.Messages}, ch.Record.Type, ch.Limits, refs.refer(b.ID))
	if len(out.calls) == 0 {
		return nil, &InputError{Field: "messages", Code: "empty", Detail: "nothing of this can be shown"}
	}
	var ds []store.Delivery
	for i, to := range req.To {
		d, err := r.address(ctx, ch, to.User, to.Conversation)
		var input *InputError
		if errors.As(err, &input) {
			return nil, &InputError{Field: fmt.Sprintf("to[%d]%s", i, input.Field[len("to"):]), Code: input.Code, Detail: input.Detail}
		}
		if err != nil {
			return nil, err
		}
		d.Broadcast = b.ID
		for _, messages := range out.calls {
			d.Messages, d.Key = messages, newUUID()
			ds = append(ds, d)
		}
	}
	return ds, nil
}

func (req BroadcastRequest) check() error {
	switch {
	case len(req.To) == 0:
		return &InputError{Field: "to", Code: "required", Detail: "must list at least one recipient"}
	case len(req.To) > maxRecipients:
		return &InputError{Field: fmt.Sprintf("to[%d]", maxRecipients), Code: "length", Detail: fmt.Sprintf("is one too many; a broadcast has at most %d recipients, so send the rest in another", maxRecipients)}
	case len(req.Name) > 200:
		return &InputError{Field: "name", Code: "length", Detail: "must be at most 200 bytes long"}
	}
	seen := map[Recipient]int{}
	for i, to := range req.To {
		if err := checkRecipient(fmt.Sprintf("to[%d]", i), to); err != nil {
			return err
		}
		if first, twice := seen[to]; twice {
			return &InputError{Field: fmt.Sprintf("to[%d]", i), Code: "repeated", Detail: fmt.Sprintf("is the same as to[%d]", first)}
		}
		seen[to] = i
	}
	return checkSaying(req.Messages, req.Key)
}

// BroadcastProgress counts where the deliveries of a broadcast stand.
type BroadcastProgress struct {
	Total, Pending, Delivered, Failed, Uncertain, Cancelled int
}

// Progress counts the deliveries of a broadcast; those that retention has deleted are not counted.
func (r *Runtime) Progress(ctx context.Context, b store.Broadcast) (p BroadcastProgress, err error) {
	ds, err := r.store.Enqueued(ctx, b.Key)
	if errors.Is(err, store.ErrNotFound) {
		return p, nil
	}
	for _, d := range ds {
		p.Total++
		switch d.Result.Status {
		case store.Pending:
			p.Pending++
		case store.Delivered:
			p.Delivered++
		case store.Undelivered:
			p.Failed++
		case store.Uncertain:
			p.Uncertain++
		case store.Cancelled:
			p.Cancelled++
		}
	}
	return p, err
}

// CancelBroadcast stops what has not gone out yet.
func (r *Runtime) CancelBroadcast(ctx context.Context, id string) (store.Broadcast, error) {
	b, err := r.store.Broadcasts().Update(ctx, id, func(b *store.Broadcast) error {
		if b.CancelledAt.IsZero() {
			b.CancelledAt = time.Now().UTC()
		}
		return nil
	})
	if err != nil {
		return b, err
	}
	_, err = r.store.Cancel(ctx, b.Key)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return b, err
}

// sweepBroadcasts forgets broadcasts whose deliveries are no longer kept.
func sweepBroadcasts(ctx context.Context, s store.Store) error {
	list, err := s.Broadcasts().List(ctx)
	if err != nil {
		return err
	}
	for _, b := range list {
		if time.Since(b.CreatedAt) < time.Hour {
			continue
		}
		if _, err := s.Enqueued(ctx, b.Key); !errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err := s.Broadcasts().Delete(ctx, b.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}
