// Package naverworks connects bots to NAVER WORKS, which is called LINE WORKS outside Korea (API 2.0).
package naverworks

import (
	"net/http"

	"dari/bot/settings"
	"dari/channels"
)

// Type is the channel type "naverworks".
type Type struct{}

// Name implements channels.Type.
func (Type) Name() string { return "naverworks" }

// New implements channels.Type.
func (Type) New(v settings.Values, d channels.Deps) (channels.Adapter, error) {
	c, err := newConfig(v)
	if err != nil {
		return nil, err
	}
	// The access token must not follow a redirect to another host. The time-out moves into the
	// context, because http.Client's own replaces the transport's error, which says whether anything
	// was written.
	client := *d.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	timeout := sendTimeout
	if client.Timeout > 0 {
		timeout = min(timeout, client.Timeout)
	}
	client.Timeout = 0
	a := &adapter{config: c, Deps: d, http: wire{client: &client, timeout: timeout}}
	a.tokens = a.newTokens()
	return a, nil
}

// adapter is one bot on NAVER WORKS.
type adapter struct {
	config
	channels.Deps
	http   wire
	tokens *channels.TokenSource
}

var (
	_ channels.Type      = Type{}
	_ channels.Adapter   = (*adapter)(nil)
	_ channels.TokenDesk = (*adapter)(nil)
)
