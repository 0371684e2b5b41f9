package naverworks

import (
	"context"
	"net/http"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// manageScopes are the permissions to change the bot: https://developers.worksmobile.com/en/docs/auth-scope
var manageScopes = []string{"bot"}

const menuPath = "/persistentmenu"

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

// SetPersistentMenu shows one to four actions, which must not be postback actions on this platform and
// therefore become messages with a postback, in the menu of the bot's chats. It takes the place of the
// menu before, and of a rich menu. The error is a *SendError, as for SetWebhook.
// https://developers.worksmobile.com/en/docs/bot-persistentmenu-create
func (a *adapter) SetPersistentMenu(ctx context.Context, actions []message.Action) error {
	if n := len(actions); n < 1 || n > maxMenu {
		return refuse("actions", "has %d entries; a menu has 1 to %d", n, maxMenu)
	}
	if err := (message.Message{Type: message.TypeButtons, Text: "menu", Actions: actions}).Validate(); err != nil {
		field, _, _ := strings.Cut(err.Error(), ":")
		return channels.Failf(channels.Rejected, field, "%w", err)
	}
	if refused := misfitAction("actions", actions, maxMenuLabel); refused != nil {
		return refused
	}
	menu := map[string]any{"content": map[string]any{"actions": each(actions, labelled)}}
	status, err := a.manage(ctx, http.MethodPost, menuPath, menu, sendScopes)
	if status != http.StatusConflict { // whether a menu can be set over another is not documented
		return err
	}
	if _, err := a.manage(ctx, http.MethodDelete, menuPath, nil, sendScopes); err != nil {
		return err
	}
	_, err = a.manage(ctx, http.MethodPost, menuPath, menu, sendScopes)
	return err
}

// manage makes a call that sends no message, and returns the status of its answer, 0 if there is none.
func (a *adapter) manage(ctx context.Context, method, path string, v any, anyOf []string) (int, error) {
	body := ""
	if v != nil {
		var refused *channels.SendError
		if body, refused = encode(v); refused != nil {
			return 0, refused
		}
	}
	t, err := a.tokens.Get(ctx)
	if err != nil {
		return 0, err
	}
	if missing(t, anyOf) != "" { // the call would cost a round trip to say the same
		return 0, withScope(channels.Failf(channels.Auth, "scope", "the app lacks a permission; %s", permissionRemedy(anyOf)), t, anyOf)
	}
	ans, t, err := a.call(ctx, method, path, body)
	if err != nil {
		return 0, nothingSent("the platform", channels.AsSendError(err))
	}
	if failed := a.callError(ans, t, anyOf, "there is no such bot; compare bot_id"); failed != nil {
		return ans.status, failed
	}
	return ans.status, nil
}
