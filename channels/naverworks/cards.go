package naverworks

import (
	"strings"

	"github.com/rivo/uniseg"

	"dari/bot/message"
	"dari/channels"
)

const layoutList = "list"

// cards takes the template that shows all of the cards' parts. What no template has room for is drawn
// as a flex message.
func cards(m message.Message) (outContent, *channels.SendError) {
	switch list := m.Cards; {
	case m.Layout == layoutList && fitsList(list):
		return listTemplate(list), nil
	case m.Layout == layoutList:
		return flexList(list)
	case fitsImages(list):
		return imageCarousel(list), nil
	case len(list) == 1 && fitsButtons(list[0]):
		return buttonTemplate(list[0]), nil
	case fitsCarousel(list):
		return carousel(list), nil
	default:
		return flexCarousel(list)
	}
}

// fitsCarousel: every column has a text, all have the same number of actions, and an image or a title
// either all or none: https://developers.worksmobile.com/en/docs/bot-send-carousel
func fitsCarousel(list []message.Card) bool {
	first := list[0]
	for _, c := range list {
		text, limit, rows := under(c), maxBareText, 4
		if c.Title != "" || c.ImageURL != "" {
			limit, rows = maxColumnText, 2
		}
		switch {
		case text == "", units(text) > limit, strings.Count(text, "\n") >= rows,
			units(c.Title) > maxColumnTitle, (c.Title == "") != (first.Title == ""),
			(c.ImageURL == "") != (first.ImageURL == ""), c.ImageURL != "" && !pngLink(c.ImageURL),
			len(c.Actions) == 0, len(c.Actions) > maxColumnActions, len(c.Actions) != len(first.Actions):
			return false
		}
	}
	return true
}

func carousel(list []message.Card) outContent {
	c := outContent{Type: "carousel"}
	for _, card := range list {
		c.Columns = append(c.Columns, column{
			OriginalContentURL: card.ImageURL, Title: unmention(card.Title), Text: unmention(under(card)),
			Actions: each(card.Actions, spoken),
		})
	}
	return c
}

// fitsImages: nothing but images that do one thing each when they are tapped.
// https://developers.worksmobile.com/en/docs/bot-send-imagecarousel
func fitsImages(list []message.Card) bool {
	for _, c := range list {
		if c.Title != "" || under(c) != "" || !pngLink(c.ImageURL) || len(c.Actions) != 1 ||
			uniseg.GraphemeClusterCount(c.Actions[0].Label) > maxImageLabel {
			return false
		}
	}
	return true
}

func imageCarousel(list []message.Card) outContent {
	c := outContent{Type: "image_carousel"}
	for _, card := range list {
		act := spoken(card.Actions[0])
		c.Columns = append(c.Columns, column{OriginalContentURL: card.ImageURL, Action: &act})
	}
	return c
}

// fitsButtons: a lone card without an image is a text with buttons.
func fitsButtons(c message.Card) bool {
	return c.ImageURL == "" && len(c.Actions) <= maxButtons && units(whole(c)) <= maxButtonText
}

func buttonTemplate(c message.Card) outContent {
	text := unmention(whole(c))
	if len(c.Actions) == 0 {
		return outContent{Type: "text", Text: text}
	}
	return outContent{Type: "button_template", ContentText: text, Actions: each(c.Actions, labelled)}
}

// fitsList: at most four elements, each with a title and no more than one action:
// https://developers.worksmobile.com/en/docs/bot-send-list
func fitsList(list []message.Card) bool {
	for _, c := range list {
		if head(c) == "" || units(head(c)) > maxElementText || units(below(c)) > maxElementText ||
			len(c.Actions) > 1 || c.ImageURL != "" && !pngLink(c.ImageURL) {
			return false
		}
	}
	return len(list) <= maxElements
}

func listTemplate(list []message.Card) outContent {
	c := outContent{Type: "list_template"}
	for _, card := range list {
		e := element{Title: unmention(head(card)), Subtitle: unmention(below(card)), OriginalContentURL: card.ImageURL}
		if len(card.Actions) == 1 {
			act := labelled(card.Actions[0])
			e.Action = &act
		}
		c.Elements = append(c.Elements, e)
	}
	return c
}

// under is what stands under the title.
func under(c message.Card) string { return lines(c.Subtitle, c.Text) }

func whole(c message.Card) string { return lines(c.Title, c.Subtitle, c.Text) }

// head is the title, or what stands in for it, and below the rest.
func head(c message.Card) string {
	if c.Title == "" {
		return under(c)
	}
	return c.Title
}

func below(c message.Card) string {
	if c.Title == "" {
		return ""
	}
	return under(c)
}

// lines joins those that are not empty.
func lines(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n")
}
