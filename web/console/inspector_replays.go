package console

import (
	"context"
	"time"

	"dari/store"
)

// replayView is an event that was made of another by a replay.
type replayView struct {
	URL              string
	At               time.Time
	State, StateText string
}

// maxReplays is how many replays of an event its page lists.
const maxReplays = 10

// replays are those of an event, the newest first. They lie in its conversation, after it. What failed is worth a
// longer look than what went well, of which hardly anybody makes a replay.
func (r *viewer) replays(ctx context.Context, e store.Event) ([]replayView, error) {
	if e.State == store.Rejected || e.State == store.Duplicate {
		return nil, nil // never accepted, so nobody could replay it
	}
	later := func(ctx context.Context, q store.Query) (store.Page[store.Event], error) {
		page, err := r.c.store.Events(ctx, q)
		if n := len(page.Items); n > 0 && page.Items[n-1].ID <= e.ID {
			page.Next = ""
		}
		return page, err
	}
	q := store.Query{BotID: e.BotID, ChannelID: e.ChannelID, ConversationID: e.ConversationID}
	found, err := scan(ctx, later, q, maxReplays, patience(e.State != store.Handled), func(other store.Event) bool {
		return other.Of == e.ID && other.State != store.Duplicate
	})
	var views []replayView
	for _, again := range found.Items[:min(len(found.Items), maxReplays)] {
		views = append(views, replayView{"/console/events/" + again.ID, again.ReceivedAt, string(again.State), r.words["event."+string(again.State)]})
	}
	return views, err
}

// replayed says that what did not go well was done again, if so.
func (r *viewer) replayed(e store.Event, replays []replayView) *why {
	if e.State == store.Handled || e.State == store.Waiting {
		return nil
	}
	for _, known := range []struct {
		state store.EventState
		reason
	}{{store.Handled, reason{"ok", "why.replayed", ""}}, {store.Waiting, reason{"info", "why.replaying", ""}}} {
		for _, again := range replays {
			if again.State == string(known.state) {
				said := known.in(r.words, "")
				return &said
			}
		}
	}
	return nil
}
