package naverworks

import (
	"context"
	"net/http"
	"net/url"

	"dari/bot/message"
	"dari/channels"
)

// Send implements channels.Adapter. Success is 201 with an empty body, so there are no message ids:
// https://developers.worksmobile.com/en/docs/bot-user-message-send
func (a *adapter) Send(ctx context.Context, out channels.Outgoing) (channels.Receipt, error) {
	if len(out.Messages) != 1 {
		return channels.Receipt{}, channels.Failf(channels.Rejected, "per_call", "a call carries one message, not %d", len(out.Messages))
	}
	path, refused := target(out)
	if refused != nil {
		return channels.Receipt{}, refused
	}
	body, refused := render(out.Messages[0])
	if refused != nil {
		return channels.Receipt{}, refused
	}
	ans, token, err := a.call(ctx, http.MethodPost, path, body)
	if err != nil {
		return channels.Receipt{}, err
	}
	if err := a.sendError(ans, token); err != nil {
		return channels.Receipt{}, err
	}
	return channels.Receipt{}, nil
}

// target is the path below the bot. A member is named by id or login e-mail; a 1:1 chat has no id of
// its own and is the member's.
func target(out channels.Outgoing) (string, *channels.SendError) {
	list, id := "/channels/", out.Conversation.ID
	switch {
	case out.User != "":
		list, id = "/users/", out.User
	case out.Conversation.Kind == message.Direct:
		list = "/users/"
	}
	switch id {
	case "":
		return "", channels.Failf(channels.Rejected, "recipient", "there is neither a user nor a conversation to send to")
	case ".", "..": // would change the path
		return "", channels.Failf(channels.Rejected, "recipient", "%q is no id of a member or room", id)
	}
	return list + url.PathEscape(id) + "/messages", nil
}

// call makes an API call below the bot with the shared token, and once more with another token if the
// platform refuses the first one. An answer of any status is not an error.
func (a *adapter) call(ctx context.Context, method, path, body string) (answer, channels.Token, error) {
	t, err := a.tokens.Get(ctx)
	if err != nil {
		return answer{}, channels.Token{}, err
	}
	ans, failed := a.api(ctx, method, path, body, t)
	if failed != nil {
		return answer{}, t, failed
	}
	if ans.status != http.StatusUnauthorized {
		return ans, t, nil
	}
	if t, err = a.tokens.Replace(ctx, t.Access); err != nil {
		return answer{}, channels.Token{}, err
	}
	if ans, failed = a.api(ctx, method, path, body, t); failed != nil {
		return answer{}, t, failed
	}
	return ans, t, nil
}

func (a *adapter) api(ctx context.Context, method, path, body string, t channels.Token) (answer, *channels.SendError) {
	h := http.Header{"Authorization": {"Bearer " + t.Access}, "Accept": {"application/json"}}
	if body != "" {
		h.Set("Content-Type", "application/json")
	}
	return a.http.do(ctx, method, a.apiURL+"/bots/"+a.botID+path, h, body)
}
