package naverworks

import (
	"context"
	"net/http"

	"dari/channels"
)

// manageScopes are the permissions to change the bot: https://developers.worksmobile.com/en/docs/auth-scope
var manageScopes = []string{"bot"}

// SetWebhook switches the bot's callback on and points it at an https address of at most 1000
// characters; everything else about the bot stays. It can be repeated. The error is a *SendError:
// Rejected names a bad address, Auth with Scope the missing permission "bot".
// https://developers.worksmobile.com/en/docs/bot-update-patch
func (a *adapter) SetWebhook(ctx context.Context, url string) error {
	if !linkable(url) {
		return refuse("url", "must be an https address of at most %d characters", maxURL)
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	_, err := a.manage(ctx, http.MethodPatch, "", map[string]any{"enableCallback": true, "callbackUrl": url}, manageScopes)
	return err
}

// manage makes a call that sends no message. The answer is there also with an error, if there was any.
func (a *adapter) manage(ctx context.Context, method, path string, v any, anyOf []string) (answer, error) {
	body := ""
	if v != nil {
		var refused *channels.SendError
		if body, refused = encode(v); refused != nil {
			return answer{}, refused
		}
	}
	t, err := a.tokens.Get(ctx)
	if err != nil {
		return answer{}, err
	}
	if missing(t, anyOf) != "" { // the call would cost a round trip to say the same
		return answer{}, withScope(channels.Failf(channels.Auth, "scope", "the app lacks a permission; %s", permissionRemedy(anyOf)), t, anyOf)
	}
	ans, t, err := a.call(ctx, method, path, body)
	if err != nil {
		return answer{}, nothingSent("the platform", channels.AsSendError(err))
	}
	if failed := a.callError(ans, t, anyOf, "there is no such bot; compare bot_id"); failed != nil {
		return ans, failed
	}
	return ans, nil
}
