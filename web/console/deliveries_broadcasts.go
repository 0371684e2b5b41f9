package console

import (
	"context"
	"slices"

	"dari/store"
)

// maxBroadcasts is how many the page shows: counting one reads all its deliveries.
const maxBroadcasts = 10

// broadcasts are the newest ones of the bot.
func (r *viewer) broadcasts(ctx context.Context) ([]broadcastView, error) {
	all, err := r.c.store.Broadcasts().List(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(b store.Broadcast) bool { return b.BotID != r.botID })
	slices.SortFunc(all, func(a, b store.Broadcast) int { return b.CreatedAt.Compare(a.CreatedAt) })
	var views []broadcastView
	for _, b := range all[:min(len(all), maxBroadcasts)] {
		p, err := r.c.runtime.Progress(ctx, b)
		if err != nil {
			return nil, err
		}
		name := b.Name
		if name == "" {
			name = b.ID
		}
		views = append(views, broadcastView{
			ID: b.ID, Name: r.text(name), Channel: r.channelName(b.ChannelID), At: b.CreatedAt, Recipients: b.Recipients,
			Counts: p, Done: p.Total - p.Pending, Cancelled: !b.CancelledAt.IsZero(),
		})
	}
	return views, nil
}
