package clova

import (
	"cmp"
	"encoding/json"
	"strings"

	"dari/bot/message"
	"dari/dialog/foreign"
)

// component is a bubble, a button, or a part of either:
// https://api.ncloud-docs.com/docs/en/ai-application-service-chatbot-basic
// https://api.ncloud-docs.com/docs/en/ai-application-service-chatbot-composite
type component struct {
	Type        foreign.Text    `json:"type"`
	Title       foreign.Text    `json:"title"`
	SubTitle    foreign.Text    `json:"subTitle"`
	Data        json.RawMessage `json:"data"`
	Information []struct {
		Key   foreign.Text `json:"key"`
		Value foreign.Text `json:"value"`
	} `json:"information"`
}

// data is the union of what components hold.
type data struct {
	Description  foreign.Text `json:"description"`
	URL          foreign.Text `json:"url"`
	URLAlias     foreign.Text `json:"urlAlias"`
	ImageURL     foreign.Text `json:"imageUrl"`
	Alt          foreign.Text `json:"alt"`
	Action       *action      `json:"action"`
	Cover        *component   `json:"cover"`        // template
	ContentTable [][]cell     `json:"contentTable"` // template
	FootTable    [][]cell     `json:"footTable"`    // template
	Cards        []component  `json:"cards"`        // carousel
	PackageID    foreign.Text `json:"packageId"`    // stickers
	StickerID    foreign.Text `json:"stickerId"`
}

type cell struct {
	Data component `json:"data"`
}

// reader turns components into messages.
type reader struct {
	channel string
	notes   foreign.Notes
}

func (r *reader) data(c component) data {
	var d data
	if len(c.Data) == 0 {
		return d
	}
	if err := foreign.Decode(nil, c.Data, &d); err != nil {
		r.notes.Add("a bubble of type %q: %v; what is wrong in it was left out", c.Type, err.Err)
	}
	return d
}

func (r *reader) messages(c component) []message.Message {
	switch c.Type {
	case "carousel":
		return r.carousel(c)
	case "flex":
		return r.flex(c)
	case "line_sticker":
		return r.sticker(c, "line")
	case "lineworks_sticker":
		return r.sticker(c, "naverworks")
	case "text", "image", "button", "template":
		return r.shown(r.card(c))
	}
	r.notes.Add("a bubble of type %q is not known; it was left out", c.Type)
	return nil
}

// shown is a card by itself: a picture alone, a card around a picture, or words with buttons, which
// have more room outside of cards.
func (r *reader) shown(c message.Card, alt string) []message.Message {
	words := foreign.Lines(c.Title, c.Subtitle, c.Text)
	switch {
	case c.ImageURL == "":
		return foreign.Buttons(words, c.Actions)
	case words == "" && len(c.Actions) == 0:
		return []message.Message{{Type: message.TypeImage, URL: c.ImageURL, Alt: alt}}
	}
	return []message.Message{{Type: message.TypeCards, Cards: []message.Card{c}}}
}

// carousel is a row of cards; a picture that stands alone arrives as a carousel of one, too.
func (r *reader) carousel(c component) []message.Message {
	out := foreign.Buttons(foreign.Lines(string(c.Title), string(c.SubTitle)), nil)
	cards := r.data(c).Cards
	if len(cards) == 1 {
		made, alt := r.card(cards[0])
		return append(out, r.shown(made, alt)...)
	}
	m := message.Message{Type: message.TypeCards}
	for _, inner := range cards {
		made, _ := r.card(inner)
		if made.Title == "" && made.Text == "" && made.ImageURL == "" {
			made.Title, made.Subtitle = cmp.Or(made.Subtitle, "…"), ""
		}
		m.Cards = append(m.Cards, made)
	}
	if len(m.Cards) == 0 {
		return out
	}
	return append(out, m)
}

// card is any component but a carousel as one card, and what its picture shows.
func (r *reader) card(c component) (made message.Card, alt string) {
	d := r.data(c)
	switch c.Type {
	case "template":
		if d.Cover != nil {
			made, alt = r.basic(*d.Cover)
		}
		made.Title = cmp.Or(made.Title, string(c.Title))
		for _, row := range append(d.ContentTable, d.FootTable...) {
			for _, cell := range row {
				r.fill(&made, cell.Data)
			}
		}
		return made, alt
	case "text", "image", "button":
		return r.basic(c)
	}
	r.notes.Add("a card of type %q cannot be in a carousel; it was left out", c.Type)
	return message.Card{}, ""
}

// basic is a text, a picture or a button as a card.
func (r *reader) basic(c component) (made message.Card, alt string) {
	d := r.data(c)
	if c.Type == "button" {
		return message.Card{ImageURL: string(d.ImageURL), Actions: r.button(c)}, ""
	}
	made = message.Card{Title: string(c.Title), Subtitle: string(c.SubTitle), Text: string(d.Description), ImageURL: string(d.ImageURL)}
	if d.URL != "" {
		made.Actions = foreign.Browse(string(d.URLAlias), string(d.URL), &r.notes)
	}
	if d.Action != nil {
		tapped := d.Action.actions("", &r.notes)
		if len(tapped) == 0 || len(made.Actions) == 0 || tapped[0].URL != made.Actions[0].URL {
			made.Actions = append(made.Actions, tapped...)
		}
	}
	return made, string(d.Alt)
}

// fill adds a cell of a template's table to its card.
func (r *reader) fill(made *message.Card, c component) {
	cell, _ := r.basic(c)
	made.Text = foreign.Lines(made.Text, cell.Title, cell.Subtitle, cell.Text)
	made.Actions = append(made.Actions, cell.Actions...)
	switch {
	case cell.ImageURL == "" || c.Type == "button":
	case made.ImageURL == "":
		made.ImageURL = cell.ImageURL
	default:
		r.notes.Add("a card shows one picture; another one was left out")
	}
}

// button is a button's action under its title.
func (r *reader) button(c component) []message.Action {
	d := r.data(c)
	if c.Type != "button" || d.Action == nil {
		r.notes.Add("a button of type %q does nothing; it was left out", c.Type)
		return nil
	}
	return d.Action.actions(string(c.Title), &r.notes)
}

// sticker is one of the messenger's own; elsewhere nobody knows it.
func (r *reader) sticker(c component, channel string) []message.Message {
	d := r.data(c)
	if r.channel != channel || d.StickerID == "" {
		r.notes.Add("a sticker of %s is not shown on %s; it was left out", channel, r.channel)
		return nil
	}
	return []message.Message{{Type: message.TypeSticker, Set: string(d.PackageID), ID: string(d.StickerID)}}
}

// action is what a tap does: https://api.ncloud-docs.com/docs/en/ai-application-service-chatbot-action
type action struct {
	Type foreign.Text `json:"type"`
	Data struct {
		Postback     foreign.Text `json:"postback"`
		PostbackFull foreign.Text `json:"postbackFull"`
		Text         foreign.Text `json:"text"`
		URL          foreign.Text `json:"url"`
		MobileURL    foreign.Text `json:"mobileUrl"`
		Number       foreign.Text `json:"number"`
		Name         foreign.Text `json:"name"`
	} `json:"data"`
}

// actions is the action under a label, or under its own words.
func (a action) actions(label string, n *foreign.Notes) []message.Action {
	d := a.Data
	label = strings.TrimSpace(label)
	back := func(data, shown foreign.Text) []message.Action {
		label := cmp.Or(label, strings.TrimSpace(string(shown)))
		return []message.Action{{Kind: message.ActionPostback, Label: label, Text: cmp.Or(string(shown), label), Data: cmp.Or(string(data), label)}}
	}
	switch a.Type {
	case "postback":
		return back(cmp.Or(d.PostbackFull, d.Postback), d.Postback)
	case "utterance":
		return back(cmp.Or(d.Postback, d.Text), d.Text)
	case "welcome":
		return back(openPrefix+d.Postback, d.Postback)
	case "link":
		return foreign.Browse(label, string(cmp.Or(d.URL, d.MobileURL)), n)
	case "phone":
		return []message.Action{{Kind: message.ActionPhone, Label: cmp.Or(label, string(d.Name), string(d.Number)), Number: string(d.Number)}}
	}
	n.Add("button %q: action %q is not known; it was left out", label, a.Type)
	return nil
}
