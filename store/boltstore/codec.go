package boltstore

import (
	"bytes"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"dari/bot/message"
	"dari/store"
)

// Sequence numbers hold the time in milliseconds above 20 counting bits. They only ever rise, sort by
// time, and are the ids of events and deliveries.
const countBits = 20

func seqAt(t time.Time) uint64 { return uint64(t.UnixMilli()) << countBits }

// timeAt is the time of a sequence number, about which it was given out.
func timeAt(seq uint64) time.Time { return time.UnixMilli(int64(seq >> countBits)) }

var base32hex = base32.HexEncoding.WithPadding(base32.NoPadding)

func seqID(prefix string, seq uint64) string {
	return prefix + strings.ToLower(base32hex.EncodeToString(seqKey(seq)))
}

// idSeq reads an id back; ErrNotFound if it cannot be one.
func idSeq(prefix, id string) (uint64, error) {
	rest, ok := strings.CutPrefix(id, prefix)
	b, err := base32hex.DecodeString(strings.ToUpper(rest))
	if !ok || err != nil || len(b) != 8 || seqID(prefix, binary.BigEndian.Uint64(b)) != id {
		return 0, store.ErrNotFound
	}
	return binary.BigEndian.Uint64(b), nil
}

const (
	eventPrefix    = "ev_"
	deliveryPrefix = "dl_"
	auditPrefix    = "au_"
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
		b = appendText(b, s)
	}
	b = binary.AppendUvarint(b, uint64(len(e.Keys)))
	for _, key := range e.Keys {
		b = appendText(b, key)
	}
	return append(b, e.Raw...)
}

// keysOf visits the keys of an event's record without decoding the rest of it.
func keysOf(b []byte, visit func(channel, key []byte)) error {
	if len(b) == 0 || b[0] != eventVersion {
		return errVersion
	}
	r := reader{b: b[1:]}
	r.varint()
	r.bytes() // the bot
	channel := r.bytes()
	for range 7 { // the texts after the channel
		r.bytes()
	}
	for n := r.count(); n > 0 && !r.short; n-- {
		if key := r.bytes(); !r.short {
			visit(channel, key)
		}
	}
	if r.short {
		return errShort
	}
	return nil
}

func decodeEvent(seq uint64, b []byte) (store.Event, error) {
	e := store.Event{ID: seqID(eventPrefix, seq)}
	if len(b) == 0 || b[0] != eventVersion {
		return e, fmt.Errorf("event %s: %w", e.ID, errVersion)
	}
	r := reader{b: b[1:]}
	e.ReceivedAt = time.Unix(0, r.varint()).UTC()
	var kind, state string
	for _, s := range [...]*string{
		&e.BotID, &e.ChannelID, &e.ConversationID, &kind, &e.Name, &state, &e.Reason, &e.Of, &e.ContentType,
	} {
		*s = r.text()
	}
	e.Kind, e.State = message.Kind(kind), store.EventState(state)
	for n := r.count(); n > 0 && !r.short; n-- {
		e.Keys = append(e.Keys, r.text())
	}
	if r.short {
		return e, fmt.Errorf("event %s: %w", e.ID, errShort)
	}
	e.Raw = bytes.Clone(r.b)
	return e, nil
}

// eventMayMatch tells from the beginning of a record whether it can be one that is asked for.
func eventMayMatch(b []byte, q *store.Query) bool {
	if len(b) == 0 || b[0] != eventVersion {
		return true // whoever reads it will say what is wrong
	}
	r := reader{b: b[1:]}
	r.varint()
	return is(q.BotID, r.bytes()) && is(q.ChannelID, r.bytes()) && is(q.ConversationID, r.bytes())
}

func is(want string, have []byte) bool { return want == "" || want == string(have) }
