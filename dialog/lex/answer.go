package lex

import (
	"encoding/json"
	"errors"

	"dari/bot/message"
	"dari/dialog"
)

// answer is the part of an answer that counts:
// https://docs.aws.amazon.com/lexv2/latest/dg/API_runtime_RecognizeText.html#API_runtime_RecognizeText_ResponseSyntax
type answer struct {
	Messages        []lexMessage     `json:"messages"`
	State           *sessionState    `json:"sessionState"`
	Interpretations []interpretation `json:"interpretations"`
}

type lexMessage struct {
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
	Card        *struct {
		Title    string `json:"title"`
		Subtitle string `json:"subtitle"`
		ImageURL string `json:"imageUrl"`
		Buttons  []struct {
			Text  string `json:"text"`
			Value string `json:"value"`
		} `json:"buttons"`
	} `json:"imageResponseCard"`
}

// sessionState is what goes back with the next turn. The parts that Dari does not look into stay as
// they came.
type sessionState struct {
	Action     json.RawMessage `json:"dialogAction,omitempty"`
	Intent     json.RawMessage `json:"intent,omitempty"`
	Contexts   json.RawMessage `json:"activeContexts,omitempty"`
	Attributes json.RawMessage `json:"sessionAttributes,omitempty"`
	Hints      json.RawMessage `json:"runtimeHints,omitempty"`
}

type interpretation struct {
	Source     string `json:"interpretationSource"`
	Confidence *struct {
		Score float64 `json:"score"`
	} `json:"nluConfidence"`
	Intent struct {
		Name string `json:"name"`
	} `json:"intent"`
}

// step is what Lex does next.
type step struct {
	Type string `json:"type"`
	Slot string `json:"slotToElicit"`
}

type intent struct {
	Name         string          `json:"name"`
	State        string          `json:"state"`
	Confirmation string          `json:"confirmationState"`
	Slots        json.RawMessage `json:"slots"`
}

// result reads the body of an answer.
func (e *engine) result(body []byte, session string, r *reply) (dialog.Result, error) {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil || a.State == nil {
		return dialog.Result{}, errors.New("the answer is no RecognizeText answer of Lex V2; check api_base_url")
	}
	for _, m := range a.Messages {
		m.read(r)
	}
	var next step
	var in intent
	_ = json.Unmarshal(a.State.Action, &next) // both are for the trace, and for knowing that a task ended
	_ = json.Unmarshal(a.State.Intent, &in)
	state, err := a.State.keep(session, next.Type, r)
	if err != nil {
		return dialog.Result{}, err
	}
	trace, err := r.trace(a, next, in)
	if err != nil {
		return dialog.Result{}, err
	}
	return dialog.Result{
		Reply: message.Reply{Messages: r.Messages, QuickReplies: r.Quick},
		State: state, Done: over(next, in), Handoff: r.Handoff, Trace: e.scrub.Trace(trace),
	}, nil
}

// over tells whether the bot's task has ended, well or not. A Close of an intent in another state leaves
// it unfinished: https://docs.aws.amazon.com/lexv2/latest/dg/API_runtime_Intent.html
func over(next step, in intent) bool {
	return next.Type == "Close" && (in.State == "Fulfilled" || in.State == "Failed")
}

func (m lexMessage) read(r *reply) {
	switch m.ContentType {
	case "PlainText":
		r.Text(m.Content)
	case "SSML":
		r.Text(spoken(m.Content))
	case "CustomPayload":
		r.payload(m.Content)
	case "ImageResponseCard":
		if m.Card == nil {
			r.Notes.Add("an ImageResponseCard without a card was left out")
			return
		}
		c := message.Card{Title: m.Card.Title, Subtitle: m.Card.Subtitle, ImageURL: m.Card.ImageURL}
		for _, b := range m.Card.Buttons {
			c.Actions = append(c.Actions, button(b.Text, b.Value))
		}
		r.Card(c)
	default:
		r.Notes.Add("a message of type %q was left out", m.ContentType)
	}
}

// keep is the state to go back with the next turn. A task that has ended leaves its attributes and
// contexts alone: its intent and slots would begin it again. What is too large to be kept is in Lex
// itself, as long as the session there lives.
func (s sessionState) keep(session, step string, r *reply) (*dialog.State, error) {
	if step == "Close" || step == "" || step == "None" {
		s.Action, s.Intent = nil, nil
	}
	for _, smaller := range []func(){
		func() {},
		func() { s.Action, s.Intent, s.Hints = nil, nil, nil },
		func() { s.Contexts, s.Attributes = nil, nil },
	} {
		smaller()
		k := kept{Session: session}
		if s.Attributes != nil || s.Contexts != nil || s.Intent != nil || s.Action != nil {
			raw, err := json.Marshal(s)
			if err != nil {
				return nil, err
			}
			k.State = raw
		}
		token, err := json.Marshal(k)
		if err != nil {
			return nil, err
		}
		if len(token) <= dialog.MaxState {
			return &dialog.State{Token: string(token)}, nil
		}
		r.Notes.Add("the session state has %d bytes, at most %d are kept; a part of it was left out", len(token), dialog.MaxState)
	}
	return nil, nil
}
