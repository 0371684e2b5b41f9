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
	body, err := a.body(ctx, out.Messages[0])
	if err != nil {
		return channels.Receipt{}, err
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

// body makes the body of the send call, after uploading the file of a message that needs that.
func (a *adapter) body(ctx context.Context, m message.Message) (string, error) {
	if refused := misfit(m); refused != nil {
		return "", refused
	}
	fileID := ""
	if needsUpload(m) {
		var err error
		if fileID, err = a.upload(ctx, m); err != nil {
			return "", err
		}
	}
	body, refused := render(m, fileID)
	if refused != nil {
		return "", refused
	}
	return body, nil
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
	if id == "" {
		return "", channels.Failf(channels.Rejected, "recipient", "there is neither a user nor a conversation to send to")
	}
	if climbs(id) {
		return "", channels.Failf(channels.Rejected, "recipient", "%q is no id of a member or room", id)
	}
	return list + url.PathEscape(id) + "/messages", nil
}

// climbs tells whether an id would change the path that it becomes a part of; escaping keeps dots.
func climbs(id string) bool { return id == "." || id == ".." }

// Open implements channels.Opener. A 1:1 chat needs no making: a message to the member, who is named by
// id or login e-mail, opens it.
func (a *adapter) Open(_ context.Context, user string) (message.Conversation, []byte, error) {
	if user == "" || climbs(user) {
		return message.Conversation{}, nil, channels.Failf(channels.Rejected, "user", "%q is neither a member's id nor a login e-mail", user)
	}
	return message.Conversation{ID: user, Kind: message.Direct}, nil, nil
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
	h := bearer(t)
	h.Set("Accept", "application/json")
	if body != "" {
		h.Set("Content-Type", "application/json")
	}
	return a.http.do(ctx, method, a.apiURL+"/bots/"+a.botID+path, h, body)
}

func bearer(t channels.Token) http.Header {
	return http.Header{"Authorization": {"Bearer " + t.Access}}
}
