package clova

import (
	"cmp"
	"encoding/json"
	"strings"

	"dari/bot/message"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// flex passes a LINE Flex container on where it can be shown, and reads the words and buttons out of it
// elsewhere: https://developers.line.biz/en/reference/messaging-api/#flex-message
func (r *reader) flex(c component) []message.Message {
	var container box
	if err := foreign.Decode(nil, c.Data, &container); err != nil || (container.Type != "bubble" && container.Type != "carousel") {
		r.notes.Add("a flex bubble holds no container of type bubble or carousel; only its title was kept")
		return foreign.Buttons(string(cmp.Or(c.Title, c.SubTitle)), nil)
	}
	var w flexWords
	w.read(container, &r.notes)
	words := cmp.Or(strings.Join(w.lines, "\n"), string(cmp.Or(c.Title, c.SubTitle)))
	if r.channel != "line" && r.channel != "naverworks" {
		return foreign.Buttons(words, w.actions)
	}
	alt := cmp.Or(string(cmp.Or(c.Title, c.SubTitle)), remote.Clip(words, 100), "…")
	payload, err := remote.JSON(struct {
		Type     string          `json:"type"`
		AltText  string          `json:"altText"`
		Contents json.RawMessage `json:"contents"`
	}{"flex", alt, c.Data})
	if err != nil {
		return nil
	}
	return []message.Message{{Type: message.TypeNative, Channel: r.channel, Payload: payload, FallbackText: cmp.Or(words, alt)}}
}

// box is any part of a flex message.
type box struct {
	Type     foreign.Text `json:"type"`
	Text     foreign.Text `json:"text"`
	Header   *box         `json:"header"`
	Hero     *box         `json:"hero"`
	Body     *box         `json:"body"`
	Footer   *box         `json:"footer"`
	Contents []box        `json:"contents"`
	Action   *struct {
		Type        foreign.Text `json:"type"`
		Label       foreign.Text `json:"label"`
		URI         foreign.Text `json:"uri"`
		Text        foreign.Text `json:"text"`
		Data        foreign.Text `json:"data"`
		DisplayText foreign.Text `json:"displayText"`
	} `json:"action"`
}

// flexWords are the words and buttons of a flex message, from top to bottom.
type flexWords struct {
	lines   []string
	actions []message.Action
}

func (w *flexWords) read(b box, n *foreign.Notes) {
	if b.Type == "text" && b.Text != "" {
		w.lines = append(w.lines, string(b.Text))
	}
	if a := b.Action; a != nil {
		label := string(cmp.Or(a.Label, a.DisplayText, a.Text, b.Text))
		switch {
		case a.Type == "uri" && strings.HasPrefix(string(a.URI), "tel:"):
			number := strings.TrimPrefix(string(a.URI), "tel:")
			w.actions = append(w.actions, message.Action{Kind: message.ActionPhone, Label: cmp.Or(label, number), Number: number})
		case a.Type == "uri":
			w.actions = append(w.actions, foreign.Browse(label, string(a.URI), n)...)
		case label != "" && (a.Data != "" || a.Text != ""):
			shown := string(cmp.Or(a.DisplayText, a.Text, a.Label))
			w.actions = append(w.actions, message.Action{Kind: message.ActionPostback, Label: label, Text: shown, Data: string(cmp.Or(a.Data, a.Text))})
		}
	}
	for _, part := range []*box{b.Header, b.Hero, b.Body, b.Footer} {
		if part != nil {
			w.read(*part, n)
		}
	}
	for _, part := range b.Contents {
		w.read(part, n)
	}
}
