package danbee

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"dari/bot/message"
	"dari/dialog/foreign"
)

// bubble is one thing that the bot says. Script text (actionData of v1.0) is not even read.
type bubble struct {
	Message      foreign.Text `json:"message"`
	ImageRoute   foreign.Text `json:"imgRoute"`
	MediaType    foreign.Text `json:"mediaType"` // image, video, audio or nothing
	VideoRoute   foreign.Text `json:"videoRoute"`
	AudioRoute   foreign.Text `json:"audioRoute"`
	OptionList   []option     `json:"optionList"`
	QuickList    []option     `json:"quickList"`
	CarouselList []card       `json:"carouselList"`
	DelayTime    foreign.Text `json:"delayTime"` // milliseconds before the bubble
	Blocked      foreign.Text `json:"msgBlocked"`
}

type card struct {
	Title      foreign.Text `json:"cardTitle"`
	SubTitle   foreign.Text `json:"subCardTitle"`
	ImageRoute foreign.Text `json:"imgRoute"`
	OptionList []option     `json:"optionList"`
}

// maxPause bounds a bubble's pause, in milliseconds.
const maxPause = 10_000

// reader turns bubbles into messages.
type reader struct {
	base   *url.URL // what addresses without a host are relative to
	notes  *foreign.Notes
	offers []offer
}

// reply is the answer as messages, and the buttons that may be typed.
func (r result) reply(base *url.URL, n *foreign.Notes) (message.Reply, []offer) {
	read := reader{base: base, notes: n}
	var messages []message.Message
	if len(r.AnotherResult) > 0 {
		messages = read.choice(r)
	} else {
		for i, b := range r.Bubbles {
			of := read.bubble(b)
			if i > 0 && len(of) > 0 {
				of[0].SpeakAfterMS = pause(b.DelayTime)
			}
			messages = append(messages, of...)
		}
	}
	return foreign.Reply(messages, nil, n), read.offers
}

func pause(ms foreign.Text) int64 {
	n, err := strconv.ParseInt(string(ms), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return min(n, maxPause)
}

// choice asks which of several intents was meant.
func (r *reader) choice(res result) []message.Message {
	var actions []message.Action
	for _, c := range res.AnotherResult {
		t := tap{Kind: tapIntent, Label: c.label(), Value: string(c.IntentID)}
		if t.Label == "" || t.Value == "" {
			r.notes.Add("an intent to choose from has no name or id; it was left out")
			continue
		}
		actions = append(actions, say(t))
		r.offers = append(r.offers, offer{t.Label, t})
		if name := string(c.Name); name != "" && name != t.Label {
			r.offers = append(r.offers, offer{name, t})
		}
	}
	var question words
	if len(res.Bubbles) > 0 {
		question = fromHTML(string(res.Bubbles[0].Message))
	}
	return question.message(actions)
}

// bubble is a bubble's messages: what is to be seen or heard, then the text with its buttons, then the
// cards.
func (r *reader) bubble(b bubble) []message.Message {
	out := r.media(b)
	said := fromHTML(string(b.Message))
	for _, src := range said.images {
		out = append(out, r.image(src)...)
	}
	options := readOptions(b.OptionList, r.notes)
	quick := readOptions(b.QuickList, r.notes)
	r.offers = slices.Concat(r.offers, options.offers, quick.offers)
	said.text = foreign.Lines(said.text, strings.Join(slices.Concat(options.spelled, quick.spelled), "\n"))
	out = append(out, said.message(options.actions)...)
	if cards := r.cards(b.CarouselList); len(cards) > 0 {
		out = append(out, message.Message{Type: message.TypeCards, Cards: cards})
	}
	if b.Blocked == "Y" {
		r.notes.Add("the flow locks the input box; no messenger can")
	}
	if suggestions := slices.Concat(options.quick, quick.quick, quick.actions); len(suggestions) > 0 {
		if len(out) == 0 {
			out = []message.Message{message.Text("…")}
		}
		out[len(out)-1].QuickReplies = suggestions
	}
	return out
}

func (r *reader) media(b bubble) []message.Message {
	image := r.address(string(b.ImageRoute))
	switch {
	case b.MediaType == "video" && b.VideoRoute != "":
		return []message.Message{{Type: message.TypeVideo, URL: r.address(string(b.VideoRoute)), PreviewURL: image}}
	case b.MediaType == "audio" && b.AudioRoute != "":
		return []message.Message{{Type: message.TypeAudio, URL: r.address(string(b.AudioRoute))}}
	}
	return r.image(string(b.ImageRoute))
}

func (r *reader) image(src string) []message.Message {
	if strings.TrimSpace(src) == "" {
		return nil
	}
	return []message.Message{{Type: message.TypeImage, URL: r.address(src)}}
}

// address completes an address of the builder's own files. One that no messenger could fetch is noted
// and empty.
func (r *reader) address(src string) string {
	src = strings.TrimSpace(src)
	if src == "" {
		return ""
	}
	u, err := r.base.Parse(src)
	if err != nil || !foreign.Web(u.String()) {
		r.notes.Add("a picture or recording has no address that begins with https://; it was left out")
		return ""
	}
	return u.String()
}

func (r *reader) cards(list []card) []message.Card {
	var out []message.Card
	for _, c := range list {
		options := readOptions(c.OptionList, r.notes)
		r.offers = append(r.offers, options.offers...)
		made := message.Card{
			Title: plainHTML(string(c.Title)), Subtitle: plainHTML(string(c.SubTitle)), ImageURL: r.address(string(c.ImageRoute)),
			Text: strings.Join(options.spelled, "\n"), Actions: append(options.actions, options.quick...),
		}
		if made.Title == "" && made.Text == "" && made.ImageURL == "" {
			made.Title, made.Subtitle = cmp.Or(made.Subtitle, "…"), ""
		}
		out = append(out, made)
	}
	return out
}
