package rasa

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"

	"dari/bot/message"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// item is one message of the assistant: https://rasa.com/docs/reference/channels/your-own-website
type item struct {
	Text         foreign.Text    `json:"text"`
	Image        foreign.Text    `json:"image"`
	Buttons      []button        `json:"buttons"`
	QuickReplies []button        `json:"quick_replies"`
	Attachment   json.RawMessage `json:"attachment"`
	Elements     []element       `json:"elements"`
	Custom       json.RawMessage `json:"custom"`
}

type button struct {
	Title   foreign.Text `json:"title"`
	Payload foreign.Text `json:"payload"`
	URL     foreign.Text `json:"url"`
}

// element is a card, as Facebook's generic template has them.
type element struct {
	Title    foreign.Text `json:"title"`
	Subtitle foreign.Text `json:"subtitle"`
	ImageURL foreign.Text `json:"image_url"`
	Buttons  []button     `json:"buttons"`
}

// failed is what Rasa's HTTP API says when it refuses.
type failed struct {
	Status  foreign.Text `json:"status"`
	Message foreign.Text `json:"message"`
	Reason  foreign.Text `json:"reason"`
}

func refusal(status int, body []byte) error {
	var f failed
	// A foreign body still has a status; what does not fit stays empty.
	_ = json.Unmarshal(body, &f)
	return remote.Refused(status, string(cmp.Or(f.Message, f.Reason)))
}

// speech is what one turn says.
type speech struct {
	reply  message.Reply
	notes  foreign.Notes
	custom []json.RawMessage // what only a channel of Rasa's own would understand
	items  int
	said   int
}

// read reads a whole answer.
func (s *speech) read(header http.Header, body []byte) error {
	if strings.HasPrefix(strings.TrimSpace(string(body)), "{") {
		var f failed
		if err := foreign.Decode(header, body, &f); err != nil {
			return err
		}
		return remote.Failf("bad_answer", "the answer is an object, not a list of messages: %s", cmp.Or(f.Message, f.Reason, "no message"))
	}
	var items []json.RawMessage
	if err := foreign.Decode(header, body, &items); err != nil {
		return err
	}
	var messages []message.Message
	for _, raw := range items {
		messages = append(messages, s.messages(raw)...)
	}
	s.reply = foreign.Reply(messages, nil, &s.notes)
	s.said = len(s.reply.Messages)
	return nil
}

// messages are what one item shows.
func (s *speech) messages(raw json.RawMessage) []message.Message {
	s.items++
	var it item
	if err := foreign.Decode(nil, raw, &it); err != nil {
		s.notes.Add("message %d: %v; what is wrong in it was left out", s.items, err.Err)
	}
	out := foreign.Buttons(string(it.Text), s.actions(it.Buttons))
	if it.Image != "" {
		out = append(out, message.Message{Type: message.TypeImage, URL: string(it.Image)})
	}
	out = append(out, s.attachment(it.Attachment)...)
	out = append(out, s.cards(it.Elements)...)
	out = append(out, s.own(it.Custom)...)
	if quick := s.actions(it.QuickReplies); len(quick) > 0 {
		if len(out) == 0 {
			out = []message.Message{message.Text("…")}
		}
		out[len(out)-1].QuickReplies = quick
	}
	return out
}

// actions are buttons. What one brings back ("/inform{…}", "/SetSlots(…)") goes to Rasa as it is.
func (s *speech) actions(list []button) []message.Action {
	var out []message.Action
	for _, b := range list {
		title := strings.TrimSpace(string(b.Title))
		switch {
		case b.URL != "" && b.Payload == "":
			out = append(out, foreign.Browse(title, string(b.URL), &s.notes)...)
		case title == "":
			s.notes.Add("a button has no title; it was left out")
		case foreign.Web(string(b.Payload)):
			out = append(out, foreign.Browse(title, string(b.Payload), &s.notes)...)
		default:
			out = append(out, message.Action{Kind: message.ActionPostback, Label: title, Text: title, Data: cmp.Or(string(b.Payload), title)})
		}
	}
	return out
}

func (s *speech) cards(list []element) []message.Message {
	m := message.Message{Type: message.TypeCards}
	for _, e := range list {
		c := message.Card{Title: string(e.Title), Subtitle: string(e.Subtitle), ImageURL: string(e.ImageURL), Actions: s.actions(e.Buttons)}
		if c.Title == "" && c.ImageURL == "" {
			c.Title, c.Subtitle = cmp.Or(c.Subtitle, "…"), ""
		}
		m.Cards = append(m.Cards, c)
	}
	if len(m.Cards) == 0 {
		return nil
	}
	return []message.Message{m}
}

// attachment is an address, or an object as Facebook's channel has it.
func (s *speech) attachment(raw json.RawMessage) []message.Message {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var address string
	if json.Unmarshal(raw, &address) == nil {
		return []message.Message{{Type: message.TypeFile, URL: address}}
	}
	var a struct {
		Type    foreign.Text `json:"type"`
		Payload struct {
			Src      foreign.Text `json:"src"`
			URL      foreign.Text `json:"url"`
			Title    foreign.Text `json:"title"`
			Elements []element    `json:"elements"`
		} `json:"payload"`
	}
	if err := foreign.Decode(nil, raw, &a); err != nil {
		s.notes.Add("attachment: %v; what is wrong in it was left out", err.Err)
	}
	if len(a.Payload.Elements) > 0 {
		return s.cards(a.Payload.Elements)
	}
	m := message.Message{Type: message.Type(a.Type), URL: string(cmp.Or(a.Payload.Src, a.Payload.URL))}
	switch m.Type {
	case message.TypeImage, message.TypeVideo, message.TypeAudio:
	default:
		m.Type, m.Name = message.TypeFile, string(a.Payload.Title)
	}
	return []message.Message{m}
}

// own reads a custom payload that is a message of Dari's own ("type": "cards", "location", …, and
// "carousel" for cards), so that an assistant can say what Rasa has no word for. Any other one goes to
// the trace.
func (s *speech) own(raw json.RawMessage) []message.Message {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var m message.Message
	err := json.Unmarshal(raw, &m)
	if m.Type == "carousel" || m.Type == "list" {
		m.Type, m.Layout = message.TypeCards, string(m.Type)
	}
	if err == nil {
		err = m.Validate()
	}
	if err == nil {
		return []message.Message{m}
	}
	s.notes.Add("custom: is no message that can be shown (%v); it is in the trace alone", err)
	if kept := s.notes.Aside("custom", raw); kept != nil && len(s.custom) < 5 {
		s.custom = append(s.custom, kept)
	}
	return nil
}

// reasons says what was lost, for an answer of which nothing is left.
func (s *speech) reasons() string {
	if len(s.notes) == 0 {
		return "; look at the action server's log"
	}
	return ": " + strings.Join(s.notes, "; ")
}

// trace is what stands beside the turn. The REST channel tells neither intent nor score.
func (s *speech) trace(sender string) json.RawMessage {
	raw, err := remote.JSON(struct {
		Sender string            `json:"sender"`
		Items  int               `json:"items"`
		Custom []json.RawMessage `json:"custom,omitempty"`
		Notes  []string          `json:"notes,omitempty"`
	}{sender, s.items, s.custom, s.notes})
	if err != nil {
		return nil
	}
	return raw
}
