package bot

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/store"
)

// RepliesPath is where engines bring late replies; a token that names the turn follows.
const RepliesPath = "/replies/"

// lateLife is how long after its turn an engine may say more.
const lateLife = time.Hour

// Errors of late replies.
var (
	ErrUnknownTurn = errors.New("there is no such turn")
	ErrTooLate     = errors.New("the turn was too long ago for a late reply")
)

// lateToken names the turn that a late reply belongs to.
type lateToken struct {
	Event        string `json:"e"`
	Channel      string `json:"c"`
	Conversation string `json:"v"`
	Engine       string `json:"n,omitempty"` // its name
	Until        int64  `json:"u"`           // Unix time
}

// replyTo is the address for late replies to the turn of an event; "" when nobody could reach it.
func (r *Runtime) replyTo(e store.Event, engine string, now time.Time) (string, time.Time) {
	if r.opts.PublicURL == "" {
		return "", time.Time{}
	}
	until := now.Add(lateLife).Truncate(time.Second)
	b, err := json.Marshal(lateToken{e.ID, e.ChannelID, e.ConversationID, engine, until.Unix()})
	if err != nil {
		return "", time.Time{}
	}
	return r.opts.PublicURL + RepliesPath + base64.RawURLEncoding.EncodeToString(append(r.sealer.MAC("late", b), b...)), until
}

func (r *Runtime) readLateToken(token string) (t lateToken, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	n := store.MACSize
	if err != nil || len(b) < n || !r.sealer.ValidMAC(b[:n], "late", b[n:]) || json.Unmarshal(b[n:], &t) != nil {
		return t, ErrUnknownTurn
	}
	if time.Now().Unix() > t.Until {
		return t, ErrTooLate
	}
	return t, nil
}

// AcceptLate takes a late reply in. It becomes an event of its conversation: durable before the engine
// hears 200, known again when it is repeated, and in order with everything else there. Errors are
// ErrUnknownTurn, ErrTooLate, a *dialog.Error for what the engine did wrong, or the store's.
func (r *Runtime) AcceptLate(ctx context.Context, token string, header http.Header, body []byte) error {
	t, err := r.readLateToken(token)
	if err != nil {
		return err
	}
	ch, err := r.Channel(ctx, t.Channel)
	if err != nil {
		return errors.Join(ErrUnknownTurn, err)
	}
	b, err := r.bot(ctx, ch.Record.BotID)
	if err != nil {
		return errors.Join(ErrUnknownTurn, err)
	}
	e := b.engines[t.Engine]
	if e == nil {
		return ErrUnknownTurn
	}
	engine, ok := e.Engine.(dialog.LateReplier)
	if !ok {
		return ErrUnknownTurn
	}
	now := time.Now()
	late, err := engine.Late(header, body, now)
	if err != nil {
		return err
	}
	if want := "turn_" + strings.TrimPrefix(t.Event, "ev_"); late.TurnID != "" && late.TurnID != want {
		return &dialog.Error{Code: "bad_answer", Err: fmt.Errorf("turn_id: is that of another turn; this address belongs to %s", want)}
	}
	raw, err := json.Marshal(lateEvent{late, t.Engine})
	if err != nil {
		return err
	}
	next := r.lateOrder.await(ctx, t.Event, late.Seq)
	defer next()
	res, err := r.store.Accept(ctx, []store.Event{{
		BotID: ch.Record.BotID, ChannelID: t.Channel, ConversationID: t.Conversation, Keys: []string{"late:" + t.Event + ":" + late.ID},
		Kind: message.KindLate, Name: "late_reply", State: store.Waiting, ReceivedAt: now, ContentType: "application/json", Raw: raw,
	}})
	if err == nil && !res[0].Duplicate {
		r.tracer.Accepted(res[0].ID, ch.Record.Type, ch.Record.ID, now, now)
	}
	return err
}

// lateEvent is the payload of a late reply's event.
type lateEvent struct {
	dialog.LateReply
	Engine string // its name
}

// decideLate is the turn of a late reply: what it says is rendered like any answer, and goes out by the
// channel's way of writing first.
func (r *Runtime) decideLate(ctx context.Context, ch *Channel, c store.TurnClaim, start time.Time) (store.Turn, error) {
	var late lateEvent
	if err := json.Unmarshal(c.Event.Raw, &late); err != nil {
		return failedTurn("parse", err), nil
	}
	if c.Conversation.ID == "" {
		return store.Turn{State: store.Ignored, Reason: "the conversation is no longer kept"}, nil
	}
	b, err := r.bot(ctx, ch.Record.BotID)
	if err != nil {
		return failedTurn("bot", err), ctx.Err()
	}
	l := &liveTurn{
		ch: ch, bot: b, event: c.Event, known: c.Conversation, conv: c.Conversation, start: start,
		in: message.Inbound{Kind: message.KindLate, Conversation: c.Conversation.Platform, Sender: c.Conversation.User, Locale: c.Conversation.Locale},
	}
	a := &answered{Result: late.Result, messages: late.Result.Reply.Messages}
	if a.End {
		a.State = &dialog.State{}
	}
	a.trace = trace{EngineName: late.Engine, State: stateOf(&l.known, late.Engine), Detail: late.Result.Trace}
	if e := b.engines[late.Engine]; e != nil {
		a.trace.Engine = e.typ
	}
	keepState(&l.conv, late.Engine, a.State)
	return r.conclude(ctx, l, a)
}

// lateOrder puts the parts of late replies in order: one that arrives before its predecessor waits a
// little for it.
type lateOrder struct {
	mu    sync.Mutex
	turns map[string]*lateTurn
}

type lateTurn struct {
	next    int           // the part that is due
	changed chan struct{} // closed when next moves on
	at      time.Time
}

// lateWait is how long a part waits for the one before it.
const lateWait = 2 * time.Second

// await returns when the part is due or has waited long enough; the caller calls next when it is kept.
// Parts that count nothing (seq 0) do not wait.
func (o *lateOrder) await(ctx context.Context, turn string, seq int) (next func()) {
	if seq <= 0 {
		return func() {}
	}
	deadline := time.NewTimer(lateWait)
	defer deadline.Stop()
	for waiting := true; waiting; {
		o.mu.Lock()
		t := o.turn(turn)
		due, changed := t.next >= seq, t.changed
		o.mu.Unlock()
		if due {
			break
		}
		select {
		case <-changed:
		case <-deadline.C:
			waiting = false
		case <-ctx.Done():
			waiting = false
		}
	}
	return func() { o.passed(turn, seq) }
}

// turn finds or begins a turn's order, and forgets those that are over. The caller holds the lock.
func (o *lateOrder) turn(id string) *lateTurn {
	if o.turns == nil {
		o.turns = map[string]*lateTurn{}
	}
	now := time.Now()
	if o.turns[id] == nil {
		for id, t := range o.turns {
			if now.Sub(t.at) > lateLife {
				delete(o.turns, id)
			}
		}
		o.turns[id] = &lateTurn{next: 1, changed: make(chan struct{})}
	}
	o.turns[id].at = now
	return o.turns[id]
}

func (o *lateOrder) passed(id string, seq int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.turn(id)
	if t.next <= seq {
		t.next = seq + 1
		close(t.changed)
		t.changed = make(chan struct{})
	}
}
