package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sony/gobreaker/v2"

	"dari/bot/settings"
	"dari/dialog"
	"dari/store"
)

// liveBot is a bot ready for use: its record and its engines by name. The main one's name is "".
type liveBot struct {
	record  store.Bot
	engines map[string]*liveEngine
}

// liveEngine is an engine behind its breaker.
type liveEngine struct {
	dialog.Engine
	typ     string
	breaker *gobreaker.CircuitBreaker[dialog.Result]
}

func (b *liveBot) main() *liveEngine { return b.engines[""] }

// When an engine is spared: after ten turns of which half failed, for a while; then one turn is tried.
const (
	breakerWindow  = time.Minute
	breakerTurns   = 10
	breakerFailing = 0.5
	breakerPause   = 15 * time.Second
)

func newLiveEngine(typ string, e dialog.Engine) *liveEngine {
	return &liveEngine{e, typ, gobreaker.NewCircuitBreaker[dialog.Result](gobreaker.Settings{
		Interval: breakerWindow, Timeout: breakerPause,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return c.Requests >= breakerTurns && float64(c.TotalFailures) >= breakerFailing*float64(c.Requests)
		},
		IsSuccessful: func(err error) bool { return err == nil || !troubled(err) },
	})}
}

// troubled tells whether a failed turn says something about the engine's health.
func troubled(err error) bool {
	switch dialog.AsError(err).Code {
	case "timeout", "unreachable", "failed", "bad_answer", "rate_limited", "stream_cut", "panic":
		return true
	}
	return false
}

// Turn implements dialog.Engine. While the engine is spared it fails at once with code "breaker_open".
func (e *liveEngine) Turn(ctx context.Context, t dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
	var res dialog.Result
	_, err := e.breaker.Execute(func() (dialog.Result, error) {
		var err error
		res, err = call(ctx, e.Engine, t, emit)
		return res, err
	})
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return res, &dialog.Error{Code: "breaker_open", Err: fmt.Errorf("the engine has failed too often and is left alone for %v", breakerPause)}
	}
	return res, err
}

// close gives back what the engines hold.
func (b *liveBot) close() {
	for _, e := range b.engines {
		if c, ok := e.Engine.(io.Closer); ok {
			c.Close()
		}
	}
}

func (c *Catalog) bot(ctx context.Context, id string) (*liveBot, error) {
	c.mu.RLock()
	b := c.liveBots[id]
	c.mu.RUnlock()
	if b != nil {
		return b, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if b := c.liveBots[id]; b != nil {
		return b, nil
	}
	rec, err := c.store.Bots().Get(ctx, id)
	if err != nil {
		return nil, unread(err)
	}
	b = &liveBot{rec, map[string]*liveEngine{}}
	for name, spec := range allEngines(rec) {
		if b.engines[name], err = c.openEngine(rec, name, spec); err != nil {
			return nil, fmt.Errorf("bot %s: %w", id, err)
		}
	}
	c.liveBots[id] = b
	return b, nil
}

// allEngines are the engines of a bot by name.
func allEngines(rec store.Bot) map[string]store.EngineSpec {
	all := map[string]store.EngineSpec{"": rec.Engine}
	for name, spec := range rec.Engines {
		all[name] = spec
	}
	return all
}

func (c *Catalog) openEngine(rec store.Bot, name string, spec store.EngineSpec) (*liveEngine, error) {
	t := c.engines.Type(spec.Type)
	if t == nil {
		return nil, fmt.Errorf("this version has no engine %q", spec.Type)
	}
	values, err := c.unseal(engineOwner(rec.ID, name), t.Fields(), spec.Settings, spec.Sealed)
	if err != nil {
		return nil, err
	}
	engine, err := c.engine(t, rec.ID, values)
	if err != nil {
		return nil, err
	}
	return newLiveEngine(spec.Type, engine), nil
}

func (c *Catalog) engine(t dialog.Type, botID string, values settings.Values) (dialog.Engine, error) {
	return t.New(values, dialog.Deps{
		BotID: botID, HTTP: c.engineHTTP, Now: time.Now, Log: c.log.With("bot", botID), URLs: c.urls,
		Revisions: revisions{c, botID}, Ask: c.ask(botID),
	})
}

// engineOwner is what an engine's secrets are bound to.
func engineOwner(botID, name string) string {
	if name == "" {
		return botOwner(botID)
	}
	return botOwner(botID) + ":" + name
}

// maxAsks is how deep engines may ask each other.
const maxAsks = 3

type asksKey struct{}

// ask lets an engine of a bot ask another one of it.
func (c *Catalog) ask(botID string) func(context.Context, string, dialog.Turn, dialog.Emit) (dialog.Result, error) {
	return func(ctx context.Context, name string, t dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
		depth, _ := ctx.Value(asksKey{}).(int)
		if depth >= maxAsks {
			return dialog.Result{}, &dialog.Error{Code: "loop", Err: fmt.Errorf("engines ask each other more than %d deep", maxAsks)}
		}
		b, err := c.bot(ctx, botID)
		if err != nil {
			return dialog.Result{}, &dialog.Error{Code: "failed", Err: err}
		}
		e := b.engines[name]
		if e == nil || name == "" {
			return dialog.Result{}, &dialog.Error{Code: "unknown_engine", Err: fmt.Errorf("the bot has no engine %q", name)}
		}
		return e.Turn(context.WithValue(ctx, asksKey{}, depth+1), t, emit)
	}
}
