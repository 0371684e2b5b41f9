package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/store"
)

// Handoff: people take a conversation over. The bot is silent in it until they hand it back or its time
// is over. They answer by the send API and the console, or from a room of their own, in which every
// such conversation has a code: "#A7K hello" answers it, "#A7K close" gives it back to the bot.

// handoffs knows the open ones, so that a turn need not ask the store.
type handoffs struct {
	table store.Table[store.Handoff]

	mu   sync.Mutex
	byID map[string]store.Handoff
	read time.Time
}

// handoffFresh is how old the knowledge may be: another node may have opened one.
const handoffFresh = time.Second

func (h *handoffs) all(ctx context.Context, now time.Time) (map[string]store.Handoff, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.byID != nil && now.Sub(h.read) < handoffFresh {
		return h.byID, nil
	}
	list, err := h.table.List(ctx)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]store.Handoff, len(list))
	for _, open := range list {
		if open.Until.IsZero() || now.Before(open.Until) {
			byID[open.ConversationID] = open
		}
	}
	h.byID, h.read = byID, now
	return byID, nil
}

func (h *handoffs) stale() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.byID = nil
}

// Handoffs lists the conversations that people have, oldest first.
func (r *Runtime) Handoffs(ctx context.Context) ([]store.Handoff, error) {
	all, err := r.handoffs.all(ctx, time.Now())
	var list []store.Handoff
	for _, h := range all {
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b store.Handoff) int { return a.Since.Compare(b.Since) })
	return list, err
}

// TakeOver gives a conversation to people. One that they have already stays as it is.
func (r *Runtime) TakeOver(ctx context.Context, conversationID string, ask dialog.Handoff) (store.Handoff, error) {
	conv, err := r.store.Conversation(ctx, conversationID)
	if err != nil {
		return store.Handoff{}, err
	}
	return r.takeOver(ctx, conv, ask)
}

func (r *Runtime) takeOver(ctx context.Context, conv store.Conversation, ask dialog.Handoff) (store.Handoff, error) {
	now := time.Now().UTC()
	h := store.Handoff{
		ConversationID: conv.ID, BotID: conv.BotID, ChannelID: conv.ChannelID, Code: handoffCode(),
		Queue: ask.Queue, Note: ask.Note, Since: now,
	}
	if ask.For > 0 {
		h.Until = now.Add(ask.For)
	}
	err := r.store.Handoffs().Create(ctx, conv.ID, h)
	if errors.Is(err, store.ErrExists) {
		known, err := r.store.Handoffs().Get(ctx, conv.ID)
		if err != nil || known.Until.IsZero() || now.Before(known.Until) {
			return known, err
		}
		err = r.store.Handoffs().Put(ctx, conv.ID, h) // the one before is over
		r.handoffs.stale()
		return h, errors.Join(err, r.tellRoom(ctx, h, conv.ID, "handoff:"+h.Code, r.announce(h, conv)))
	}
	r.handoffs.stale()
	if err != nil {
		return h, err
	}
	return h, r.tellRoom(ctx, h, conv.ID, "handoff:"+h.Code, r.announce(h, conv))
}

// HandBack gives a conversation back to the bot. One that nobody has is no error.
func (r *Runtime) HandBack(ctx context.Context, conversationID string) error {
	err := r.store.Handoffs().Delete(ctx, conversationID)
	r.handoffs.stale()
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// handoffCode is easy to type and to read aloud.
func handoffCode() string {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	var b [4]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b[:])
}

// handedOver handles an event of a conversation that people have. ok is false for any other.
func (r *Runtime) handedOver(ctx context.Context, l *liveTurn) (t store.Turn, ok bool, err error) {
	open, err := r.handoffs.all(ctx, time.Now())
	if err != nil {
		return t, false, err
	}
	h, ok := open[l.conv.ID]
	if !ok || !l.in.Kind.FromUser() {
		return t, false, nil
	}
	err = r.tellRoom(ctx, h, l.conv.ID, "relay:"+l.event.ID, fmt.Sprintf("#%s %s: %s", h.Code, l.personName(), inWords(&l.in)))
	return store.Turn{State: store.Ignored, Reason: "people have the conversation (handoff)", Conversation: &l.conv}, true, err
}

// roomCommand is "#CODE text", with anything before the code that a mention leaves there.
var roomCommand = regexp.MustCompile(`(?s)^\W{0,3}#([A-Z2-9]{4})[\s:]+(.+)$`)

// roomSaid passes on what people say in their room. ok is false for anything else.
func (r *Runtime) roomSaid(ctx context.Context, l *liveTurn) (t store.Turn, ok bool, err error) {
	room, b := &l.conv, l.bot
	if b.record.Handoff.Conversation == "" || room.ID != b.record.Handoff.Conversation {
		return t, false, nil
	}
	m := roomCommand.FindStringSubmatch(strings.TrimSpace(l.in.Text))
	if m == nil {
		return t, false, nil
	}
	t = store.Turn{State: store.Handled, Conversation: room}
	open, err := r.handoffs.all(ctx, time.Now())
	if err != nil {
		return t, true, err
	}
	for _, h := range open {
		if h.Code != m[1] || h.BotID != room.BotID {
			continue
		}
		switch said := strings.TrimSpace(m[2]); strings.ToLower(said) {
		case "close", "종료", "終了":
			return t, true, r.HandBack(ctx, h.ConversationID)
		default:
			return t, true, r.sayAs(ctx, h.ConversationID, "room:"+l.event.ID, said)
		}
	}
	return t, true, r.sayAs(ctx, room.ID, "room:"+l.event.ID, "#"+m[1]+" ?")
}

// tellRoom says something in the room from which people answer, if there is one. The key makes it once.
func (r *Runtime) tellRoom(ctx context.Context, h store.Handoff, conversationID, key, text string) error {
	b, err := r.bot(ctx, h.BotID)
	if err != nil {
		return err
	}
	if room := b.record.Handoff.Conversation; room != "" && room != conversationID {
		return r.sayAs(ctx, room, key, text)
	}
	return nil
}

// sayAs queues a text in a conversation, once per key.
func (r *Runtime) sayAs(ctx context.Context, conversationID, key, text string) error {
	channelID, _, _ := strings.Cut(conversationID, ":")
	ch, err := r.Channel(ctx, channelID)
	if err == nil {
		_, err = r.Send(ctx, ch, SendRequest{Conversation: conversationID, Messages: []message.Message{message.Text(text)}, Key: key})
	}
	var input *InputError
	if errors.As(err, &input) || errors.Is(err, store.ErrNotFound) {
		r.log.Warn("not said", "conversation", conversationID, "error", err)
		return nil // trying again would not help, and the event need not wait for it
	}
	return err
}

func (r *Runtime) announce(h store.Handoff, conv store.Conversation) string {
	lines := []string{fmt.Sprintf("#%s %s (%s)", h.Code, first(conv.User.Name, conv.User.ID, conv.ID), conv.ChannelID)}
	for _, line := range []string{h.Queue, h.Note} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(append(lines, fmt.Sprintf("→ #%s … · #%s close", h.Code, h.Code)), "\n")
}

func (l *liveTurn) personName() string {
	return first(l.in.Sender.Name, l.conv.User.Name, l.in.Sender.ID)
}

// inWords is what people read of an event.
func inWords(in *message.Inbound) string {
	switch {
	case in.Text != "":
		return in.Text
	case in.Postback != nil:
		return first(in.Postback.Label, in.Postback.Data)
	case len(in.Attachments) > 0:
		a := in.Attachments[0]
		return strings.TrimSpace(string(a.Kind) + " " + first(a.Name, a.URL))
	}
	return string(in.Kind)
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
