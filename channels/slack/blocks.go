package slack

import (
	"fmt"
	"slices"
	"strings"

	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"dari/bot/message"
	"dari/channels"
)

// post is one finished message. The text is always there, but for blocks somebody wrote for Slack: where
// there are blocks it is what notifications and screen readers tell.
type post struct {
	text   string // escaped
	blocks []slackapi.Block

	name, icon string // of the sender; "" for the app's own
}

// rejected names the field that Slack cannot take.
func rejected(field, format string, args ...any) *channels.SendError {
	return channels.Failf(channels.Rejected, "unsupported", "slack: "+field+": "+format, args...)
}

// single is the message of one call.
func single(messages []message.Message) (message.Message, error) {
	if len(messages) != 1 {
		return message.Message{}, rejected("messages", "a call carries one message, not %d", len(messages))
	}
	m := messages[0]
	if err := m.Validate(); err != nil {
		return m, channels.Failf(channels.Rejected, "unsupported", "slack: %w", err)
	}
	return m, checkActions("quick_replies", m.QuickReplies)
}

// compose turns the message of one call into Slack's form. Text is escaped, so that nothing in it can
// mention a whole channel.
func compose(messages []message.Message) (post, error) {
	m, err := single(messages)
	if err != nil {
		return post{}, err
	}
	p, err := composeBody(m)
	if err != nil {
		return post{}, err
	}
	p.blocks = append(p.blocks, rows(m.QuickReplies, buttonCount(m))...)
	if len(p.blocks) > maxBlocks {
		return post{}, rejected(string(m.Type), "%d blocks, Slack takes %d", len(p.blocks), maxBlocks)
	}
	return p, nil
}

// composeBody is compose without the quick replies.
func composeBody(m message.Message) (post, error) {
	switch m.Type {
	case message.TypeText:
		return composeText(m)
	case message.TypeButtons:
		return composeButtons(m)
	case message.TypeCards:
		return composeCards(m)
	case message.TypeImage:
		return composeImage(m)
	case message.TypeLocation:
		return composeLocation(m)
	case message.TypeNative:
		return composeNative(m)
	}
	return post{}, rejected("type", "messages of type %q cannot be shown", m.Type)
}

// composeText needs blocks only where the text is Markdown or something stands below it.
func composeText(m message.Message) (post, error) {
	text := m.Text + spelled(m.QuickReplies)
	if m.Format == "markdown" {
		return composeMarkdown(text)
	}
	p := post{text: slackutilsx.EscapeMessage(text)}
	if n := characters(p.text); n > maxTextCut {
		return post{}, rejected("text", "%d characters, Slack cuts after %d", n, maxTextCut)
	}
	if len(m.QuickReplies) > 0 {
		p = post{text: summary(text), blocks: sections(text)}
	}
	return p, nil
}

// composeMarkdown leaves Markdown to Slack: https://docs.slack.dev/reference/block-kit/blocks/markdown-block
// The argument markdown_text would stand alone, without buttons.
func composeMarkdown(text string) (post, error) {
	safe := defused(text)
	if n := characters(safe); n > maxMarkdown {
		return post{}, rejected("text", "%d characters of Markdown, Slack takes %d", n, maxMarkdown)
	}
	return post{text: summary(text), blocks: []slackapi.Block{slackapi.NewMarkdownBlock("", safe)}}, nil
}

func composeButtons(m message.Message) (post, error) {
	if err := checkActions("actions", m.Actions); err != nil {
		return post{}, err
	}
	text := m.Text + spelled(m.Actions) + spelled(m.QuickReplies)
	return post{text: summary(text), blocks: append(sections(text), rows(m.Actions, 0)...)}, nil
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

// checkActions finds what Slack would refuse the whole message for.
func checkActions(path string, actions []message.Action) error {
	for i, a := range actions {
		field, value, limit := "text", a.Says(), maxValue
		switch a.Kind {
		case message.ActionPostback:
			field, value = "data", a.Data
		case message.ActionURL:
			field, value, limit = "url", a.URL, maxURL
		case message.ActionPhone, message.ActionCopy:
			continue
		}
		if n := characters(value); n > limit {
			return rejected(fmt.Sprintf("%s[%d].%s", path, i, field), "%d characters, Slack takes %d", n, limit)
		}
	}
	return nil
}

// buttonCount is how many buttons a message has besides its quick replies.
func buttonCount(m message.Message) int {
	n := len(m.Actions)
	for _, c := range m.Cards {
		n += len(c.Actions)
	}
	return n
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
