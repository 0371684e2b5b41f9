// Package httpengine asks an engine that somebody else runs, by one signed HTTP request a turn, and
// judges what that engine sends later. The contract for those who write such an engine is
// docs/engines/http.md.
package httpengine

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"dari/bot/settings"
	"dari/dialog"
)

// Type is the HTTP engine.
type Type struct{}

// Name implements dialog.Type.
func (Type) Name() string { return "http" }

// Fields implements dialog.Type.
func (Type) Fields() []settings.Field {
	return []settings.Field{
		{Key: "url", Kind: settings.URL, Required: true, Help: "engine.http.url", Example: "https://engine.example.com/turn"},
		{Key: "secret", Kind: settings.Secret, Required: true, Help: "engine.http.secret", Example: "whsec_…"},
		{Key: "secret_previous", Kind: settings.Secret, Help: "engine.http.secret_previous", Example: "whsec_…"},
		{Key: "timeout", Kind: settings.Duration, Help: "engine.http.timeout", Example: "20s"},
		{Key: "headers", Kind: settings.Map, Help: "engine.http.headers", Example: "Authorization: Bearer …"},
		{Key: "send_names", Kind: settings.Select, Options: []string{"no", "yes"}, Default: "no", Help: "engine.http.send_names"},
	}
}

// New implements dialog.Type.
func (Type) New(v settings.Values, deps dialog.Deps) (dialog.Engine, error) {
	c, err := newConfig(v)
	if err != nil {
		return nil, err
	}
	if deps.HTTP == nil {
		return nil, errors.New("http engine: no HTTP client given")
	}
	e := &engine{config: c, client: withoutRedirects(deps.HTTP), now: deps.Now, log: deps.Log, sleep: sleep}
	if e.now == nil {
		e.now = time.Now
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	return e, nil
}

// engine is the engine of one bot. It holds nothing that changes.
type engine struct {
	config
	client *http.Client
	now    func() time.Time
	log    *slog.Logger
	sleep  func(context.Context, time.Duration) error // returns ctx's error when that ends first
}

// withoutRedirects copies the client: a signed question must not travel on to an address that nobody
// entered.
func withoutRedirects(c *http.Client) *http.Client {
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
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
