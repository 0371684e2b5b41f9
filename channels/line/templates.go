package line

import (
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/bot/message"
)

// buttons is a template of one text and its buttons.
// https://developers.line.biz/en/reference/messaging-api/#buttons
func (e encoder) buttons(m message.Message) (messaging_api.MessageInterface, error) {
	if n := graphemes(m.Text); n > buttonTextMax {
		return nil, rejected(e.field("text"), "it has %d characters; LINE takes %d above buttons", n, buttonTextMax)
	}
	if strings.TrimSpace(m.Text) == "" {
		return nil, rejected(e.field("text"), "it is blank")
	}
	if n := len(m.Actions); n > maxButtons {
		return nil, rejected(e.field("actions"), "there are %d; LINE takes %d in one message", n, maxButtons)
	}
	made, err := actions(e.field("actions"), m.Actions, labelMax)
	if err != nil {
		return nil, err
	}
	return e.template(altText(m, m.Text), &messaging_api.ButtonsTemplate{Text: m.Text, Actions: made}), nil
}

func (e encoder) template(alt string, t messaging_api.TemplateInterface) messaging_api.MessageInterface {
	return &messaging_api.TemplateMessage{AltText: alt, Template: t, QuickReply: e.quick, Sender: e.sender}
}

// words are the title and the text that a template shows of a card. A template cannot do without text.
func (c card) words() (title, text string) {
	if text = lines(c.subtitle, c.text); text == "" {
		return "", c.title
	}
	return c.title, text
}

// fitsTemplate tells whether a template can show the card: textMax is for a card without image and
// title, maxActions is how many buttons the template has.
func (c card) fitsTemplate(textMax, maxActions int) bool {
	title, text := c.words()
	if title != "" || c.image != "" {
		textMax = pictureTextMax
	}
	return text != "" && graphemes(text) <= textMax && graphemes(title) <= titleMax &&
		len(c.actions) > 0 && len(c.actions) <= maxActions && c.label <= labelMax
}

// single is a buttons template of one card.
func (c card) single() messaging_api.TemplateInterface {
	title, text := c.words()
	return &messaging_api.ButtonsTemplate{ThumbnailImageUrl: c.image, Title: title, Text: text, Actions: c.actions}
}

// carousel is a template of cards that are all alike, as LINE demands: the same number of buttons, and
// an image or a title on all of them or on none. It is nil when they are not.
// https://developers.line.biz/en/reference/messaging-api/#carousel
func carousel(cards []card) messaging_api.TemplateInterface {
	if len(cards) > maxColumns {
		return nil
	}
	t := &messaging_api.CarouselTemplate{}
	first, _ := cards[0].words()
	for _, c := range cards {
		title, text := c.words()
		alike := (title == "") == (first == "") && (c.image == "") == (cards[0].image == "") && len(c.actions) == len(cards[0].actions)
		if !alike || !c.fitsTemplate(columnTextMax, maxColumnActions) {
			return nil
		}
		t.Columns = append(t.Columns, messaging_api.CarouselColumn{ThumbnailImageUrl: c.image, Title: title, Text: text, Actions: c.actions})
	}
	return t
}
