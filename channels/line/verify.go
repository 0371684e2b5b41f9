package line

import (
	"context"

	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"

	"dari/channels"
)

// signatureHeader carries base64(HMAC-SHA256(channel secret, raw body)).
// https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
const signatureHeader = "X-Line-Signature"

// Verify implements channels.Adapter. LINE signs no time, so an old callback passes too; the runtime
// knows it by its keys.
func (a *adapter) Verify(_ context.Context, r *channels.Request) error {
	signature := r.Header.Get(signatureHeader)
	if signature == "" {
		return channels.Unauthorized("signature", "the header %s is missing", signatureHeader)
	}
	if !webhook.ValidateSignature(a.config.secret, signature, r.Body) {
		return channels.Unauthorized("signature", "the signature does not match; compare the channel secret with "+
			"LINE Developers Console → your channel → Basic settings → Channel secret, which is void once it was re-issued")
	}
	return nil
}
