package httpengine

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/remote"
)

const (
	maxMessages = 50 // of one answer; a promise of docs/engines/http.md
	maxNotes    = 20
	maxTrace    = 32 << 10 // bytes of nlu and usage each
	maxHandoff  = 365 * 24 * time.Hour
)

// result reads everything but the envelope. Faults of single messages become notes, so that one bad
// card does not silence the bot; faults of the whole are errors. later tells whether the engine was
// given an address for later answers.
func (w wire) result(later bool) (dialog.Result, error) {
	var res dialog.Result
	n := w.notes
	var list []json.RawMessage
	if err := json.Unmarshal(orNull(w.Messages), &list); err != nil {
		return dialog.Result{}, errors.New("messages: must be a list")
	}
	if len(list) > maxMessages {
		n.add("messages: %d are too many, those after the first %d were left out", len(list), maxMessages)
		list = list[:maxMessages]
	}
	for i, raw := range list {
		if m, ok := readMessage(fmt.Sprintf("messages[%d]", i), raw, &n); ok {
			res.Reply.Messages = append(res.Reply.Messages, m)
		}
	}
	res.Reply.QuickReplies = readActions("quick_replies", w.QuickReplies, &n)
	var err error
	if res.State, err = readState(w.State); err != nil {
		return dialog.Result{}, err
	}
	res.End = w.Session.End
	res.Handoff = readHandoff(w.Handoff, &n)
	if w.Status == "accepted" {
		if res.Later = later; !later {
			n.add("status: accepted, but the request had no reply_to: nothing more can come")
		}
	}
	res.Trace, err = w.trace(&n)
	return res, err
}

func orNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}

// readMessage returns the message, or its fallback text if it cannot be shown as it is.
func readMessage(path string, raw json.RawMessage, n *notes) (message.Message, bool) {
	var m struct {
		message.Message
		QuickReplies json.RawMessage `json:"quick_replies"`
	}
	err := json.Unmarshal(raw, &m)
	m.Message.QuickReplies = readActions(path+".quick_replies", m.QuickReplies, n)
	if err == nil {
		err = m.Validate()
	} else {
		err = wrongType(err)
	}
	if err == nil && known(m.Type) {
		return m.Message, true
	}
	if err == nil {
		err = fmt.Errorf("type: %q is not known", m.Type)
	}
	if strings.TrimSpace(m.FallbackText) == "" {
		n.add("%s.%v; the message was left out", path, err)
		return message.Message{}, false
	}
	n.add("%s.%v; its fallback_text was sent instead", path, err)
	text := message.Text(m.FallbackText)
	text.QuickReplies, text.SpeakAfterMS = m.Message.QuickReplies, m.SpeakAfterMS
	return text, true
}

func known(t message.Type) bool {
	for _, k := range message.Types {
		if k == t {
			return true
		}
	}
	return false
}

// wrongType names the field whose JSON type is wrong.
func wrongType(err error) error {
	var typ *json.UnmarshalTypeError
	if errors.As(err, &typ) && typ.Field != "" {
		field := strings.TrimPrefix(typ.Field, "Message.")
		return fmt.Errorf("%s: must not be a %s", field, kindOf(typ.Value))
	}
	return errors.New("type: missing, the message is not an object")
}

// readActions returns the actions that can be shown.
func readActions(path string, raw json.RawMessage, n *notes) []message.Action {
	var list []json.RawMessage
	if err := json.Unmarshal(orNull(raw), &list); err != nil {
		n.add("%s: must be a list; it was left out", path)
		return nil
	}
	var out []message.Action
	for i, raw := range list {
		var a message.Action
		err := json.Unmarshal(raw, &a)
		if err != nil {
			err = errors.New("label: missing, or a field is not a string")
		} else {
			err = checkAction(a)
		}
		if err != nil {
			n.add("%s[%d].%v; it was left out", path, i, err)
			continue
		}
		out = append(out, a)
	}
	return out
}

// checkAction borrows the rules of the message package, which come with a message around the action.
func checkAction(a message.Action) error {
	err := message.Message{Type: message.TypeButtons, Text: "-", Actions: []message.Action{a}}.Validate()
	if err == nil {
		return nil
	}
	return errors.New(strings.TrimPrefix(err.Error(), "actions[0]."))
}

// readState follows the contract: what is left out is kept, null clears.
func readState(raw json.RawMessage) (*dialog.State, error) {
	var s struct {
		Token json.RawMessage `json:"token"`
	}
	switch {
	case len(raw) == 0:
		return nil, nil
	case string(raw) == "null":
		return &dialog.State{}, nil
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, errors.New("state: must be an object with a token, or null")
	}
	if len(s.Token) == 0 {
		return nil, nil
	}
	var token string // stays empty for null
	if err := json.Unmarshal(s.Token, &token); err != nil {
		return nil, errors.New("state.token: must be a string or null")
	}
	if len(token) > dialog.MaxState {
		return nil, fmt.Errorf("state.token: has %d bytes, at most %d are kept", len(token), dialog.MaxState)
	}
	return &dialog.State{Token: token}, nil
}

// readHandoff reads whom the conversation goes to.
func readHandoff(raw json.RawMessage, n *notes) *dialog.Handoff {
	var h struct {
		Queue string  `json:"queue"`
		Note  string  `json:"note"`
		ForS  float64 `json:"for_s"`
	}
	if !given(raw) {
		return nil
	}
	if err := json.Unmarshal(raw, &h); err != nil {
		n.add("handoff: must be an object with queue and note, or null; nobody was called")
		return nil
	}
	seconds := min(max(h.ForS, 0), maxHandoff.Seconds())
	return &dialog.Handoff{
		Queue: remote.Clip(h.Queue, 200), Note: remote.Clip(h.Note, 2000),
		For: time.Duration(seconds * float64(time.Second)),
	}
}

// trace is what stands beside the turn.
func (w wire) trace(n *notes) (json.RawMessage, error) {
	out := struct {
		NLU   json.RawMessage `json:"nlu,omitempty"`
		Usage json.RawMessage `json:"usage,omitempty"`
		Notes []string        `json:"notes,omitempty"`
	}{NLU: n.aside("nlu", w.NLU), Usage: n.aside("usage", w.Usage)}
	out.Notes = n.list()
	if out.NLU == nil && out.Usage == nil && out.Notes == nil {
		return nil, nil
	}
	return json.Marshal(out)
}

// notes collects what was lost on the way, for the owner to read.
type notes struct {
	texts []string
	more  int
}

func (n *notes) add(format string, args ...any) {
	if len(n.texts) == maxNotes {
		n.more++
		return
	}
	n.texts = append(n.texts, remote.Clip(fmt.Sprintf(format, args...), 300))
}

func (n *notes) list() []string {
	if n.more > 0 {
		return append(n.texts, fmt.Sprintf("and %d more", n.more))
	}
	return n.texts
}

// aside keeps a value of the engine's for the trace unless it is too large to be kept with every turn.
func (n *notes) aside(field string, raw json.RawMessage) json.RawMessage {
	if len(raw) > maxTrace {
		n.add("%s: has %d bytes, more than the %d that are kept", field, len(raw), maxTrace)
		return nil
	}
	if !given(raw) {
		return nil
	}
	return raw
}
