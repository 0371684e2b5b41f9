package teams

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// maxSuggested is the number of suggested actions, which exist in personal chats.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/suggested-actions
const maxSuggested = 3

type suggestedActions struct {
	To      []string     `json:"to,omitempty"`
	Actions []cardButton `json:"actions"`
}

// compose makes the activity of one outgoing message. Only a file needs the network, for its size.
//
// No activity has a text and a card at once: Teams makes two messages of it and then tells the id of
// neither. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages
func (a *adapter) compose(ctx context.Context, out channels.Outgoing, ref reference) (outActivity, error) {
	act := outActivity{Type: "message", From: ref.Bot, Conversation: outConversation{ID: out.Conversation.ID}}
	var addr address
	// An address of another shape belongs to no activity of ours: then nothing is replied to.
	_ = json.Unmarshal(out.Address, &addr)
	act.ReplyToID = addr.ActivityID
	if len(out.Messages) != 1 {
		return act, channels.Failf(channels.Rejected, "messages", "teams: one call carries one message, not %d", len(out.Messages))
	}
	m := out.Messages[0]
	if err := m.Validate(); err != nil {
		return act, channels.Failf(channels.Rejected, "message", "teams: %w", err)
	}
	act.Locale = m.Lang
	var err error
	switch m.Type {
	case message.TypeText, message.TypeButtons:
		act.say(m, out.Conversation, ref)
	case message.TypeCards:
		err = act.show(m)
	case message.TypeImage:
		err = act.picture(m)
	case message.TypeVideo, message.TypeAudio:
		err = act.link(m)
	case message.TypeFile:
		err = a.file(ctx, &act, m, out.Conversation)
	case message.TypeLocation:
		act.place(m)
	case message.TypeNative:
		err = act.native(m, out.Conversation, ref)
	default:
		err = channels.Failf(channels.Rejected, "type", "teams: messages of type %s cannot be shown", m.Type)
	}
	return act, err
}

// say shows a text, with buttons on a card.
func (act *outActivity) say(m message.Message, c message.Conversation, ref reference) {
	buttons := slices.Concat(m.Actions, m.QuickReplies)
	if len(m.Actions) == 0 && suggestible(c, m.QuickReplies) {
		act.SuggestedActions = suggest(ref, m.QuickReplies)
		buttons = nil
	}
	markdown := m.Format == "markdown"
	text, buttons := spellOut(m.Text, buttons)
	switch {
	case len(buttons) == 0 && markdown:
		act.Text, act.TextFormat = markdownText(text), "markdown"
	case len(buttons) == 0:
		act.Text, act.TextFormat = plainText(text), "plain"
	case markdown: // the simple card knows no markdown
		card := newAdaptive(text, markdownBlock(text))
		act.Attachments = []any{card.with(slices.Collect(slices.Chunk(buttons, maxButtons))...)}
	default:
		act.Attachments = heroes(hero{}, text, buttons)
	}
}

// suggestible tells whether quick replies may be shown as such: in personal chats, few, and each
// saying its own words.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/suggested-actions
func suggestible(c message.Conversation, quick []message.Action) bool {
	return c.Kind == message.Direct && len(quick) > 0 && len(quick) <= maxSuggested &&
		!slices.ContainsFunc(quick, func(a message.Action) bool { return a.Kind != message.ActionMessage })
}

func suggest(ref reference, quick []message.Action) *suggestedActions {
	out := &suggestedActions{}
	if ref.User != "" {
		out.To = []string{ref.User}
	}
	for _, a := range quick {
		out.Actions = append(out.Actions, button(a))
	}
	return out
}

// mentionTag is what Teams reads as somebody's name.
var mentionTag = regexp.MustCompile(`(?i)<(/?at\b)`)

// plainText keeps the text as it is, but for an invisible character that makes mention tags inert.
func plainText(s string) string { return mentionTag.ReplaceAllString(s, "<\u200b$1") }

// markdownText ends lines with two blanks, which every reading of markdown takes for a line break.
func markdownText(s string) string {
	lines := strings.Split(plainText(s), "\n")
	for i := range len(lines) - 1 {
		if strings.TrimSpace(lines[i]) != "" && strings.TrimSpace(lines[i+1]) != "" {
			lines[i] = strings.TrimRight(lines[i], " ") + "  "
		}
	}
	return strings.Join(lines, "\n")
}
