package teams

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"dari/channels"
)

// activity is what the Bot service posts to us.
// https://github.com/microsoft/Agents/blob/main/specs/activity/protocol-activity.md
type activity struct {
	Type             string          `json:"type"`
	ID               string          `json:"id"`
	Timestamp        string          `json:"timestamp"`
	LocalTimezone    string          `json:"localTimezone"`
	ServiceURL       string          `json:"serviceUrl"`
	ChannelID        string          `json:"channelId"`
	From             account         `json:"from"`
	Recipient        account         `json:"recipient"`
	Conversation     conversation    `json:"conversation"`
	ChannelData      channelData     `json:"channelData"`
	Entities         []entity        `json:"entities"`
	Locale           string          `json:"locale"`
	ReplyToID        string          `json:"replyToId"`
	DeliveryMode     string          `json:"deliveryMode"`
	Text             string          `json:"text"`
	Attachments      []attachment    `json:"attachments"`
	Value            json.RawMessage `json:"value"`
	Name             string          `json:"name"`
	Action           string          `json:"action"`
	MembersAdded     []account       `json:"membersAdded"`
	MembersRemoved   []account       `json:"membersRemoved"`
	ReactionsAdded   []reaction      `json:"reactionsAdded"`
	ReactionsRemoved []reaction      `json:"reactionsRemoved"`
}

type account struct {
	ID          string `json:"id"`
	Name        string `json:"name,omitempty"`
	AADObjectID string `json:"aadObjectId,omitempty"`
}

type conversation struct {
	ID       string `json:"id"`
	Type     string `json:"conversationType"`
	TenantID string `json:"tenantId"`
	IsGroup  bool   `json:"isGroup"`
	Name     string `json:"name"`
}

type channelData struct {
	EventType string `json:"eventType"`
	Tenant    struct {
		ID string `json:"id"`
	} `json:"tenant"`
	Channel struct {
		Name string `json:"name"`
	} `json:"channel"`
	Settings struct {
		SelectedChannel struct {
			ID string `json:"id"`
		} `json:"selectedChannel"`
	} `json:"settings"`
}

type entity struct {
	Type      string  `json:"type"`
	Mentioned account `json:"mentioned"`
	Text      string  `json:"text"`
	Locale    string  `json:"locale"`
	Timezone  string  `json:"timezone"`
}

type attachment struct {
	ContentType string          `json:"contentType"`
	ContentURL  string          `json:"contentUrl"`
	Name        string          `json:"name"`
	Content     json.RawMessage `json:"content"`
}

type reaction struct {
	Type string `json:"type"`
}

// decode reads an activity. A member of an unexpected type is left out rather than refused, since
// new ones may appear at any time; only the type of the activity has to be there.
func decode(body []byte) (activity, error) {
	var act activity
	var mismatch *json.UnmarshalTypeError
	if err := channels.Decode(body, &act); err != nil && !errors.As(err, &mismatch) {
		return activity{}, channels.Malformed("the body is not JSON")
	}
	if act.Type == "" {
		return activity{}, channels.Malformed("the body is not an activity: it has no type")
	}
	return act, nil
}

// change returns the body with some members replaced; nil takes one out. The result does not depend
// on the order of members, so that the same event always has the same bytes.
func change(body []byte, members map[string]any) []byte {
	var all map[string]json.RawMessage
	if json.Unmarshal(body, &all) != nil {
		return body
	}
	for name := range all {
		for member := range members {
			if strings.EqualFold(name, member) {
				delete(all, name)
			}
		}
	}
	for name, v := range members {
		if v == nil {
			continue
		}
		raw, err := json.Marshal(v)
		if err != nil {
			return body
		}
		all[name] = raw
	}
	out, err := json.Marshal(all)
	if err != nil {
		return body
	}
	return out
}

// value is the "value" of an activity: a JSON object, JSON inside a string, or a plain string.
type value struct {
	fields map[string]json.RawMessage
	text   string // the plain string, or the value as compact JSON
}

func readValue(raw json.RawMessage) value {
	var s string
	if json.Unmarshal(raw, &s) == nil && len(raw) > 0 && raw[0] == '"' {
		if !json.Valid([]byte(s)) {
			return value{text: s}
		}
		raw = json.RawMessage(s)
	}
	v := value{text: compact(raw)}
	if v.text == "null" || v.text == "{}" {
		v.text = ""
	}
	// A value that is no object has no fields.
	_ = json.Unmarshal(raw, &v.fields)
	return v
}

func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return ""
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

// member is the value inside another one.
func (v value) member(name string) value { return readValue(v.fields[name]) }

// string is a text inside a value, "" when there is none.
func (v value) string(name string) string {
	var s string
	_ = json.Unmarshal(v.fields[name], &s)
	return s
}

// postback is the data of a button that Dari itself made.
func (v value) postback() (string, bool) {
	var own struct {
		Postback *string `json:"postback"`
	}
	if json.Unmarshal(v.fields[ownMember], &own) != nil || own.Postback == nil {
		return "", false
	}
	return *own.Postback, true
}

// inputs are the fields as texts, without those that belong to Teams or to Dari.
func (v value) inputs() map[string]string {
	out := map[string]string{}
	for name, raw := range v.fields {
		if name == ownMember || name == "msteams" {
			continue
		}
		if s := v.string(name); s != "" || string(raw) == `""` {
			out[name] = s
		} else if string(raw) != "null" {
			out[name] = compact(raw)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
