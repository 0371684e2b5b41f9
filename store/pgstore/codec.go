package pgstore

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"dari/bot/message"
	"dari/store"
)

// shards is how many parts conversations fall into. It is part of the format.
const shards = 128

// shardOf is the shard of a conversation; what belongs to none goes by its channel.
func shardOf(conversationID, channelID string) int16 {
	h := fnv.New64a()
	if conversationID == "" {
		conversationID = channelID
	}
	h.Write([]byte(conversationID))
	sum := h.Sum64()
	return int16((sum ^ sum>>32) % shards)
}

// keyHash stands for a key of a channel's event: 128 bits of SHA-256, which no two keys will share.
func keyHash(channelID, key string) []byte {
	sum := sha256.Sum256([]byte(channelID + "\x00" + key))
	return sum[:16]
}

// Ids are numbers that hold the time in milliseconds above 20 bits, as in every store of Dari.
const (
	countBits      = 20
	eventPrefix    = "ev_"
	deliveryPrefix = "dl_"
	auditPrefix    = "au_"
)

var base32hex = base32.HexEncoding.WithPadding(base32.NoPadding)

func idAt(t time.Time) int64    { return t.UnixMilli() << countBits }
func timeOf(id int64) time.Time { return time.UnixMilli(id >> countBits) }

func idText(prefix string, id int64) string {
	return prefix + strings.ToLower(base32hex.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(id))))
}

// idOf reads an id back; ErrNotFound if it cannot be one.
func idOf(prefix, text string) (int64, error) {
	rest, ok := strings.CutPrefix(text, prefix)
	b, err := base32hex.DecodeString(strings.ToUpper(rest))
	if !ok || err != nil || len(b) != 8 {
		return 0, store.ErrNotFound
	}
	id := int64(binary.BigEndian.Uint64(b))
	if id < 0 || idText(prefix, id) != text {
		return 0, store.ErrNotFound
	}
	return id, nil
}

// clean makes a text that a column takes: what is not UTF-8, and the zero byte, become U+FFFD.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// An event's body is a version byte, the fields that are no columns in a fixed order, and the raw payload
// as it came. It is written by hand because every callback pays for it.
const eventVersion = 1

func encodeEvent(e *store.Event) []byte {
	b := make([]byte, 0, 128+len(e.Raw))
	b = append(b, eventVersion)
	b = binary.AppendVarint(b, e.ReceivedAt.UnixNano())
	for _, s := range [...]string{string(e.Kind), e.Name, e.Reason, e.Of, e.ContentType} {
		b = appendText(b, s)
	}
	b = binary.AppendUvarint(b, uint64(len(e.Keys)))
	for _, key := range e.Keys {
		b = appendText(b, key)
	}
	return append(b, e.Raw...)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// decodeEvent fills in what is not in columns.
func decodeEvent(e *store.Event, b []byte) error {
	if len(b) == 0 || b[0] != eventVersion {
		return fmt.Errorf("event %s: unknown record version", e.ID)
	}
	r := reader{b: b[1:]}
	e.ReceivedAt = time.Unix(0, r.varint()).UTC()
	kind := ""
	for _, s := range [...]*string{&kind, &e.Name, &e.Reason, &e.Of, &e.ContentType} {
		*s = r.text()
	}
	e.Kind = message.Kind(kind)
	for n := r.count(); n > 0 && !r.short; n-- {
		e.Keys = append(e.Keys, r.text())
	}
	if r.short {
		return fmt.Errorf("event %s: record is cut short", e.ID)
	}
	e.Raw = bytes.Clone(r.b)
	return nil
}

// reader takes a body apart. Once something is missing, short is set and all that follows is empty.
type reader struct {
	b     []byte
	short bool
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	r.skip(n)
	return v
}

func (r *reader) count() uint64 {
	v, n := binary.Uvarint(r.b)
	r.skip(n)
	return v
}

func (r *reader) text() string {
	n := r.count()
	if n > uint64(len(r.b)) {
		r.short = true
	}
	if r.short {
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *reader) skip(n int) {
	if n <= 0 {
		r.short, r.b = true, nil
		return
	}
	r.b = r.b[n:]
}

// outcome is what a turn makes of its event.
type outcome struct {
	Reason string          `json:"r,omitempty"`
	Start  time.Time       `json:"a,omitzero"`
	Finish time.Time       `json:"z,omitzero"`
	Trace  json.RawMessage `json:"t,omitempty"`
}

func decodeOutcome(e *store.Event, b []byte) error {
	if b == nil {
		return nil
	}
	var o outcome
	if err := json.Unmarshal(b, &o); err != nil {
		return fmt.Errorf("event %s: %w", e.ID, err)
	}
	e.Reason, e.StartedAt, e.FinishedAt, e.Trace = o.Reason, o.Start, o.Finish, o.Trace
	return nil
}

// deliveryRecord carries a version beside the delivery, so that a later format can be told apart.
type deliveryRecord struct {
	V int `json:"v"`
	*store.Delivery
}

func encodeDelivery(d *store.Delivery) ([]byte, error) { return json.Marshal(deliveryRecord{1, d}) }

func decodeDelivery(id int64, status string, body, result []byte) (store.Delivery, error) {
	d := store.Delivery{}
	r := deliveryRecord{Delivery: &d}
	err := json.Unmarshal(body, &r)
	if err == nil && r.V != 1 {
		err = errors.New("unknown record version")
	}
	if err == nil && result != nil {
		err = json.Unmarshal(result, &d.Result)
	}
	d.ID = idText(deliveryPrefix, id)
	d.Result.Status = store.DeliveryStatus(status)
	if err != nil {
		return d, fmt.Errorf("delivery %s: %w", d.ID, err)
	}
	return d, nil
}
