package bot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/store"
)

// turn runs one turn: parse, gate, engine, render, commit. When work is cut off the event goes back.
func (r *Runtime) turn(work context.Context, c store.TurnClaim) {
	log := r.log.With("channel", c.Event.ChannelID, "event", c.Event.ID)
	start := time.Now()
	t, err := r.decide(work, c, start)
	if err == nil {
		t.StartedAt, t.FinishedAt = start.UTC(), time.Now().UTC()
		_, err = r.store.CommitTurn(work, c, t)
	}
	if err != nil {
		log.Warn("turn handed back", "error", err)
		r.store.ReleaseTurn(c)
		return
	}
	took := time.Since(start)
	r.metrics.turnSeconds.Observe(took.Seconds())
	r.metrics.events.WithLabelValues(r.typeOf(c.Event.ChannelID), c.Event.ChannelID, string(t.State)).Inc()
	log.Info("turn done", "state", t.State, "reason", t.Reason, "deliveries", len(t.Deliveries), "ms", took.Milliseconds())
	e := c.Event
	e.State, e.Reason = t.State, t.Reason
	r.feed.publishEvent(e)
}

func (r *Runtime) typeOf(channelID string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if ch := r.live[channelID]; ch != nil {
		return ch.Record.Type
	}
	return ""
}

// trace is what a turn leaves behind for people who ask why.
type trace struct {
	Engine   string          `json:"engine,omitempty"`
	EngineMS int64           `json:"engine_ms,omitempty"`
	Error    string          `json:"error,omitempty"`
	Notes    []string        `json:"notes,omitempty"`
	Detail   json.RawMessage `json:"detail,omitempty"` // the engine's own
}

// decide works out everything that the turn changes. An error means that the turn has to be run again;
// whatever is the bot builder's or the engine's fault is a failed turn instead.
func (r *Runtime) decide(ctx context.Context, c store.TurnClaim, start time.Time) (store.Turn, error) {
	ch, err := r.Channel(ctx, c.Event.ChannelID)
	if err != nil {
		return failedTurn("channel", err), ctx.Err()
	}
	in, err := parse(ch, c.Event)
	if err != nil {
		return failedTurn("parse", err), nil
	}
	if reason := gate(ch, c.Conversation, &in); reason != "" {
		return store.Turn{State: store.Ignored, Reason: reason}, nil
	}
	if err := resolve(ctx, r.store, &in); err != nil {
		return store.Turn{}, err
	}
	if t, ok := r.consent(ctx, ch, in); ok {
		return t, ctx.Err()
	}
	b, err := r.bot(ctx, ch.Record.BotID)
	if err != nil {
		return failedTurn("bot", err), ctx.Err()
	}
	r.link(ch, c.Event.ID, &in)
	conv := nextConversation(c, ch, in, start)
	answer := r.ask(ctx, b, ch, c, conv, in, start)
	if ctx.Err() != nil {
		return store.Turn{}, ctx.Err()
	}
	refs := references{}
	t := r.finish(ch, c, conv, in, b, answer, refs)
	return t, refs.keep(ctx, r.store)
}

func failedTurn(code string, err error) store.Turn {
	return store.Turn{State: store.Failed, Reason: code + ": " + err.Error()}
}

// nextConversation is the conversation as this event leaves it.
func nextConversation(c store.TurnClaim, ch *Channel, in message.Inbound, now time.Time) store.Conversation {
	conv := c.Conversation
	if conv.ID == "" {
		conv = store.Conversation{ID: c.Event.ConversationID, BotID: ch.Record.BotID, ChannelID: ch.Record.ID, FirstAt: now.UTC(), LastAt: now.UTC()}
	}
	title := conv.Platform.Title
	conv.Platform = in.Conversation
	if conv.Platform.Title == "" {
		conv.Platform.Title = title
	}
	if in.Sender.ID != "" && !in.Sender.Bot && (conv.User.ID != in.Sender.ID || in.Sender.Name != "") {
		conv.User = in.Sender
	}
	if in.Locale != "" {
		conv.Locale = in.Locale
	}
	if len(in.Reference) > 0 {
		conv.Reference = in.Reference
	}
	return conv
}

// answered is what came of asking the engine.
type answered struct {
	reply message.Reply
	state *dialog.State
	err   *dialog.Error
	trace trace
}

// ask runs the engine under the turn's deadline. A panic of the engine is an error of the turn.
func (r *Runtime) ask(ctx context.Context, b *liveBot, ch *Channel, c store.TurnClaim, conv store.Conversation, in message.Inbound, start time.Time) (a answered) {
	deadline := start.Add(r.opts.TurnTimeout)
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	capabilities, _ := json.Marshal(ch.Limits)
	t := dialog.Turn{
		ID:             "turn_" + strings.TrimPrefix(c.Event.ID, "ev_"),
		Bot:            dialog.Bot{ID: b.record.ID, Name: b.record.Name, Locale: b.record.Locale},
		Channel:        dialog.Channel{ID: ch.Record.ID, Type: ch.Record.Type, Capabilities: capabilities},
		ConversationID: conv.ID, Inbound: in, New: c.Conversation.ID == "",
		State: dialog.State{Token: conv.State}, Deadline: deadline,
	}
	if t.Inbound.Locale == "" {
		t.Inbound.Locale = conv.Locale
	}
	stopTyping := r.showTyping(ctx, ch, conv, in)
	emitted, res, err := call(ctx, b.engine, t)
	stopTyping()
	a.reply = res.Reply
	a.reply.Messages = append(emitted, res.Reply.Messages...)
	a.state = res.State
	if res.End {
		a.state = &dialog.State{}
	}
	a.trace = trace{Engine: b.record.Engine.Type, EngineMS: time.Since(start).Milliseconds(), Detail: res.Trace}
	if err != nil {
		a.err = dialog.AsError(err)
		if ctx.Err() == context.DeadlineExceeded {
			a.err = &dialog.Error{Code: "timeout", UserMessage: a.err.UserMessage, Err: fmt.Errorf("no answer within %v", r.opts.TurnTimeout)}
		}
		a.trace.Error = a.err.Error()
		var panicked *enginePanic
		if errors.As(err, &panicked) {
			r.log.Error("engine panicked", "event", c.Event.ID, "panic", panicked.value, "stack", panicked.stack)
		}
	}
	return a
}

type enginePanic struct {
	value any
	stack string
}

func (p *enginePanic) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func call(ctx context.Context, e dialog.Engine, t dialog.Turn) (emitted []message.Message, res dialog.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &dialog.Error{Code: "panic", Err: &enginePanic{p, string(debug.Stack())}}
		}
	}()
	res, err = e.Turn(ctx, t, func(o dialog.Output) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if o.Message != nil {
			emitted = append(emitted, *o.Message)
		}
		return nil
	})
	return emitted, res, err
}

// finish renders the answer, or the fallback when there is none, into deliveries.
func (r *Runtime) finish(ch *Channel, c store.TurnClaim, conv store.Conversation, in message.Inbound, b *liveBot, a answered, refs references) store.Turn {
	t := store.Turn{State: store.Handled}
	if a.err != nil {
		t.State, t.Reason = store.Failed, a.err.Error()
		r.metrics.engineErrors.WithLabelValues(b.record.ID, a.err.Code).Inc()
		a.reply.QuickReplies = nil
		if in.Kind.FromUser() { // nobody waits for an answer to the other kinds
			a.reply.Messages = append(a.reply.Messages, message.Text(fallback(a.err, in.Locale, conv.Locale, b.record.Locale)))
		}
	}
	out := render(a.reply, ch.Record.Type, ch.Limits, refs.refer(conv.ID))
	if in.Kind.FromUser() && len(out.calls) == 0 && len(out.notes) > 0 && a.err == nil {
		// The engine answered, but nothing of it can be shown: silence would leave the person guessing.
		text := message.Text(fallback(&dialog.Error{}, in.Locale, conv.Locale, b.record.Locale))
		out.calls = [][]message.Message{{text}}
		t.State, t.Reason = store.Failed, "the engine's answer cannot be shown: "+out.notes[0]
	}
	a.trace.Notes = out.notes
	for i, messages := range out.calls {
		t.Deliveries = append(t.Deliveries, store.Delivery{
			EventID: c.Event.ID, BotID: ch.Record.BotID, ChannelID: ch.Record.ID, ConversationID: conv.ID,
			Platform: in.Conversation, Messages: messages, Reference: conv.Reference,
			Address: in.Address, AddressAt: c.Event.ReceivedAt, First: i == 0,
			Key: newUUID(), CreatedAt: time.Now().UTC(),
		})
	}
	if a.state != nil && a.err == nil {
		conv.State = a.state.Token
	}
	conv.Answered = conv.Answered || len(t.Deliveries) > 0
	if worthWriting(c.Conversation, conv) {
		conv.LastAt = time.Now().UTC()
		t.Conversation = &conv
	}
	t.Trace, _ = json.Marshal(a.trace)
	return t
}

// lastAtGrain is how exact the time of the last turn is kept: a conversation in full swing would else
// be written again with every turn.
const lastAtGrain = 10 * time.Minute

func worthWriting(old, next store.Conversation) bool {
	if old.ID == "" || time.Since(old.LastAt) > lastAtGrain {
		return true
	}
	return old.State != next.State || old.Answered != next.Answered || old.Locale != next.Locale ||
		old.User != next.User || old.Platform != next.Platform || !slices.Equal(old.Reference, next.Reference)
}

// fallbackTexts are said when the engine has no answer; the bot builder sees the reason in the trace.
var fallbackTexts = map[string]string{
	"ko": "죄송합니다. 지금은 답변을 드릴 수 없습니다. 잠시 후 다시 시도해 주세요.",
	"ja": "申し訳ありません。ただいまお答えできません。しばらくしてからもう一度お試しください。",
	"en": "Sorry, I cannot answer right now. Please try again in a moment.",
}

func fallback(err *dialog.Error, locales ...string) string {
	if err.UserMessage != "" {
		return err.UserMessage
	}
	for _, l := range locales {
		lang, _, _ := strings.Cut(strings.ToLower(l), "-")
		if text := fallbackTexts[lang]; text != "" {
			return text
		}
	}
	return fallbackTexts["en"]
}

// newUUID is a random UUID (RFC 9562, version 4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
