package directline

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"dari/dialog/remote"
)

// person is who speaks in a conversation with the bot. The id must begin with "dl_":
// https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-direct-line-3-0-authentication
type person struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Role string `json:"role,omitempty"`
}

// begin starts a conversation with the bot.
func (e *engine) begin(ctx context.Context, who person) (kept, error) {
	g, err := e.token(ctx, who)
	if err != nil {
		return kept{}, err
	}
	var started grant
	if err := e.call(ctx, http.MethodPost, e.base+"/conversations", g.Token, nil, &started); err != nil {
		return kept{}, err
	}
	if started.Token == "" {
		started.Token, started.Life = g.Token, g.Life
	}
	if started.Conversation == "" {
		started.Conversation = g.Conversation
	}
	return e.keep(kept{}, started)
}

// token gets a token for a new conversation.
func (e *engine) token(ctx context.Context, who person) (grant, error) {
	var g grant
	var err error
	if e.tokenURL != "" {
		err = e.call(ctx, http.MethodGet, e.tokenURL, "", nil, &g)
	} else {
		err = e.call(ctx, http.MethodPost, e.base+"/tokens/generate", e.secret, map[string]person{"user": who}, &g)
	}
	if err == nil && g.Token == "" {
		err = remote.Failf("bad_answer", "Direct Line gave no token")
	}
	return g, err
}

// keep takes over what a grant says.
func (e *engine) keep(k kept, g grant) (kept, error) {
	if g.Conversation != "" {
		k.Conversation = g.Conversation
	}
	if g.Token == "" || k.Conversation == "" {
		return kept{}, remote.Failf("bad_answer", "Direct Line gave no token or no conversation")
	}
	life := time.Duration(min(max(g.Life, 0), 86400) * float64(time.Second))
	k.Token, k.Renew, k.Until = g.Token, e.now().Add(life/2), e.now().Add(life)
	return k, nil
}

// renew makes sure that the conversation's token will live through the turn: one whose life is half
// over is refreshed, for one that has ended there is no way back but the secret. An error means that
// the conversation is lost.
func (e *engine) renew(ctx context.Context, k kept) (kept, error) {
	now := e.now()
	if now.Before(k.Renew) {
		return k, nil
	}
	if now.Before(k.Until) {
		var g grant
		err := e.call(ctx, http.MethodPost, e.base+"/tokens/refresh", k.Token, nil, &g)
		if err == nil {
			return e.keep(k, g)
		}
		if s := status(err); s == 0 || s >= 500 || s == http.StatusTooManyRequests {
			return k, nil // the old one still lives
		}
	}
	return e.revive(ctx, k)
}

// revive gets a new token for an old conversation.
func (e *engine) revive(ctx context.Context, k kept) (kept, error) {
	if e.secret == "" {
		return kept{}, remote.Failf("refused", "the conversation's token has ended")
	}
	var g grant
	address := e.base + "/conversations/" + url.PathEscape(k.Conversation) + "?watermark=" + url.QueryEscape(k.Watermark)
	if err := e.call(ctx, http.MethodGet, address, e.secret, nil, &g); err != nil {
		return kept{}, err
	}
	return e.keep(k, g)
}
