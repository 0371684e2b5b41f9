package dify

import (
	"encoding/json"
	"errors"
	"io"
	"time"

	"dari/dialog/llm"
	"dari/dialog/remote"
)

// event is one event of a stream. Which fields count depends on the event.
type event struct {
	Event          string          `json:"event"`
	TaskID         string          `json:"task_id"`
	MessageID      string          `json:"message_id"`
	ConversationID string          `json:"conversation_id"`
	Answer         llm.Piece       `json:"answer"`
	Type           string          `json:"type"`       // message_file
	BelongsTo      string          `json:"belongs_to"` // message_file
	URL            string          `json:"url"`        // message_file
	Metadata       json.RawMessage `json:"metadata"`   // message_end
	Data           json.RawMessage `json:"data"`       // workflow_finished
}

// known tells whether the event is one of those that add reads.
func (e event) known() bool {
	switch e.Event {
	case "", "error", "message", "agent_message", "message_replace", "message_file", "message_end", "workflow_finished":
		return true
	}
	return false
}

const maxFiles = 10

// answer is an answer that is being read.
type answer struct {
	idle time.Duration
	text *llm.Text

	said         string // the whole text, in the end
	conversation string
	messageID    string
	taskID       string
	files        []string
	metadata     metadata
	agent        bool // the text came as that of an agent
	workflow     bool // one has begun and not yet ended
	succeeded    bool // the workflow says so
	ended        bool // message_end came
	over         bool // the app has stopped by itself
	stale        bool // the app does not know the conversation
}

// read reads a stream to the end of the answer. Nothing but pings for the idle time is llm.ErrSilent.
func (a *answer) read(s *llm.Stream) error {
	if err := a.events(s); err != nil {
		return err
	}
	var err error
	a.said, err = a.text.End()
	return err
}

func (a *answer) events(s *llm.Stream) error {
	for {
		raw, err := s.Next()
		switch {
		case (err == io.EOF || errors.Is(err, llm.ErrSilent)) && (a.ended || a.succeeded):
			return nil
		case err == io.EOF:
			return remote.Failf("bad_answer", "the stream broke off before the answer's end")
		case err != nil:
			return err
		}
		if raw.Name == "ping" {
			continue
		}
		var e event
		var other *json.UnmarshalTypeError
		if err := json.Unmarshal(raw.Data, &e); err != nil && (!errors.As(err, &other) || e.known()) {
			return remote.Failf("bad_answer", "the answer is not what Dify sends: %w", err)
		}
		if e.Event == "ping" {
			continue
		}
		if err := a.add(e, raw.Data); err != nil {
			return err
		}
		switch {
		case a.ended && !a.workflow:
			return nil
		case a.ended || a.succeeded: // the other one of the two may follow
			s.Within(llm.Linger)
		default:
			s.Within(a.idle)
		}
	}
}

// add takes one event. The many that only tell how a workflow goes on count as progress and are passed
// over.
func (a *answer) add(e event, raw []byte) error {
	keep(&a.taskID, e.TaskID)
	keep(&a.messageID, e.MessageID)
	keep(&a.conversation, e.ConversationID)
	switch e.Event {
	case "message":
		if a.agent { // an agent's last event repeats the whole
			return a.text.Replace(e.Answer)
		}
		return a.text.Add(e.Answer)
	case "agent_message":
		a.agent = true
		return a.text.Add(e.Answer)
	case "message_replace": // by the moderation of the app
		return a.text.Replace(e.Answer)
	case "message_file":
		if e.Type == "image" && e.BelongsTo != "user" && e.URL != "" && len(a.files) < maxFiles {
			a.files = append(a.files, e.URL)
		}
	case "message_end":
		a.ended = true
		_ = json.Unmarshal(e.Metadata, &a.metadata) // it is for the trace alone: what does not fit stays empty
	case "workflow_started":
		a.workflow = true
	case "workflow_finished":
		return a.finished(e.Data)
	case "workflow_paused", "human_input_required":
		a.over = true
		return remote.Failf("paused", "the app waits for a person to fill in a form in Dify, which cannot be shown here; use a flow without human input")
	case "error":
		f := readFault(raw)
		a.over, a.stale = true, f.stale(f.Status)
		return f.failed()
	}
	return nil
}

func (a *answer) finished(data json.RawMessage) error {
	a.workflow, a.over = false, true
	var end struct {
		Status string    `json:"status"`
		Error  llm.Piece `json:"error"`
	}
	_ = json.Unmarshal(data, &end) // a status that cannot be read is no success
	switch end.Status {
	case "succeeded", "partial-succeeded":
		a.succeeded = true
		return nil
	case "stopped":
		return remote.Failf("failed", "the workflow of the app was stopped")
	}
	why := end.Error.String()
	if why == "" {
		why = "it does not say why"
	}
	return remote.Failf("failed", "the workflow of the app failed: %s", remote.Clip(why, 300))
}

// keep takes an id, which becomes a part of addresses.
func keep(to *string, s string) {
	if isID(s) {
		*to = s
	}
}
