package directline

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/remote"
)

const (
	// Polling begins at the shortest pause that the reference client allows and slows down to its usual
	// one: https://github.com/microsoft/BotFramework-DirectLineJS
	minPause = 200 * time.Millisecond
	maxPause = time.Second
	// margin is what is left for Dari itself before the turn's deadline.
	margin = 250 * time.Millisecond
	// welcomeTime is how long a bot may take to greet. It need not greet at all.
	welcomeTime = 5 * time.Second
	maxTries    = 3 // of one call
)

// Turn implements dialog.Engine. Messages are emitted as they come: nothing marks the last one.
func (e *engine) Turn(ctx context.Context, t dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
	if err := ctx.Err(); err != nil {
		return dialog.Result{}, remote.Ended(err)
	}
	a, ok := e.activity(t)
	switch {
	case !ok && t.Inbound.Kind.FromUser():
		return dialog.Result{}, remote.Failf("unsupported", "this %s holds nothing that can be sent to the bot", t.Inbound.Kind)
	case !ok:
		return dialog.Result{}, nil // it only informs
	}
	c := &chat{engine: e, turn: t, answer: answer{emit: emit, self: a.From.ID}}
	c.end = e.now().Add(c.patience())
	own, cancel := context.WithTimeout(ctx, c.end.Sub(e.now()))
	defer cancel()
	err := c.run(own, a)
	if err != nil && c.answered() && ctx.Err() == nil && errors.Is(own.Err(), context.DeadlineExceeded) {
		err = nil // the bot has answered, what is missing is only the certainty that it has finished
	}
	if err != nil {
		return dialog.Result{}, e.scrub.Error(dialog.AsError(err))
	}
	return c.result()
}

// chat is one turn in a conversation with the bot.
type chat struct {
	*engine
	turn dialog.Turn
	end  time.Time
	kept kept
	answer
}

// patience is how long the turn may take.
func (c *chat) patience() time.Duration {
	left := c.timeout
	if c.turn.Inbound.Kind == message.KindFollow {
		left = min(left, welcomeTime)
	}
	if !c.turn.Deadline.IsZero() {
		rest := c.turn.Deadline.Sub(c.now())
		left = min(left, max(rest-margin, rest/2))
	}
	return left
}

func (c *chat) run(ctx context.Context, a outgoing) error {
	if err := c.open(ctx, a.From); err != nil {
		return err
	}
	if a.Type != "" {
		if err := c.send(ctx, a); err != nil {
			return err
		}
	}
	return c.listen(ctx)
}

// pause waits, unless the turn would be over by then: failed is why it is needed.
func (c *chat) pause(ctx context.Context, d time.Duration, failed error) error {
	if !c.now().Add(d).Before(c.end) {
		return failed
	}
	if err := c.wait(ctx, d); err != nil {
		return remote.Ended(err)
	}
	return nil
}

// listen fetches the answer until the bot awaits the person, has been quiet for a while, or the time is
// up.
func (c *chat) listen(ctx context.Context) error {
	pause, failures := minPause, 0
	for {
		err := c.poll(ctx)
		switch {
		case err != nil && errors.As(err, new(*stopped)):
			return err
		case err != nil:
			if failures++; failures == maxTries || !passing(err) {
				return err
			}
			if err := c.pause(ctx, after(err, maxPause), err); err != nil {
				return err
			}
			continue
		case c.over:
			return nil
		}
		failures = 0
		next := pause
		if c.answered() {
			rest := c.quietAt(c.quiet).Sub(c.now())
			if rest <= 0 {
				return nil
			}
			next = min(next, rest)
		}
		if left := c.end.Sub(c.now()); next >= left {
			return c.late()
		}
		if err := c.wait(ctx, next); err != nil {
			return remote.Ended(err)
		}
		pause = min(2*pause, maxPause)
	}
}

// late is the end of a turn whose time is up.
func (c *chat) late() error {
	if c.answered() || c.turn.Inbound.Kind == message.KindFollow {
		return nil
	}
	return remote.Failf("timeout", "the bot did not answer within %s", c.timeout)
}

// passing tells which failures of a poll may pass: asking again does no harm.
func passing(err error) bool {
	return remote.Retryable(status(err)) || status(err) == http.StatusInternalServerError || remote.Unsent(err)
}

// poll fetches what is new and shows it.
func (c *chat) poll(ctx context.Context) error {
	var got struct {
		Activities []json.RawMessage `json:"activities"`
		Watermark  string            `json:"watermark"`
	}
	address := c.address()
	if c.kept.Watermark != "" {
		address += "?watermark=" + url.QueryEscape(c.kept.Watermark)
	}
	if err := c.call(ctx, http.MethodGet, address, c.kept.Token, nil, &got); err != nil {
		return err
	}
	for _, raw := range got.Activities {
		if err := c.take(raw, c.now()); err != nil {
			return &stopped{remote.Failf("cancelled", "show the answer: %w", err)}
		}
	}
	if got.Watermark != "" {
		c.kept.Watermark = got.Watermark
	}
	return nil
}

// stopped is the failure of a turn that nobody listens to any more.
type stopped struct{ error }

func (s *stopped) Unwrap() error { return s.error }

func (c *chat) result() (dialog.Result, error) {
	res := dialog.Result{Reply: message.Reply{QuickReplies: c.quick}, End: c.closed, Handoff: c.handoff}
	if !c.closed {
		state, err := c.seal.save(c.turn.ConversationID, c.kept)
		if err != nil {
			return dialog.Result{}, remote.Failf("bad_answer", "%w", err)
		}
		res.State = state
	}
	trace, err := json.Marshal(map[string]any{"conversation": c.kept.Conversation, "activity": c.asked, "messages": c.said, "notes": c.notes})
	if err != nil {
		return dialog.Result{}, remote.Failf("failed", "%w", err)
	}
	res.Trace = c.scrub.Trace(trace)
	return res, nil
}
