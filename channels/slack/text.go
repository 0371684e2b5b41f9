package slack

import (
	"regexp"
	"strings"

	"dari/bot/message"
)

// Slack's own escapes, and no others:
// https://docs.slack.dev/messaging/formatting-message-text
var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace

// token matches what Slack puts between angle brackets: a person, a channel, a command or an address.
// Angle brackets that people type arrive escaped, except in some slash commands, where anything else
// in brackets is left alone.
var token = regexp.MustCompile(`<([@#!]|[a-zA-Z][a-zA-Z0-9+.-]*:)([^<>|]*)(?:\|([^<>]*))?>`)

// written is a text as a person wrote it.
type written struct {
	text     string
	mentions []message.Mention
	self     bool // the bot was named
}

// read turns Slack's text into plain text. The mention of the bot, whose member id is self, is taken
// out; self may be empty.
func read(s, self string) written {
	var out strings.Builder
	var w written
	for {
		at := token.FindStringSubmatchIndex(s)
		if at == nil {
			out.WriteString(unescape(s))
			break
		}
		out.WriteString(unescape(s[:at[0]]))
		t := mark{sort: s[at[2]:at[3]], id: s[at[4]:at[5]]}
		if at[6] >= 0 {
			t.label = unescape(s[at[6]:at[7]])
		}
		s = s[at[1]:]
		if self != "" && t.sort == "@" && t.id == self {
			w.self = true
			if before := out.String(); before == "" || strings.HasSuffix(before, " ") {
				s = strings.TrimLeft(s, " ")
			}
		} else {
			out.WriteString(t.text())
		}
		if m, ok := t.mention(self); ok {
			w.mentions = append(w.mentions, m)
		}
	}
	w.text = out.String()
	if w.self {
		w.text = strings.TrimSpace(w.text)
	}
	return w
}

// mark is one token: sort is "@", "#", "!" or the scheme of an address with its colon.
type mark struct{ sort, id, label string }

func (t mark) mention(self string) (message.Mention, bool) {
	switch {
	case t.sort == "@":
		m := message.Mention{User: message.User{ID: t.id, Name: t.label}, Self: self != "" && t.id == self}
		return m, true
	case t.sort == "!" && (t.id == "here" || t.id == "channel" || t.id == "everyone"):
		return message.Mention{All: true}, true
	}
	return message.Mention{}, false
}

func (t mark) text() string {
	switch t.sort {
	case "@", "#":
		return t.sort + first(t.label, t.id)
	case "!":
		return t.command()
	}
	return t.link()
}

// command spells <!here>, <!subteam^S1|@team> and <!date^…|fallback>.
func (t mark) command() string {
	name, rest, _ := strings.Cut(t.id, "^")
	switch name {
	case "subteam":
		return "@" + strings.TrimPrefix(first(t.label, rest), "@")
	case "date":
		return t.label
	case "here", "channel", "everyone":
		return "@" + name
	}
	return first(t.label, unescape(name))
}

// link spells an address. Where Slack itself made the link, the label is what the person typed; where
// the person gave it a label, both are kept, since the address is often what matters.
func (t mark) link() string {
	rest := unescape(t.id)
	address := t.sort + rest
	if t.sort == "mailto:" || t.sort == "tel:" {
		address = rest
	}
	switch bare := strings.TrimPrefix(rest, "//"); {
	case t.label == "":
		return address
	case t.label == bare, t.label == strings.TrimSuffix(bare, "/"), t.sort == "tel:":
		return t.label
	case strings.Contains(address, t.label):
		return address
	}
	return t.label + " (" + address + ")"
}

// first returns the first text that is not empty.
func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
