// Package directline asks a bot of the Bot Framework or of Copilot Studio by the Direct Line 3.0
// interface: https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-direct-line-3-0-api-reference
//
// Answers are fetched by polling, which needs no open connection per conversation. Microsoft has no
// client library for Go.
package directline

import (
	"context"
	"errors"
	"time"

	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/remote"
)

// Type is the Direct Line engine.
type Type struct{}

// Name implements dialog.Type.
func (Type) Name() string { return "directline" }

// Fields implements dialog.Type.
func (Type) Fields() []settings.Field {
	return []settings.Field{
		{Key: "secret", Kind: settings.Secret, Help: "engine.directline.secret"},
		{Key: "token_url", Kind: settings.URL, Help: "engine.directline.token_url", Example: "https://….environment.api.powerplatform.com/powervirtualagents/botsbyschema/…/directline/token?api-version=2022-03-01-preview"},
		{Key: "api_base_url", Kind: settings.URL, Default: defaultBase, Help: "engine.directline.api_base_url", Example: "https://europe.directline.botframework.com"},
		{Key: "welcome_event", Kind: settings.Text, Default: "startConversation", Help: "engine.directline.welcome_event"},
		{Key: "quiet", Kind: settings.Duration, Default: "1.5s", Help: "engine.directline.quiet", Example: "1.5s"},
		{Key: "timeout", Kind: settings.Duration, Default: "20s", Help: "engine.directline.timeout", Example: "20s"},
		{Key: "send_names", Kind: settings.Select, Options: []string{"no", "yes"}, Default: "no", Help: "engine.directline.send_names"},
	}
}

// New implements dialog.Type.
func (Type) New(v settings.Values, deps dialog.Deps) (dialog.Engine, error) {
	c, err := newConfig(v, deps.BotID)
	if err != nil {
		return nil, err
	}
	if deps.HTTP == nil {
		return nil, errors.New("directline engine: no HTTP client given")
	}
	e := &engine{config: c, now: deps.Now, wait: wait}
	if e.now == nil {
		e.now = time.Now
	}
	e.client = remote.Client{HTTP: deps.HTTP, Scrub: c.scrub, Now: e.now}
	return e, nil
}

// engine is the engine of one bot. It holds nothing that changes.
type engine struct {
	config
	client remote.Client
	now    func() time.Time
	wait   func(context.Context, time.Duration) error // returns ctx's error when that ends first
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
