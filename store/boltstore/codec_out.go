package boltstore

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"dari/bot/message"
	"dari/store"
	"dari/store/driver"
)

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

// Outcomes, deliveries and results are written by hand for the same reason as events. Those of the first
// formats were JSON, which begins with a brace.
const (
	turnVersion     = 1
	deliveryVersion = 2
	resultVersion   = 1
)

func isJSON(b []byte) bool { return len(b) > 0 && b[0] == '{' }

func encodeTurn(r turnRecord) []byte {
	b := make([]byte, 0, 48+len(r.Reason)+len(r.Trace))
	b = append(b, turnVersion)
	b = driver.AppendText(b, string(r.State))
	b = driver.AppendText(b, r.Reason)
	b = driver.AppendTime(b, r.Start)
	b = driver.AppendTime(b, r.Finish)
	return append(b, r.Trace...)
}

func decodeTurn(b []byte) (r turnRecord, err error) {
	if isJSON(b) {
		return r, json.Unmarshal(b, &r)
	}
	in, err := driver.Open(b, turnVersion)
	if err != nil {
		return r, err
	}
	r.State, r.Reason = store.EventState(in.Text()), in.Text()
	r.Start, r.Finish = in.Time(), in.Time()
	r.Trace = in.Rest()
	return r, in.Err()
}

// Bits of a delivery's record.
const (
	flagFirst = 1 << iota
	flagOwnID // the conversation's id is not made from the channel's and the platform's
	flagProcess
)

func encodeDelivery(d *store.Delivery) ([]byte, error) {
	messages, err := json.Marshal(d.Messages)
	if err != nil {
		return nil, err
	}
	flags, conversation := byte(0), ""
	if d.First {
		flags |= flagFirst
	}
	if d.ConversationID != ownID(d) {
		flags, conversation = flags|flagOwnID, d.ConversationID
	}
	if d.Process != "" {
		flags |= flagProcess
	}
	b := make([]byte, 0, 256+len(messages)+len(d.Address)+len(d.Reference))
	b = append(b, deliveryVersion, flags)
	b = driver.AppendTime(b, d.CreatedAt)
	b = driver.AppendTime(b, d.AddressAt)
	p := &d.Platform
	for _, s := range [...]string{
		d.EventID, d.BotID, d.ChannelID, conversation, d.User, d.Key, d.Broadcast,
		p.ID, string(p.Kind), p.Room, p.Title, p.Tenant, string(d.Address), string(d.Reference),
	} {
		b = driver.AppendText(b, s)
	}
	if d.Process != "" {
		b = driver.AppendText(b, d.Process)
	}
	return append(b, messages...), nil
}

// ownID is what the id of a delivery's conversation is as a rule.
func ownID(d *store.Delivery) string { return d.ChannelID + ":" + d.Platform.ID }

func decodeDelivery(seq uint64, b []byte) (store.Delivery, error) {
	d := store.Delivery{ID: driver.ID(driver.Deliveries, seq)}
	err := readDeliveryRecord(b, &d)
	if err != nil {
		err = fmt.Errorf("delivery %s: %w", d.ID, err)
	}
	return d, err
}

func readDeliveryRecord(b []byte, d *store.Delivery) error {
	if isJSON(b) {
		return json.Unmarshal(b, d)
	}
	in, err := driver.Open(b, deliveryVersion)
	if err != nil {
		return err
	}
	flags := in.Byte()
	d.First = flags&flagFirst != 0
	d.CreatedAt, d.AddressAt = in.Time(), in.Time()
	var kind string
	p := &d.Platform
	for _, s := range [...]*string{
		&d.EventID, &d.BotID, &d.ChannelID, &d.ConversationID, &d.User, &d.Key, &d.Broadcast,
		&p.ID, &kind, &p.Room, &p.Title, &p.Tenant,
	} {
		*s = in.Text()
	}
	p.Kind = message.ConversationKind(kind)
	d.Address, d.Reference = in.Blob(), in.Blob()
	if flags&flagProcess != 0 {
		d.Process = in.Text()
	}
	if flags&flagOwnID == 0 {
		d.ConversationID = ownID(d)
	}
	if err := in.Err(); err != nil {
		return err
	}
	return json.Unmarshal(in.Remaining(), &d.Messages)
}

// deliveryMayMatch tells from the beginning of a record whether it can be one that is asked for.
func deliveryMayMatch(b []byte, q *store.Query) bool {
	in, err := driver.Open(b, deliveryVersion)
	if err != nil {
		return true // whoever reads it will say what is wrong
	}
	flags := in.Byte()
	in.Varint()
	in.Varint()
	event, bot, channel, conversation := in.Bytes(), in.Bytes(), in.Bytes(), in.Bytes()
	if !is(q.EventID, event) || !is(q.BotID, bot) || !is(q.ChannelID, channel) {
		return false
	}
	if q.ConversationID == "" || flags&flagOwnID != 0 {
		return is(q.ConversationID, conversation)
	}
	for range 3 { // the user, the key and the broadcast
		in.Bytes()
	}
	rest, ok := strings.CutPrefix(q.ConversationID, string(channel))
	return ok && strings.HasPrefix(rest, ":") && rest[1:] == string(in.Bytes())
}

// Bits of a result's record.
const (
	flagDoubt = 1 << iota
	flagAgain
)

func encodeResult(r store.Result) []byte {
	b := make([]byte, 0, 64+len(r.Error))
	flags := byte(0)
	if r.Doubt {
		flags |= flagDoubt
	}
	if r.Again {
		flags |= flagAgain
	}
	b = append(b, resultVersion, flags)
	b = binary.AppendUvarint(b, uint64(r.Attempts))
	b = driver.AppendTime(b, r.NextAt)
	b = driver.AppendTime(b, r.DoneAt)
	for _, s := range [...]string{string(r.Status), r.ErrorKind, r.ErrorCode, r.Error, r.Route} {
		b = driver.AppendText(b, s)
	}
	for _, id := range r.MessageIDs {
		b = driver.AppendText(b, id)
	}
	return b
}

// decodeResult reads where a delivery stands; one without a record is pending.
func decodeResult(b []byte) (store.Result, error) {
	r := store.Result{Status: store.Pending}
	if b == nil {
		return r, nil
	}
	if isJSON(b) {
		return r, json.Unmarshal(b, &r)
	}
	in, err := driver.Open(b, resultVersion)
	if err != nil {
		return r, err
	}
	flags := in.Byte()
	r.Doubt, r.Again = flags&flagDoubt != 0, flags&flagAgain != 0
	r.Attempts = int(in.Count())
	r.NextAt, r.DoneAt = in.Time(), in.Time()
	var status string
	for _, s := range [...]*string{&status, &r.ErrorKind, &r.ErrorCode, &r.Error, &r.Route} {
		*s = in.Text()
	}
	r.Status = store.DeliveryStatus(status)
	for in.More() {
		r.MessageIDs = append(r.MessageIDs, in.Text())
	}
	return r, in.Err()
}
