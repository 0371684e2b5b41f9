package boltstore

import (
	"encoding/binary"
	"fmt"
	"time"

	"dari/bot/message"
	"dari/store"
	"dari/store/driver"
)

func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// An event record is a version byte, the fields of the event in a fixed order, and the raw payload as it
// came. It is written by hand because every callback pays for it: as JSON it would cost four times as
// much and be half as large again. A new field gets a new version.
const eventVersion = 1

func encodeEvent(e *store.Event) []byte {
	b := make([]byte, 0, 192+len(e.Raw))
	b = append(b, eventVersion)
	b = binary.AppendVarint(b, e.ReceivedAt.UnixNano())
	for _, s := range [...]string{
		e.BotID, e.ChannelID, e.ConversationID, string(e.Kind), e.Name, string(e.State), e.Reason, e.Of, e.ContentType,
	} {
		b = driver.AppendText(b, s)
	}
	b = binary.AppendUvarint(b, uint64(len(e.Keys)))
	for _, key := range e.Keys {
		b = driver.AppendText(b, key)
	}
	return append(b, e.Raw...)
}

// keysOf visits the keys of an event's record without decoding the rest of it.
func keysOf(b []byte, visit func(channel, key []byte)) error {
	r, err := driver.Open(b, eventVersion)
	if err != nil {
		return err
	}
	r.Varint()
	r.Bytes() // the bot
	channel := r.Bytes()
	for range 7 { // the texts after the channel
		r.Bytes()
	}
	for n := r.Count(); n > 0; n-- {
		key := r.Bytes()
		if err := r.Err(); err != nil {
			return err
		}
		visit(channel, key)
	}
	return r.Err()
}

func decodeEvent(seq uint64, b []byte) (store.Event, error) {
	e := store.Event{ID: driver.ID(driver.Events, seq)}
	r, err := driver.Open(b, eventVersion)
	if err != nil {
		return e, fmt.Errorf("event %s: %w", e.ID, err)
	}
	e.ReceivedAt = time.Unix(0, r.Varint()).UTC()
	var kind, state string
	for _, s := range [...]*string{
		&e.BotID, &e.ChannelID, &e.ConversationID, &kind, &e.Name, &state, &e.Reason, &e.Of, &e.ContentType,
	} {
		*s = r.Text()
	}
	e.Kind, e.State = message.Kind(kind), store.EventState(state)
	for n := r.Count(); n > 0 && r.Err() == nil; n-- {
		e.Keys = append(e.Keys, r.Text())
	}
	if err := r.Err(); err != nil {
		return e, fmt.Errorf("event %s: %w", e.ID, err)
	}
	e.Raw = r.Rest()
	return e, nil
}

// eventMayMatch tells from the beginning of a record whether it can be one that is asked for.
func eventMayMatch(b []byte, q *store.Query) bool {
	r, err := driver.Open(b, eventVersion)
	if err != nil {
		return true // whoever reads it will say what is wrong
	}
	r.Varint()
	return is(q.BotID, r.Bytes()) && is(q.ChannelID, r.Bytes()) && is(q.ConversationID, r.Bytes())
}

func is(want string, have []byte) bool { return want == "" || want == string(have) }
