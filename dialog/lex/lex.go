// Package lex asks a bot of Amazon Lex V2 by its runtime interface.
//
// The AWS SDK is not used: one call and its signature are all that a turn needs, and they take a
// hundred lines.
package lex

import (
	"context"
	"errors"
	"time"

	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/remote"
)

// Type is the Lex engine.
type Type struct{}

// Name implements dialog.Type.
func (Type) Name() string { return "lex" }

// Fields implements dialog.Type.
func (Type) Fields() []settings.Field {
	return []settings.Field{
		{Key: "region", Kind: settings.Text, Required: true, Help: "engine.lex.region", Example: "ap-northeast-2"},
		{Key: "bot_id", Kind: settings.Text, Required: true, Help: "engine.lex.bot_id", Example: "ABCDEFGHIJ"},
		{Key: "bot_alias_id", Kind: settings.Text, Required: true, Help: "engine.lex.bot_alias_id", Example: "TSTALIASID"},
		{Key: "locales", Kind: settings.List, Required: true, Help: "engine.lex.locales", Example: "ko_KR, ja_JP, en_US"},
		{Key: "access_key_id", Kind: settings.Text, Required: true, Help: "engine.lex.access_key_id", Example: "AKIA…"},
		{Key: "secret_access_key", Kind: settings.Secret, Required: true, Help: "engine.lex.secret_access_key"},
		{Key: "session_token", Kind: settings.Secret, Help: "engine.lex.session_token"},
		{Key: "welcome_text", Kind: settings.Text, Help: "engine.lex.welcome_text", Example: "hello"},
		{Key: "timeout", Kind: settings.Duration, Default: "10s", Help: "engine.lex.timeout", Example: "10s"},
		{Key: "send_names", Kind: settings.Select, Options: []string{"no", "yes"}, Default: "no", Help: "engine.lex.send_names"},
		{Key: "api_base_url", Kind: settings.URL, Help: "engine.lex.api_base_url", Example: "https://runtime-v2-lex.ap-northeast-2.amazonaws.com"},
	}
}

// New implements dialog.Type.
func (Type) New(v settings.Values, deps dialog.Deps) (dialog.Engine, error) {
	c, err := newConfig(v)
	if err != nil {
		return nil, err
	}
	if deps.HTTP == nil {
		return nil, errors.New("lex engine: no HTTP client given")
	}
	e := &engine{config: c, bot: deps.BotID, now: deps.Now, sleep: sleep}
	if e.now == nil {
		e.now = time.Now
	}
	e.client = remote.Client{HTTP: deps.HTTP, Scrub: c.scrub, Now: e.now}
	return e, nil
}

// engine is the engine of one bot. It holds nothing that changes.
type engine struct {
	config
	bot    string
	client remote.Client
	now    func() time.Time
	sleep  func(context.Context, time.Duration) error // returns ctx's error when that ends first
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// limit is ctx with what remains of the turn: the engine's timeout, or the turn's own deadline.
func (e *engine) limit(ctx context.Context, t dialog.Turn) (context.Context, context.CancelFunc) {
	left := e.timeout
	if !t.Deadline.IsZero() {
		left = min(left, t.Deadline.Sub(e.now()))
	}
	return context.WithTimeout(ctx, left)
}
