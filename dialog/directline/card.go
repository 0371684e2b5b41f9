package directline

import (
	"encoding/json"
	"strings"

	"dari/bot/message"
)

// attachment is a card or a file:
// https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#attachment-object
type attachment struct {
	ContentType string          `json:"contentType"`
	ContentURL  string          `json:"contentUrl"`
	Thumbnail   string          `json:"thumbnailUrl"`
	Name        string          `json:"name"`
	Content     json.RawMessage `json:"content"`
}

const cardPrefix = "application/vnd.microsoft.card."

// botCard is any card but an adaptive one; which fields it has depends on its kind.
type botCard struct {
	Title    string `json:"title"`
	Subtitle string `json:"subtitle"`
	Text     string `json:"text"`
	Images   []struct {
		URL string `json:"url"`
	} `json:"images"`
	Buttons []cardAction `json:"buttons"`
	Tap     *cardAction  `json:"tap"`
	Media   []struct {
		URL string `json:"url"`
	} `json:"media"`
	Items []struct {
		Title string `json:"title"`
		Price string `json:"price"`
	} `json:"items"` // of a receipt
	Facts []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"facts"`
	Total string `json:"total"`
}

type cardAction struct {
	Type    string          `json:"type"`
	Title   string          `json:"title"`
	Value   json.RawMessage `json:"value"`
	Text    string          `json:"text"`
	Display string          `json:"displayText"`
}

// attachments adds what is attached to the messages of an activity. Cards that stand side by side
// become one message.
func (a *answer) attachments(out []message.Message, in incoming) []message.Message {
	layout := "carousel"
	if in.Layout == "list" {
		layout = "list"
	}
	for _, at := range in.Attachments {
		kind, isCard := strings.CutPrefix(at.ContentType, cardPrefix)
		switch {
		case kind == "adaptive" && isCard:
			out = append(out, a.adaptive(at.Content)...)
		case isCard:
			out = a.card(out, kind, at.Content, layout)
		default:
			out = a.file(out, at)
		}
	}
	return out
}

func (a *answer) card(out []message.Message, kind string, raw json.RawMessage, layout string) []message.Message {
	var b botCard
	if err := json.Unmarshal(raw, &b); err != nil {
		a.note("a card of type %s was left out: %v", kind, err)
		return out
	}
	c := message.Card{Title: b.Title, Subtitle: b.Subtitle, Text: b.details(), Actions: a.actions(b.Buttons)}
	if len(b.Images) > 0 {
		c.ImageURL = webAddress(b.Images[0].URL)
	}
	if b.Tap != nil {
		if tap := a.action(*b.Tap); tap.Kind == message.ActionURL && len(c.Actions) == 0 {
			tap.Label = first(b.Tap.Title, b.Title, tap.URL)
			c.Actions = append(c.Actions, tap)
		}
	}
	for _, m := range b.Media {
		if t := mediaType(kind); t != "" && webAddress(m.URL) != "" {
			out = append(out, message.Message{Type: t, URL: m.URL, PreviewURL: c.ImageURL})
			break
		}
	}
	return a.place(out, c, layout)
}

// place puts a card where it can be shown: buttons alone stand under the text before them.
func (a *answer) place(out []message.Message, c message.Card, layout string) []message.Message {
	last := len(out) - 1
	if c.Title == "" && c.Text == "" && c.ImageURL == "" {
		switch {
		case len(c.Actions) == 0:
		case last >= 0 && out[last].Type == message.TypeText:
			out[last] = message.Message{Type: message.TypeButtons, Text: out[last].Text, Actions: c.Actions}
		default:
			a.quick = append(a.quick, c.Actions...)
		}
		return out
	}
	if last >= 0 && out[last].Type == message.TypeCards {
		out[last].Cards = append(out[last].Cards, c)
		return out
	}
	return append(out, message.Message{Type: message.TypeCards, Cards: []message.Card{c}, Layout: layout})
}

// details is the text of a card, with the lines of a receipt.
func (b botCard) details() string {
	lines := []string{b.Text}
	for _, f := range b.Facts {
		lines = append(lines, f.Key+": "+f.Value)
	}
	for _, i := range b.Items {
		lines = append(lines, strings.TrimSpace(i.Title+" "+i.Price))
	}
	lines = append(lines, b.Total)
	return joined(lines, "\n")
}

// joined leaves empty ones out.
func joined(texts []string, between string) string {
	var out []string
	for _, s := range texts {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, between)
}

func mediaType(kind string) message.Type {
	switch kind {
	case "audio":
		return message.TypeAudio
	case "video":
		return message.TypeVideo
	case "animation":
		return message.TypeImage
	}
	return ""
}

func (a *answer) file(out []message.Message, at attachment) []message.Message {
	address := webAddress(at.ContentURL)
	if address == "" {
		a.note("an attachment of type %q was left out: it has no address", at.ContentType)
		return out
	}
	m := message.Message{Type: message.TypeFile, URL: address, Name: at.Name, PreviewURL: webAddress(at.Thumbnail)}
	switch kind, _, _ := strings.Cut(at.ContentType, "/"); kind {
	case "image":
		m.Type, m.Alt, m.Name = message.TypeImage, at.Name, ""
	case "video":
		m.Type = message.TypeVideo
	case "audio":
		m.Type = message.TypeAudio
	default:
		m.Name = first(m.Name, "file")
	}
	return append(out, m)
}

// webAddress is the address if a messenger can fetch it; cards may hold pictures as data too.
func webAddress(s string) string {
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return s
	}
	return ""
}
