package danbee

import (
	"encoding/json"
	"strings"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// greeting is the body of welcome.do. It begins a session of its own.
type greeting struct {
	ChatbotID    string            `json:"chatbot_id"`
	UserID       string            `json:"user_id"`
	ChannelID    string            `json:"channel_id"`
	Parameters   map[string]string `json:"parameters"`
	PostBackFlag string            `json:"postBackFlag"` // a truth value, spelled out
}

// question is the body of message.do.
type question struct {
	Version string `json:"version"`
	greeting
	InputSentence string     `json:"input_sentence"`
	SessionID     foreign.ID `json:"session_id"`
	cursor
}

// cursor is where in its flow the bot waits for an answer. It is echoed; losing it makes the bot forget
// that it asked something.
type cursor struct {
	InsID      foreign.ID `json:"ins_id"`
	IntentID   foreign.ID `json:"intent_id"`
	ChatflowID foreign.ID `json:"chatflow_id"`
	NodeID     foreign.ID `json:"node_id"`
	ParamID    foreign.ID `json:"param_id"`
}

// memory is the state kept between turns.
type memory struct {
	SessionID foreign.ID `json:"session_id"` // a number or a string, as it was received
	cursor
	Offers []offer `json:"offers,omitempty"`
}

func (e *engine) greeting(t dialog.Turn) greeting {
	return greeting{
		ChatbotID: e.chatbot, UserID: foreign.Person(t), ChannelID: e.channel,
		Parameters: e.sessionParameters(t), PostBackFlag: "false",
	}
}

// question puts the event, and the cursor of the last answer, into a call.
func (e *engine) question(t dialog.Turn) (question, error) {
	q := question{Version: e.version, greeting: e.greeting(t)}
	var m memory
	// A state that cannot be read was written by another engine: the conversation begins anew.
	if json.Unmarshal([]byte(t.State.Token), &m) == nil {
		q.SessionID, q.cursor = m.SessionID, m.cursor
	}
	tapped, isTap := readTap(t.Inbound.Postback)
	if t.Inbound.Kind == message.KindText && !isTap {
		tapped, isTap = typed(m.Offers, t.Inbound.Text)
	}
	if isTap {
		q.tap(tapped)
		return q, nil
	}
	var err error
	q.InputSentence, err = e.sentence(t.Inbound, q.Parameters)
	return q, err
}

// Sentences and parameters with which the vendor's own chat window announces files: flows that take
// files listen for them. https://github.com/danbeeai/danbee-springboot-vuejs
const (
	imageSentence = "FROGUE_IMAGE"
	fileSentence  = "FROGUE_FILE"
)

// sentence is what the person said. A file is announced as the vendor's window does it.
func (e *engine) sentence(in message.Inbound, parameters map[string]string) (string, error) {
	if len(in.Attachments) == 0 || in.Attachments[0].URL == "" {
		return foreign.Words(in)
	}
	announced := fileSentence
	if in.Attachments[0].Kind == message.KindImage {
		announced = imageSentence
	}
	parameters[announced] = in.Attachments[0].URL
	if strings.TrimSpace(in.Text) != "" {
		return in.Text, nil
	}
	return announced, nil
}

// sessionParameters are the set ones, with places like {locale} filled in.
func (e *engine) sessionParameters(t dialog.Turn) map[string]string {
	fill := strings.NewReplacer(
		"{locale}", foreign.Locale(t), "{timezone}", t.Inbound.Timezone, "{channel}", t.Channel.ID,
		"{channel_type}", t.Channel.Type, "{conversation}", t.ConversationID,
		"{user_id}", t.Inbound.Sender.ID, "{user_name}", t.Inbound.Sender.Name,
	)
	out := map[string]string{}
	for key, value := range e.parameters {
		out[key] = fill.Replace(value)
	}
	return out
}

// remember is the state that the next turn needs. Offers that have no room are given up: their buttons
// still work, only their typed labels are words like any other then.
func (r result) remember(offers []offer, n *foreign.Notes) string {
	m := memory{SessionID: r.SessionID, cursor: r.cursor, Offers: offers}
	for {
		token, err := remote.JSON(m)
		switch {
		case err == nil && len(token) <= dialog.MaxState:
			if len(m.Offers) < len(offers) {
				n.Add("%d buttons are too many to know all their labels when they are typed", len(offers))
			}
			return string(token)
		case len(m.Offers) == 0:
			n.Add("the session's ids are too long to be kept; the bot begins anew with the next message")
			return ""
		}
		m.Offers = m.Offers[:len(m.Offers)/2]
	}
}
