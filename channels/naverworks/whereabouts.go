package naverworks

import (
	"context"

	"dari/bot/check"
	"dari/channels"
)

// Whereabouts implements channels.Findable. Members find a bot by its name: it has no address.
func (a *adapter) Whereabouts(ctx context.Context) (name, address string, err error) {
	began := a.Now()
	t, err := a.tokens.Get(ctx)
	if err != nil {
		return "", "", err
	}
	b, _, found := a.getBot(ctx, t, began)
	if found.Status == check.Fail {
		return "", "", channels.Failf(channels.Temporary, found.Code, "naverworks: the bot cannot be read")
	}
	return string(b.BotName), "", nil
}
