package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/store"
)

// SendRequest asks to say something that answers nothing.
type SendRequest struct {
	// User is the platform's id of a person, Conversation Dari's id of a conversation; one of them.
	User, Conversation string
	Messages           []message.Message
	// Key makes the request idempotent: a second one with the same key on the same channel changes nothing.
	Key string
}

// maxSend bounds the messages of one request.
const maxSend = 50

// Send queues messages for a person or a conversation. A mistake in the request is an *InputError that
// names the element.
func (r *Runtime) Send(ctx context.Context, ch *Channel, req SendRequest) ([]store.Delivery, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	d, err := r.address(ctx, ch, req.User, req.Conversation)
	if err != nil {
		return nil, err
	}
	refs := references{}
	out := render(message.Reply{Messages: req.Messages}, ch.Record.Type, ch.Limits, refs.refer(d.ConversationID))
	if len(out.calls) == 0 {
		return nil, &InputError{Field: "messages", Code: "empty", Detail: "nothing of this can be shown"}
	}
	if err := refs.keep(ctx, r.store); err != nil {
		return nil, err
	}
	var ds []store.Delivery
	for _, messages := range out.calls {
		d.Messages, d.Key = messages, newUUID()
		ds = append(ds, d)
	}
	key := req.Key
	if key != "" {
		key = ch.Record.ID + ":" + key
	}
	ds, _, err = r.store.Enqueue(ctx, key, ds)
	return ds, err
}

// address begins a delivery to a person or a conversation of the channel.
func (r *Runtime) address(ctx context.Context, ch *Channel, user, conversation string) (store.Delivery, error) {
	d := store.Delivery{
		BotID: ch.Record.BotID, ChannelID: ch.Record.ID, User: user,
		ConversationID: ch.Record.ID + ":" + user, CreatedAt: time.Now().UTC(),
	}
	if conversation == "" {
		p, err := r.person(ctx, ch, user)
		if err != nil || p.Direct == "" {
			return d, err
		}
		conv, err := r.store.Conversation(ctx, p.Direct)
		if errors.Is(err, store.ErrNotFound) {
			return d, nil
		}
		return in(d, conv), err
	}
	conv, err := r.store.Conversation(ctx, conversation)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && conv.ChannelID != ch.Record.ID:
		return d, &InputError{Field: "to.conversation", Code: "unknown", Detail: "is not a conversation of this channel; GET /api/v1/conversations lists them"}
	case err != nil:
		return d, err
	}
	return in(d, conv), nil
}

// in is a delivery to a conversation that is known.
func in(d store.Delivery, conv store.Conversation) store.Delivery {
	d.User = ""
	d.ConversationID, d.Platform, d.Reference = conv.ID, conv.Platform, conv.Reference
	return d
}

func (req SendRequest) check() error {
	if err := checkRecipient("to", Recipient{req.User, req.Conversation}); err != nil {
		return err
	}
	return checkSaying(req.Messages, req.Key)
}

func checkRecipient(field string, to Recipient) error {
	switch {
	case to.User == "" && to.Conversation == "":
		return &InputError{Field: field, Code: "required", Detail: "must name a user or a conversation"}
	case to.User != "" && to.Conversation != "":
		return &InputError{Field: field, Code: "ambiguous", Detail: "must name a user or a conversation, not both"}
	case len(to.User) > 500:
		return &InputError{Field: field + ".user", Code: "length", Detail: "is too long to be a user id"}
	}
	return nil
}

func checkSaying(messages []message.Message, key string) error {
	switch {
	case len(key) > 200:
		return &InputError{Field: "idempotency_key", Code: "length", Detail: "must be at most 200 characters long"}
	case len(messages) == 0:
		return &InputError{Field: "messages", Code: "required", Detail: "must hold at least one message"}
	case len(messages) > maxSend:
		return &InputError{Field: fmt.Sprintf("messages[%d]", maxSend), Code: "length", Detail: fmt.Sprintf("is one too many; at most %d messages go together", maxSend)}
	}
	for i, m := range messages {
		if err := m.Validate(); err != nil && m.FallbackText == "" {
			return &InputError{Field: fmt.Sprintf("messages[%d]", i), Code: "invalid", Detail: err.Error()}
		}
	}
	return nil
}

// open finds the direct conversation with the person that a delivery is for.
func (ch *Channel) open(ctx context.Context, out *channels.Outgoing) error {
	opener, ok := ch.Adapter.(channels.Opener)
	if !ok {
		return channels.Failf(channels.Rejected, "user", "%s cannot write to a person first; send to a conversation instead", ch.Record.Type)
	}
	conv, reference, err := opener.Open(ctx, out.User)
	if err != nil {
		if se := channels.AsSendError(err); se.Kind == channels.Uncertain { // nothing was said yet
			return &channels.SendError{Kind: channels.Temporary, Code: se.Code, Err: se.Err}
		}
		return err
	}
	out.Conversation, out.Reference = conv, reference
	return nil
}
