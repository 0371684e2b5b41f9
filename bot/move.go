package bot

import (
	"context"

	"dari/store"
)

// MoveChannel gives a channel to another bot. Its addresses, settings and past stay; conversations begin
// anew, as the other bot's engine could not read what this one's remembers. A conversation that says
// something while its channel is moved may still be answered by the old bot.
func (c *Catalog) MoveChannel(ctx context.Context, id, botID string) (ChannelView, error) {
	if _, err := c.store.Bots().Get(ctx, botID); err != nil {
		return ChannelView{}, err
	}
	v, err := c.updateChannel(ctx, id, func(rec *store.Channel) error {
		rec.BotID = botID
		return nil
	})
	if err != nil {
		return v, err
	}
	return v, c.forgetTalks(ctx, id)
}

// forgetTalks clears what engines remember of a channel's conversations.
func (c *Catalog) forgetTalks(ctx context.Context, channelID string) error {
	q := store.Query{ChannelID: channelID, Limit: 500}
	for {
		page, err := c.store.Conversations(ctx, q)
		if err != nil {
			return err
		}
		for _, conv := range page.Items {
			if conv.State == "" && conv.Engine == "" && len(conv.States) == 0 {
				continue
			}
			if err := c.store.ResetConversation(ctx, conv.ID); err != nil {
				return err
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
}
