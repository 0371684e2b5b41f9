package pgstore

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"dari/store"
	"dari/store/driver"
)

// note is something that nobody waits for: an event that is not to be handled, or a line of the audit log.
type note struct {
	event *arrival
	audit []byte
	id    int64
}

func (n note) size() int {
	if n.event != nil {
		return 256 + len(n.event.body)
	}
	return 64 + len(n.audit)
}

// Record implements store.Inbox.
func (s *Store) Record(e store.Event) {
	a := s.newArrival(e)
	s.jot(note{event: a, id: a.id})
}

// Audit implements store.Store.
func (s *Store) Audit(_ context.Context, a store.Audit) error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if !s.jot(note{audit: b, id: s.nextID()}) {
		s.log.Warn("audit line dropped under load", "action", a.Action, "on", a.On)
	}
	return nil
}

// jot queues a note. What is accepted after it waits for it.
func (s *Store) jot(n note) bool {
	done, ok := s.notes.note(n)
	if ok {
		s.lastNote.Store(&done)
	}
	return ok
}

// writeNotes is the work of the notes' writer.
func (s *Store) writeNotes(ctx context.Context, _ int, batch []note) error {
	var events columns
	var ids []int64
	var lines [][]byte
	for _, n := range batch {
		if e := n.event; e != nil {
			events.add(0, e.shard, e.id, []string{string(e.event.State), e.event.BotID, e.event.ChannelID, e.event.ConversationID}, e.body)
			continue
		}
		ids, lines = append(ids, n.id), append(lines, n.audit)
	}
	return s.retry(ctx, func(ctx context.Context) error {
		var b pgx.Batch
		if len(events.ids) > 0 {
			b.Queue(`INSERT INTO dari_events (shard, id, state, bot_id, channel_id, conversation_id, body)
				SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[]) ON CONFLICT DO NOTHING`,
				events.shards, events.ids, events.text(0), events.text(1), events.text(2), events.text(3), events.bodies)
		}
		if len(ids) > 0 {
			b.Queue("INSERT INTO dari_audit SELECT * FROM unnest($1::bigint[], $2::bytea[]) ON CONFLICT DO NOTHING", ids, lines)
		}
		return s.pool.SendBatch(ctx, &b).Close()
	})
}

// Audits implements store.Store.
func (s *Store) Audits(ctx context.Context, q store.Query) (page store.Page[store.Audit], err error) {
	before, err := cursor(driver.Audits, q)
	if err != nil {
		return page, err
	}
	err = s.rows(ctx, func(r pgx.Rows) error {
		var id int64
		var b []byte
		if err := r.Scan(&id, &b); err != nil {
			return err
		}
		if len(page.Items) == limitOf(q) {
			page.Next = page.Items[len(page.Items)-1].ID
			return nil
		}
		a := store.Audit{}
		err := json.Unmarshal(b, &a)
		a.ID = idText(driver.Audits, id)
		page.Items = append(page.Items, a)
		return err
	}, func() { page = store.Page[store.Audit]{} }, "SELECT id, body FROM dari_audit WHERE id < $1 ORDER BY id DESC LIMIT $2", before, limitOf(q)+1)
	return page, err
}
