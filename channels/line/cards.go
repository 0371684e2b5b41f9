package line

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/bot/message"
)

// card is a card whose parts LINE would take, in LINE's form.
type card struct {
	title, subtitle, text, image string
	actions                      []messaging_api.ActionInterface
	label                        int // graphemes of the longest label
}

// cards shows them as a template where they fit one, since people know its looks, and as a Flex message
// otherwise, which leaves nothing out.
func (e encoder) cards(m message.Message) (messaging_api.MessageInterface, error) {
	cards, err := e.read(m.Cards)
	if err != nil {
		return nil, err
	}
	alt := altText(m, summary(m.Cards))
	switch m.Layout {
	case "", "carousel":
	case "list":
		// A list that one bubble cannot hold is shown as a carousel, which holds more.
		if list := listBubble(cards); len(cards) > 1 && size(list) <= bubbleMax {
			return e.flex(alt, list), nil
		}
	default:
		return nil, rejected(e.field("layout"), "%q is not known; it must be carousel or list", m.Layout)
	}
	if len(cards) == 1 && cards[0].fitsTemplate(buttonTextMax, maxButtons) {
		return e.template(alt, cards[0].single()), nil
	}
	if t := carousel(cards); len(cards) > 1 && t != nil {
		return e.template(alt, t), nil
	}
	return e.flexCards(alt, cards)
}

func (e encoder) read(in []message.Card) ([]card, error) {
	out := make([]card, len(in))
	for i, c := range in {
		path := fmt.Sprintf("%s.cards[%d]", e.path, i)
		made, err := actions(path+".actions", c.Actions, flexLabelMax)
		if err != nil {
			return nil, err
		}
		image := ""
		if c.ImageURL != "" {
			if image, err = uri(path+".image_url", c.ImageURL, mediaURLMax, "https"); err != nil {
				return nil, err
			}
		}
		out[i] = card{strings.TrimSpace(c.Title), strings.TrimSpace(c.Subtitle), strings.TrimSpace(c.Text), image, made, 0}
		if out[i].title+out[i].subtitle+out[i].text+image == "" {
			return nil, rejected(path, "it is blank; it must have a title, a text or an image")
		}
		for _, a := range c.Actions {
			out[i].label = max(out[i].label, graphemes(a.Label))
		}
	}
	return out, nil
}

// flexCards is a Flex message of one bubble per card.
func (e encoder) flexCards(alt string, cards []card) (messaging_api.MessageInterface, error) {
	if n := len(cards); n > maxBubbles {
		return nil, rejected(e.field("cards"), "there are %d; LINE shows %d", n, maxBubbles)
	}
	all := bubbles{Type: "carousel"}
	for i, c := range cards {
		b := c.bubble()
		if n := size(b); n > bubbleMax {
			return nil, rejected(fmt.Sprintf("%s.cards[%d]", e.path, i), "it has %d bytes in LINE's form; LINE takes %d", n, bubbleMax)
		}
		all.Contents = append(all.Contents, b)
	}
	if len(cards) == 1 {
		return e.flex(alt, all.Contents[0]), nil
	}
	if n := size(all); n > carouselMax {
		return nil, rejected(e.field("cards"), "together they have %d bytes in LINE's form; LINE takes %d", n, carouselMax)
	}
	return e.flex(alt, all), nil
}

// summary says in one line per card what it is about.
func summary(cards []message.Card) string {
	var out []string
	for _, c := range cards {
		label := ""
		if len(c.Actions) > 0 {
			label = c.Actions[0].Label
		}
		out = append(out, cmp.Or(c.Title, c.Text, c.Subtitle, label))
	}
	return lines(out...)
}
