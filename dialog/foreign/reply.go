package foreign

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"dari/bot/message"
	"dari/dialog/remote"
)

const (
	maxMessages = 50 // of one answer; nobody reads more
	maxNotes    = 20
	maxAside    = 16 << 10 // bytes of a foreign value in the trace
)

// Notes collect what was lost on the way, for the bot's owner to read.
type Notes []string

// Add adds a note; the first twenty are kept.
func (n *Notes) Add(format string, args ...any) {
	if len(*n) < maxNotes {
		*n = append(*n, remote.Clip(fmt.Sprintf(format, args...), 300))
	}
}

// Aside keeps a foreign value for the trace unless it is too large to be kept with every turn.
func (n *Notes) Aside(name string, raw json.RawMessage) json.RawMessage {
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return nil
	case len(raw) > maxAside:
		n.Add("%s: has %d bytes, more than the %d that are kept", name, len(raw), maxAside)
		return nil
	}
	return raw
}

// Reply keeps the messages and quick replies that can be shown.
func Reply(messages []message.Message, quick []message.Action, n *Notes) message.Reply {
	var out message.Reply
	for i, m := range messages {
		if len(out.Messages) == maxMessages {
			n.Add("messages: %d are too many, those after number %d were left out", len(messages), maxMessages)
			break
		}
		if err := m.Validate(); err != nil {
			n.Add("messages[%d].%v; it was left out", i, err)
			continue
		}
		out.Messages = append(out.Messages, m)
	}
	for i, a := range quick {
		if err := a.Validate(); err != nil {
			n.Add("quick_replies[%d].%v; it was left out", i, err)
			continue
		}
		out.QuickReplies = append(out.QuickReplies, a)
	}
	if len(out.Messages) == 0 && len(out.QuickReplies) > 0 {
		out.Messages = []message.Message{message.Text("…")} // suggestions hang on a message
	}
	return out
}

// Buttons is a text with buttons under it, either of which may be missing.
func Buttons(text string, actions []message.Action) []message.Message {
	text = strings.TrimSpace(text)
	switch {
	case len(actions) > 0:
		return []message.Message{{Type: message.TypeButtons, Text: cmp.Or(text, "…"), Actions: actions}}
	case text != "":
		return []message.Message{message.Text(text)}
	}
	return nil
}

// Lines joins what is not empty, one a line.
func Lines(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n")
}

// Web tells whether an address can be opened in a browser.
func Web(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != ""
}

// Browse is a button that opens an address; one that no browser opens is noted and left out. Without a
// label it shows the host.
func Browse(label, raw string, n *Notes) []message.Action {
	raw = strings.TrimSpace(raw)
	if !Web(raw) {
		n.Add("button %q: its address does not begin with https:// or http://; it was left out", label)
		return nil
	}
	u, _ := url.Parse(raw)
	return []message.Action{{Kind: message.ActionURL, Label: cmp.Or(strings.TrimSpace(label), u.Hostname()), URL: raw}}
}
