package bot

import (
	"context"
	"fmt"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/dialog"
	"dari/store"
)

// Try asks a bot as if somebody had said something on a channel of that type, without a store and without
// a platform. conv is the conversation as the caller has kept it, its zero value a new one; it is returned
// as the turn leaves it. A messenger that the bot has is no condition.
func (r *Runtime) Try(ctx context.Context, botID, channelType string, in message.Inbound, conv store.Conversation) (DryRun, store.Conversation, error) {
	l, d, err := r.trial(ctx, botID, channelType, in, conv)
	if err != nil || d.Gate != "" {
		return d, conv, err
	}
	name := l.choose()
	turn, err := r.newTurn(ctx, l, name)
	if err != nil {
		return d, conv, err
	}
	turn.ReplyTo, turn.ReplyUntil = "", time.Time{} // nobody would read a late reply
	a := r.ask(ctx, l, name, turn)
	l.apologise(a)
	d.fill(a)
	d.State = turn.State.Token
	l.keep(name, a)
	l.conv.Answered = l.conv.Answered || len(d.Said.Messages) > 0
	return d, l.conv, nil
}

// apologise lets the bot say what people are told when the engine fails.
func (l *liveTurn) apologise(a *answered) {
	if a.err == nil {
		return
	}
	a.Reply.QuickReplies = nil
	if l.in.Kind.FromUser() {
		a.messages = append(a.messages, message.Text(fallback(a.err, l.in.Locale, l.conv.Locale, l.bot.record.Locale)))
	}
}

// TryFailing is Try with an engine that fails, without asking it: what the person would be told, under the
// code that the failure has in traces ("timeout", "unreachable", …). It forgets nothing and remembers nothing.
func (r *Runtime) TryFailing(ctx context.Context, botID, channelType string, in message.Inbound, conv store.Conversation, code string) (DryRun, error) {
	l, d, err := r.trial(ctx, botID, channelType, in, conv)
	if err != nil || d.Gate != "" {
		return d, err
	}
	d.Engine, d.Error = l.bot.record.Engine.Type, code
	text := fallback(&dialog.Error{Code: code}, in.Locale, conv.Locale, l.bot.record.Locale)
	d.Said.Messages = []message.Message{message.Text(text)}
	return d, nil
}

// trial begins a turn that nobody but the caller sees. Its gate says why the bot would not answer, if so.
func (r *Runtime) trial(ctx context.Context, botID, channelType string, in message.Inbound, conv store.Conversation) (*liveTurn, DryRun, error) {
	t := r.channels.Type(channelType)
	if t == nil {
		return nil, DryRun{}, &InputError{Field: "type", Code: "unknown", Detail: fmt.Sprintf("there is no channel type %q", channelType)}
	}
	b, err := r.bot(ctx, botID)
	if err != nil {
		return nil, DryRun{}, err
	}
	ch := trialChannel(b, t)
	d := DryRun{Inbound: &in, Gate: gate(ch, conv, &in)}
	if d.Gate == "" {
		d.Gate = nothingToDo(&in)
	}
	claim := store.TurnClaim{Event: store.Event{ID: "ev_dry_" + randomID(), ConversationID: conversationID(ch.Record.ID, in.Conversation)}, Conversation: conv}
	return newLiveTurn(ch, b, claim, in, time.Now()), d, nil
}

// trialChannel is a channel that cannot be written to. People address its bot by a mention where the
// messenger marks them, as on a channel with default settings.
func trialChannel(b *liveBot, t channels.Type) *Channel {
	mode := groupAll
	if t.Limits().MarksMentions {
		mode = groupMention
	}
	return &Channel{
		Record: store.Channel{ID: "try-" + t.Name(), BotID: b.record.ID, Type: t.Name(), BotName: b.record.Name, Enabled: true},
		Type:   t, Adapter: silent{}, Limits: t.Limits(), groupMode: mode,
	}
}
