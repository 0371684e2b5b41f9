package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/dialog"
)

// answered is what came of asking the engine.
type answered struct {
	dialog.Result
	messages []message.Message
	err      *dialog.Error
	trace    trace
	// stream shows the first of the messages already, as far as shown; nil if it does not.
	stream channels.Stream
	shown  string
}

// ask runs one engine under the turn's deadline. A panic of the engine is an error of the turn.
func (r *Runtime) ask(ctx context.Context, l *liveTurn, name string, t *dialog.Turn) *answered {
	start, e, a := time.Now(), l.bot.engines[name], &answered{}
	ctx, cancel := context.WithDeadline(ctx, t.Deadline)
	defer cancel()
	stopTyping := r.showTyping(ctx, l)
	grow := r.grow(ctx, l, stopTyping)
	c := &collector{ctx: ctx, growth: grow}
	res, err := r.engineTurn(ctx, e, t, c.emit)
	stopTyping()
	a.stream, a.shown = grow.stop()
	a.Result, a.messages = res, c.finish(res.Reply.Messages, err, a.shown != "")
	if res.End {
		a.State = &dialog.State{}
	}
	a.trace = trace{Engine: e.typ, EngineMS: time.Since(start).Milliseconds(), Detail: res.Trace, Streamed: a.stream != nil, State: t.State.Token}
	if err != nil {
		a.err = dialog.AsError(err)
		if ctx.Err() == context.DeadlineExceeded {
			a.err = &dialog.Error{Code: "timeout", UserMessage: a.err.UserMessage, Err: fmt.Errorf("no answer within %v", r.opts.TurnTimeout)}
		}
		a.trace.Error = a.err.Error()
		var panicked *enginePanic
		if errors.As(err, &panicked) {
			r.log.Error("engine panicked", "turn", t.ID, "panic", panicked.value, "stack", panicked.stack)
		}
	}
	return a
}

// engineTurn asks the engine and notes how long it took.
func (r *Runtime) engineTurn(ctx context.Context, e *liveEngine, t *dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
	ctx, span := r.tracer.Start(ctx, "engine")
	defer span.End()
	span.Set("dari.engine", e.typ)
	start := time.Now()
	res, err := e.Turn(ctx, *t, emit)
	code := ""
	if err != nil {
		code = errorCode(dialog.AsError(err).Code)
		span.Fail(code)
	}
	r.metrics.used(t.Bot.ID, e.typ, res.Usage)
	if code != "breaker_open" { // else it was not asked
		r.metrics.engineSeconds.WithLabelValues(t.Bot.ID, e.typ).Observe(time.Since(start).Seconds())
	}
	return res, err
}

// newTurn is the question to the engine.
func (r *Runtime) newTurn(ctx context.Context, l *liveTurn, name string) (*dialog.Turn, error) {
	b, ch, conv, in := l.bot, l.ch, &l.conv, &l.in
	e := b.engines[name]
	t := &dialog.Turn{
		ID:             "turn_" + strings.TrimPrefix(l.event.ID, "ev_"),
		Bot:            dialog.Bot{ID: b.record.ID, Name: b.record.Name, Locale: b.record.Locale, Revision: b.record.Revision},
		Channel:        dialog.Channel{ID: ch.Record.ID, Type: ch.Record.Type, Capabilities: ch.capabilities},
		ConversationID: conv.ID, Inbound: *in, New: l.known.ID == "",
		State: dialog.State{Token: stateOf(conv, name)}, Deadline: l.start.Add(r.opts.TurnTimeout),
	}
	if t.Inbound.Locale == "" {
		t.Inbound.Locale = conv.Locale
	}
	if _, ok := e.Engine.(dialog.Rememberer); ok && in.Sender.ID != "" {
		p, err := r.person(ctx, l.ch, in.Sender.ID)
		if err != nil {
			return t, err
		}
		t.User.Token = p.State
	}
	if _, ok := e.Engine.(dialog.LateReplier); ok {
		t.ReplyTo, t.ReplyUntil = r.replyTo(l.event, name, l.start)
	}
	return t, nil
}

// collector takes the parts of an answer as the engine hands them over.
type collector struct {
	ctx    context.Context
	growth *growth // nil: nothing is shown before the end

	mu       sync.Mutex // engines may emit from a goroutine of their own
	messages []message.Message
	growing  strings.Builder
}

// maxGrowing bounds a text that grows, in bytes: an engine that never ends is cut off there.
const maxGrowing = 256 << 10

func (c *collector) emit(o dialog.Output) error {
	if c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if o.Delta != "" {
		if c.growing.Len()+len(o.Delta) > maxGrowing {
			return &dialog.Error{Code: "too_long", Err: fmt.Errorf("a message has grown over %d bytes", maxGrowing)}
		}
		c.growing.WriteString(o.Delta)
		if c.growth != nil && len(c.messages) == 0 { // only the first message grows: the others come after it
			c.growth.show(c.growing.String())
		}
	}
	if o.Message != nil {
		c.growing.Reset()
		c.messages = append(c.messages, *o.Message)
	}
	return nil
}

// finish returns all messages of the answer. A text that was still growing is one of them unless a
// finished message takes its place; of a failed turn it is one only if somebody has seen it.
func (c *collector) finish(reply []message.Message, err error, shown bool) []message.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	if text := c.growing.String(); len(reply) == 0 && strings.TrimSpace(text) != "" && (err == nil || shown && len(c.messages) == 0) {
		c.messages = append(c.messages, message.Message{Type: message.TypeText, Text: text, Format: "markdown"})
	}
	return append(c.messages, reply...)
}

type enginePanic struct {
	value any
	stack string
}

func (p *enginePanic) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func call(ctx context.Context, e dialog.Engine, t dialog.Turn, emit dialog.Emit) (res dialog.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &dialog.Error{Code: "panic", Err: &enginePanic{p, string(debug.Stack())}}
		}
	}()
	return e.Turn(ctx, t, emit)
}
