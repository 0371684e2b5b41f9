package teams

import (
	"slices"
	"strings"

	"dari/bot/message"
)

const (
	// heroCard is the content type of the simple card.
	heroCard = "application/vnd.microsoft.card.hero"
	// maxButtons is the number of buttons on one card.
	// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
	maxButtons = 6
)

type hero struct {
	Title    string       `json:"title,omitempty"`
	Subtitle string       `json:"subtitle,omitempty"`
	Text     string       `json:"text,omitempty"`
	Images   []heroImage  `json:"images,omitempty"`
	Buttons  []cardButton `json:"buttons,omitempty"`
}

type heroImage struct {
	URL string `json:"url"`
	Alt string `json:"alt,omitempty"`
}

// cardButton is a button. https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-actions
type cardButton struct {
	Type        string `json:"type"`
	Title       string `json:"title"`
	Value       any    `json:"value"`
	Text        string `json:"text,omitempty"`
	DisplayText string `json:"displayText,omitempty"`
}

// heroes makes a card with a plain text and buttons. Buttons beyond those of one card go to further
// cards that hold nothing else.
func heroes(card hero, text string, actions []message.Action) []any {
	text, actions = spellOut(text, actions)
	card.Text = cardHTML(text)
	if len(actions) == 0 {
		return []any{outAttachment{ContentType: heroCard, Content: card}}
	}
	var out []any
	for chunk := range slices.Chunk(actions, maxButtons) {
		for _, a := range chunk {
			card.Buttons = append(card.Buttons, button(a))
		}
		out = append(out, outAttachment{ContentType: heroCard, Content: card})
		card = hero{}
	}
	return out
}

func button(a message.Action) cardButton {
	switch a.Kind {
	case message.ActionPostback:
		return cardButton{Type: "messageBack", Title: a.Label, Value: ownValue(a), Text: a.Says(), DisplayText: a.Says()}
	case message.ActionURL, message.ActionPhone:
		return cardButton{Type: "openUrl", Title: a.Label, Value: leadsTo(a)}
	}
	return cardButton{Type: "imBack", Title: a.Label, Value: a.Says()}
}

// ownValue is what a tapped button brings back.
func ownValue(a message.Action) map[string]any {
	return map[string]any{ownMember: map[string]string{"postback": a.Data}}
}

// leadsTo is where a button leads out of Teams.
func leadsTo(a message.Action) string {
	if a.Kind == message.ActionPhone {
		return "tel:" + strings.ReplaceAll(a.Number, " ", "")
	}
	return escaped(a.URL)
}

// spellOut writes the actions that Teams has no button for into the text.
func spellOut(text string, actions []message.Action) (string, []message.Action) {
	var rest []message.Action
	for _, a := range actions {
		if a.Kind == message.ActionCopy {
			text = strings.TrimPrefix(text+"\n"+a.Label+": "+a.Text, "\n")
			continue
		}
		rest = append(rest, a)
	}
	return text, rest
}

// cardHTML shows a plain text on a card, whose text Teams reads as HTML.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
func cardHTML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r\n", "<br>", "\n", "<br>").Replace(s)
}
