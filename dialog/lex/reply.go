package lex

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"

	"dari/bot/message"
	"dari/dialog/foreign"
)

// maxTrace bounds a value of the engine's in the trace, in bytes.
const maxTrace = 32 << 10

// reply collects what an answer says. What cannot be shown is noted and left out.
type reply struct {
	foreign.Answer
	locale string
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
		r.Notes.Add("slots: has %d bytes, more than the %d that are kept", len(out.Slots), maxTrace)
		out.Slots = nil
	}
	out.Notes = r.Notes
	return json.Marshal(out)
}
