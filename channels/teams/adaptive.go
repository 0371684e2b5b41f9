package teams

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

const (
	adaptiveCard = "application/vnd.microsoft.card.adaptive"
	// adaptiveVersion is the newest version that Teams shows.
	// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
	adaptiveVersion = "1.5"
	// maxFallback keeps the words for clients that cannot show the card short, in characters; the
	// number is ours.
	maxFallback = 200
)

// adaptive is an Adaptive Card. https://adaptivecards.io/explorer/
type adaptive struct {
	Schema       string           `json:"$schema"`
	Type         string           `json:"type"`
	Version      string           `json:"version"`
	FallbackText string           `json:"fallbackText"`
	Body         []element        `json:"body"`
	Actions      []adaptiveAction `json:"actions,omitempty"`
}

// element is any of the elements we use; Type decides which members count.
type element struct {
	Type    string           `json:"type"`
	Text    string           `json:"text,omitempty"`
	Inlines []textRun        `json:"inlines,omitempty"`
	Wrap    bool             `json:"wrap,omitempty"`
	URL     string           `json:"url,omitempty"`
	AltText string           `json:"altText,omitempty"`
	Size    string           `json:"size,omitempty"`
	Spacing string           `json:"spacing,omitempty"`
	Actions []adaptiveAction `json:"actions,omitempty"`
}

type textRun struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Weight   string `json:"weight,omitempty"`
	Size     string `json:"size,omitempty"`
	IsSubtle bool   `json:"isSubtle,omitempty"`
}

type adaptiveAction struct {
	Type  string         `json:"type"`
	Title string         `json:"title"`
	URL   string         `json:"url,omitempty"`
	Data  map[string]any `json:"data,omitempty"`
}

// show makes cards. They are Adaptive Cards, which wrap long titles and keep texts literal, where the
// simple card cuts a title after two lines. Simple cards take their place when the message would be
// too large otherwise, since their buttons need half the room.
func (act *outActivity) show(m message.Message) error {
	if n := len(m.Cards); n > maxCards {
		return channels.Failf(channels.Rejected, "cards", "teams: cards: there are %d, Teams shows %d", n, maxCards)
	}
	act.AttachmentLayout = "carousel"
	if m.Layout == "list" {
		act.AttachmentLayout = "list"
	}
	act.Summary = m.Cards[0].Title // of the notification, which would else only say that there is a card
	var simple []any
	last := len(m.Cards) - 1
	for i, c := range m.Cards {
		groups := [][]message.Action{c.Actions}
		if i == last { // suggested actions do not exist beside cards
			groups = append(groups, m.QuickReplies)
		}
		for j, field := range []string{fmt.Sprintf("cards[%d].actions", i), "quick_replies"}[:len(groups)] {
			if n := len(groups[j]); n > maxButtons {
				return channels.Failf(channels.Rejected, "buttons", "teams: %s: there are %d, one card shows %d", field, n, maxButtons)
			}
			c.Text, groups[j] = spellOut(c.Text, groups[j])
		}
		act.Attachments = append(act.Attachments, cardOf(c, groups, m.Format == "markdown"))
		simple = append(simple, simpleCard(c, groups)...)
	}
	if body, err := marshal(act); err == nil && weight(body) > maxActivity && len(simple) <= maxCards {
		act.Attachments = simple
	}
	return nil
}

func cardOf(c message.Card, groups [][]message.Action, markdown bool) outAttachment {
	title, subtitle := strings.TrimSpace(c.Title), strings.TrimSpace(c.Subtitle)
	fallback := cmp.Or(strings.TrimSpace(title+"\n"+subtitle), c.Text, c.ImageURL)
	card := newAdaptive(fallback)
	if c.ImageURL != "" {
		card.Body = append(card.Body, element{Type: "Image", URL: escaped(c.ImageURL), AltText: title, Size: "Stretch"})
	}
	card.Body = append(card.Body, literal(title, textRun{Weight: "Bolder", Size: "Medium"})...)
	card.Body = append(card.Body, literal(subtitle, textRun{IsSubtle: true})...)
	if markdown && c.Text != "" {
		card.Body = append(card.Body, markdownBlock(c.Text))
	} else {
		card.Body = append(card.Body, literal(c.Text, textRun{})...)
	}
	return card.with(groups...)
}

func simpleCard(c message.Card, groups [][]message.Action) []any {
	card := hero{Title: c.Title, Subtitle: c.Subtitle}
	if c.ImageURL != "" {
		card.Images = []heroImage{{URL: escaped(c.ImageURL), Alt: c.Title}}
	}
	return heroes(card, c.Text, slices.Concat(groups...))
}

func newAdaptive(fallback string, body ...element) adaptive {
	if r := []rune(fallback); len(r) > maxFallback {
		fallback = string(r[:maxFallback-1]) + "…"
	}
	return adaptive{
		Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: adaptiveVersion,
		FallbackText: fallback, Body: body,
	}
}

// with adds groups of buttons, the last at the foot of the card.
func (c adaptive) with(groups ...[]message.Action) outAttachment {
	for _, g := range groups {
		if len(g) == 0 {
			continue
		}
		if len(c.Actions) > 0 {
			c.Body = append(c.Body, element{Type: "ActionSet", Actions: c.Actions})
		}
		c.Actions = nil
		for _, a := range g {
			c.Actions = append(c.Actions, submit(a))
		}
	}
	return outAttachment{ContentType: adaptiveCard, Content: c}
}

// submit is a button. The documentation does not say whether the members beside "msteams" or its
// "value" come back with a messageBack, so the data stands in both.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-actions#adaptive-cards-actions
func submit(a message.Action) adaptiveAction {
	switch a.Kind {
	case message.ActionURL, message.ActionPhone:
		return adaptiveAction{Type: "Action.OpenUrl", Title: a.Label, URL: leadsTo(a)}
	case message.ActionPostback:
		data := ownValue(a)
		data["msteams"] = map[string]any{"type": "messageBack", "text": a.Says(), "displayText": a.Says(), "value": ownValue(a)}
		return adaptiveAction{Type: "Action.Submit", Title: a.Label, Data: data}
	}
	say := map[string]any{"type": "imBack", "value": a.Says()}
	return adaptiveAction{Type: "Action.Submit", Title: a.Label, Data: map[string]any{"msteams": say}}
}

// literal shows a plain text. A TextBlock would read it as markdown; a RichTextBlock does not, but has
// no line breaks, so that every line is one.
// https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
func literal(text string, style textRun) []element {
	var out []element
	spacing := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" {
			spacing = ""
			continue
		}
		run := style
		run.Type, run.Text = "TextRun", line
		out = append(out, element{Type: "RichTextBlock", Inlines: []textRun{run}, Spacing: spacing})
		spacing = "None"
	}
	return out
}

func markdownBlock(text string) element {
	return element{Type: "TextBlock", Text: markdownText(text), Wrap: true}
}
