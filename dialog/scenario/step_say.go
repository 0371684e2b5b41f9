package scenario

import (
	"slices"
	"time"

	yaml "go.yaml.in/yaml/v4"

	"dari/bot/message"
)

// maxWait bounds "wait" and "delay". A pause longer than that is felt as silence.
const maxWait = 10 * time.Second

// sayStep says one or more messages.
type sayStep struct {
	leaf
	text           *text
	media          []media
	alt            *text
	buttons, quick []*button
	delay          time.Duration
	markdown       bool
}

type media struct {
	kind message.Type
	url  *text
}

func readSay(r *reader, n, _ *yaml.Node) action {
	s := &sayStep{}
	n = resolve(n)
	if n.Kind != yaml.MappingNode || !slices.ContainsFunc([]string{"text", "image", "video", "audio", "file", "buttons", "quick", "delay", "format", "alt"}, func(k string) bool { return hasKey(n, k) }) {
		s.text = r.readText(n, "say")
		return s
	}
	format := ""
	url := func(kind message.Type) func(*yaml.Node) {
		return func(v *yaml.Node) { s.media = append(s.media, media{kind, r.readText(v, string(kind))}) }
	}
	r.object(n, "say", fields{
		"text": r.text("text", &s.text), "alt": r.text("alt", &s.alt),
		"image": url(message.TypeImage), "video": url(message.TypeVideo), "audio": url(message.TypeAudio), "file": url(message.TypeFile),
		"buttons": r.buttons("buttons", &s.buttons), "quick": r.buttons("quick", &s.quick),
		"delay":  r.duration("delay", &s.delay, 0, maxWait),
		"format": r.oneOf("format", &format, "plain", "markdown"),
	})
	s.markdown = format == "markdown"
	if s.text == nil && len(s.media) == 0 {
		r.problem(n, "missing_key", "", "say needs a text, image, video, audio or file")
	}
	return s
}

func (s *sayStep) do(r *run, _ *frame, _ *step) {
	if s.delay > 0 {
		r.pause += s.delay
	}
	for _, m := range s.media {
		if url := r.sayText(m.url, 0); url != "" {
			r.say(message.Message{Type: m.kind, URL: url, Alt: r.sayText(s.alt, 0), Name: fileName(m.kind, url)})
		}
	}
	if s.text != nil {
		kind := plainView
		if s.markdown {
			kind = markdownView
		}
		r.sayButtons(r.textIn(s.text, kind, r.seed()), s.markdown, r.actions(s.buttons))
	} else if len(s.buttons) > 0 {
		r.attach(r.actions(s.buttons))
	}
	r.quick = append(r.quick, r.actions(s.quick)...)
}

// cardsStep shows a list or carousel.
type cardsStep struct {
	leaf
	layout string
	cards  []*card
	each   *expression // one more card for every element
	as     *card
}

type card struct {
	title, subtitle, text, image *text
	buttons                      []*button
}

func readCards(r *reader, n, _ *yaml.Node) action {
	c := &cardsStep{layout: "carousel"}
	list := func(v *yaml.Node) {
		r.list(v, "cards", func(e *yaml.Node) { c.cards = append(c.cards, r.card(e)) })
	}
	if t := resolve(n); t.Kind == yaml.SequenceNode {
		list(n)
	} else {
		r.object(n, "cards", fields{
			"layout": r.oneOf("layout", &c.layout, "list", "carousel"),
			"items":  list, "each": r.expr("each", false, nil, &c.each),
			"card": func(v *yaml.Node) { c.as = r.card(v) },
		})
	}
	if len(c.cards) == 0 && (c.each == nil || c.as == nil) {
		r.problem(n, "missing_key", "", "cards needs items, or each with a card")
	}
	return c
}

func (r *reader) card(n *yaml.Node) *card {
	c := &card{}
	r.object(n, "a card", fields{
		"title": r.text("title", &c.title), "subtitle": r.text("subtitle", &c.subtitle), "text": r.text("text", &c.text),
		"image": r.text("image", &c.image), "buttons": r.buttons("buttons", &c.buttons),
	})
	if c.title == nil && c.text == nil && c.image == nil {
		r.problem(n, "missing_key", "", "a card needs a title, text or image")
	}
	return c
}

func (c *cardsStep) do(r *run, _ *frame, st *step) {
	m := message.Message{Type: message.TypeCards, Layout: c.layout}
	for _, one := range c.cards {
		m.Cards = appendCard(m.Cards, r.card(one))
	}
	if c.each != nil {
		list, ok := r.eval(c.each, nil).([]any)
		if !ok {
			r.tr.warn("%s: each gave no list", st.where())
		}
		for _, row := range list[:min(len(list), maxCards)] {
			r.row = row
			m.Cards = appendCard(m.Cards, r.card(c.as))
		}
		r.row = nil
	}
	if len(m.Cards) > 0 {
		r.say(m)
	}
}

// maxCards is what the platform with the most room shows in one message.
const maxCards = 20

func appendCard(to []message.Card, c message.Card) []message.Card {
	if c.Title == "" && c.Text == "" && c.ImageURL == "" {
		return to
	}
	return append(to, c)
}

func (r *run) card(c *card) message.Card {
	return message.Card{
		Title: r.sayText(c.title, 0), Subtitle: r.sayText(c.subtitle, 0), Text: r.sayText(c.text, 0),
		ImageURL: r.sayText(c.image, 0), Actions: r.actions(c.buttons),
	}
}

// waitStep makes the next message come later. It never holds the turn up.
type waitStep struct {
	leaf
	d time.Duration
}

func readWait(r *reader, n, _ *yaml.Node) action {
	w := &waitStep{}
	read := r.duration("wait", &w.d, 0, maxWait)
	if t := resolve(n); t.Kind == yaml.MappingNode {
		r.object(n, "wait", fields{"for": read})
	} else {
		read(n)
	}
	return w
}

func (w *waitStep) do(r *run, _ *frame, _ *step) { r.pause = min(r.pause+w.d, maxWait) }

// typingStep is a pause as long as a person would type: channels show their typing sign meanwhile.
type typingStep struct {
	leaf
	d time.Duration
}

func readTyping(r *reader, n, _ *yaml.Node) action {
	t := &typingStep{d: time.Second}
	if v := resolve(n); v.Value != "typing" && v.Value != "true" {
		r.duration("typing", &t.d, 0, maxWait)(n)
	}
	return t
}

func (t *typingStep) do(r *run, _ *frame, _ *step) { r.pause = min(r.pause+t.d, maxWait) }
