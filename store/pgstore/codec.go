package pgstore

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"dari/bot/message"
	"dari/store"
	"dari/store/driver"
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

// Columns hold ids as signed numbers; those of driver never reach the sign.
func idAt(t time.Time) int64                { return int64(driver.At(t)) }
func timeOf(id int64) time.Time             { return driver.TimeOf(uint64(id)) }
func idText(prefix string, id int64) string { return driver.ID(prefix, uint64(id)) }
func idOf(prefix, text string) (int64, error) {
	n, err := driver.Number(prefix, text)
	return int64(n), err
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
		b = driver.AppendText(b, s)
	}
	b = binary.AppendUvarint(b, uint64(len(e.Keys)))
	for _, key := range e.Keys {
		b = driver.AppendText(b, key)
	}
	return append(b, e.Raw...)
}

// decodeEvent fills in what is not in columns.
func decodeEvent(e *store.Event, b []byte) error {
	r, err := driver.Open(b, eventVersion)
	if err != nil {
		return fmt.Errorf("event %s: %w", e.ID, err)
	}
	e.ReceivedAt = time.Unix(0, r.Varint()).UTC()
	kind := ""
	for _, s := range [...]*string{&kind, &e.Name, &e.Reason, &e.Of, &e.ContentType} {
		*s = r.Text()
	}
	e.Kind = message.Kind(kind)
	for n := r.Count(); n > 0 && r.Err() == nil; n-- {
		e.Keys = append(e.Keys, r.Text())
	}
	if err := r.Err(); err != nil {
		return fmt.Errorf("event %s: %w", e.ID, err)
	}
	e.Raw = r.Rest()
	return nil
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
		err = driver.ErrVersion
	}
	if err == nil && result != nil {
		err = json.Unmarshal(result, &d.Result)
	}
	d.ID = idText(driver.Deliveries, id)
	d.Result.Status = store.DeliveryStatus(status)
	if err != nil {
		return d, fmt.Errorf("delivery %s: %w", d.ID, err)
	}
	return d, nil
}
