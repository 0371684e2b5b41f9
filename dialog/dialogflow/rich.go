package dialogflow

import (
	"encoding/json"
	"strings"

	"dari/bot/message"
)

// rich is one element of Google's custom payload for its own chat window:
// https://cloud.google.com/dialogflow/es/docs/integrations/dialogflow-messenger#rich
type rich struct {
	Type     string          `json:"type"`
	Title    string          `json:"title"`
	Subtitle string          `json:"subtitle"`
	Text     json.RawMessage `json:"text"` // a string, or a list of them
	RawURL   string          `json:"rawUrl"`
	Alt      string          `json:"accessibilityText"`
	Link     string          `json:"link"`
	Action   string          `json:"actionLink"`
	Anchor   struct {
		Href string `json:"href"`
	} `json:"anchor"`
	Image struct {
		RawURL string `json:"rawUrl"`
		Src    struct {
			RawURL string `json:"rawUrl"`
		} `json:"src"`
	} `json:"image"`
	Event struct {
		Name  string `json:"name"`
		Event string `json:"event"`
	} `json:"event"`
	Options []rich `json:"options"`
}

func (el rich) text() string {
	var one string
	if json.Unmarshal(el.Text, &one) == nil {
		return one
	}
	var many []string
	_ = json.Unmarshal(el.Text, &many) // anything else is no text
	return strings.Join(many, "\n")
}

func (el rich) picture() string { return first(el.RawURL, el.Image.RawURL, el.Image.Src.RawURL) }

// action is what tapping the element does. Without a link or an event it says its own text.
func (el rich) action() message.Action {
	label := first(el.text(), el.Title)
	if link := first(el.Link, el.Action, el.Anchor.Href); link != "" {
		return button(label, link)
	}
	if event := first(el.Event.Event, el.Event.Name); event != "" {
		return message.Action{Kind: message.ActionPostback, Label: label, Data: eventPrefix + event, Text: label}
	}
	return says(label)
}

// bubble shows what stands in one frame: as a card, with texts of their own where there is no card to
// put them on.
func (r *reply) bubble(elements []rich) {
	var c message.Card
	flush := func() {
		r.bubbleCard(c)
		c = message.Card{}
	}
	for _, el := range elements {
		switch el.Type {
		case "info", "accordion":
			if c.Title != "" {
				flush()
			}
			c.Title, c.Subtitle, c.Text = el.Title, el.Subtitle, el.text()
			c.ImageURL = first(el.picture(), c.ImageURL)
			if first(el.Action, el.Anchor.Href) != "" {
				c.Actions = append(c.Actions, el.action())
			}
		case "description":
			text := strings.TrimSpace(el.Title + "\n" + el.text())
			if c.Title == "" {
				r.Text(text)
			} else {
				c.Text = strings.TrimSpace(c.Text + "\n" + text)
			}
		case "image":
			if c.ImageURL != "" {
				flush()
			}
			c.ImageURL = el.RawURL
		case "button", "list":
			c.Actions = append(c.Actions, el.action())
		case "chips":
			for _, o := range el.Options {
				r.Suggest(o.action())
			}
		case "divider":
		default:
			r.Notes.Add("richContent of type %q was left out", el.Type)
		}
	}
	flush()
}

func (r *reply) bubbleCard(c message.Card) {
	switch {
	case c.Title != "" || c.Text != "" || c.ImageURL != "" && len(c.Actions) > 0:
		r.Card(c)
	case c.ImageURL != "":
		r.Say(message.Message{Type: message.TypeImage, URL: c.ImageURL})
	default:
		r.Suggest(c.Actions...) // buttons with nothing above them
	}
}
