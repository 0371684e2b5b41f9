package slack

import (
	"context"
	"sync"
	"time"
)

// Callbacks wait for the bot's own id: Slack waits three seconds for them.
const (
	selfPatience = time.Second
	selfAgain    = time.Minute
)

// self is the bot's own member id, as far as it is known.
type self struct {
	mu    sync.Mutex
	id    string
	again time.Time // not asked before
}

// ownID asks Slack who the bot is, once, for envelopes that do not tell. It is "" while Slack does not answer.
func (a *adapter) ownID() string {
	a.own.mu.Lock()
	defer a.own.mu.Unlock()
	if a.own.id != "" || a.api == nil || a.deps.Now().Before(a.own.again) {
		return a.own.id
	}
	a.own.again = a.deps.Now().Add(selfAgain)
	ctx, cancel := context.WithTimeout(context.Background(), selfPatience)
	defer cancel()
	who, err := a.api.AuthTestContext(ctx)
	if err != nil {
		a.deps.Log.Debug("the bot's own id is not known", "channel", a.deps.ChannelID, "error", a.sendError("auth.test", err))
		return ""
	}
	a.own.id = who.UserID
	return a.own.id
}
