package dialogflow

import (
	"encoding/json"
	"errors"
	"slices"

	"dari/bot/message"
)

// esAnswer is the part of an answer that counts:
// https://cloud.google.com/dialogflow/es/docs/reference/rest/v2/DetectIntentResponse
type esAnswer struct {
	ResponseID string `json:"responseId"`
	Result     *struct {
		Language   string            `json:"languageCode"`
		Action     string            `json:"action"`
		Parameters json.RawMessage   `json:"parameters"`
		Text       string            `json:"fulfillmentText"`
		Messages   []json.RawMessage `json:"fulfillmentMessages"`
		Intent     struct {
			Name     string `json:"displayName"`
			Fallback bool   `json:"isFallback"`
			End      bool   `json:"endInteraction"`
		} `json:"intent"`
		Confidence float64 `json:"intentDetectionConfidence"`
	} `json:"queryResult"`
	Webhook struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"webhookStatus"`
}

// esMessage is one message, of which one field is set:
// https://cloud.google.com/dialogflow/es/docs/reference/rest/v2/projects.agent.intents#Message
type esMessage struct {
	Platform string `json:"platform"`
	Text     *struct {
		Text []string `json:"text"`
	} `json:"text"`
	Image        *image `json:"image"`
	QuickReplies *struct {
		Title        string   `json:"title"`
		QuickReplies []string `json:"quickReplies"`
	} `json:"quickReplies"`
	Card *struct {
		Title    string `json:"title"`
		Subtitle string `json:"subtitle"`
		Image    string `json:"imageUri"`
		Buttons  []struct {
			Text     string `json:"text"`
			Postback string `json:"postback"`
		} `json:"buttons"`
	} `json:"card"`
	Payload json.RawMessage `json:"payload"`
	Simple  *struct {
		Responses []struct {
			Display string `json:"displayText"`
			Speech  string `json:"textToSpeech"`
		} `json:"simpleResponses"`
	} `json:"simpleResponses"`
	BasicCard *struct {
		Title    string `json:"title"`
		Subtitle string `json:"subtitle"`
		Text     string `json:"formattedText"`
		Image    image  `json:"image"`
		Buttons  []struct {
			Title string `json:"title"`
			Open  struct {
				URI string `json:"uri"`
			} `json:"openUriAction"`
		} `json:"buttons"`
	} `json:"basicCard"`
	Suggestions *struct {
		Suggestions []struct {
			Title string `json:"title"`
		} `json:"suggestions"`
	} `json:"suggestions"`
	LinkOut *struct {
		Name string `json:"destinationName"`
		URI  string `json:"uri"`
	} `json:"linkOutSuggestion"`
	List     *selection `json:"listSelect"`
	Carousel *selection `json:"carouselSelect"`
}

type image struct {
	URI string `json:"imageUri"`
	Alt string `json:"accessibilityText"`
}

type selection struct {
	Title string `json:"title"`
	Items []struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		Image       image  `json:"image"`
	} `json:"items"`
}

func readES(body []byte, r *reply, platform string) (seen, error) {
	var a esAnswer
	if err := json.Unmarshal(body, &a); err != nil || a.Result == nil {
		return seen{}, errors.New("the answer is no DetectIntentResponse of Dialogflow ES; check edition and api_base_url")
	}
	q := a.Result
	for _, m := range chosen(q.Messages, platform, r) {
		m.read(r)
	}
	if len(r.Messages) == 0 && len(r.Quick) == 0 {
		r.Text(q.Text)
	}
	if a.Webhook.Code != 0 {
		r.Notes.Add("the agent's webhook failed: %s", a.Webhook.Message)
	}
	r.end = q.Intent.End
	return seen{
		Intent: q.Intent.Name, Confidence: q.Confidence, Fallback: q.Intent.Fallback, Action: q.Action,
		Language: q.Language, Parameters: q.Parameters, ResponseID: a.ResponseID,
	}, nil
}

// chosen are the messages for the platform, or those for none if there are no such.
func chosen(raw []json.RawMessage, platform string, r *reply) []esMessage {
	var all []esMessage
	for i, one := range raw {
		var m esMessage
		if err := json.Unmarshal(one, &m); err != nil {
			r.Notes.Add("fulfillmentMessages[%d] was left out: it has a field of another type", i)
			continue
		}
		if m.Platform == "PLATFORM_UNSPECIFIED" {
			m.Platform = ""
		}
		all = append(all, m)
	}
	for _, want := range []string{platform, ""} {
		of := slices.DeleteFunc(slices.Clone(all), func(m esMessage) bool { return m.Platform != want })
		if len(of) > 0 {
			return of
		}
	}
	return nil
}

func (m esMessage) read(r *reply) {
	switch {
	case m.Text != nil:
		r.Text(first(m.Text.Text...))
	case m.Image != nil:
		r.Say(message.Message{Type: message.TypeImage, URL: m.Image.URI, Alt: m.Image.Alt})
	case m.QuickReplies != nil:
		r.Text(m.QuickReplies.Title)
		for _, label := range m.QuickReplies.QuickReplies {
			r.Suggest(says(label))
		}
	case m.Card != nil:
		c := message.Card{Title: m.Card.Title, Subtitle: m.Card.Subtitle, ImageURL: m.Card.Image}
		for _, b := range m.Card.Buttons {
			c.Actions = append(c.Actions, button(b.Text, b.Postback))
		}
		r.Card(c)
	case len(m.Payload) > 0:
		r.payload(m.Payload)
	default:
		m.readActions(r)
	}
}

// readActions reads what was made for Google Assistant.
func (m esMessage) readActions(r *reply) {
	switch {
	case m.Simple != nil:
		for _, s := range m.Simple.Responses {
			r.Text(first(s.Display, s.Speech))
		}
	case m.BasicCard != nil:
		b := m.BasicCard
		c := message.Card{Title: b.Title, Subtitle: b.Subtitle, Text: b.Text, ImageURL: b.Image.URI}
		for _, button := range b.Buttons {
			c.Actions = append(c.Actions, message.Action{Kind: message.ActionURL, Label: button.Title, URL: button.Open.URI})
		}
		r.Card(c)
	case m.Suggestions != nil:
		for _, s := range m.Suggestions.Suggestions {
			r.Suggest(says(s.Title))
		}
	case m.LinkOut != nil:
		r.Suggest(message.Action{Kind: message.ActionURL, Label: m.LinkOut.Name, URL: m.LinkOut.URI})
	case m.List != nil:
		m.List.read(r, "list")
	case m.Carousel != nil:
		m.Carousel.read(r, "carousel")
	default:
		r.Notes.Add("a message of a kind that Dari does not know was left out")
	}
}

// read shows what there is to select from; choosing says the title.
func (s selection) read(r *reply, layout string) {
	r.Text(s.Title)
	var cards []message.Card
	for _, item := range s.Items {
		if item.Title == "" {
			continue
		}
		cards = append(cards, message.Card{
			Title: item.Title, Text: item.Description, ImageURL: item.Image.URI, Actions: []message.Action{says(item.Title)},
		})
	}
	r.Say(message.Message{Type: message.TypeCards, Cards: cards, Layout: layout})
}
