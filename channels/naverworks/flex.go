package naverworks

import (
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// flexNode is a container or component of a flex message. Only components of the documented list are
// used: https://developers.worksmobile.com/en/docs/bot-send-flex
type flexNode struct {
	Type        string     `json:"type"`
	Size        string     `json:"size,omitempty"`
	Layout      string     `json:"layout,omitempty"`
	Text        string     `json:"text,omitempty"`
	Weight      string     `json:"weight,omitempty"`
	Wrap        bool       `json:"wrap,omitempty"`
	URL         string     `json:"url,omitempty"`
	AspectRatio string     `json:"aspectRatio,omitempty"`
	AspectMode  string     `json:"aspectMode,omitempty"`
	Style       string     `json:"style,omitempty"`
	Height      string     `json:"height,omitempty"`
	Margin      string     `json:"margin,omitempty"`
	Spacing     string     `json:"spacing,omitempty"`
	Action      *outAction `json:"action,omitempty"`
	Hero        *flexNode  `json:"hero,omitempty"`
	Body        *flexNode  `json:"body,omitempty"`
	Footer      *flexNode  `json:"footer,omitempty"`
	Contents    []flexNode `json:"contents,omitempty"`
}

// flexCarousel draws a bubble per card; a lone one needs no carousel.
func flexCarousel(list []message.Card) (outContent, *channels.SendError) {
	if len(list) == 1 {
		bubble := flexBubble(list[0], "mega")
		return flex(list, &bubble, maxFlexBubble)
	}
	c := flexNode{Type: "carousel"}
	for _, card := range list {
		c.Contents = append(c.Contents, flexBubble(card, "kilo"))
	}
	return flex(list, &c, maxFlexCarousel)
}

func flexBubble(c message.Card, size string) flexNode {
	b := flexNode{Type: "bubble", Size: size}
	if c.ImageURL != "" {
		b.Hero = &flexNode{Type: "image", URL: c.ImageURL, Size: "full", AspectRatio: "151:100", AspectMode: "cover"}
	}
	b.Body = vertical(flexTexts(c))
	b.Footer = vertical(flexButtons(c.Actions))
	return b
}

// flexList draws all cards below each other in one bubble.
func flexList(list []message.Card) (outContent, *channels.SendError) {
	var rows []flexNode
	for i, c := range list {
		if i > 0 {
			rows = append(rows, flexNode{Type: "separator", Margin: "md"})
		}
		if c.ImageURL != "" {
			rows = append(rows, flexNode{Type: "image", URL: c.ImageURL, Size: "full", AspectRatio: "151:100", AspectMode: "cover"})
		}
		rows = append(rows, flexTexts(c)...)
		rows = append(rows, flexButtons(c.Actions)...)
	}
	return flex(list, &flexNode{Type: "bubble", Size: "mega", Body: vertical(rows)}, maxFlexBubble)
}

// flexTexts are the card's texts. A flex message has no copy action, so what is to be copied stands
// among them: https://developers.worksmobile.com/en/docs/bot-actionobject
func flexTexts(c message.Card) []flexNode {
	var out []flexNode
	add := func(text, size, weight string) {
		if text != "" {
			out = append(out, flexNode{Type: "text", Text: unmention(text), Size: size, Weight: weight, Wrap: true})
		}
	}
	add(c.Title, "lg", "bold")
	add(c.Subtitle, "sm", "")
	add(c.Text, "md", "")
	for _, act := range c.Actions {
		if copies(act) {
			add(act.Label+": "+copied(act), "md", "")
		}
	}
	return out
}

func flexButtons(actions []message.Action) []flexNode {
	var out []flexNode
	for _, act := range actions {
		if !copies(act) {
			do := spoken(act)
			out = append(out, flexNode{Type: "button", Style: "link", Height: "sm", Action: &do})
		}
	}
	return out
}

// vertical is nil for no contents, since a box needs some.
func vertical(contents []flexNode) *flexNode {
	if len(contents) == 0 {
		return nil
	}
	return &flexNode{Type: "box", Layout: "vertical", Spacing: "sm", Contents: contents}
}

func flex(list []message.Card, contents *flexNode, limit int) (outContent, *channels.SendError) {
	raw, refused := encode(contents)
	if refused != nil {
		return outContent{}, refused
	}
	if len(raw) > limit {
		return outContent{}, refuse("cards", "take %d bytes when drawn, and the platform takes at most %d; send fewer cards, shorter texts or shorter button data", len(raw), limit)
	}
	return outContent{Type: "flex", AltText: altText(list), Contents: contents}, nil
}

// altText is shown in notifications and in the list of chats.
func altText(list []message.Card) string {
	var names []string
	for _, c := range list {
		name := head(c)
		if name == "" && len(c.Actions) > 0 {
			name = c.Actions[0].Label
		}
		if name != "" {
			names = append(names, strings.ReplaceAll(name, "\n", " "))
		}
	}
	if len(names) == 0 {
		return "…"
	}
	return clip(unmention(strings.Join(names, ", ")), maxAltText)
}
