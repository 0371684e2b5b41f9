package console

import (
	"context"

	"dari/store"
	"dari/web/trace"
)

// States of events beside those of the store: the turn went well, and what it said has not arrived.
const (
	stateUndelivered = "undelivered"
	stateUncertain   = "uncertain"
	stateSending     = "sending"
)

// unsentStates are those of events by the state of a delivery, and the words and the mark of each.
var unsentStates = map[store.DeliveryStatus]struct{ state, key, mark string }{
	store.Undelivered: {stateUndelivered, "inspector.undelivered", "failed"},
	store.Uncertain:   {stateUncertain, "inspector.uncertain", "uncertain"},
	store.Pending:     {stateSending, "inspector.sending", "pending"},
}

const (
	unsentPage  = 200
	unsentPages = 10  // of each state, which bounds how far back is looked
	pendingMost = 100 // of the newest deliveries
)

// findUnsent notes which of the events have deliveries in trouble or on their way.
func (r *viewer) findUnsent(ctx context.Context, events []store.Event) error {
	r.unsent = map[string]store.DeliveryStatus{}
	if len(events) == 0 {
		return nil
	}
	shown, oldest := map[string]bool{}, events[0].ReceivedAt
	for _, e := range events {
		if shown[e.ID] = true; e.ReceivedAt.Before(oldest) {
			oldest = e.ReceivedAt
		}
	}
	newest, err := r.c.store.Deliveries(ctx, store.Query{BotID: r.botID, Limit: pendingMost})
	for _, d := range newest.Items {
		if d.Result.Status == store.Pending && shown[d.EventID] {
			r.unsent[d.EventID] = store.Pending
		}
	}
	for _, state := range []store.DeliveryStatus{store.Uncertain, store.Undelivered} { // the worse one last
		q := store.Query{BotID: r.botID, State: string(state), Limit: unsentPage}
		for page := 0; page < unsentPages && err == nil; page++ {
			var found store.Page[store.Delivery]
			found, err = r.c.store.Deliveries(ctx, q)
			for _, d := range found.Items {
				if shown[d.EventID] {
					r.unsent[d.EventID] = state
				}
			}
			n := len(found.Items)
			if q.Cursor = found.Next; q.Cursor == "" || n > 0 && found.Items[n-1].CreatedAt.Before(oldest) {
				break
			}
		}
	}
	return err
}

// worst is the state of the delivery among an event's that matters most; "" if all have arrived.
func worst(deliveries []store.Delivery) store.DeliveryStatus {
	for _, state := range []store.DeliveryStatus{store.Undelivered, store.Uncertain, store.Pending} {
		for _, d := range deliveries {
			if d.Result.Status == state {
				return state
			}
		}
	}
	return ""
}

// findUnsentOf notes it of one event, of which the deliveries are near the end of the store.
func (r *viewer) findUnsentOf(ctx context.Context, e store.Event) error {
	if r.unsent == nil {
		r.unsent = map[string]store.DeliveryStatus{}
	}
	deliveries, err := trace.Deliveries(ctx, r.c.store, e)
	if state := worst(deliveries); state != "" {
		r.unsent[e.ID] = state
	} else {
		delete(r.unsent, e.ID)
	}
	return err
}

// unsentEvents lists the events whose deliveries are in a state that the store finds by itself, the newest
// deliveries first. Its cursors are those of deliveries.
func (c *Console) unsentEvents(status store.DeliveryStatus) func(context.Context, store.Query) (store.Page[store.Event], error) {
	seen := map[string]bool{}
	return func(ctx context.Context, q store.Query) (page store.Page[store.Event], err error) {
		q.State = string(status)
		found, err := c.store.Deliveries(ctx, q)
		if err != nil {
			return page, err
		}
		for _, d := range found.Items {
			if d.EventID == "" || seen[d.EventID] {
				continue // sent by the API, or a further message of the same answer
			}
			seen[d.EventID] = true
			if e, err := c.store.Event(ctx, d.EventID); err == nil {
				page.Items = append(page.Items, e)
			}
		}
		page.Next = found.Next
		return page, nil
	}
}
