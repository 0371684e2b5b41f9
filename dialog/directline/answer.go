package directline

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/remote"
)

const (
	maxMessages = 50 // of one turn
	maxNotes    = 20
)

// incoming is an activity of the bot.
type incoming struct {
	Type       string          `json:"type"`
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	From       person          `json:"from"`
	ReplyTo    string          `json:"replyToId"`
	Hint       string          `json:"inputHint"`
	Text       string          `json:"text"`
	TextFormat string          `json:"textFormat"`
	Value      json.RawMessage `json:"value"`
	Suggested  struct {
		Actions []cardAction `json:"actions"`
	} `json:"suggestedActions"`
	Attachments []attachment `json:"attachments"`
	Layout      string       `json:"attachmentLayout"`
}

// answer collects what the bot says in a turn, and shows it as it comes.
type answer struct {
	emit    dialog.Emit
	self    string // the person's own id
	asked   string // id of the person's activity; "" if everything answers it
	said    int
	quick   []message.Action // suggestions with no message to stand under
	seen    map[string]bool  // ids
	heard   time.Time        // when the bot last answered the person's activity; zero before it did
	spoke   time.Time        // when it last said something that answers nothing by its own account
	over    bool             // the bot awaits the person
	closed  bool             // the bot has ended the conversation
	handoff *dialog.Handoff
	notes   []string
}

func (a *answer) note(format string, args ...any) {
	if len(a.notes) < maxNotes {
		a.notes = append(a.notes, remote.Clip(fmt.Sprintf(format, args...), 300))
	}
}

// answered tells that the bot has said something in this turn.
func (a *answer) answered() bool { return !a.heard.IsZero() || !a.spoke.IsZero() }

// patient is by how much longer than usual a bot is waited for that has only spoken of its own accord:
// that was its welcome, most likely, and its answer is still to come.
const patient = 4

// quietAt is when the bot will have been quiet for long enough to be taken as done.
func (a *answer) quietAt(quiet time.Duration) time.Time {
	if !a.heard.IsZero() {
		return a.heard.Add(quiet)
	}
	return a.spoke.Add(patient * quiet)
}

// take takes one activity. An error is that of emit.
func (a *answer) take(raw json.RawMessage, now time.Time) error {
	var in incoming
	if err := json.Unmarshal(raw, &in); err != nil {
		a.note("an activity was left out: %v", err)
		return nil
	}
	if in.From.ID == a.self && a.self != "" || in.From.Role == "user" || a.repeated(in.ID) {
		return nil // our own words come back as well
	}
	// What answers an earlier turn is shown, but does not answer this one.
	ours := in.ReplyTo == a.asked || a.asked == ""
	switch in.Type {
	case "message":
		switch {
		case ours:
			a.heard = now
			a.over = a.over || in.Hint == "expectingInput"
		case in.ReplyTo == "":
			a.spoke = now
		}
		return a.show(in)
	case "typing":
		if ours && !a.heard.IsZero() {
			a.heard = now // more is coming
		}
	case "endOfConversation":
		a.over, a.closed, a.heard = true, true, now
		if in.Text != "" {
			return a.show(in)
		}
	case "handoff":
		a.handOver(in.Value, now)
	case "event":
		if in.Name == "handoff.initiate" { // https://learn.microsoft.com/en-us/azure/bot-service/bot-service-design-pattern-handoff-human
			a.handOver(in.Value, now)
		}
	}
	return nil
}

func (a *answer) repeated(id string) bool {
	if id == "" {
		return false
	}
	if a.seen == nil {
		a.seen = map[string]bool{}
	}
	known := a.seen[id]
	a.seen[id] = true
	return known
}

// handOver reads whom the bot calls. Copilot Studio names the message to the agent so.
func (a *answer) handOver(value json.RawMessage, now time.Time) {
	var v struct {
		Queue   string `json:"queue"`
		Skill   string `json:"Skill"`
		Note    string `json:"note"`
		Message string `json:"va_AgentMessage"`
	}
	_ = json.Unmarshal(value, &v) // any other form calls whoever is there
	a.handoff = &dialog.Handoff{Queue: first(v.Queue, v.Skill), Note: first(v.Note, v.Message)}
	a.over, a.heard = true, now
}

// show says what one message activity holds.
func (a *answer) show(in incoming) error {
	out := a.messages(in)
	quick := a.actions(in.Suggested.Actions)
	if len(out) > 0 {
		out[len(out)-1].QuickReplies = append(out[len(out)-1].QuickReplies, quick...)
	} else {
		a.quick = append(a.quick, quick...)
	}
	for _, m := range out {
		if a.said == maxMessages {
			a.note("more than %d messages, the others were left out", maxMessages)
			return nil
		}
		a.said++
		if err := a.emit(dialog.Say(m)); err != nil {
			return err
		}
	}
	return nil
}

// messages are the text and the attachments of an activity, as far as they can be shown.
func (a *answer) messages(in incoming) []message.Message {
	var found []message.Message
	if strings.TrimSpace(in.Text) != "" {
		m := message.Text(in.Text)
		if in.TextFormat != "plain" { // the default is Markdown
			m.Format = "markdown"
		}
		found = append(found, m)
	}
	found = a.attachments(found, in)
	var out []message.Message
	for _, m := range found {
		if err := m.Validate(); err != nil {
			a.note("a message was left out: %v", err)
			continue
		}
		out = append(out, m)
	}
	return out
}
