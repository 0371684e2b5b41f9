package scenario

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// channelsJSON are the limits of the channel types by their name, in the form in which an engine is told
// those of its channel. It is written from the types themselves: a test compares them.
//
//go:embed channels.json
var channelsJSON []byte

// channelLimit are the limits of a channel type that texts of a bot's files can be held against. Zero means
// that there is none, or that the channel has no such thing.
type channelLimit struct {
	Text        int    `json:"text_max"`
	Unit        string `json:"text_unit"`
	Label       int    `json:"button_label_max"`
	URL         int    `json:"url_max"`
	CardButtons int    `json:"card_actions_max"`
	CardTitle   int    `json:"card_title_max"`
	CardText    int    `json:"card_text_max"`
}

var channelLimits = sync.OnceValue(func() (limits map[string]channelLimit) {
	_ = json.Unmarshal(channelsJSON, &limits) // it is part of the program, and tested
	return limits
})

// length counts a text as the channel does.
func (l channelLimit) length(s string) int {
	switch l.Unit {
	case "utf16":
		n := 0
		for _, r := range s {
			n += max(utf16.RuneLen(r), 1)
		}
		return n
	case "graphemes":
		return uniseg.GraphemeClusterCount(s)
	case "bytes":
		return len(s)
	}
	return utf8.RuneCountInString(s)
}

// sizes warns about what a configured channel would have to cut, split or spell out.
func (c *checker) sizes() {
	for _, w := range c.s.bot.channels {
		limit, ok := channelLimits()[w.v]
		if !ok {
			continue
		}
		for _, t := range c.s.tmpls {
			if n := limit.length(t.src); n > limit.Text && !t.call {
				c.warn(t.pos, "too_long", "", "the text has %d characters, and %s takes %d in one message", n, w.v, limit.Text)
			}
		}
		for _, label := range c.labels() {
			c.fits(label, limit.Label, "label", w.v)
		}
		for _, st := range c.steps() {
			c.stepSizes(st, w.v, limit)
		}
	}
}

// stepSizes holds what one step shows against the limits of a channel.
func (c *checker) stepSizes(st *step, channel string, limit channelLimit) {
	if a, ok := st.act.(*cardsStep); ok {
		for _, one := range a.every() {
			if n := len(one.buttons); limit.CardButtons > 0 && n > limit.CardButtons {
				c.warn(one.buttons[limit.CardButtons].pos, "too_many_buttons", "", "the card has %d buttons, and %s shows %d; the others are written out as text", n, channel, limit.CardButtons)
			}
			c.fits(one.title, limit.CardTitle, "title", channel)
			c.fits(one.text, limit.CardText, "card's text", channel)
		}
	}
	for _, b := range buttonsOf(st.act) {
		if b.url == nil || limit.URL == 0 {
			continue
		}
		for _, s := range b.url.spellings() {
			if n := utf8.RuneCountInString(s); n > limit.URL && !strings.Contains(s, "{{") {
				c.warn(b.url.pos, "too_long", "", "the address has %d characters, and %s takes %d", n, channel, limit.URL)
			}
		}
	}
}

// fits warns about wordings of a text that are longer than the limit, in what people call characters; those
// with places to fill in cannot be judged.
func (c *checker) fits(t *text, limit int, what, channel string) {
	if t == nil || limit == 0 {
		return
	}
	for _, s := range t.spellings() {
		if n := uniseg.GraphemeClusterCount(s); n > limit && !strings.Contains(s, "{{") {
			c.warn(t.pos, "too_long", "", "the %s %q has %d characters, and %s takes %d", what, clip(s, 30), n, channel, limit)
		}
	}
}

// labels are all texts that stand on buttons.
func (c *checker) labels() (out []*text) {
	add := func(t *text) {
		if t != nil {
			out = append(out, t)
		}
	}
	for _, e := range c.s.entities {
		for _, v := range e.values {
			add(v.label)
		}
	}
	for _, in := range c.s.intents {
		add(in.label)
	}
	for _, f := range c.s.flows {
		add(f.label)
	}
	for _, st := range c.steps() {
		if a, ok := st.act.(*choiceStep); ok {
			for _, opt := range a.options {
				add(opt.label)
			}
		}
		for _, b := range buttonsOf(st.act) {
			add(b.label)
		}
	}
	return out
}
