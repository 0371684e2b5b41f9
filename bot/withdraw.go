package bot

import (
	"context"

	"dari/store"
)

// withdrawn is the reason of an event whose words a person has taken back.
const withdrawn = "withdrawn by the person"

// maxWithdrawSearch bounds how many events of a conversation are looked through for a withdrawn message. People
// have a day to withdraw one.
const maxWithdrawSearch = 2000

// withdraw forgets the message that a person has taken back.
func (r *Runtime) withdraw(ctx context.Context, l *liveTurn) error {
	q := store.Query{ConversationID: l.event.ConversationID, Limit: 100}
	for seen := 0; seen < maxWithdrawSearch; {
		page, err := r.store.Events(ctx, q)
		if err != nil {
			return err
		}
		for _, e := range page.Items {
			if seen++; e.ID == l.event.ID || !e.Kind.FromUser() || len(e.Raw) == 0 {
				continue
			}
			if said, err := parse(l.ch, e); err != nil || said.MessageID != l.in.MessageID {
				continue
			}
			if err := r.store.Redact(ctx, e.ID, withdrawn); err != nil {
				return err
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
	return nil
}
