package dialogflow

import (
	"encoding/json"
	"fmt"
	"strings"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/remote"
)

const (
	maxMessages = 50 // of one answer
	maxNotes    = 20
	maxTrace    = 32 << 10 // bytes of parameters
)

// reply collects what an answer says. What cannot be shown is noted and left out.
type reply struct {
	channel  string // type of the channel
	messages []message.Message
	quick    []message.Action
	handoff  *dialog.Handoff
	end      bool
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

func (r *reply) suggest(actions ...message.Action) {
	for _, a := range actions {
		if err := a.Validate(); err != nil {
			r.note("a suggestion was left out: %v", err)
			continue
		}
		r.quick = append(r.quick, a)
	}
}

// says is a button that puts its label in the person's mouth.
func says(label string) message.Action {
	return message.Action{Kind: message.ActionMessage, Label: label}
}

// button is one that sends value back, or opens it if it is an address.
func button(label, value string) message.Action {
	switch {
	case value == "" || value == label:
		return says(label)
	case strings.HasPrefix(value, "https://") || strings.HasPrefix(value, "http://"):
		return message.Action{Kind: message.ActionURL, Label: label, URL: value}
	case strings.HasPrefix(value, "tel:"):
		return message.Action{Kind: message.ActionPhone, Label: label, Number: strings.TrimPrefix(value, "tel:")}
	}
	return message.Action{Kind: message.ActionPostback, Label: label, Data: value, Text: label}
}

// seen is what stands beside the turn.
type seen struct {
	Intent     string          `json:"intent,omitempty"`
	Confidence float64         `json:"confidence,omitempty"`
	Fallback   bool            `json:"fallback,omitempty"`
	MatchType  string          `json:"match_type,omitempty"`
	Action     string          `json:"action,omitempty"`
	Flow       string          `json:"flow,omitempty"`
	Page       string          `json:"page,omitempty"`
	Language   string          `json:"language,omitempty"`
	Parameters json.RawMessage `json:"parameters,omitempty"`
	ResponseID string          `json:"response_id,omitempty"`
	Notes      []string        `json:"notes,omitempty"`
}

// result reads the body of an answer. Only a body that is no answer at all is an error.
func (e *engine) result(body []byte, r *reply) (dialog.Result, error) {
	read := readES
	if e.edition == cx {
		read = readCX
	}
	s, err := read(body, r, e.platformOf(r.channel))
	if err != nil {
		return dialog.Result{}, err
	}
	if len(s.Parameters) > maxTrace {
		r.note("parameters: has %d bytes, more than the %d that are kept", len(s.Parameters), maxTrace)
		s.Parameters = nil
	}
	s.Notes = r.notes
	trace, err := json.Marshal(s)
	if err != nil {
		return dialog.Result{}, err
	}
	return dialog.Result{
		Reply: message.Reply{Messages: r.messages, QuickReplies: r.quick},
		End:   r.end, Handoff: r.handoff, Trace: e.scrub.Trace(trace),
	}, nil
}

// platformOf is which of an ES agent's platform-specific answers are taken.
func (e *engine) platformOf(channel string) string {
	if e.platform != "" {
		return e.platform
	}
	return strings.ToUpper(channel)
}
