package bot

import (
	"context"
	"fmt"

	"dari/bot/message"
	"dari/dialog"
	"dari/store"
)

// TryFailing is Try with an engine that fails, without asking it: what the person would be told, under the
// code that the failure has in traces ("timeout", "unreachable", …). It forgets nothing and remembers nothing.
func (r *Runtime) TryFailing(ctx context.Context, botID, channelType string, in message.Inbound, conv store.Conversation, code string) (DryRun, error) {
	t := r.channels.Type(channelType)
	if t == nil {
		return DryRun{}, &InputError{Field: "type", Code: "unknown", Detail: fmt.Sprintf("there is no channel type %q", channelType)}
	}
	b, err := r.bot(ctx, botID)
	if err != nil {
		return DryRun{}, err
	}
	d := DryRun{Inbound: &in, Gate: gate(trialChannel(b, t), conv, &in)}
	if d.Gate == "" {
		d.Gate = nothingToDo(&in)
	}
	if d.Gate != "" {
		return d, nil
	}
	failure := &dialog.Error{Code: code}
	d.Engine, d.Error = b.record.Engine.Type, code
	d.Said.Messages = []message.Message{message.Text(fallback(failure, in.Locale, conv.Locale, b.record.Locale))}
	return d, nil
}
