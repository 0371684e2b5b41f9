package teams

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"dari/bot/message"
	"dari/channels"
)

// maxSplit bounds the events made of one activity; the platform sends one or two.
const maxSplit = 32

// Parse implements channels.Adapter.
func (a *adapter) Parse(r *channels.Request) (channels.Callback, error) {
	act, err := decode(r.Body)
	if err != nil {
		return channels.Callback{}, err
	}
	if strings.EqualFold(act.DeliveryMode, "expectReplies") {
		return channels.Callback{}, channels.Malformed("deliveryMode expectReplies is not possible: answers are sent to the service URL")
	}
	var cb channels.Callback
	for _, raw := range split(r.Body, act) {
		part, err := decode(raw)
		if err != nil {
			return channels.Callback{}, err
		}
		in, answer := a.inbound(part, raw)
		cb.Events, cb.Answer = append(cb.Events, in), answer
	}
	return cb, nil
}

// split makes one activity out of each thing that happened: people may put and take several
// reactions, or come and go, in one activity.
func split(body []byte, act activity) [][]byte {
	var out [][]byte
	switch act.Type {
	case "messageReaction":
		if n := len(act.ReactionsAdded) + len(act.ReactionsRemoved); n < 2 || n > maxSplit {
			break
		}
		for _, r := range act.ReactionsAdded {
			out = append(out, change(body, map[string]any{"reactionsAdded": []reaction{r}, "reactionsRemoved": nil}))
		}
		for _, r := range act.ReactionsRemoved {
			out = append(out, change(body, map[string]any{"reactionsAdded": nil, "reactionsRemoved": []reaction{r}}))
		}
		return out
	case "conversationUpdate":
		if len(act.MembersAdded) > 0 && len(act.MembersRemoved) > 0 {
			return [][]byte{
				change(body, map[string]any{"membersRemoved": nil}),
				change(body, map[string]any{"membersAdded": nil}),
			}
		}
	case "invoke":
		return [][]byte{withoutToken(body, act)}
	}
	return [][]byte{body}
}

// inbound makes the event of one activity, and the answer that the platform waits for.
func (a *adapter) inbound(act activity, raw []byte) (message.Inbound, channels.Answer) {
	in := message.Inbound{
		Kind:         message.KindUnknown,
		Name:         act.Type,
		Time:         instant(act.Timestamp),
		Conversation: where(act),
		Sender:       person(act.From),
		MessageID:    act.ID,
		ReplyTo:      act.ReplyToID,
		Locale:       act.Locale,
		Timezone:     act.LocalTimezone,
		Reference:    a.reference(act),
		Raw:          raw,
	}
	for _, e := range act.Entities {
		if e.Type == "clientInfo" && in.Locale == "" {
			in.Locale = e.Locale
		}
		if e.Type == "clientInfo" && in.Timezone == "" {
			in.Timezone = e.Timezone
		}
	}
	var answer channels.Answer
	if act.Type == "invoke" {
		answer = a.invoke(act, &in)
	} else {
		a.event(act, &in)
	}
	in.Keys = []string{key(act, in, raw)}
	if in.Kind.FromUser() {
		a.answerable(act, &in)
	}
	return in, answer
}

// answerable keeps events that nobody can or should answer away from the engine.
func (a *adapter) answerable(act activity, in *message.Inbound) {
	switch {
	case in.Conversation.ID == "":
		in.Kind = message.KindUnknown
		return
	case act.From.ID != "" && act.From.ID == a.self(act):
		in.Ignore = "the bot's own message"
	}
	if addr := (address{act.ID, accepted(act)}); addr != (address{}) {
		in.Address = encode(addr)
	}
}

// self is the bot's own account id.
func (a *adapter) self(act activity) string {
	if act.Recipient.ID != "" {
		return act.Recipient.ID
	}
	return botPrefix + a.appID
}

const botPrefix = "28:" // of account ids of bots

func person(acc account) message.User {
	return message.User{
		ID: acc.ID, Name: acc.Name, StableID: acc.AADObjectID,
		Bot: strings.HasPrefix(acc.ID, botPrefix),
	}
}

// where reads the conversation. In a channel the id of a thread is the channel's with the root
// message's behind it, and answering to that id answers in the thread.
func where(act activity) message.Conversation {
	c := message.Conversation{
		ID: act.Conversation.ID, Kind: message.Direct,
		Title: act.Conversation.Name, Tenant: act.Conversation.TenantID,
	}
	if c.Title == "" {
		c.Title = act.ChannelData.Channel.Name
	}
	if c.Tenant == "" {
		c.Tenant = act.ChannelData.Tenant.ID
	}
	room, _, thread := strings.Cut(c.ID, ";messageid=")
	switch {
	case act.Conversation.Type == "personal":
	case thread:
		c.Kind, c.Room = message.Thread, room
	case act.Conversation.Type != "" || act.Conversation.IsGroup || strings.HasPrefix(c.ID, "19:"):
		c.Kind = message.Group
	}
	return c
}

// instant reads a time; what does not fit into JSON is no time.
func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if t = t.UTC(); err != nil || t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// key identifies the event. Edits and deletes carry the id of the message, so that only their time
// tells them apart.
func key(act activity, in message.Inbound, raw []byte) string {
	if act.ID == "" {
		sum := sha256.Sum256(raw)
		return "sha256:" + hex.EncodeToString(sum[:])
	}
	parts := []string{act.Conversation.ID, act.Type, act.ID}
	switch act.Type {
	case "messageUpdate", "messageDelete":
		parts = append(parts, act.Timestamp)
	case "invoke":
		parts = append(parts, act.Name)
	case "installationUpdate":
		parts = append(parts, act.Action)
	case "conversationUpdate":
		if len(act.MembersAdded) == 0 && len(act.MembersRemoved) > 0 {
			parts = append(parts, "removed")
		}
	case "messageReaction":
		if in.Reaction != nil && in.Reaction.Removed {
			parts = append(parts, "removed")
		}
		if in.Reaction != nil {
			parts = append(parts, in.Reaction.Name)
		}
	}
	return strings.Join(parts, "|")
}
