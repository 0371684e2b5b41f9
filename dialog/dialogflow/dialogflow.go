// Package dialogflow asks an agent of Google Dialogflow, of the ES or the CX edition (Conversational
// Agents), by its REST interface.
//
// Google's own Go client speaks gRPC only and weighs more than the rest of Dari, so it is not used: one
// call and a signed assertion for the token are all that a turn needs.
package dialogflow

import (
	"context"
	"errors"
	"time"

	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/remote"
)

// Type is the Dialogflow engine.
type Type struct{}

// Name implements dialog.Type.
func (Type) Name() string { return "dialogflow" }

// Fields implements dialog.Type.
func (Type) Fields() []settings.Field {
	return []settings.Field{
		{Key: "edition", Kind: settings.Select, Required: true, Options: []string{"cx", "es"}, Help: "engine.dialogflow.edition"},
		{Key: "service_account", Kind: settings.PEM, Required: true, Help: "engine.dialogflow.service_account", Example: `{"type": "service_account", …}`},
		{Key: "project", Kind: settings.Text, Help: "engine.dialogflow.project", Example: "my-project"},
		{Key: "location", Kind: settings.Text, Default: "global", Help: "engine.dialogflow.location", Example: "asia-northeast1"},
		{Key: "agent", Kind: settings.Text, Help: "engine.dialogflow.agent", Example: "aaaa1111-bbbb-2222-cccc-3333dddd4444"},
		{Key: "environment", Kind: settings.Text, Help: "engine.dialogflow.environment", Example: "production"},
		{Key: "languages", Kind: settings.List, Help: "engine.dialogflow.languages", Example: "ko, ja, en"},
		{Key: "welcome_event", Kind: settings.Text, Default: "WELCOME", Help: "engine.dialogflow.welcome_event"},
		{Key: "media_event", Kind: settings.Text, Help: "engine.dialogflow.media_event", Example: "MEDIA"},
		{Key: "platform", Kind: settings.Text, Help: "engine.dialogflow.platform", Example: "LINE"},
		{Key: "session_ttl", Kind: settings.Duration, Help: "engine.dialogflow.session_ttl", Example: "1h"},
		{Key: "timeout", Kind: settings.Duration, Default: "10s", Help: "engine.dialogflow.timeout", Example: "10s"},
		{Key: "send_names", Kind: settings.Select, Options: []string{"no", "yes"}, Default: "no", Help: "engine.dialogflow.send_names"},
		{Key: "api_base_url", Kind: settings.URL, Help: "engine.dialogflow.api_base_url", Example: "https://dialogflow.googleapis.com"},
		{Key: "token_url", Kind: settings.URL, Help: "engine.dialogflow.token_url", Example: "https://oauth2.googleapis.com/token"},
	}
}

// New implements dialog.Type.
func (Type) New(v settings.Values, deps dialog.Deps) (dialog.Engine, error) {
	c, err := newConfig(v)
	if err != nil {
		return nil, err
	}
	if deps.HTTP == nil {
		return nil, errors.New("dialogflow engine: no HTTP client given")
	}
	e := &engine{config: c, bot: deps.BotID, now: deps.Now, sleep: sleep}
	if e.now == nil {
		e.now = time.Now
	}
	e.client = remote.Client{HTTP: deps.HTTP, Scrub: c.scrub, Now: e.now}
	e.tokens = newTokens(e.client, c.account, e.now)
	return e, nil
}

// engine is the engine of one bot.
type engine struct {
	config
	bot    string
	client remote.Client
	tokens *tokens
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
