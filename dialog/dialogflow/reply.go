package dialogflow

import (
	"encoding/json"
	"strings"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/foreign"
)

// maxTrace bounds a value of the engine's in the trace, in bytes.
const maxTrace = 32 << 10

// reply collects what an answer says. What cannot be shown is noted and left out.
type reply struct {
	foreign.Answer
	end bool
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
	s, err := read(body, r, e.platformOf(r.Channel))
	if err != nil {
		return dialog.Result{}, err
	}
	if len(s.Parameters) > maxTrace {
		r.Notes.Add("parameters: has %d bytes, more than the %d that are kept", len(s.Parameters), maxTrace)
		s.Parameters = nil
	}
	s.Notes = r.Notes
	trace, err := json.Marshal(s)
	if err != nil {
		return dialog.Result{}, err
	}
	return dialog.Result{
		Reply: message.Reply{Messages: r.Messages, QuickReplies: r.Quick},
		End:   r.end, Handoff: r.Handoff, Trace: e.scrub.Trace(trace),
	}, nil
}

// platformOf is which of an ES agent's platform-specific answers are taken.
func (e *engine) platformOf(channel string) string {
	if e.platform != "" {
		return e.platform
	}
	return strings.ToUpper(channel)
}
