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
	d := store.Delivery{
		BotID: ch.Record.BotID, ChannelID: ch.Record.ID, User: req.User,
		ConversationID: ch.Record.ID + ":" + req.User, CreatedAt: time.Now().UTC(),
	}
	if req.Conversation != "" {
		conv, err := r.store.Conversation(ctx, req.Conversation)
		switch {
		case errors.Is(err, store.ErrNotFound) || err == nil && conv.ChannelID != ch.Record.ID:
			return nil, &InputError{Field: "to.conversation", Code: "unknown", Detail: "is not a conversation of this channel; GET /api/v1/conversations lists them"}
		case err != nil:
			return nil, err
		}
		d.ConversationID, d.Platform, d.Reference = conv.ID, conv.Platform, conv.Reference
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
	ds, _, err := r.store.Enqueue(ctx, key, ds)
	return ds, err
}

func (req SendRequest) check() error {
	switch {
	case req.User == "" && req.Conversation == "":
		return &InputError{Field: "to", Code: "required", Detail: "must name a user or a conversation"}
	case req.User != "" && req.Conversation != "":
		return &InputError{Field: "to", Code: "ambiguous", Detail: "must name a user or a conversation, not both"}
	case len(req.User) > 500:
		return &InputError{Field: "to.user", Code: "length", Detail: "is too long to be a user id"}
	case len(req.Key) > 200:
		return &InputError{Field: "idempotency_key", Code: "length", Detail: "must be at most 200 characters long"}
	case len(req.Messages) == 0:
		return &InputError{Field: "messages", Code: "required", Detail: "must hold at least one message"}
	case len(req.Messages) > maxSend:
		return &InputError{Field: "messages", Code: "length", Detail: fmt.Sprintf("must hold at most %d messages", maxSend)}
	}
	for i, m := range req.Messages {
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
