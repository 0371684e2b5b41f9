package directline

import (
	"context"
	"net/http"
	"net/url"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/remote"
)

// open makes sure that there is a conversation. Who opens the chat anew begins anew.
func (c *chat) open(ctx context.Context, who person) error {
	k, ok := c.seal.load(c.turn.ConversationID, c.turn.State.Token)
	if ok && c.turn.Inbound.Kind != message.KindFollow {
		var err error
		if k, err = c.renew(ctx, k); err == nil {
			c.kept = k
			return nil
		}
		if !lost(err) {
			return err
		}
		c.note("the conversation with the bot was lost and began anew: %v", err)
	}
	return c.anew(ctx, who)
}

func (c *chat) anew(ctx context.Context, who person) (err error) {
	c.kept, err = c.begin(ctx, who)
	return err
}

// lost tells which failures mean that a conversation or its token is no more, and not that Direct Line
// cannot be reached or is busy.
func lost(err error) bool {
	switch status(err) {
	case 0:
		return dialog.AsError(err).Code == "refused"
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		return true
	}
	return false
}

func (c *chat) address() string {
	return c.base + "/conversations/" + url.PathEscape(c.kept.Conversation) + "/activities"
}

// send posts what the person said. It is posted again only when nothing of it has arrived: after a
// 429, after a token or a conversation that is no more, or without a connection.
func (c *chat) send(ctx context.Context, a outgoing) error {
	began := false
	for n := 1; ; n++ {
		var sent struct {
			ID string `json:"id"`
		}
		err := c.call(ctx, http.MethodPost, c.address(), c.kept.Token, a, &sent)
		switch {
		case err == nil:
			if a.Type == "message" { // a welcome answers nothing
				c.asked = sent.ID
			}
			return nil
		case n == maxTries:
			return err
		case lost(err) && !began:
			began = true
			if c.kept, err = c.revive(ctx, c.kept); err == nil {
				continue
			}
			c.note("the conversation with the bot was lost and began anew: %v", err)
			if err := c.anew(ctx, a.From); err != nil {
				return err
			}
		case status(err) == http.StatusTooManyRequests || remote.Unsent(err):
			if err := c.pause(ctx, after(err, maxPause), err); err != nil {
				return err
			}
		default:
			return err
		}
	}
}
