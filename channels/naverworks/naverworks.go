// Package naverworks connects bots to NAVER WORKS, which is called LINE WORKS outside Korea (API 2.0).
package naverworks

import (
	"net/http"
	"sync"
	"time"

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
	limit := client.Timeout
	client.Timeout = 0
	calls := func(timeout time.Duration) wire {
		if limit > 0 {
			timeout = min(timeout, limit)
		}
		return wire{client: &client, timeout: timeout}
	}
	a := &adapter{config: c, Deps: d, http: calls(callTimeout), files: calls(fileTimeout)}
	a.tokens = a.newTokens()
	return a, nil
}

// adapter is one bot on NAVER WORKS.
type adapter struct {
	config
	channels.Deps
	http   wire // API and tokens
	files  wire // uploads, which take longer
	tokens *channels.TokenSource
	// changing is held while the bot object or its menu is changed; the first must not happen in parallel:
	// https://developers.worksmobile.com/en/docs/bot-update-patch
	changing sync.Mutex
}

var (
	_ channels.Type         = Type{}
	_ channels.Adapter      = (*adapter)(nil)
	_ channels.TokenDesk    = (*adapter)(nil)
	_ channels.MediaFetcher = (*adapter)(nil)
	_ channels.Opener       = (*adapter)(nil)
	_ channels.MenuSetter   = (*adapter)(nil)
	_ channels.Bounded      = (*adapter)(nil)
)

// InFlight implements channels.Bounded. The platform counts the calls of all bots of a tenant; an app is what is
// known of it. https://developers.worksmobile.com/en/docs/rate-limits
func (a *adapter) InFlight() (int, string) { return a.inFlight, a.clientID }
