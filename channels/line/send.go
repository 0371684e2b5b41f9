package line

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/channels"
)

// replyLife is how long a reply token is tried. LINE promises one minute from the callback; the rest
// is for the way. https://developers.line.biz/en/reference/messaging-api/#send-reply-message
const replyLife = 50 * time.Second

// recipient is the form of user, group and room ids. The SDK does not check them.
// https://developers.line.biz/en/reference/messaging-api/#source-user
var recipient = regexp.MustCompile(`^[UCR][0-9a-f]{32}$`)

// Send implements channels.Adapter. The first delivery of a turn goes out as a reply, which is free,
// while its one-use token lives; everything else is a push, which counts against the monthly quota.
//
// A reply of unknown outcome is only ever tried again with the same token. A push of unknown outcome
// is tried again with the same retry key, by which LINE knows it for 24 hours.
func (a *adapter) Send(ctx context.Context, out channels.Outgoing) (channels.Receipt, error) {
	messages, err := encode(out.Messages)
	if err != nil {
		return channels.Receipt{}, err
	}
	token := replyToken(out)
	switch {
	case token == "":
		return a.push(ctx, out, messages)
	case a.deps.Now().Sub(out.AddressAt) < replyLife:
		return a.replyOrPush(ctx, out, token, messages)
	case out.Doubt:
		return channels.Receipt{}, doubtful("the reply token's life is over")
	}
	return a.pushLate(ctx, out, messages)
}

// replyToken is the token that this delivery may use, "" if none.
func replyToken(out channels.Outgoing) string {
	var adr address
	if !out.First || len(out.Address) == 0 || json.Unmarshal(out.Address, &adr) != nil {
		return ""
	}
	return adr.ReplyToken
}

// replyOrPush pushes when LINE says that the token is void, unless the token may be void because an
// earlier attempt used it.
func (a *adapter) replyOrPush(ctx context.Context, out channels.Outgoing, token string, messages []messaging_api.MessageInterface) (channels.Receipt, error) {
	receipt, err := a.reply(ctx, token, messages)
	var se *channels.SendError
	if !errors.As(err, &se) || !strings.Contains(strings.ToLower(se.Code), "invalid reply token") {
		return receipt, err
	}
	if out.Doubt || out.Recovered {
		return channels.Receipt{}, doubtful("the reply token is void")
	}
	return a.pushLate(ctx, out, messages)
}

func doubtful(why string) *channels.SendError {
	return channels.Failf(channels.Uncertain, "reply_token", "line: reply: %s and an earlier attempt may have been delivered; nothing was pushed", why)
}

// reply takes no retry key: LINE refuses a reply that has one.
func (a *adapter) reply(ctx context.Context, token string, messages []messaging_api.MessageInterface) (channels.Receipt, error) {
	c, err := a.client(ctx)
	if err != nil {
		return channels.Receipt{}, err
	}
	res, body, err := c.ReplyMessageWithHttpInfo(&messaging_api.ReplyMessageRequest{ReplyToken: token, Messages: messages})
	a.note(ctx, "reply", res)
	if !accepted(res) {
		return channels.Receipt{}, a.failure("reply", res, err)
	}
	if body == nil { // accepted, with an answer that says no more
		return receipt("reply", nil), nil
	}
	return receipt("reply", body.SentMessages), nil
}

func (a *adapter) push(ctx context.Context, out channels.Outgoing, messages []messaging_api.MessageInterface) (channels.Receipt, error) {
	to := out.User
	if to == "" {
		to = out.Conversation.ID
	}
	if !recipient.MatchString(to) {
		return channels.Receipt{}, channels.Failf(channels.Rejected, "recipient",
			"line: push: %q is no LINE id; it must be U, C or R and 32 hexadecimal digits", a.tidy(to))
	}
	c, err := a.client(ctx)
	if err != nil {
		return channels.Receipt{}, err
	}
	res, body, err := c.PushMessageWithHttpInfo(&messaging_api.PushMessageRequest{To: to, Messages: messages}, out.IdempotencyKey)
	a.note(ctx, "push", res)
	switch {
	case res != nil && res.StatusCode == http.StatusConflict: // an earlier attempt was delivered
		return receipt("push", a.readAnswer(res).SentMessages), nil
	case !accepted(res):
		return channels.Receipt{}, a.failure("push", res, err)
	case body == nil:
		return receipt("push", nil), nil
	}
	return receipt("push", body.SentMessages), nil
}

// pushLate pushes what could have been a reply. Its failures leave no doubt for the next attempt: the
// retry key alone makes that safe, whereas doubt would be taken for a doubtful reply and stop it.
func (a *adapter) pushLate(ctx context.Context, out channels.Outgoing, messages []messaging_api.MessageInterface) (channels.Receipt, error) {
	receipt, err := a.push(ctx, out, messages)
	var se *channels.SendError
	if errors.As(err, &se) {
		se.Doubt = false
	}
	return receipt, err
}

// accepted tells whether LINE took the message, even when the rest of its answer was lost.
func accepted(res *http.Response) bool { return res != nil && res.StatusCode/100 == 2 }

func receipt(route string, sent []messaging_api.SentMessage) channels.Receipt {
	r := channels.Receipt{Route: route}
	for _, m := range sent {
		r.MessageIDs = append(r.MessageIDs, m.Id)
	}
	return r
}
