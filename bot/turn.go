package bot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
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
	work, span := r.tracer.Start(r.tracer.Of(work, c.Event.ID), "turn")
	defer span.End()
	span.Set("dari.bot", c.Event.BotID)
	t, err := r.decide(work, c, start)
	if err == nil {
		t.StartedAt, t.FinishedAt = start.UTC(), time.Now().UTC()
		err = insist(work, log, func() error { _, err := r.store.CommitTurn(work, c, t); return err })
	}
	if err != nil {
		r.unstream(t)
		span.Fail("handed_back")
		log.Warn("turn handed back", "error", err)
		r.store.ReleaseTurn(c)
		return
	}
	took := time.Since(start)
	r.metrics.turnSeconds.WithLabelValues(c.Event.BotID).Observe(took.Seconds())
	if span.Set("dari.state", string(t.State)); t.State == store.Failed {
		span.Fail("failed")
	}
	r.metrics.events.WithLabelValues(r.typeOf(c.Event.ChannelID), c.Event.ChannelID, string(t.State)).Inc()
	r.stats.turn(c, t)
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
	ParseUS    int64             `json:"parse_us,omitempty"`
	Engine     string            `json:"engine,omitempty"`      // its type
	EngineName string            `json:"engine_name,omitempty"` // which of the bot's, if not the main one
	FailedOver string            `json:"failed_over,omitempty"` // why another engine than that was asked
	EngineMS   int64             `json:"engine_ms,omitempty"`
	RenderUS   int64             `json:"render_us,omitempty"`
	State      string            `json:"state,omitempty"` // the engine's, before the turn
	Streamed   bool              `json:"streamed,omitempty"`
	Said       []message.Message `json:"said,omitempty"` // by the engine, where something else was sent
	Error      string            `json:"error,omitempty"`
	Notes      []string          `json:"notes,omitempty"`
	Detail     json.RawMessage   `json:"detail,omitempty"` // the engine's own
}

// decide works out everything that the turn changes. An error means that the turn has to be run again;
// whatever is the bot builder's or the engine's fault is a failed turn instead.
func (r *Runtime) decide(ctx context.Context, c store.TurnClaim, start time.Time) (store.Turn, error) {
	ch, err := r.Channel(ctx, c.Event.ChannelID)
	if err != nil {
		return failedTurn("channel", err), ctx.Err()
	}
	if c.Event.Kind == message.KindLate {
		return r.decideLate(ctx, ch, c)
	}
	in, err := parse(ch, c.Event)
	if err != nil {
		return failedTurn("parse", err), nil
	}
	parsed := time.Since(start)
	answerable(c.Event, &in)
	b, err := r.bot(ctx, ch.Record.BotID)
	if err != nil {
		return failedTurn("bot", err), ctx.Err()
	}
	conv := nextConversation(c, ch, in, start)
	if t, ok, err := r.roomSaid(ctx, b, c, conv, in); ok || err != nil {
		return t, err
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
	r.link(ch, c.Event.ID, &in)
	if t, ok, err := r.handedOver(ctx, c, conv, in); ok || err != nil {
		return t, err
	}
	answer, conv, err := r.answerBy(ctx, b, ch, c, conv, in, start)
	if err != nil {
		return store.Turn{}, err
	}
	if ctx.Err() != nil {
		r.abandon(answer.stream, answer.shown)
		return store.Turn{}, ctx.Err()
	}
	answer.trace.ParseUS = parsed.Microseconds()
	return r.conclude(ctx, ch, c, conv, in, b, answer)
}

// conclude turns the answer into everything that the turn changes, and keeps first what the turn's own
// transaction does not: it is the same when the turn runs again.
func (r *Runtime) conclude(ctx context.Context, ch *Channel, c store.TurnClaim, conv store.Conversation, in message.Inbound, b *liveBot, a answered) (store.Turn, error) {
	refs := references{}
	_, span := r.tracer.Start(ctx, "render")
	t := r.finish(ch, c, conv, in, b, a, refs)
	span.End()
	err := refs.keep(ctx, r.store)
	if err == nil && a.Handoff != nil && a.err == nil {
		_, err = r.takeOver(ctx, conv, *a.Handoff)
	}
	if err == nil && a.User != nil && a.err == nil && in.Sender.ID != "" {
		err = r.store.People().Put(ctx, personID(ch, in), store.Person{State: a.User.Token})
	}
	if a.stream == nil {
		return t, err
	}
	if err != nil || len(t.Deliveries) == 0 || len(t.Deliveries[0].Messages) != 1 {
		r.abandon(a.stream, a.shown)
		return t, err
	}
	r.streams.put(t.Deliveries[0].Key, a.stream)
	return t, nil
}

// personID is the key of what an engine keeps about a person.
func personID(ch *Channel, in message.Inbound) string { return ch.Record.ID + ":" + in.Sender.ID }

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

// finish renders the answer, or the fallback when there is none, into deliveries.
func (r *Runtime) finish(ch *Channel, c store.TurnClaim, conv store.Conversation, in message.Inbound, b *liveBot, a answered, refs references) store.Turn {
	t := store.Turn{State: store.Handled}
	if a.err != nil {
		t.State, t.Reason = store.Failed, a.err.Error()
		r.metrics.engineErrors.WithLabelValues(b.record.ID, errorCode(a.err.Code)).Inc()
		a.Reply.QuickReplies = nil
		if in.Kind.FromUser() { // nobody waits for an answer to the other kinds
			a.messages = append(a.messages, message.Text(fallback(a.err, in.Locale, conv.Locale, b.record.Locale)))
		}
	}
	start := time.Now()
	out := render(message.Reply{Messages: a.messages, QuickReplies: a.Reply.QuickReplies}, ch.Record.Type, ch.Limits, refs.refer(conv.ID))
	a.trace.RenderUS = time.Since(start).Microseconds()
	if len(out.notes) > 0 {
		a.trace.Said = a.messages
	}
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
	return old.State != next.State || old.Engine != next.Engine || !maps.Equal(old.States, next.States) || old.Answered != next.Answered || old.Locale != next.Locale ||
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
