package bot

import (
	"context"
	"errors"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// SetMenu shows a menu beside the chats of a channel, in place of the one before.
func (r *Runtime) SetMenu(ctx context.Context, id string, m message.Menu) error {
	setter, ch, err := r.menus(ctx, id)
	if err != nil {
		return err
	}
	if err := m.Validate(); err != nil {
		field, _, _ := strings.Cut(err.Error(), ":")
		return &InputError{Field: field, Code: "invalid", Detail: strings.TrimSpace(strings.TrimPrefix(err.Error(), field+":"))}
	}
	refs := references{}
	long := func(a message.Action) message.Action {
		if over(a.Data, ch.Limits.PostbackData) {
			a.Data = refs.refer(ch.Record.ID)(a.Data)
		}
		return a
	}
	for i := range m.Actions {
		m.Actions[i] = long(m.Actions[i])
	}
	for i := range m.Areas {
		m.Areas[i].Action = long(m.Areas[i].Action)
	}
	if err := refs.keep(ctx, r.store); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	return setter.SetMenu(ctx, m)
}

// RemoveMenu takes the menu of a channel away.
func (r *Runtime) RemoveMenu(ctx context.Context, id string) error {
	setter, _, err := r.menus(ctx, id)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	return setter.RemoveMenu(ctx)
}

func (r *Runtime) menus(ctx context.Context, id string) (channels.MenuSetter, *Channel, error) {
	ch, err := r.Channel(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	setter, ok := ch.Adapter.(channels.MenuSetter)
	if !ok {
		return nil, nil, ErrUnsupported
	}
	return setter, ch, nil
}

// ErrNotEditable means that a delivery holds no sent message that could be changed.
var ErrNotEditable = errors.New("the delivery holds no single sent message that the platform could change")

// Edit shows another message in place of what a delivery has sent.
func (r *Runtime) Edit(ctx context.Context, deliveryID string, m message.Message) error {
	editor, ch, out, id, err := r.sentMessage(ctx, deliveryID)
	if err != nil {
		return err
	}
	if err := m.Validate(); err != nil {
		return &InputError{Field: "message", Code: "invalid", Detail: err.Error()}
	}
	refs := references{}
	fit := render(message.Reply{Messages: []message.Message{m}}, ch.Record.Type, ch.Limits, refs.refer(out.Conversation.ID))
	if len(fit.calls) != 1 || len(fit.calls[0]) != 1 {
		return &InputError{Field: "message", Code: "length", Detail: "does not fit into one message"}
	}
	if err := refs.keep(ctx, r.store); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, ch.sendTimeout())
	defer cancel()
	return editor.Edit(ctx, out, id, fit.calls[0][0])
}

// Withdraw takes back what a delivery has sent.
func (r *Runtime) Withdraw(ctx context.Context, deliveryID string) error {
	editor, ch, out, id, err := r.sentMessage(ctx, deliveryID)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, ch.sendTimeout())
	defer cancel()
	return editor.Withdraw(ctx, out, id)
}

func (r *Runtime) sentMessage(ctx context.Context, deliveryID string) (channels.Editor, *Channel, channels.Outgoing, string, error) {
	var out channels.Outgoing
	d, err := r.store.Delivery(ctx, deliveryID)
	if err != nil {
		return nil, nil, out, "", err
	}
	ch, err := r.Channel(ctx, d.ChannelID)
	if err != nil {
		return nil, nil, out, "", err
	}
	editor, ok := ch.Adapter.(channels.Editor)
	if !ok {
		return nil, nil, out, "", ErrUnsupported
	}
	out = channels.Outgoing{ID: d.ID, Conversation: d.Platform, Reference: d.Reference, Attempt: 1}
	if len(d.Result.MessageIDs) != 1 || out.Conversation.ID == "" {
		return nil, nil, out, "", ErrNotEditable
	}
	return editor, ch, out, d.Result.MessageIDs[0], nil
}
