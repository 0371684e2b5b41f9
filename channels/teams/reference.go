package teams

import (
	"encoding/json"

	"dari/bot/message"
)

// address is what answering an event needs.
type address struct {
	ActivityID string `json:"activity_id,omitempty"`
	// Upload is where the file goes that a person has just accepted.
	Upload *upload `json:"upload,omitempty"`
}

// reference is what writing to a conversation at any later time needs.
type reference struct {
	ServiceURL string  `json:"service_url"`
	Bot        account `json:"bot"`
	ChannelID  string  `json:"channel_id"`
	Tenant     string  `json:"tenant,omitempty"`
	// User is the person in a direct conversation, to whom suggested actions are shown.
	User string `json:"user,omitempty"`
}

// reference keeps nothing that the bot's token may not be sent to.
func (a *adapter) reference(act activity) json.RawMessage {
	if act.Conversation.ID == "" || a.hosts.check(act.ServiceURL) != nil {
		return nil
	}
	c := where(act)
	ref := reference{
		ServiceURL: act.ServiceURL,
		Bot:        account{ID: a.self(act), Name: act.Recipient.Name},
		ChannelID:  act.ChannelID,
		Tenant:     c.Tenant,
	}
	if c.Kind == message.Direct && !person(act.From).Bot {
		ref.User = act.From.ID
	}
	return encode(ref)
}

// encode is for our own small structs, which always have a JSON form.
func encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}
