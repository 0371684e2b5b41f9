package slack

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/rivo/uniseg"
	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"dari/bot/message"
	"dari/channels"
)

// post is one finished message. The text is always there: where there are blocks it is what
// notifications and screen readers tell.
type post struct {
	text   string // escaped
	blocks []slackapi.Block
}

// compose turns the message of one call into Slack's form. Text is escaped, so that nothing in it can
// mention a whole channel.
func compose(messages []message.Message) (post, error) {
	if len(messages) != 1 {
		return post{}, channels.Failf(channels.Rejected, "unsupported", "slack: a call carries one message, not %d", len(messages))
	}
	m := messages[0]
	if m.Type != message.TypeText && m.Type != message.TypeButtons {
		return post{}, channels.Failf(channels.Rejected, "unsupported", "slack: messages of type %q cannot be shown", m.Type)
	}
	text := m.Text + spelled(m.Actions) + spelled(m.QuickReplies)
	actions := rows(m.Actions, 0)
	actions = append(actions, rows(m.QuickReplies, len(m.Actions))...)
	p := post{text: slackutilsx.EscapeMessage(text)}
	if len(actions) > 0 {
		p.blocks = append(sections(text), actions...)
	}
	return p, nil
}

// spelled writes out what Slack has no button for: a number to call, a text to copy.
func spelled(actions []message.Action) string {
	var b strings.Builder
	for _, a := range actions {
		switch a.Kind {
		case message.ActionPhone:
			fmt.Fprintf(&b, "\n%s: %s", a.Label, a.Number)
		case message.ActionCopy:
			fmt.Fprintf(&b, "\n%s: %s", a.Label, a.Text)
		}
	}
	return b.String()
}

// rows makes rows of buttons. Action ids have to be unique in a message; from makes them so for
// several lists.
func rows(actions []message.Action, from int) []slackapi.Block {
	var buttons []slackapi.BlockElement
	for i, a := range actions {
		if b := button(a, from+i); b != nil {
			buttons = append(buttons, b)
		}
	}
	var out []slackapi.Block
	for row := range slices.Chunk(buttons, maxRow) {
		out = append(out, slackapi.NewActionBlock("", row...))
	}
	return out
}

// button returns nil for an action that Slack has no button for.
func button(a message.Action, n int) slackapi.BlockElement {
	caption := slackapi.NewTextBlockObject(slackapi.PlainTextType, clip(a.Label, maxLabel), true, false)
	switch a.Kind {
	case message.ActionPostback:
		return slackapi.NewButtonBlockElement(fmt.Sprintf("data:%d", n), a.Data, caption)
	case message.ActionMessage:
		return slackapi.NewButtonBlockElement(fmt.Sprintf("%s%d", sayPrefix, n), a.Says(), caption)
	case message.ActionURL:
		return slackapi.NewButtonBlockElement(fmt.Sprintf("%s%d", linkPrefix, n), "", caption).WithURL(a.URL)
	}
	return nil
}

// characters counts a text in UTF-16 units. Slack speaks of characters and does not say which; this
// is the count that is never too small.
func characters(s string) int { return len(utf16.Encode([]rune(s))) }

// clip cuts a caption to what Slack takes. The runtime has cut it in graphemes, of which one may be
// several characters; a caption that is one character too long would cost the whole message.
func clip(s string, limit int) string {
	head, _ := cut(s, limit, characters)
	return head
}

// sections lays a text out in section blocks. One is enough unless the text is long or full of
// characters that grow when they are escaped.
func sections(text string) []slackapi.Block {
	size := func(s string) int { return characters(slackutilsx.EscapeMessage(s)) }
	var out []slackapi.Block
	for text != "" {
		var head string
		head, text = cut(text, maxSection, size)
		if text != "" {
			head, text = atBreak(head, text)
		}
		out = append(out, slackapi.NewSectionBlock(
			slackapi.NewTextBlockObject(slackapi.MarkdownType, slackutilsx.EscapeMessage(head), false, false), nil, nil))
	}
	return out
}

// cut splits s at the last border between graphemes that keeps the head within limit, as size counts.
// A first grapheme that is too large by itself is kept whole.
func cut(s string, limit int, size func(string) int) (head, tail string) {
	used, end, state := 0, 0, -1
	for rest := s; rest != ""; {
		var g string
		g, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used += size(g); used > limit && end > 0 {
			break
		}
		end += len(g)
	}
	return s[:end], s[end:]
}

// atBreak moves a split back to the last line end or space, if there is one in the second half.
func atBreak(head, tail string) (string, string) {
	for _, sep := range []string{"\n", " "} {
		if i := strings.LastIndex(head, sep); i > len(head)/2 {
			return head[:i], head[i+1:] + tail
		}
	}
	return head, tail
}
