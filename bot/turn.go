package bot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
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
	start := time.Now()
	work, span := r.tracer.Start(r.tracer.Of(work, c.Event.ID), "turn")
	defer span.End()
	span.Set("dari.bot", c.Event.BotID)
	var asked trace
	t, err := r.decide(work, c, start, &asked)
	if err == nil {
		t.StartedAt, t.FinishedAt = start.UTC(), time.Now().UTC()
		err = insist(work, r.log, func() error { _, err := r.store.CommitTurn(work, c, t); return err })
	}
	if err != nil {
		r.unstream(t)
		span.Fail("handed_back")
		r.log.Warn("turn handed back", "channel", c.Event.ChannelID, "event", c.Event.ID, "error", err)
		r.store.ReleaseTurn(c)
		return
	}
	took := time.Since(start)
	r.metrics.turnSeconds.WithLabelValues(c.Event.BotID).Observe(took.Seconds())
	if span.Set("dari.state", string(t.State)); t.State == store.Failed {
		span.Fail("failed")
	}
	r.metrics.events.WithLabelValues(r.typeOf(c.Event.ChannelID), c.Event.ChannelID, string(t.State)).Inc()
	r.stats.turn(c, t, asked)
	r.log.LogAttrs(work, level(t.State != store.Failed), "turn done", slog.String("channel", c.Event.ChannelID), slog.String("event", c.Event.ID),
		slog.String("state", string(t.State)), slog.String("reason", t.Reason), slog.Int("deliveries", len(t.Deliveries)), slog.Int64("ms", took.Milliseconds()))
	e := c.Event
	e.State, e.Reason = t.State, t.Reason
	r.feed.publishEvent(e)
}

// level is how loud an outcome is told. What goes well is counted and kept with the event; a line for each
// message is for those who look for something.
func level(well bool) slog.Level {
	if well {
		return slog.LevelDebug
	}
	return slog.LevelWarn
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

// liveTurn is a turn under way.
type liveTurn struct {
	ch    *Channel
	bot   *liveBot
	event store.Event
	known store.Conversation // as it is stored; zero ID: this is its first turn
	conv  store.Conversation // as the turn leaves it
	in    message.Inbound
	start time.Time
}

// decide works out everything that the turn changes. An error means that the turn has to be run again;
// whatever is the bot builder's or the engine's fault is a failed turn instead. asked gets what the engine
// was asked, if it was.
func (r *Runtime) decide(ctx context.Context, c store.TurnClaim, start time.Time, asked *trace) (store.Turn, error) {
	ch, err := r.Channel(ctx, c.Event.ChannelID)
	if isUnread(err) {
		return store.Turn{}, err
	}
	if err != nil {
		return failedTurn("channel", err), ctx.Err()
	}
	if c.Event.Kind == message.KindLate {
		return r.decideLate(ctx, ch, c, start)
	}
	in, err := parse(ch, c.Event)
	if err != nil {
		return failedTurn("parse", err), nil
	}
	parsed := time.Since(start)
	answerable(c.Event, &in)
	b, err := r.bot(ctx, ch.Record.BotID)
	if isUnread(err) {
		return store.Turn{}, err
	}
	if err != nil {
		return failedTurn("bot", err), ctx.Err()
	}
	l := newLiveTurn(ch, b, c, in, start)
	if t, ok, err := r.roomSaid(ctx, l); ok || err != nil {
		return t, err
	}
	if in.Forget {
		if err := r.withdraw(ctx, l); err != nil {
			return store.Turn{}, err
		}
	}
	reason := gate(ch, l.known, &l.in)
	if reason == "" && in.Kind == message.KindFollow {
		reason, err = r.wroteFirst(ctx, l)
	}
	if reason != "" || err != nil {
		return store.Turn{State: store.Ignored, Reason: reason}, err
	}
	if err := resolve(ctx, r.store, &l.in); err != nil {
		return store.Turn{}, err
	}
	if t, ok := consent(ctx, ch, &l.in); ok {
		return t, ctx.Err()
	}
	r.link(ch, l.event.ID, &l.in)
	if t, ok, err := r.handedOver(ctx, l); ok || err != nil {
		return t, err
	}
	a, err := r.answerBy(ctx, l)
	if err != nil {
		return store.Turn{}, err
	}
	if ctx.Err() != nil {
		r.abandon(a.stream, a.shown)
		return store.Turn{}, ctx.Err()
	}
	a.trace.ParseUS = parsed.Microseconds()
	*asked = a.trace
	return r.conclude(ctx, l, a)
}

// conclude turns the answer into everything that the turn changes, and keeps first what the turn's own
// transaction does not: it is the same when the turn runs again.
func (r *Runtime) conclude(ctx context.Context, l *liveTurn, a *answered) (store.Turn, error) {
	refs := references{}
	_, span := r.tracer.Start(ctx, "render")
	t := r.finish(l, a, refs)
	span.End()
	err := insist(ctx, r.log, func() error { return refs.keep(ctx, r.store) })
	if err == nil && a.Handoff != nil && a.err == nil {
		_, err = r.takeOver(ctx, l.conv, *a.Handoff)
	}
	if err == nil {
		err = insist(ctx, r.log, func() error { return r.remember(ctx, l, a) })
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

// remember keeps what is known of the person after the turn: the engine's state, and where they are written to.
func (r *Runtime) remember(ctx context.Context, l *liveTurn, a *answered) error {
	said := a.User != nil && a.err == nil
	// Where a reference is needed for writing first, the person's id alone does not lead to the conversation.
	place := l.known.ID == "" && l.in.Conversation.Kind == message.Direct && len(l.in.Reference) > 0
	if l.in.Sender.ID == "" || !said && !place {
		return nil
	}
	p, err := r.person(ctx, l.ch, l.in.Sender.ID)
	if err != nil {
		return err
	}
	if said {
		p.State = a.User.Token
	}
	if place {
		p.Direct = l.conv.ID
	}
	if id := l.in.Sender.StableID; place && id != "" { // either may be written to
		if err := r.store.People().Put(ctx, personID(l.ch, id), store.Person{Direct: p.Direct}); err != nil {
			return err
		}
	}
	return r.store.People().Put(ctx, personID(l.ch, l.in.Sender.ID), p)
}

// person is what is known of a person, nothing for one who is not known.
func (r *Runtime) person(ctx context.Context, ch *Channel, user string) (store.Person, error) {
	p, err := r.store.People().Get(ctx, personID(ch, user))
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return p, err
}

func personID(ch *Channel, user string) string { return ch.Record.ID + ":" + user }

func failedTurn(code string, err error) store.Turn {
	return store.Turn{State: store.Failed, Reason: code + ": " + err.Error()}
}

// newLiveTurn begins a turn: the event is known, what it means to its conversation follows from it.
func newLiveTurn(ch *Channel, b *liveBot, c store.TurnClaim, in message.Inbound, start time.Time) *liveTurn {
	l := &liveTurn{ch: ch, bot: b, event: c.Event, known: c.Conversation, conv: c.Conversation, in: in, start: start}
	conv := &l.conv
	if conv.ID == "" {
		*conv = store.Conversation{ID: c.Event.ConversationID, BotID: ch.Record.BotID, ChannelID: ch.Record.ID, FirstAt: start.UTC(), LastAt: start.UTC()}
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
	return l
}

// finish renders the answer, or the fallback when there is none, into deliveries.
func (r *Runtime) finish(l *liveTurn, a *answered, refs references) store.Turn {
	ch, in, conv := l.ch, &l.in, &l.conv
	t := store.Turn{State: store.Handled}
	if a.err != nil {
		t.State, t.Reason = store.Failed, a.err.Error()
		r.metrics.engineErrors.WithLabelValues(l.bot.record.ID, errorCode(a.err.Code)).Inc()
		a.Reply.QuickReplies = nil
		if in.Kind.FromUser() { // nobody waits for an answer to the other kinds
			a.messages = append(a.messages, message.Text(fallback(a.err, in.Locale, conv.Locale, l.bot.record.Locale)))
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
		text := message.Text(fallback(&dialog.Error{}, in.Locale, conv.Locale, l.bot.record.Locale))
		out.calls = [][]message.Message{{text}}
		t.State, t.Reason = store.Failed, "the engine's answer cannot be shown: "+out.notes[0]
	}
	a.trace.Notes = out.notes
	for i, messages := range out.calls {
		process := "" // kept where it matters, since it is written for every message
		if i == 0 && len(in.Address) > 0 {
			process = r.process
		}
		t.Deliveries = append(t.Deliveries, store.Delivery{
			EventID: l.event.ID, BotID: ch.Record.BotID, ChannelID: ch.Record.ID, ConversationID: conv.ID,
			Platform: in.Conversation, Messages: messages, Reference: conv.Reference,
			Address: in.Address, AddressAt: l.event.ReceivedAt, First: i == 0,
			Key: newUUID(), CreatedAt: time.Now().UTC(), Process: process,
		})
	}
	conv.Answered = conv.Answered || len(t.Deliveries) > 0
	if worthWriting(&l.known, conv) {
		conv.LastAt = time.Now().UTC()
		t.Conversation = conv
	}
	t.Trace, _ = json.Marshal(a.trace)
	return t
}

// lastAtGrain is how exact the time of the last turn is kept: a conversation in full swing would else
// be written again with every turn.
const lastAtGrain = 10 * time.Minute

func worthWriting(old, next *store.Conversation) bool {
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
