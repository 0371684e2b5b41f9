package line

import (
	"context"
	"regexp"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/bot/message"
	"dari/channels"
)

// userID is the form of a person's id. https://developers.line.biz/en/reference/messaging-api/#source-user
var userID = regexp.MustCompile(`^U[0-9a-f]{32}$`)

// loadingSeconds is how long the animation runs unless a message ends it: 5 to 60 in steps of 5.
// https://developers.line.biz/en/reference/messaging-api/#display-a-loading-indicator
const loadingSeconds = 20

// Typing implements channels.Typist with LINE's loading animation, which exists in 1:1 chats only. It
// may be started 100 times a second.
func (a *adapter) Typing(ctx context.Context, out channels.Outgoing) error {
	if !userID.MatchString(out.Conversation.ID) {
		return nil
	}
	c, err := a.client(ctx)
	if err != nil {
		return err
	}
	res, _, err := c.ShowLoadingAnimationWithHttpInfo(&messaging_api.ShowLoadingAnimationRequest{
		ChatId: out.Conversation.ID, LoadingSeconds: loadingSeconds,
	})
	a.note(ctx, "loading", res)
	if !accepted(res) {
		return certain(a.failure("loading", res, err))
	}
	return nil
}

// Open implements channels.Opener. A 1:1 chat has the person's id and needs no opening. Whether the
// person is a friend shows nowhere: LINE takes pushes to others too, and drops them.
func (a *adapter) Open(_ context.Context, user string) (message.Conversation, []byte, error) {
	if !userID.MatchString(user) {
		return message.Conversation{}, nil, channels.Failf(channels.Rejected, "recipient",
			"line: user: %q is no LINE user id; it must be U and 32 hexadecimal digits", a.tidy(user))
	}
	return message.Conversation{ID: user, Kind: message.Direct}, nil, nil
}

// certain is the failure of a call that delivers nothing, so that no doubt remains.
func certain(se *channels.SendError) *channels.SendError {
	se.Doubt = false
	return se
}
