package boltstore

import (
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"dari/store"
)

// Sequence numbers hold the time in milliseconds above 20 counting bits. They only ever rise, sort by
// time, and are the ids of events and deliveries.
const countBits = 20

func seqAt(t time.Time) uint64 { return uint64(t.UnixMilli()) << countBits }

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

// An event record is a version byte, the length of the JSON head, the head, and the raw payload as it
// came.
const eventVersion = 1

func encodeEvent(e *store.Event) ([]byte, error) {
	head, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, 4+len(head)+len(e.Raw))
	b = append(b, eventVersion)
	b = binary.AppendUvarint(b, uint64(len(head)))
	b = append(b, head...)
	return append(b, e.Raw...), nil
}

func decodeEvent(seq uint64, b []byte) (store.Event, error) {
	e := store.Event{ID: seqID(eventPrefix, seq)}
	if len(b) == 0 || b[0] != eventVersion {
		return e, fmt.Errorf("event %s: unknown record version", e.ID)
	}
	n, w := binary.Uvarint(b[1:])
	if w <= 0 || uint64(len(b)-1-w) < n {
		return e, fmt.Errorf("event %s: record is cut short", e.ID)
	}
	head := b[1+w : 1+w+int(n)]
	if err := json.Unmarshal(head, &e); err != nil {
		return e, fmt.Errorf("event %s: %w", e.ID, err)
	}
	e.Raw = append([]byte(nil), b[1+w+int(n):]...)
	return e, nil
}

// turnRecord is the outcome of a turn, beside its event.
type turnRecord struct {
	State  store.EventState `json:"s"`
	Reason string           `json:"r,omitempty"`
	Start  time.Time        `json:"a,omitzero"`
	Finish time.Time        `json:"z,omitzero"`
	Trace  json.RawMessage  `json:"t,omitempty"`
}

func (r turnRecord) fill(e *store.Event) {
	e.State, e.Reason, e.StartedAt, e.FinishedAt, e.Trace = r.State, r.Reason, r.Start, r.Finish, r.Trace
}
