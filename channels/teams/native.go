package teams

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// native passes on what was written for Teams alone: one attachment, a list of attachments, or the
// parts of an activity that say something. Who sends what where is not the payload's to decide. A
// payload that makes no sense is replaced by its fallback text, if there is one.
func (act *outActivity) native(m message.Message, c message.Conversation, ref reference) error {
	if m.Channel != "" && m.Channel != (Type{}).Name() {
		return channels.Failf(channels.Rejected, "channel", "teams: channel: the payload is for %s", m.Channel)
	}
	if err := act.payload(m.Payload); err != nil {
		return act.fallback(m, c, ref, err)
	}
	if act.Text == "" && act.Summary == "" {
		act.Summary = m.FallbackText
	}
	switch bare := len(act.Attachments) == 0 && act.SuggestedActions == nil; {
	case bare && suggestible(c, m.QuickReplies):
		act.SuggestedActions = suggest(ref, m.QuickReplies)
	case len(m.QuickReplies) > 0:
		act.Attachments = append(act.Attachments, heroes(hero{}, "", m.QuickReplies)...)
	}
	return nil
}

// fallback says a payload's fallback text instead, or why there is nothing to say.
func (act *outActivity) fallback(m message.Message, c message.Conversation, ref reference, why error) error {
	if m.FallbackText == "" {
		return channels.Failf(channels.Rejected, "payload", "teams: payload: %w", why)
	}
	m.Text, m.Format, m.Actions = m.FallbackText, "", nil
	act.Attachments, act.route = nil, "fallback_text"
	act.say(m, c, ref)
	return nil
}

// nativeParts are the members of an activity that a payload may have.
type nativeParts struct {
	Type             string            `json:"type"`
	Text             string            `json:"text"`
	TextFormat       string            `json:"textFormat"`
	Summary          string            `json:"summary"`
	AttachmentLayout string            `json:"attachmentLayout"`
	Attachments      []json.RawMessage `json:"attachments"`
	SuggestedActions json.RawMessage   `json:"suggestedActions"`
	Entities         json.RawMessage   `json:"entities"`
	ChannelData      json.RawMessage   `json:"channelData"`
}

var nativeMembers = []string{
	"type", "text", "textFormat", "summary", "attachmentLayout", "attachments", "suggestedActions", "entities", "channelData",
}

func (act *outActivity) payload(raw message.Raw) error {
	if strings.HasPrefix(string(raw), "[") {
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return err
		}
		return act.attach(list)
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return fmt.Errorf("must be an attachment, a list of attachments or an activity")
	}
	if members["contentType"] != nil {
		return act.attach([]json.RawMessage{json.RawMessage(raw)})
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !slices.Contains(nativeMembers, name) {
			return fmt.Errorf("member %q is not possible; known are %s", name, strings.Join(nativeMembers, ", "))
		}
	}
	var parts nativeParts
	if err := json.Unmarshal(raw, &parts); err != nil {
		return err
	}
	switch {
	case parts.Type != "" && parts.Type != "message":
		return fmt.Errorf("type %q is not possible; leave it out", parts.Type)
	case parts.Text == "" && len(parts.Attachments) == 0:
		return fmt.Errorf("has neither text nor attachments")
	}
	if err := act.attach(parts.Attachments); err != nil {
		return err
	}
	act.Text, act.TextFormat, act.Summary = parts.Text, parts.TextFormat, parts.Summary
	act.AttachmentLayout, act.ChannelData = parts.AttachmentLayout, parts.ChannelData
	if parts.SuggestedActions != nil {
		act.SuggestedActions = parts.SuggestedActions
	}
	if parts.Entities != nil {
		act.Entities = parts.Entities
	}
	return nil
}

func (act *outActivity) attach(list []json.RawMessage) error {
	if len(list) > maxCards {
		return fmt.Errorf("has %d attachments, Teams shows %d", len(list), maxCards)
	}
	for i, raw := range list {
		var att struct {
			ContentType string          `json:"contentType"`
			ContentURL  string          `json:"contentUrl"`
			Content     json.RawMessage `json:"content"`
		}
		if err := json.Unmarshal(raw, &att); err != nil {
			return fmt.Errorf("attachments[%d]: %w", i, err)
		}
		if att.ContentType == "" || att.ContentURL == "" && att.Content == nil {
			return fmt.Errorf("attachments[%d]: needs contentType, and content or contentUrl", i)
		}
		act.Attachments = append(act.Attachments, raw)
	}
	return nil
}
