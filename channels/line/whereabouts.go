package line

import (
	"context"
	"net/url"
)

// friendURL is where people add an Official Account and open its chat.
// https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/
const friendURL = "https://line.me/R/ti/p/"

// Whereabouts implements channels.Findable.
func (a *adapter) Whereabouts(ctx context.Context) (name, address string, err error) {
	c, err := a.client(ctx)
	if err != nil {
		return "", "", err
	}
	res, bot, err := c.GetBotInfoWithHttpInfo()
	if bot == nil || bot.BasicId == "" {
		return "", "", a.failure("bot info", res, err)
	}
	return bot.DisplayName, friendURL + url.QueryEscape(bot.BasicId), nil
}
