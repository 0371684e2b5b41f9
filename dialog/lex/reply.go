package lex

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/remote"
)

const (
	maxMessages = 50 // of one answer
	maxNotes    = 20
	maxTrace    = 32 << 10 // bytes of slots
)

// reply collects what an answer says. What cannot be shown is noted and left out.
type reply struct {
	channel  string // type of the channel
	locale   string
	messages []message.Message
	quick    []message.Action
	handoff  *dialog.Handoff
	notes    []string
}

func (r *reply) note(format string, args ...any) {
	if len(r.notes) < maxNotes {
		r.notes = append(r.notes, remote.Clip(fmt.Sprintf(format, args...), 300))
	}
}

func (r *reply) say(m message.Message) {
	switch err := m.Validate(); {
	case err != nil:
		r.note("a message was left out: %v", err)
	case len(r.messages) == maxMessages:
		r.note("more than %d messages, the others were left out", maxMessages)
	default:
		r.messages = append(r.messages, m)
	}
}

func (r *reply) text(s string) {
	if strings.TrimSpace(s) != "" {
		r.say(message.Text(s))
	}
}

// card adds a card to the carousel that stands last, or begins one.
func (r *reply) card(c message.Card) {
	var kept []message.Action
	for _, a := range c.Actions {
		if err := a.Validate(); err != nil {
			r.note("a button was left out: %v", err)
			continue
		}
		kept = append(kept, a)
	}
	c.Actions = kept
	if last := len(r.messages) - 1; last >= 0 && r.messages[last].Type == message.TypeCards {
		m := r.messages[last]
		m.Cards = append(m.Cards, c)
		if err := m.Validate(); err != nil {
			r.note("a card was left out: %v", err)
			return
		}
		r.messages[last] = m
		return
	}
	r.say(message.Message{Type: message.TypeCards, Cards: []message.Card{c}})
}

func (r *reply) suggest(a message.Action) {
	if err := a.Validate(); err != nil {
		r.note("a suggestion was left out: %v", err)
		return
	}
	r.quick = append(r.quick, a)
}

// button sends its value, which is what Lex expects a tap to say.
func button(text, value string) message.Action {
	if value == "" || value == text {
		return message.Action{Kind: message.ActionMessage, Label: text}
	}
	return message.Action{Kind: message.ActionPostback, Label: text, Data: value, Text: text}
}

var (
	pauses = regexp.MustCompile(`(?i)<(break|/p|/s|p|s)(\s[^>]*)?/?>`)
	tags   = regexp.MustCompile(`<[^>]*>`)
	spaces = regexp.MustCompile(`\s+`)
)

// spoken is the text of speech mark-up: https://docs.aws.amazon.com/polly/latest/dg/supportedtags.html
func spoken(ssml string) string {
	text := tags.ReplaceAllString(pauses.ReplaceAllString(ssml, " "), "")
	return strings.TrimSpace(spaces.ReplaceAllString(html.UnescapeString(text), " "))
}

// trace is what stands beside the turn.
func (r *reply) trace(a answer, next step, in intent) (json.RawMessage, error) {
	type candidate struct {
		Intent     string   `json:"intent"`
		Confidence *float64 `json:"confidence,omitempty"`
		Source     string   `json:"source,omitempty"`
	}
	out := struct {
		Intent       string          `json:"intent,omitempty"`
		Confidence   *float64        `json:"confidence,omitempty"`
		State        string          `json:"state,omitempty"`
		Confirmation string          `json:"confirmation,omitempty"`
		Action       string          `json:"dialog_action,omitempty"`
		Slot         string          `json:"slot_to_elicit,omitempty"`
		Slots        json.RawMessage `json:"slots,omitempty"`
		Alternatives []candidate     `json:"alternatives,omitempty"`
		Locale       string          `json:"locale,omitempty"`
		Notes        []string        `json:"notes,omitempty"`
	}{Intent: in.Name, State: in.State, Confirmation: in.Confirmation, Action: next.Type, Slot: next.Slot, Slots: in.Slots, Locale: r.locale}
	for i, it := range a.Interpretations {
		c := candidate{Intent: it.Intent.Name, Source: it.Source}
		if it.Confidence != nil {
			c.Confidence = &it.Confidence.Score
		}
		if it.Intent.Name == in.Name && out.Confidence == nil {
			out.Confidence = c.Confidence
		} else if i < 10 {
			out.Alternatives = append(out.Alternatives, c)
		}
	}
	if len(out.Slots) > maxTrace {
		r.note("slots: has %d bytes, more than the %d that are kept", len(out.Slots), maxTrace)
		out.Slots = nil
	}
	out.Notes = r.notes
	return json.Marshal(out)
}
