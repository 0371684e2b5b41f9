package teams

import (
	"regexp"
	"slices"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// heroCard is the content type of a card with buttons.
const heroCard = "application/vnd.microsoft.card.hero"

// outActivity is what we post to the Connector.
type outActivity struct {
	Type             string            `json:"type"`
	From             account           `json:"from"`
	Conversation     outConversation   `json:"conversation"`
	ReplyToID        string            `json:"replyToId,omitempty"`
	Locale           string            `json:"locale,omitempty"`
	Text             string            `json:"text,omitempty"`
	TextFormat       string            `json:"textFormat,omitempty"`
	Attachments      []outAttachment   `json:"attachments,omitempty"`
	SuggestedActions *suggestedActions `json:"suggestedActions,omitempty"`
}

type outConversation struct {
	ID string `json:"id"`
}

type outAttachment struct {
	ContentType string `json:"contentType"`
	Content     hero   `json:"content"`
}

type hero struct {
	Text    string       `json:"text,omitempty"`
	Buttons []cardButton `json:"buttons"`
}

type suggestedActions struct {
	To      []string     `json:"to,omitempty"`
	Actions []cardButton `json:"actions"`
}

// cardButton is a button. https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-actions
type cardButton struct {
	Type        string `json:"type"`
	Title       string `json:"title"`
	Value       any    `json:"value"`
	Text        string `json:"text,omitempty"`
	DisplayText string `json:"displayText,omitempty"`
}

// render makes the activity of one outgoing message.
func render(out channels.Outgoing, ref reference, replyTo string) (outActivity, error) {
	act := outActivity{
		Type: "message", From: ref.Bot, Conversation: outConversation{out.Conversation.ID}, ReplyToID: replyTo,
	}
	if len(out.Messages) != 1 {
		return act, channels.Failf(channels.Rejected, "messages", "teams: one call carries one message, not %d", len(out.Messages))
	}
	m := out.Messages[0]
	if m.Type != message.TypeText && m.Type != message.TypeButtons {
		return act, channels.Failf(channels.Rejected, "type", "teams: messages of type %s cannot be shown", m.Type)
	}
	act.Locale = m.Lang
	buttons := slices.Concat(m.Actions, m.QuickReplies)
	if len(m.Actions) == 0 && suggestible(out.Conversation, m.QuickReplies) {
		act.SuggestedActions = suggest(ref, m.QuickReplies)
		buttons = nil
	}
	text, buttons := spellOut(m.Text, buttons)
	markdown := m.Format == "markdown"
	if len(buttons) == 0 {
		act.Text, act.TextFormat = plainText(text), "plain"
		if markdown {
			act.Text, act.TextFormat = markdownText(text), "markdown"
		}
		return act, nil
	}
	cardText := cardHTML(text)
	if markdown { // cards of this kind know no markdown; Teams shows the text above the card
		act.Text, act.TextFormat, cardText = markdownText(text), "markdown", ""
	}
	act.Attachments = cards(cardText, buttons)
	return act, nil
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

// spellOut writes the actions that Teams has no button for into the text.
func spellOut(text string, actions []message.Action) (string, []message.Action) {
	var rest []message.Action
	for _, a := range actions {
		if a.Kind == message.ActionCopy {
			text += "\n" + a.Label + ": " + a.Text
			continue
		}
		rest = append(rest, a)
	}
	return text, rest
}

// cards spreads the buttons over as many cards as they need; the first has the text.
func cards(text string, actions []message.Action) []outAttachment {
	var out []outAttachment
	for chunk := range slices.Chunk(actions, maxButtons) {
		card := hero{Text: text}
		for _, a := range chunk {
			card.Buttons = append(card.Buttons, button(a))
		}
		out = append(out, outAttachment{heroCard, card})
		text = ""
	}
	return out
}

func button(a message.Action) cardButton {
	switch a.Kind {
	case message.ActionPostback:
		data := map[string]any{ownMember: map[string]string{"postback": a.Data}}
		return cardButton{Type: "messageBack", Title: a.Label, Value: data, Text: a.Says(), DisplayText: a.Says()}
	case message.ActionURL:
		return cardButton{Type: "openUrl", Title: a.Label, Value: a.URL}
	case message.ActionPhone:
		return cardButton{Type: "openUrl", Title: a.Label, Value: "tel:" + strings.ReplaceAll(a.Number, " ", "")}
	}
	return cardButton{Type: "imBack", Title: a.Label, Value: a.Says()}
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

// cardHTML shows a plain text on a card, whose text Teams reads as HTML.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
func cardHTML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r\n", "<br>", "\n", "<br>").Replace(s)
}
