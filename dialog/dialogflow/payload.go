package dialogflow

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"dari/bot/message"
	"dari/dialog"
)

// payload reads what the agent's builder wrote by hand. Known are a message of docs/engines/http.md, an
// object with messages, quick_replies and handoff, {"type": "quick_replies", "items": […]}, Google's
// richContent, and an object under the name of the channel type, which is passed on as it is.
func (r *reply) payload(raw json.RawMessage) {
	var p struct {
		Type         message.Type      `json:"type"`
		Items        []json.RawMessage `json:"items"`
		Messages     []json.RawMessage `json:"messages"`
		QuickReplies []json.RawMessage `json:"quick_replies"`
		Rich         [][]rich          `json:"richContent"`
		Handoff      *struct {
			Queue string `json:"queue"`
			Note  string `json:"note"`
		} `json:"handoff"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		r.note("a payload was left out: %v", err)
		return
	}
	switch {
	case p.Rich != nil:
		for _, bubble := range p.Rich {
			r.bubble(bubble)
		}
	case p.Type == "quick_replies":
		r.suggestRaw(p.Items)
	case p.Type != "":
		r.message(raw)
	case p.Messages != nil || p.QuickReplies != nil || p.Handoff != nil:
		for _, m := range p.Messages {
			r.message(m)
		}
		r.suggestRaw(p.QuickReplies)
		if p.Handoff != nil {
			r.handoff = &dialog.Handoff{Queue: p.Handoff.Queue, Note: p.Handoff.Note}
		}
	default:
		r.native(raw)
	}
}

// message reads one message, or its fallback text if it cannot be shown as it is.
func (r *reply) message(raw json.RawMessage) {
	var m message.Message
	err := json.Unmarshal(raw, &m)
	if err == nil && slices.Contains(message.Types, m.Type) && m.Validate() == nil {
		r.say(m)
		return
	}
	if strings.TrimSpace(m.FallbackText) != "" {
		r.text(m.FallbackText)
		return
	}
	if err == nil {
		err = m.Validate()
	}
	r.note("a message of a payload was left out: %v", err)
}

// suggestRaw reads suggestions: labels or actions.
func (r *reply) suggestRaw(items []json.RawMessage) {
	for _, raw := range items {
		var label string
		if json.Unmarshal(raw, &label) == nil {
			r.suggest(says(label))
			continue
		}
		var a message.Action
		if err := json.Unmarshal(raw, &a); err != nil {
			r.note("a suggestion was left out: %v", err)
			continue
		}
		r.suggest(a)
	}
}

// native passes on what was written for the channel that asks.
func (r *reply) native(raw json.RawMessage) {
	var by map[string]json.RawMessage
	if json.Unmarshal(raw, &by) == nil && r.channel != "" {
		if own := bytes.TrimSpace(by[r.channel]); len(own) > 0 && own[0] == '{' {
			r.say(message.Message{Type: message.TypeNative, Channel: r.channel, Payload: message.Raw(own)})
			return
		}
	}
	r.note("a payload was left out: it has no type, messages or richContent, and nothing under the name of the channel type")
}
