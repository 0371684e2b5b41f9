package kakaoskill

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"dari/bot/message"
	"dari/dialog/foreign"
)

// card is the union of all cards of Kakao's: each kind has its own choice of these fields.
type card struct {
	Title       foreign.Text    `json:"title"`
	Description foreign.Text    `json:"description"`
	Thumbnail   thumbnail       `json:"thumbnail"`
	Buttons     []button        `json:"buttons"`
	Head        titled          `json:"head"`       // itemCard
	Profile     titled          `json:"profile"`    // itemCard, commerceCard
	ImageTitle  titled          `json:"imageTitle"` // itemCard
	ItemList    []titled        `json:"itemList"`   // itemCard
	Summary     titled          `json:"itemListSummary"`
	Thumbnails  []thumbnail     `json:"thumbnails"` // commerceCard
	Price       json.RawMessage `json:"price"`      // commerceCard, a number
	Discount    json.RawMessage `json:"discount"`
	Rate        json.RawMessage `json:"discountRate"`
	Discounted  json.RawMessage `json:"discountedPrice"`
	Currency    foreign.Text    `json:"currency"`
	Header      titled          `json:"header"` // listCard
	Items       []item          `json:"items"`  // listCard
}

type thumbnail struct {
	ImageURL foreign.Text `json:"imageUrl"`
	Link     link         `json:"link"`
}

type titled struct {
	Title       foreign.Text `json:"title"`
	Nickname    foreign.Text `json:"nickname"`
	Description foreign.Text `json:"description"`
	ImageURL    foreign.Text `json:"imageUrl"`
	Thumbnail   thumbnail    `json:"thumbnail"`
}

// item is a row of a listCard; a tap on it does what a button would.
type item struct {
	titled
	Link link `json:"link"`
	button
}

// carousel is a row of cards of one kind.
type carousel struct {
	Type   foreign.Text `json:"type"`
	Header titled       `json:"header"`
	Items  []card       `json:"items"`
}

// messages are a card that stands by itself.
func (c card) messages(kind string, n *foreign.Notes) []message.Message {
	switch kind {
	case "textCard":
		return foreign.Buttons(foreign.Lines(string(c.Title), string(c.Description)), buttons(c.Buttons, n))
	case "listCard":
		return c.list(n)
	}
	return []message.Message{{Type: message.TypeCards, Cards: []message.Card{c.card(kind, n)}}}
}

func (c carousel) messages(n *foreign.Notes) []message.Message {
	if c.Type == "listCard" {
		var out []message.Message
		for _, list := range c.Items {
			out = append(out, list.list(n)...)
		}
		return out
	}
	m := message.Message{Type: message.TypeCards}
	if intro := (message.Card{
		Title: string(c.Header.Title), Text: string(c.Header.Description), ImageURL: string(c.Header.Thumbnail.ImageURL),
	}); intro.Title != "" || intro.Text != "" || intro.ImageURL != "" {
		m.Cards = append(m.Cards, intro)
	}
	for _, item := range c.Items {
		m.Cards = append(m.Cards, item.card(string(c.Type), n))
	}
	return []message.Message{m}
}

// card is a card of any kind but a list.
func (c card) card(kind string, n *foreign.Notes) message.Card {
	out := message.Card{
		Title: string(c.Title), Text: string(c.Description), ImageURL: string(c.Thumbnail.ImageURL), Actions: buttons(c.Buttons, n),
	}
	picture := c.Thumbnail
	switch kind {
	case "commerceCard":
		if len(c.Thumbnails) > 0 {
			picture = c.Thumbnails[0]
			out.ImageURL = string(picture.ImageURL)
		}
		out.Title = cmp.Or(out.Title, string(c.Profile.Nickname), out.Text)
		out.Subtitle = c.price()
		if out.Title == out.Text {
			out.Text = ""
		}
	case "itemCard":
		out.Title = string(cmp.Or(c.Head.Title, c.ImageTitle.Title, c.Profile.Title, c.Title))
		out.Subtitle = string(c.ImageTitle.Description)
		out.ImageURL = string(cmp.Or(c.Thumbnail.ImageURL, c.ImageTitle.ImageURL, c.Profile.ImageURL))
		out.Text = c.table()
	}
	out.Actions = append(out.Actions, c.opened(picture.Link, out.Title, out.Actions, n)...)
	if out.Title == "" && out.Text == "" && out.ImageURL == "" {
		out.Title, out.Subtitle = cmp.Or(out.Subtitle, "…"), ""
	}
	return out
}

// opened is what a tap on the picture opens, unless a button does the same.
func (c card) opened(l link, title string, have []message.Action, n *foreign.Notes) []message.Action {
	address := l.address()
	if address == "" || slices.ContainsFunc(have, func(a message.Action) bool { return a.URL == address }) {
		return nil
	}
	return foreign.Browse(title, address, n)
}

// table is an itemCard's rows as lines.
func (c card) table() string {
	lines := []string{}
	if c.Head.Title != "" || c.ImageTitle.Title != "" {
		lines = append(lines, string(c.Title)) // else it is the card's title already
	}
	lines = append(lines, string(c.Description))
	for _, row := range append(slices.Clone(c.ItemList), c.Summary) {
		lines = append(lines, strings.Trim(string(row.Title)+": "+string(row.Description), ": "))
	}
	return foreign.Lines(lines...)
}

// list is a listCard: its header with its buttons, and a card per row.
func (c card) list(n *foreign.Notes) []message.Message {
	out := foreign.Buttons(string(c.Header.Title), buttons(c.Buttons, n))
	rows := message.Message{Type: message.TypeCards, Layout: "list"}
	for _, it := range c.Items {
		row := message.Card{Title: string(it.Title), Text: string(it.Description), ImageURL: string(it.ImageURL)}
		if it.Action != "" {
			it.Label = cmp.Or(it.Label, it.MessageText, it.Title)
			row.Actions = it.actions(n)
		}
		row.Actions = append(row.Actions, c.opened(it.Link, row.Title, row.Actions, n)...)
		rows.Cards = append(rows.Cards, row)
	}
	if len(rows.Cards) == 0 {
		return out
	}
	return append(out, rows)
}

// price is what a thing costs, and what it did cost before a discount.
func (c card) price() string {
	full, ok := amount(c.Price)
	if !ok {
		return ""
	}
	now := full
	if d, ok := amount(c.Discounted); ok {
		now = d
	} else if d, ok := amount(c.Discount); ok {
		now = full - d
	} else if r, ok := amount(c.Rate); ok && r >= 0 && r <= 100 {
		now = full - full*r/100
	}
	if now == full {
		return c.money(full)
	}
	return c.money(now) + " ← " + c.money(full)
}

// amount reads a number, which some servers write as text.
func amount(raw json.RawMessage) (int64, bool) {
	f, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil || !(f >= -1e12 && f <= 1e12) {
		return 0, false
	}
	return int64(f), true
}

// money writes an amount with its thousands set apart. Kakao knows the won alone.
func (c card) money(n int64) string {
	digits := strconv.FormatInt(max(n, -n), 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if n < 0 {
		digits = "-" + digits
	}
	if c.Currency == "" || c.Currency == "won" {
		return digits + "원"
	}
	return digits + " " + string(c.Currency)
}
