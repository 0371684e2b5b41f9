package foreign

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"dari/bot/message"
	"dari/dialog"
)

// Answer collects what another system's answer says, piece by piece. What cannot be shown is noted and left
// out. The zero Answer is ready.
type Answer struct {
	Channel  string // type of the channel, for what was written for one alone
	Messages []message.Message
	Quick    []message.Action
	Handoff  *dialog.Handoff
	Notes    Notes
}

// Say adds a message; up to fifty are kept.
func (a *Answer) Say(m message.Message) {
	switch err := m.Validate(); {
	case err != nil:
		a.Notes.Add("a message was left out: %v", err)
	case len(a.Messages) == maxMessages:
		a.Notes.Add("more than %d messages, the others were left out", maxMessages)
	default:
		a.Messages = append(a.Messages, m)
	}
}

// Text adds a text unless it is empty.
func (a *Answer) Text(s string) {
	if strings.TrimSpace(s) != "" {
		a.Say(message.Text(s))
	}
}

// Card adds a card to the carousel that stands last, or begins one.
func (a *Answer) Card(c message.Card) {
	var kept []message.Action
	for _, b := range c.Actions {
		if err := b.Validate(); err != nil {
			a.Notes.Add("a button was left out: %v", err)
			continue
		}
		kept = append(kept, b)
	}
	c.Actions = kept
	if last := len(a.Messages) - 1; last >= 0 && a.Messages[last].Type == message.TypeCards {
		m := a.Messages[last]
		m.Cards = append(m.Cards, c)
		if err := m.Validate(); err != nil {
			a.Notes.Add("a card was left out: %v", err)
			return
		}
		a.Messages[last] = m
		return
	}
	a.Say(message.Message{Type: message.TypeCards, Cards: []message.Card{c}})
}

// Suggest adds quick replies.
func (a *Answer) Suggest(actions ...message.Action) {
	for _, b := range actions {
		if err := b.Validate(); err != nil {
			a.Notes.Add("a suggestion was left out: %v", err)
			continue
		}
		a.Quick = append(a.Quick, b)
	}
}

// Payload reads an object that the bot's builder wrote by hand into the other system. Known are a message of
// docs/engines/http.md, an object with messages, quick_replies and handoff, {"type": "quick_replies",
// "items": […]}, and an object under the name of the channel type, which is passed on as it is. Others names
// what the caller would have known besides, for the note.
func (a *Answer) Payload(raw json.RawMessage, others string) {
	var p struct {
		Type         message.Type      `json:"type"`
		Items        []json.RawMessage `json:"items"`
		Messages     []json.RawMessage `json:"messages"`
		QuickReplies []json.RawMessage `json:"quick_replies"`
		Handoff      *struct {
			Queue string `json:"queue"`
			Note  string `json:"note"`
		} `json:"handoff"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		a.Notes.Add("a payload was left out: %v", err)
		return
	}
	switch {
	case p.Type == "quick_replies":
		a.suggestRaw(p.Items)
	case p.Type != "":
		a.Message(raw)
	case p.Messages != nil || p.QuickReplies != nil || p.Handoff != nil:
		for _, m := range p.Messages {
			a.Message(m)
		}
		a.suggestRaw(p.QuickReplies)
		if p.Handoff != nil {
			a.Handoff = &dialog.Handoff{Queue: p.Handoff.Queue, Note: p.Handoff.Note}
		}
	default:
		a.native(raw, others)
	}
}

// Message reads one message, or its fallback text if it cannot be shown as it is.
func (a *Answer) Message(raw json.RawMessage) {
	var m message.Message
	err := json.Unmarshal(raw, &m)
	if err == nil && slices.Contains(message.Types, m.Type) && m.Validate() == nil {
		a.Say(m)
		return
	}
	if strings.TrimSpace(m.FallbackText) != "" {
		a.Text(m.FallbackText)
		return
	}
	if err == nil {
		err = m.Validate()
	}
	a.Notes.Add("a message of a payload was left out: %v", err)
}

// suggestRaw reads suggestions: labels or actions.
func (a *Answer) suggestRaw(items []json.RawMessage) {
	for _, raw := range items {
		var label string
		if json.Unmarshal(raw, &label) == nil {
			a.Suggest(message.Action{Kind: message.ActionMessage, Label: label})
			continue
		}
		var b message.Action
		if err := json.Unmarshal(raw, &b); err != nil {
			a.Notes.Add("a suggestion was left out: %v", err)
			continue
		}
		a.Suggest(b)
	}
}

// native passes on what was written for the channel that asks.
func (a *Answer) native(raw json.RawMessage, others string) {
	var by map[string]json.RawMessage
	if json.Unmarshal(raw, &by) == nil && a.Channel != "" {
		if own := bytes.TrimSpace(by[a.Channel]); len(own) > 0 && own[0] == '{' {
			a.Say(message.Message{Type: message.TypeNative, Channel: a.Channel, Payload: message.Raw(own)})
			return
		}
	}
	a.Notes.Add("a payload was left out: it has no %s, and nothing under the name of the channel type", others)
}
