package line

import (
	"context"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
)

// webhookMax is how long a webhook URL may be.
// https://developers.line.biz/en/reference/messaging-api/#set-webhook-endpoint-url
const webhookMax = 500

// SetWebhook tells LINE the callback URL of this channel; it takes LINE up to a minute to use it. The
// switch "Use webhook" remains for a person to turn. Errors are *channels.SendError values.
func (a *adapter) SetWebhook(ctx context.Context, url string) error {
	url, err := uri("url", url, webhookMax, "https")
	if err != nil {
		return err
	}
	c, err := a.client(ctx)
	if err != nil {
		return err
	}
	res, _, err := c.SetWebhookEndpointWithHttpInfo(&messaging_api.SetWebhookEndpointRequest{Endpoint: url})
	a.note(ctx, "set webhook", res)
	if !accepted(res) {
		return certain(a.failure("set webhook", res, err))
	}
	return nil
}
