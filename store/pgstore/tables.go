package pgstore

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"dari/store"
)

// table implements store.Table in one table of JSON values.
type table[T any] struct {
	s    *Store
	name string
	// topic is told to other nodes with every change; "" if nobody remembers such records.
	topic string
}

// Bots implements store.Catalog, as do the tables that follow.
func (s *Store) Bots() store.Table[store.Bot] {
	return table[store.Bot]{s, "dari_bots", store.TopicBots}
}

// Channels returns the channels.
func (s *Store) Channels() store.Table[store.Channel] {
	return table[store.Channel]{s, "dari_channels", store.TopicChannels}
}

// APIKeys returns the API keys.
func (s *Store) APIKeys() store.Table[store.APIKey] {
	return table[store.APIKey]{s, "dari_api_keys", store.TopicAPIKeys}
}

// Users returns the people who may sign in.
func (s *Store) Users() store.Table[store.User] {
	return table[store.User]{s, "dari_users", store.TopicUsers}
}

// Sessions returns the console sessions.
func (s *Store) Sessions() store.Table[store.Session] {
	return table[store.Session]{s, "dari_sessions", ""}
}

// Links returns the one-time links.
func (s *Store) Links() store.Table[store.Link] { return table[store.Link]{s, "dari_links", ""} }

// Postbacks returns the button data that was too long for its platform.
func (s *Store) Postbacks() store.Table[store.Postback] {
	return table[store.Postback]{s, "dari_postbacks", ""}
}

// People returns what engines keep about people.
func (s *Store) People() store.Table[store.Person] { return table[store.Person]{s, "dari_people", ""} }

// Broadcasts returns the broadcasts.
func (s *Store) Broadcasts() store.Table[store.Broadcast] {
	return table[store.Broadcast]{s, "dari_broadcasts", ""}
}

// Handoffs returns the conversations that people have taken over.
func (s *Store) Handoffs() store.Table[store.Handoff] {
	return table[store.Handoff]{s, "dari_handoffs", store.TopicHandoffs}
}

// Revisions returns the published and drafted files of bots.
func (s *Store) Revisions() store.Table[store.Revision] {
	return table[store.Revision]{s, "dari_revisions", ""}
}

// Stats returns the counters for the plots.
func (s *Store) Stats() store.Table[store.Stats] { return table[store.Stats]{s, "dari_stats", ""} }

// Alarms returns what goes wrong and is told of.
func (s *Store) Alarms() store.Table[store.Alarm] { return table[store.Alarm]{s, "dari_alarms", ""} }

// AlarmTargets returns the places that alarms are told to.
func (s *Store) AlarmTargets() store.Table[store.AlarmTarget] {
	return table[store.AlarmTarget]{s, "dari_alarm_targets", ""}
}

// Tokens returns the sealed tokens.
func (s *Store) Tokens() store.Table[store.Token] { return table[store.Token]{s, "dari_tokens", ""} }

func (t table[T]) Get(ctx context.Context, id string) (v T, err error) {
	var body []byte
	err = t.s.retry(ctx, func(ctx context.Context) error {
		return t.s.pool.QueryRow(ctx, "SELECT body FROM "+t.name+" WHERE id = $1", clean(id)).Scan(&body)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return v, store.ErrNotFound
	}
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(body, &v)
}

func (t table[T]) List(ctx context.Context) (out []T, err error) {
	err = t.s.rows(ctx, func(r pgx.Rows) error {
		var body []byte
		if err := r.Scan(&body); err != nil {
			return err
		}
		var v T
		err := json.Unmarshal(body, &v)
		out = append(out, v)
		return err
	}, func() { out = nil }, "SELECT body FROM "+t.name+" ORDER BY id")
	return out, err
}

// Create finds its own record, if the connection broke after it was made, to be one that exists; it cannot
// tell, and the record is there.
func (t table[T]) Create(ctx context.Context, id string, v T) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	n, err := t.s.exec(ctx, "INSERT INTO "+t.name+" VALUES ($1, $2) ON CONFLICT DO NOTHING", clean(id), body)
	if err == nil && n == 0 {
		return store.ErrExists
	}
	return t.told(id, err)
}

func (t table[T]) Put(ctx context.Context, id string, v T) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = t.s.exec(ctx, "INSERT INTO "+t.name+" VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body", clean(id), body)
	return t.told(id, err)
}

// Update locks the record's row while change looks at it. It is not tried again when the connection breaks:
// change need not be safe to repeat.
func (t table[T]) Update(ctx context.Context, id string, change func(*T) error) (v T, err error) {
	ctx, cancel := context.WithTimeout(ctx, statementTime)
	defer cancel()
	err = pgx.BeginFunc(ctx, t.s.pool, func(tx pgx.Tx) error {
		var body []byte
		var fresh T
		err := tx.QueryRow(ctx, "SELECT body FROM "+t.name+" WHERE id = $1 FOR UPDATE", clean(id)).Scan(&body)
		if errors.Is(err, pgx.ErrNoRows) {
			return store.ErrNotFound
		}
		if err == nil {
			err = json.Unmarshal(body, &fresh)
		}
		if err != nil {
			return err
		}
		if err := change(&fresh); err != nil {
			return err
		}
		v = fresh
		if body, err = json.Marshal(v); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE "+t.name+" SET body = $2 WHERE id = $1", clean(id), body)
		return err
	})
	return v, t.told(id, err)
}

func (t table[T]) Delete(ctx context.Context, id string) error {
	n, err := t.s.exec(ctx, "DELETE FROM "+t.name+" WHERE id = $1", clean(id))
	if err == nil && n == 0 {
		return store.ErrNotFound
	}
	return t.told(id, err)
}

// told tells the others of a change that has happened, or may have.
func (t table[T]) told(id string, err error) error {
	if t.topic != "" && (err == nil || broken(err)) {
		t.s.changed(t.topic, id)
	}
	return err
}
