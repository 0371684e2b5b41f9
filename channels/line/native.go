package line

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/bot/message"
)

// object is a message object of which nothing but the type is known here.
type object struct {
	kind   string
	fields map[string]json.RawMessage
}

// GetType implements messaging_api.MessageInterface.
func (o object) GetType() string { return o.kind }

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) { return json.Marshal(o.fields) }

// add sets a field that the author of the object has left out.
func (o object) add(name string, value any) error {
	if _, set := o.fields[name]; set {
		return nil
	}
	raw, err := json.Marshal(value)
	o.fields[name] = raw
	return err
}

// native passes on one message object, or a list of them. They are LINE's business, except that the
// call's quick replies are put on the last one, the sender on each that names none, and that FallbackText
// is the text of one that requires an altText and has none.
func (e encoder) native(m message.Message) ([]messaging_api.MessageInterface, error) {
	if m.Channel != Name {
		return nil, rejected(e.field("channel"), "the payload is for %q, not for %s", m.Channel, Name)
	}
	list, err := e.payload(m.Payload)
	if err != nil {
		return nil, err
	}
	out := make([]messaging_api.MessageInterface, len(list))
	for i, o := range list {
		switch o.kind {
		case "flex", "template", "imagemap":
			if m.FallbackText != "" {
				err = o.add("altText", altText(m, ""))
			}
		}
		if err == nil && i == len(list)-1 && e.quick != nil {
			err = o.add("quickReply", e.quick)
		}
		if err == nil && e.sender != nil {
			err = o.add("sender", e.sender)
		}
		if err != nil {
			return nil, rejected(e.field("payload"), "%v", err)
		}
		out[i] = o
	}
	return out, nil
}

// payload reads the message objects of a native message.
func (e encoder) payload(raw message.Raw) ([]object, error) {
	field := e.field("payload")
	list, at := []json.RawMessage{json.RawMessage(raw)}, func(int) string { return field }
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, rejected(field, "it is no JSON: %v", err)
		}
		at = func(i int) string { return fmt.Sprintf("%s[%d]", field, i) }
	}
	if n := len(list); n < 1 || n > perCall {
		return nil, rejected(field, "it has %d message objects; LINE takes 1 to %d", n, perCall)
	}
	out := make([]object, len(list))
	for i, raw := range list {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
			return nil, rejected(at(i), "it must be one of LINE's message objects, or a list of them")
		}
		var kind string
		if err := json.Unmarshal(fields["type"], &kind); err != nil || kind == "" {
			return nil, rejected(at(i)+".type", "it must be the name of one of LINE's message types, such as \"flex\"")
		}
		out[i] = object{kind, fields}
	}
	return out, nil
}
