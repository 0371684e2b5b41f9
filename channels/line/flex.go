package line

import (
	"encoding/json"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
)

// The SDK's own Flex types write out zero values ("flex":0, "wrap":false), which changes the layout.
// These have what is used here and leave out the rest.

// flexMessage is a message of bubbles.
// https://developers.line.biz/en/reference/messaging-api/#flex-message
type flexMessage struct {
	Type       string                    `json:"type"`
	AltText    string                    `json:"altText"`
	Contents   any                       `json:"contents"` // bubble or bubbles
	QuickReply *messaging_api.QuickReply `json:"quickReply,omitempty"`
	Sender     *messaging_api.Sender     `json:"sender,omitempty"`
}

// GetType implements messaging_api.MessageInterface.
func (f flexMessage) GetType() string { return f.Type }

type bubble struct {
	Type   string     `json:"type"`
	Hero   *component `json:"hero,omitempty"`
	Body   *component `json:"body,omitempty"`
	Footer *component `json:"footer,omitempty"`
}

type bubbles struct {
	Type     string   `json:"type"`
	Contents []bubble `json:"contents"`
}

// component is a box, a text, an image, a button or a separator.
type component struct {
	Type        string                        `json:"type"`
	Layout      string                        `json:"layout,omitempty"`
	Text        string                        `json:"text,omitempty"`
	URL         string                        `json:"url,omitempty"`
	Action      messaging_api.ActionInterface `json:"action,omitempty"`
	Contents    []component                   `json:"contents,omitempty"`
	Flex        int                           `json:"flex,omitempty"`
	Spacing     string                        `json:"spacing,omitempty"`
	Margin      string                        `json:"margin,omitempty"`
	Size        string                        `json:"size,omitempty"`
	AspectRatio string                        `json:"aspectRatio,omitempty"`
	AspectMode  string                        `json:"aspectMode,omitempty"`
	Weight      string                        `json:"weight,omitempty"`
	Color       string                        `json:"color,omitempty"`
	Wrap        bool                          `json:"wrap,omitempty"`
	Style       string                        `json:"style,omitempty"`
	Height      string                        `json:"height,omitempty"`
}

func (e encoder) flex(alt string, contents any) messaging_api.MessageInterface {
	return flexMessage{Type: "flex", AltText: alt, Contents: contents, QuickReply: e.quick, Sender: e.sender}
}

// size is how many bytes a container has in the call.
func size(container any) int {
	b, _ := json.Marshal(container) // only strings, numbers and the SDK's actions, which always marshal
	return len(b)
}

// bubble shows one card: its image on top, its words, and its buttons at the bottom.
func (c card) bubble() bubble {
	b := bubble{Type: "bubble"}
	if c.image != "" {
		b.Hero = &component{Type: "image", URL: c.image, Size: "full", AspectRatio: "20:13", AspectMode: "cover"}
	}
	if texts := c.texts("lg"); len(texts) > 0 {
		b.Body = vertical("sm", texts)
	}
	if len(c.actions) > 0 {
		b.Footer = vertical("", c.buttons())
	}
	return b
}

// listBubble shows the cards as rows of one bubble.
func listBubble(cards []card) bubble {
	var rows []component
	for i, c := range cards {
		if i > 0 {
			rows = append(rows, component{Type: "separator"})
		}
		rows = append(rows, c.row())
		rows = append(rows, c.buttons()...)
	}
	return bubble{Type: "bubble", Body: vertical("md", rows)}
}

// row has the image on the left and the words on the right.
func (c card) row() component {
	texts := c.texts("md")
	image := component{Type: "image", URL: c.image, Flex: 1, Size: "full", AspectRatio: "1:1", AspectMode: "cover"}
	switch {
	case c.image == "":
		return *vertical("xs", texts)
	case len(texts) == 0:
		image.AspectRatio = "20:13"
		return image
	}
	words := vertical("xs", texts)
	words.Flex = 3
	return component{Type: "box", Layout: "horizontal", Spacing: "md", Contents: []component{image, *words}}
}

func (c card) texts(titleSize string) []component {
	var out []component
	add := func(t component) {
		if t.Text != "" {
			t.Type, t.Wrap = "text", true
			out = append(out, t)
		}
	}
	add(component{Text: c.title, Weight: "bold", Size: titleSize})
	add(component{Text: c.subtitle, Size: "sm", Color: "#8C8C8C"})
	add(component{Text: c.text, Size: "sm"})
	return out
}

func (c card) buttons() []component {
	var out []component
	for _, a := range c.actions {
		out = append(out, component{Type: "button", Style: "link", Height: "sm", Action: a})
	}
	return out
}

func vertical(spacing string, contents []component) *component {
	return &component{Type: "box", Layout: "vertical", Spacing: spacing, Contents: contents}
}
